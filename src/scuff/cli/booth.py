"""`scuff booth`: parts, lights and cameras in software."""

import functools
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from scuff.booth.finish import KINDS
from scuff.booth.folder import FRAMES, PARTS, Folder
from scuff.booth.job import begin, sights, take
from scuff.booth.lighting import read_lightings
from scuff.booth.marks.classes import CLASSES
from scuff.booth.pool import run_tasks
from scuff.booth.preview import draw_preview
from scuff.booth.rows import threads
from scuff.booth.scene import BOOTH
from scuff.booth.settings import DRAW_SHAPE, MIXED, FinishChoice, Settings, ShapeKind, read_size
from scuff.cli import booth_serve
from scuff.core.errors import BoothError
from scuff.core.picture import write_png
from scuff.core.recipe_keys import toml_value

INTERRUPTED = 130
"""The exit code that shells give to a command that Ctrl-C ended."""

LUMINAIRES = tuple(luminaire.name for luminaire in BOOTH.luminaires)

EXAMPLES = """\
\b
Examples:
  scuff booth preview part.png --seed 1
  scuff booth render simulated --parts 12 --seed 1 --size 1368x912
  scuff booth serve --interface lo --serial BOOTH01 --size 512x342"""

RENDER_EPILOG = """\
\b
Written to OUT:
  frames/      P0001-left.png, and beside each picture what is marked on it, for LabelMe
  masks/       the same as pictures, whose values are the classes
  metadata/    how each frame was taken, and every flaw: class, box, size, visibility
  parts.csv    which picture shows which part, by which camera
  booth.json   the run: shape, cameras, luminaires, sensor, exposures

\b
Examples:
  scuff booth render simulated --parts 12 --seed 1 --size 1368x912
  scuff booth render simulated --parts 40 --seed 1 --size 1368x912
  scuff booth render sheets --shape sheet --finish mixed --light A=1 --light B=1 --light A=1,B=0.5
  scuff booth render unseen --parts 12 --first 1001 --seed 1"""

PREVIEW_EXAMPLES = """\
\b
Examples:
  scuff booth preview part.png --seed 1
  scuff booth preview sheet.png --seed 3 --part 7 --shape sheet --finish polished"""

R = TypeVar("R")


@click.group(epilog=EXAMPLES)
def command() -> None:
    """Simulate parts, lights and cameras: pictures whose truth is known to the pixel.

    The parts are sinks or sheets of brushed, polished or blasted steel, with flaws that count and soil that does
    not. Two cameras look at them, under the luminaires A and B.
    """


command.add_command(booth_serve.command, "serve")


def part_options(function: Callable[..., R]) -> Callable[..., R]:
    """Add the options that say which parts are drawn, and how large a frame is."""
    options = [
        click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of everything random."),
        click.option(
            "--size",
            metavar="WIDTHxHEIGHT",
            default="1368x912",
            show_default=True,
            help="Of a frame, in pixels; it shows as much of the part whatever its size.",
        ),
        click.option(
            "--shape",
            type=click.Choice(list(DRAW_SHAPE)),
            default="sink",
            show_default=True,
            help="Of all parts; the seed says which sink or sheet.",
        ),
        click.option(
            "--finish",
            type=click.Choice([*KINDS, MIXED]),
            default=KINDS[0],
            show_default=True,
            help=f"Of the metal; {MIXED} draws one for each part.",
        ),
        click.option(
            "--sound-share",
            type=click.FloatRange(0, 1),
            default=0.3,
            show_default=True,
            help="Share of the parts without any flaw.",
        ),
        click.option(
            "--most-flaws",
            type=click.IntRange(min=1),
            default=6,
            show_default=True,
            help="Of a part that has any.",
        ),
    ]

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), function)


