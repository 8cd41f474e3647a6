"""A group of commands, each loaded only when it is called."""

import importlib
import keyword
from collections.abc import Mapping
from typing import Any, cast

import click

from scuff.core.errors import ScuffError

EXTRA = "train"
"""The extra whose packages a station does without."""


class Commands(click.Group):
    """Loads the module of a command when it is called, so that a station needs no torch."""

    def __init__(self, table: Mapping[str, str], prefix: str = "", **settings: Any) -> None:
        """Register commands by name.

        Args:
            table: What each command does, by its name, in the order of the work.
            prefix: What the names of their modules in `scuff.cli` begin with.
            settings: As for any group of click.
        """
        super().__init__(**settings)
        self._table, self._prefix = table, prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the work."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self._table:
            return None
        name = self._prefix + cmd_name.replace("-", "_")
        try:
            module = importlib.import_module(f"scuff.cli.{name}{'_' if keyword.iskeyword(name) else ''}")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("scuff"):
                raise
            raise ScuffError(
                f"`{ctx.command_path} {cmd_name}` needs the package {error.name!r}, which a station does without; "
                f"install it with: pip install 'scuff[{EXTRA}]'"
            ) from error
        return cast("click.Command", module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))
