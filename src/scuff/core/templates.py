"""Where the templates of pages come from, and how they are filled in."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates(package: str, markup: bool = True) -> Environment:
    """Give the templates that lie in a package.

    Args:
        package: As it is imported.
        markup: Whether they make HTML, in which what comes from data is inert.
    """
    return Environment(
        loader=PackageLoader(package, ""),
        autoescape=markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
