"""`scuff calibrate camera`: measure how a camera sees the plane of the part."""

import re
from pathlib import Path

import click

from scuff.core.errors import RecipeError
from scuff.core.picture import read_picture
from scuff.core.recipe_file import load_recipe
from scuff.core.recipe_lists import set_entry
from scuff.inspection.marks import Board, Fit, Marks, dictionaries, fit_plane, read_marks

EXAMPLES = """\b
Examples:
  scuff calibrate camera recipe.toml --camera left --points marks.csv
  scuff calibrate camera recipe.toml --camera left --plane lid --charuco board.png --squares 11x8 --square-mm 20"""


def _squares(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if match is None or min(int(match[1]), int(match[2])) < 3:
        raise click.BadParameter(f"{text!r}: write columns and rows of squares, three or more, as in 11x8")
    return int(match[1]), int(match[2])


@click.command("camera", epilog=EXAMPLES)
@click.argument("recipe", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--camera", default="", help="The camera, as frames.camera_pattern names it; any, if not given.")
@click.option("--plane", default="", help="Name of the plane; cameras with the same one must see the same marks.")
@click.option(
    "--points",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Marks whose places are known: a table x_px,y_px,x_mm,y_mm.",
)
@click.option(
    "--charuco",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PICTURE",
    help="A picture of a ChArUco board that lies where the part's surface is.",
)
@click.option("--squares", callback=_squares, metavar="COLUMNSxROWS", help="Squares of the board, as in 11x8.")
@click.option("--square-mm", type=click.FloatRange(0, min_open=True), help="Side of a square, in mm.")
@click.option(
    "--marker-mm", type=click.FloatRange(0, min_open=True), help="Side of a marker; 0.75 of a square's, if not given."
)
@click.option(
    "--dictionary",
    type=click.Choice(dictionaries()),
    default="DICT_5X5_250",
    show_default=True,
    show_choices=False,
    help="OpenCV's name of the set of markers, as printed on the board.",
)
def command(
    recipe: Path,
    camera: str,
    plane: str,
    points: Path | None,
    charuco: Path | None,
    squares: tuple[int, int] | None,
    square_mm: float | None,
    marker_mm: float | None,
    dictionary: str,
) -> None:
    """Measure how a camera sees the plane of the part, in mm, and write it into RECIPE.

    An entry of the same camera is replaced; all other lines stay as they are. A single scale needs no command: set
    frames.pixel_mm.
    """
    if (points is None) == (charuco is None):
        raise click.UsageError("give either --points or --charuco")
    if points is not None:
        marks = read_marks(points)
    else:
        if squares is None or square_mm is None or charuco is None:
            raise click.UsageError("--charuco needs --squares and --square-mm")
        marks = _of_board(recipe, charuco, Board(squares, square_mm, marker_mm or 0.75 * square_mm, dictionary))
    fit = fit_plane(marks, camera, plane)
    replaced = set_entry(recipe, "calibration", fit.calibration, "camera")
    click.echo(_summary(fit))
    click.echo(f"{'Replaced' if replaced else 'Added'} [[calibration]] of {_named(camera)} in {recipe}")


def _of_board(recipe: Path, picture: Path, board: Board) -> Marks:
    if board.marker_mm >= board.square_mm:
        raise RecipeError(
            f"--marker-mm {board.marker_mm:g}: a marker is smaller than a square of {board.square_mm:g} mm"
        )
    return board.find(read_picture(picture, load_recipe(recipe).frames), picture.name)


def _summary(fit: Fit) -> str:
    calibration = fit.calibration
    check = "" if calibration.points > 4 else "; four marks always fit: take more to see how well"
    return (
        f"{calibration.source}: residual {calibration.residual_mm:.3g} mm, at most {fit.worst_mm:.3g} mm "
        f"(mark {fit.worst}){check}\nA pixel is {fit.pixel_mm:.4g} mm in their middle"
    )


def _named(camera: str) -> str:
    return f"camera {camera}" if camera else "any camera"
