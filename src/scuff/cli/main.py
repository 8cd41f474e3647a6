"""The command `scuff`: registers the commands, each loaded only when it is called."""

import importlib
import keyword
import sys
import traceback
from typing import cast

import click

from scuff import __version__
from scuff.core.errors import ScuffError

COMMANDS = {
    "init": "Write a commented recipe into a folder.",
    "booth": "Simulate parts, lights and cameras: annotated pictures without a camera.",
    "import": "Make a catalogue from annotated pictures.",
    "annotations": "Write a catalogue's annotations as LabelMe or COCO.",
    "split": "Divide the parts of a catalogue into training, validation and test.",
    "patches": "Cut patches for training from the frames of a split.",
    "train": "Train a network on patches.",
    "evaluate": "Count a run's right and wrong pixels on whole frames of unseen parts.",
    "bench": "Train many networks, losses and seeds, and compare them in one table.",
    "distil": "Teach a small network where the trained one has to look.",
    "export": "Write a bundle that a station can run.",
    "inspect": "Inspect pictures with a bundle and write a report.",
    "rules": "Say why a part was rejected, and judge inspected parts by other rules.",
    "benchmark-inspect": "Measure how fast a bundle inspects on this machine, and find its best settings.",
}

WRONG_USE, INTERNAL_ERROR = 2, 70
"""Exit codes; 70 is the one that sysexits.h gives to an internal software error."""

EXTRA = "train"
"""The extra whose packages a station does without."""


class Commands(click.Group):
    """Loads the module of a command when it is called, so that a station needs no torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        try:
            name = cmd_name.replace("-", "_")
            module = importlib.import_module(f"scuff.cli.{name}{'_' if keyword.iskeyword(name) else ''}")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("scuff"):
                raise
            raise ScuffError(
                f"`scuff {cmd_name}` needs the package {error.name!r}, which a station does without; "
                f"install it with: pip install 'scuff[{EXTRA}]'"
            ) from error
        return cast("click.Command", module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scuff")
def scuff() -> None:
    """Find scratches, dents and bumps on metal parts."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command.

    What a user did wrong is one message and exit code 2; so is what the system refuses, such as a full disk. A
    defect of scuff itself shows its traceback and exits with ``INTERNAL_ERROR``, which no command means otherwise.
    """
    try:
        scuff.main(args=arguments, prog_name="scuff")
    except ScuffError as error:
        click.echo(f"scuff: {error}", err=True)
        sys.exit(WRONG_USE)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"scuff: {where}{error.strerror or error}", err=True)
        sys.exit(WRONG_USE)
    except Exception:
        traceback.print_exc()
        sys.exit(INTERNAL_ERROR)


if __name__ == "__main__":
    main()
