"""The pictures that a station took, in a folder that `scuff import` and `scuff inspect` read."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError, StationError
from scuff.core.mask import class_palette
from scuff.core.picture import write_png
from scuff.core.pixel_format import PixelFormat, genicam_format
from scuff.core.table import write_table
from scuff.station.capture import Capture
from scuff.station.pictures_of import picture_name, rgb

FRAMES, MASKS, PARTS = "frames", "masks", "parts.csv"
COLUMNS = ("image", "part", "camera")

SERIAL = re.compile(r"[\w.-]*\w")
"""What a serial number may be, to be part of a file's name."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture to keep.

    Attributes:
        camera: That took it.
        name: Of its file, without suffix.
        pixels: H×W or H×W×3, uint8 or uint16.
        lighting: Under which it was taken.
    """

    camera: str
    name: str
    pixels: NDArray[Any]
    lighting: str


class Album:
    """A folder with pictures and the table of what they show. A part is there when it is in the table."""

    def __init__(self, root: Path) -> None:
        """Open a folder, which may be new.

        Raises:
            StationError: It is a file, or its table is of something else.
        """
        if root.exists() and not root.is_dir():
            raise StationError(f"{root}: is a file; name a folder")
        self._root = root
        self._rows = self._read()

    @property
    def frames(self) -> Path:
        """Folder of the pictures."""
        return self._root / FRAMES

    @property
    def masks(self) -> Path:
        """Folder of the masks of simulated parts."""
        return self._root / MASKS

    @property
    def table(self) -> Path:
        """Which picture shows which part, by which camera."""
        return self._root / PARTS

    def check(self, parts: Sequence[str]) -> None:
        """Refuse parts that are there already, or whose serial numbers cannot name a file.

        Raises:
            StationError: Names the first of them.
        """
        there = {part for _, part, _ in self._rows}
        for part in parts:
            if not SERIAL.fullmatch(part):
                raise StationError(f"part {part!r}: use letters, digits, and . _ - in between; it names files")
            if part in there:
                raise StationError(f"part {part!r}: is in {self.table} already; name another part, or another folder")
        if doubled := sorted({part for part in parts if list(parts).count(part) > 1}):
            raise StationError(f"part {doubled[0]!r}: is named twice")

    def keep(self, part: str, shots: Sequence[Shot]) -> None:
        """Write the pictures of a part, and then its rows."""
        for shot in shots:
            write_png(self.frames / f"{shot.name}.png", shot.pixels)
        self._rows += [(f"{shot.name}.png", part, shot.camera) for shot in shots]
        write_table(self.table, COLUMNS, self._rows)

    def keep_mask(self, name: str, mask: NDArray[np.uint8]) -> None:
        """Write the mask of a picture: H×W class values."""
        write_png(self.masks / f"{name}.png", mask, class_palette())

    def _read(self) -> list[tuple[str, str, str]]:
        if not self.table.exists():
            return []
        with self.table.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
        if tuple(header) != COLUMNS:
            raise StationError(f"{self.table}: has other columns than {', '.join(COLUMNS)}; name another folder")
        return [(image, part, camera) for image, part, camera in rows]


def shots_of(capture: Capture, raw: bool) -> list[Shot]:
    """The pictures of a complete capture set; lightings that a recipe fuses stay apart, as files have them.

    Args:
        capture: The set.
        raw: Keep values as the cameras gave them, and not in RGB.

    Raises:
        PictureError: A frame has a pixel format that scuff does not read.
    """
    cameras = [frame.camera for frame in capture.frames]
    return [
        Shot(
            frame.camera,
            picture_name(capture.part, frame, several=cameras.count(frame.camera) > 1),
            frame.pixels if raw else rgb(frame),
            frame.lighting,
        )
        for frame in capture.frames
    ]


def read_back(frames: PixelFormat, pixel_format: str) -> str:
    """Say what keeps a camera's raw frames from being read with a recipe; empty: nothing.

    Args:
        frames: How the recipe reads pictures.
        pixel_format: Of the camera, as GenICam names it.
    """
    try:
        wanted = genicam_format(pixel_format)
    except PictureError as error:
        return str(error)
    if pixel_format.startswith("RGB"):
        return "" if frames.white_level == wanted.white_level else f"set frames.white_level = {wanted.white_level}"
    keys = [key for key in ("bayer", "white_level") if getattr(frames, key) != getattr(wanted, key)]
    return " and ".join(f"set frames.{key} = {_toml(getattr(wanted, key))}" for key in keys)


def _toml(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
