"""The command `scuff`: registers the commands, each loaded only when it is called."""

import sys
import traceback

import click

from scuff import __version__
from scuff.cli.commands import Commands
from scuff.core.errors import ScuffError

COMMANDS = {
    "init": "Write a commented recipe into a folder.",
    "booth": "Simulate parts, lights and cameras: annotated pictures without a camera.",
    "import": "Make a catalogue from annotated pictures.",
    "annotations": "Write a catalogue's annotations as LabelMe or COCO.",
    "audit": "Find pictures of one scene, annotations that look wrong, and odd frames.",
    "split": "Divide the parts of a catalogue into training, validation and test.",
    "patches": "Cut patches for training from the frames of a split.",
    "train": "Train a network on patches.",
    "calibrate": "Choose the threshold by escapes and false rejects; measure a camera in mm.",
    "evaluate": "Count a run's right and wrong pixels on whole frames of unseen parts.",
    "report": "Report on a run in one page: data, figures, how sure, worst misses.",
    "bench": "Train many networks, losses and seeds, and compare them in one table.",
    "distil": "Teach a small network where the trained one has to look.",
    "export": "Write a bundle that a station can run.",
    "inspect": "Inspect pictures with a bundle and write a report.",
    "rules": "Say why a part was rejected, and judge inspected parts by other rules.",
    "station": "Cameras and light, real or simulated; the line that inspects part by part.",
    "benchmark-inspect": "Measure how fast a bundle inspects on this machine, and find its best settings.",
}

WRONG_USE, INTERNAL_ERROR = 2, 70
"""Exit codes; 70 is the one that sysexits.h gives to an internal software error."""


@click.group(cls=Commands, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
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
