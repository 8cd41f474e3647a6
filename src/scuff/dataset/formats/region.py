"""What every annotation format is read into: items, each a picture with its regions.

x runs to the right and y down, in pixels; (0, 0) is the outer corner of the first pixel and (0.5, 0.5) its
centre.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon


@dataclass(frozen=True, slots=True)
class Outline:
    """A shape drawn by its outline.

    Attributes:
        area: What it covers.
        drawn_xy: N×2, the points that somebody drew. They must lie within the picture; what grew around them
            (the width of a line, the rest of a circle) may reach over its border.
    """

    area: Polygon
    drawn_xy: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Pixels marked one by one.

    Attributes:
        marked: H×W, the pixels of a window.
        x: Column of the window's left edge.
        y: Row of its top edge.
    """

    marked: NDArray[np.bool_]
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """One annotated region: the union of its pieces.

    Attributes:
        label: The label as the source has it.
        pieces: What it covers.
        where: Which one it is among the annotations of its file, for messages.
    """

    label: str
    pieces: tuple[Outline | Bitmap, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """What an item's annotation says.

    Attributes:
        regions: In drawing order: where they overlap, the later one wins.
        problems: What is wrong with it; a picture with a problem has no known truth.
        size_hw: Height and width that the annotation was made for, where it says so.
        embedded: The picture file's bytes, where the annotation carries them and the picture itself is gone.
        empty_label: The label that an empty mask would have had.
    """

    regions: tuple[Region, ...] = ()
    problems: tuple[str, ...] = ()
    size_hw: tuple[int, int] | None = None
    embedded: bytes | None = None
    empty_label: str | None = None


def unannotated() -> Annotated:
    """Read the annotation of a sound picture that has none."""
    return Annotated()


@dataclass(frozen=True, slots=True)
class Item:
    """A picture and its annotation, found but not yet read.

    Attributes:
        name: Path that frame names are made from, as ``training/000001.jpg``.
        image: The picture; ``None`` where only the annotation carries it.
        file_name: Name of the picture file, which part patterns are matched with.
        origin: The file that a person mends when the annotation is broken.
        read: Reads the annotation; raises ``AnnotationError`` or ``PictureError``.
    """

    name: PurePosixPath
    image: Path | None
    file_name: str
    origin: Path
    read: Callable[[], Annotated] = unannotated


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that cannot be used, and why."""

    file: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds.

    Attributes:
        items: To be read.
        broken: Files that cannot be.
        notes: Remarks for the user.
        labels: All labels in the order of the source, where it has one; it counts where the recipe names no classes.
    """

    items: tuple[Item, ...]
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How annotations are read, whatever their format.

    Attributes:
        images: Folder of the pictures, where it is not beside the annotations.
        line_width_px: Width of lines that were drawn without one.
    """

    images: Path | None = None
    line_width_px: float = 3.0
