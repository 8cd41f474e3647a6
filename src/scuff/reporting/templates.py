"""The templates of reports and cards."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from scuff.reporting import words


def templates(markup: bool) -> Environment:
    """Where templates come from, and how figures become words in them.

    Args:
        markup: Whether they make HTML, in which what comes from data is inert.
    """
    environment = Environment(
        loader=PackageLoader("scuff.reporting", ""),
        autoescape=markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": words.percent, "interval": words.interval, "number": words.number}
    return environment
