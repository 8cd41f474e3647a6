"""A contact sheet: rows of pictures with words around them, on dark paper."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scuff.booth.outline import Colour

PAPER: Colour = (30, 31, 34)
INK: Colour = (230, 230, 225)
FAINT: Colour = (156, 156, 151)

LEAST_FONT_PX = 11


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
        pixels: H×W×3, RGB; all of a sheet are of one size.
    """

    heading: str
    remark: str
    pixels: NDArray[np.uint8]


def font_px(hw: tuple[int, int]) -> int:
    """Height of the words that suit pictures of a size."""
    return max(LEAST_FONT_PX, round(hw[1] / 38))


class Sheet:
    """A sheet that grows downwards as it is filled."""

    def __init__(self, columns: int, hw: tuple[int, int]) -> None:
        """Begin a sheet for rows of so many pictures of height and width ``hw``."""
        self._font_px = font_px(hw)
        self._gap = self._font_px
        self._margin = 2 * self._font_px
        self._hw = hw
        width = 2 * self._margin + columns * hw[1] + (columns - 1) * self._gap
        self._picture = Image.new("RGB", (width, self._margin), PAPER)

    def drawn(self) -> NDArray[np.uint8]:
        """Give the sheet as it is: H×W×3, RGB."""
        self._grow(self._margin)
        return np.asarray(self._picture)

    def title(self, words: str) -> None:
        """Write words of twice the height."""
        top = self._grow(3 * self._font_px)
        self._write(Words(words, INK), self._margin, top, 2)

    def line(self, words: Sequence[Words]) -> None:
        """Write a line of words, one behind the other."""
        top = self._grow(2 * self._font_px)
        left = self._margin
        for piece in words:
            left = self._write(piece, left, top) + 2 * self._font_px

    def row(self, words: str, cells: Sequence[Cell]) -> None:
        """Put pictures side by side, their headings above them, and words above all."""
        self._grow(self._font_px)
        self.line([Words(words, INK)])
        top = self._grow(3 * self._font_px + self._hw[0])
        for number, cell in enumerate(cells):
            left = self._margin + number * (self._hw[1] + self._gap)
            ends = self._write(Words(cell.heading, INK), left, top)
            self._write(Words(cell.remark), ends + self._font_px, top)
            self._picture.paste(Image.fromarray(cell.pixels), (left, top + 2 * self._font_px))

    def table(self, lines: Sequence[Sequence[Words]]) -> None:
        """Write lines whose words stand below each other, column by column."""
        columns = list(zip(*lines, strict=True))
        widths = [max(self._width(words) for words in column) for column in columns]
        for line in lines:
            top, left = self._grow(2 * self._font_px), self._margin
            for words, width in zip(line, widths, strict=True):
                self._write(words, left, top)
                left += width + 2 * self._font_px

    def _grow(self, by_px: int) -> int:
        """Make room below; returns where it begins."""
        width, height = self._picture.size
        taller = Image.new("RGB", (width, height + by_px), PAPER)
        taller.paste(self._picture)
        self._picture = taller
        return height

    def _write(self, words: Words, left: int, top: int, enlarged: int = 1) -> int:
        """Write words; returns where they end."""
        pen, font = ImageDraw.Draw(self._picture), ImageFont.load_default(enlarged * self._font_px)
        if words.square:
            side = self._font_px
            pen.rectangle((left, top + side // 6, left + side - 1, top + side // 6 + side - 1), fill=words.square)
            left += round(1.5 * side)
        pen.text((left, top), words.text, words.colour, font)
        return left + round(pen.textlength(words.text, font))

    def _width(self, words: Words) -> int:
        pen, font = ImageDraw.Draw(self._picture), ImageFont.load_default(self._font_px)
        return round(pen.textlength(words.text, font)) + (round(1.5 * self._font_px) if words.square else 0)