@command.command(epilog=RENDER_EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--parts", type=click.IntRange(min=1), default=12, show_default=True, help="How many.")
@click.option(
    "--first",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of the first; parts 1 to 12 and 1001 to 1012 of a seed are different parts of one product.",
)
@part_options
@click.option(
    "--light",
    "lights",
    metavar="NAME=INTENSITY,…",
    multiple=True,
    help=f"A lighting, as in {LUMINAIRES[0]}=1,{LUMINAIRES[1]}=0.5: what is not named is off, and 1 is full. Each "
    "camera takes a frame under each that is given; by default one, with all luminaires on.",
)
@click.option(
    "--gamma",
    type=click.FloatRange(0.2, 5),
    default=1.0,
    show_default=True,
    help="Of the cameras: 1 is linear, as most machine vision cameras are set; 2.2 is for the eye.",
)
@click.option(
    "--min-visibility",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Contrast to noise that a flaw must have, under one of the luminaires that are on, to be marked in a frame; "
    "0 marks all.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Number of processes; one for each core unless given. It changes nothing but the time and the memory.",
)
def render(
    out: Path,
    parts: int,
    first: int,
    seed: int,
    size: str,
    shape: ShapeKind,
    finish: FinishChoice,
    sound_share: float,
    most_flaws: int,
    lights: tuple[str, ...],
    gamma: float,
    min_visibility: float,
    workers: int | None,
) -> None:
    """Render frames of simulated parts into the folder OUT.

    They are ready for `scuff import`.

    The same seed gives the same bytes. Stopped by Ctrl-C or killed, the same command goes on where it stopped, and
    with a larger --parts it adds parts.
    """
    lightings = read_lightings(lights, LUMINAIRES)
    settings = Settings(seed, shape, finish, read_size(size), sound_share, lightings, min_visibility, most_flaws, gamma)
    numbers = range(first, first + parts)
    try:
        new = _take_frames(Folder(out), settings, numbers, workers or threads())
    except KeyboardInterrupt as stopped:
        click.echo("\nStopped; the same command goes on where it stopped", err=True)
        raise SystemExit(INTERRUPTED) from stopped
    total = len(sights(numbers)) * len(lightings)
    click.echo(f"Frames: {total:,} ({total - new:,} were there already); parts: {parts:,}\nWrote {out}")
    click.echo(f"Next: {_next(out)}")


def _take_frames(folder: Folder, settings: Settings, numbers: Sequence[int], workers: int) -> int:
    """Take all frames that are not there yet, and show how far that is; returns how many."""
    click.echo("Setting up the booth; the first time ever takes half a minute")
    job, work, new = begin(folder, settings, numbers), sights(numbers), 0
    with click.progressbar(length=len(work) * len(settings.lightings), label="Rendering") as bar:
        for taken in run_tasks(functools.partial(take, job), work, workers):
            new += taken
            bar.update(len(settings.lightings))
    return new


def _next(out: Path) -> str:
    """The command that imports a run, with its classes in the order of its masks."""
    words = ["scuff", "import", str(out / FRAMES), "catalogue", "--format", "labelme", "--parts", str(out / PARTS)]
    return shlex.join([*words, "--set", f"product.classes={toml_value(CLASSES)}"])


@command.command(epilog=PREVIEW_EXAMPLES)
@click.argument("out", metavar="OUT.png", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--part", "number", type=click.IntRange(min=1), default=1, show_default=True, help="Number of the part.")
@part_options
@click.option("--overwrite", is_flag=True, help="Replace a picture that is there already.")
def preview(
    out: Path,
    number: int,
    seed: int,
    size: str,
    shape: ShapeKind,
    finish: FinishChoice,
    sound_share: float,
    most_flaws: int,
    overwrite: bool,
) -> None:
    """Draw one part under every light into OUT.png.

    A row for each camera: every luminaire alone, the environment alone, all together, and the flaws outlined. Below,
    each flaw close up, with its contrast to noise under each light.
    """
    if out.suffix.lower() != ".png":
        raise BoothError(f"{out}: is written as PNG; name it {out.with_suffix('.png').name}")
    if out.exists() and not overwrite:
        raise BoothError(f"{out}: is there already; name another file, or give --overwrite")
    lightings = read_lightings((), LUMINAIRES)
    settings = Settings(seed, shape, finish, read_size(size), sound_share, lightings, most_flaws=most_flaws)
    write_png(out, draw_preview(settings, number))
    click.echo(f"Wrote {out}")
