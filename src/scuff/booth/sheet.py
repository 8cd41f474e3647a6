"""A contact sheet: rows of pictures with words around them, on dark paper."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

PAPER: Colour = (30, 31, 34)
INK: Colour = (232, 232, 227)
FAINT: Colour = (158, 158, 153)

FONT_PX = 24
LINE_PX = 36
MARGIN_PX = 48
GAP_PX = 20


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one colour, perhaps behind a square of another.

    Attributes:
        text: The words.
        colour: Of the words.
        square: Of the square.
    """

    text: str
    colour: Colour = FAINT
    square: Colour | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture of the sheet.

    Attributes:
        heading: What it is.
        remark: More about it.
        pixels: H×W×3, RGB; those of a row have one size.
    """

    heading: str
    remark: str
    pixels: NDArray[np.uint8]


class Sheet:
    """A sheet that grows downwards as it is filled."""

    def __init__(self, width_px: int) -> None:
        """Begin a sheet that has so much room between its margins."""
        self._picture = Image.new("RGB", (width_px + 2 * MARGIN_PX, MARGIN_PX), PAPER)

    def drawn(self) -> NDArray[np.uint8]:
        """Give the sheet as it is: H×W×3, RGB."""
        self._grow(MARGIN_PX)
        return np.asarray(self._picture)

    def title(self, text: str) -> None:
        """Write a line of large words."""
        self._write(Words(text, INK), MARGIN_PX, self._grow(2 * LINE_PX), 2 * FONT_PX)

    def line(self, words: Sequence[Words]) -> None:
        """Write words behind each other."""
        top, left = self._grow(LINE_PX), MARGIN_PX
        for piece in words:
            left = self._write(piece, left, top) + 2 * GAP_PX

    def row(self, cells: Sequence[Cell], beside: Sequence[Words] = (), beside_px: int = 0) -> None:
        """Put pictures side by side, their headings above them.

        Args:
            cells: The pictures.
            beside: Lines at their left.
            beside_px: Width of the room for these.
        """
        self._grow(GAP_PX)
        height = max(cell.pixels.shape[0] for cell in cells)
        top, left = self._grow(LINE_PX + height), MARGIN_PX + beside_px
        for number, line in enumerate(beside, 1):
            self._write(line, MARGIN_PX, top + number * LINE_PX)
        for cell in cells:
            end = self._write(Words(cell.heading, INK), left, top)
            self._write(Words(cell.remark), end + GAP_PX, top)
            self._picture.paste(Image.fromarray(cell.pixels), (left, top + LINE_PX))
            left += cell.pixels.shape[1] + GAP_PX

    def _grow(self, by_px: int) -> int:
        """Make room below; returns where it begins."""
        width, height = self._picture.size
        taller = Image.new("RGB", (width, height + by_px), PAPER)
        taller.paste(self._picture)
        self._picture = taller
        return height

    def _write(self, words: Words, left: int, top: int, font_px: int = FONT_PX) -> int:
        """Write words; returns where they end."""
        pen, font = ImageDraw.Draw(self._picture), ImageFont.load_default(font_px)
        if words.square:
            pen.rectangle((left, top + 4, left + font_px - 4, top + font_px), fill=words.square)
            left += font_px + 8
        pen.text((left, top), words.text, words.colour, font)
        return left + round(pen.textlength(words.text, font))
