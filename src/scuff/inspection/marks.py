"""A camera's view of a plane, from marks whose places on it are known."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError, RecipeError
from scuff.core.plane import Calibration, Plane

COLUMNS = ("x_px", "y_px", "x_mm", "y_mm")
LEAST = 4
"""Marks that a homography takes; with more, the residual says how well they fit."""

FLAT = 1e-3
"""Marks whose spread across their longest line is a smaller share of that along it are taken to lie on it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Places that are known both ways.

    Attributes:
        px: N×2 points (x, y) in a frame.
        mm: The same on the plane.
        source: Where they come from.
        frame_hw: Height and width of the frame; ``None``: not known.
    """

    px: NDArray[np.float64]
    mm: NDArray[np.float64]
    source: str
    frame_hw: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration, and how well it fits.

    Attributes:
        calibration: As it goes into a recipe.
        worst_mm: Error of the mark that fits worst.
        worst: Number of that mark, from 1.
        pixel_mm: Side of a pixel in the middle of the marks.
    """

    calibration: Calibration
    worst_mm: float
    worst: int
    pixel_mm: float


def fit_plane(marks: Marks, camera: str, plane: str) -> Fit:
    """Fit a homography to marks by least squares of their errors in mm (Hartley and Zisserman 2004, chapter 4).

    Args:
        marks: At least four, no three of four on a line.
        camera: Whose frame they are in.
        plane: Name of the plane; may be empty.

    Raises:
        RecipeError: They are too few, or lie on a line.
    """
    if len(marks.px) < LEAST:
        raise RecipeError(
            f"{marks.source}: {len(marks.px)} marks; a plane takes {LEAST} or more, spread over the frame"
        )
    for places in (marks.px, marks.mm):
        # Without any one of them, too: three of four on a line, or two in one place, leave the plane open.
        if any(_on_a_line(np.delete(places, left_out, axis=0)) for left_out in range(len(places))):
            raise RecipeError(f"{marks.source}: the marks lie on a line, or all but one do; spread them over the frame")
    matrix, _ = cv2.findHomography(marks.px, marks.mm, 0)
    if matrix is None:
        raise RecipeError(f"{marks.source}: no plane fits these marks; check their places")
    errors = np.hypot(*(Plane(np.asarray(matrix, np.float64)).to_mm(marks.px) - marks.mm).T)
    calibration = Calibration.model_validate(
        {
            "camera": camera,
            "homography": tuple(float(f"{value:.12g}") for value in np.ravel(matrix / matrix[2, 2])),
            "residual_mm": float(f"{np.sqrt((errors**2).mean()):.4g}"),
            "width_px": marks.frame_hw and marks.frame_hw[1],
            "height_px": marks.frame_hw and marks.frame_hw[0],
            "points": len(marks.px),
            "plane": plane,
            "source": marks.source,
        }
    )
    middle = Plane(np.asarray(matrix, np.float64)).pixel_mm2(marks.px.mean(axis=0, keepdims=True))
    return Fit(calibration, float(errors.max()), int(errors.argmax()) + 1, float(middle[0]) ** 0.5)


def _on_a_line(places: NDArray[np.float64]) -> bool:
    spread = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    return bool(spread[1] <= FLAT * spread[0])


def read_marks(path: Path) -> Marks:
    """Read marks from a table ``x_px,y_px,x_mm,y_mm``.

    Raises:
        RecipeError: It cannot be read; says the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise RecipeError(f"{path}: must have the columns {', '.join(COLUMNS)}")
            rows = [_numbers(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read ({error})") from error
    places = np.array(rows, np.float64).reshape(-1, len(COLUMNS))
    return Marks(places[:, :2], places[:, 2:], f"{len(rows)} marks of {path.name}")


def _numbers(path: Path, line: int, row: dict[str, str]) -> list[float]:
    try:
        numbers = [float(row[column]) for column in COLUMNS]
        if not np.isfinite(numbers).all():
            raise ValueError("not finite")
        return numbers
    except (TypeError, ValueError):
        raise RecipeError(f"{path}, line {line}: {', '.join(COLUMNS)} must be four numbers") from None


@dataclass(frozen=True, slots=True)
class Board:
    """A ChArUco board.

    Attributes:
        squares: Columns and rows of squares.
        square_mm: Side of a square.
        marker_mm: Side of a marker.
        dictionary: OpenCV's name of the set of markers.
    """

    squares: tuple[int, int]
    square_mm: float
    marker_mm: float
    dictionary: str

    def find(self, pixels: NDArray[np.uint8], source: str) -> Marks:
        """Find the corners of the board's squares in a picture.

        Args:
            pixels: H×W×3, RGB.
            source: What the picture is called.

        Raises:
            PictureError: It does not show enough of the board.
        """
        detector = cv2.aruco.CharucoDetector(self.drawn())
        corners, ids, _, markers = detector.detectBoard(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
        found = 0 if ids is None else len(ids)
        if found < LEAST:
            raise PictureError(
                f"{source}: shows {found} corners of a board of {self.squares[0]}x{self.squares[1]} squares with "
                f"markers of {self.dictionary} ({0 if markers is None else len(markers)} markers were read); "
                f"{LEAST} are needed. Check --squares and --dictionary, and that the board is sharp and not overexposed"
            )
        places = np.asarray(self.drawn().getChessboardCorners(), np.float64)[np.ravel(ids), :2]
        text = f"{found} corners of a ChArUco board in {source}"
        return Marks(np.asarray(corners, np.float64).reshape(-1, 2), places, text, pixels.shape[:2])

    def drawn(self) -> cv2.aruco.CharucoBoard:
        """The board as OpenCV knows it."""
        markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary))
        return cv2.aruco.CharucoBoard(self.squares, self.square_mm, self.marker_mm, markers)


def dictionaries() -> Sequence[str]:
    """OpenCV's names of sets of markers."""
    return sorted(name for name in vars(cv2.aruco) if name.startswith("DICT_"))
