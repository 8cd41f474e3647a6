"""The option that names a Ray cluster."""

from collections.abc import Callable
from typing import Any

import click

from scuff.core.errors import ScuffError
from scuff.core.ray_cluster import ADDRESS


def ray_option(help_text: str, default: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--ray-address`` to a command, checked."""
    return click.option(
        "--ray-address",
        metavar="auto|local|HOST:PORT",
        callback=_checked,
        default=default,
        show_default=default is not None,
        help=help_text,
    )


def _checked(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not ADDRESS.fullmatch(value):
        raise ScuffError(f"--ray-address {value}: must be auto, local or HOST:PORT")
    return value
