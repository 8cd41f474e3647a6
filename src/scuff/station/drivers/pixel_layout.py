"""How the pixels of a frame lie in memory, by the name of their format."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.station.raw_frame import Pixels


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pixels of a format lie.

    Attributes:
        bytes_each: Of a value.
        channels: Values of a pixel.
        is_reversed: Whether blue comes first.
    """

    bytes_each: int
    channels: int = 1
    is_reversed: bool = False


_ONE_CHANNEL = ("Mono", "BayerRG", "BayerGR", "BayerGB", "BayerBG")

LAYOUTS: dict[str, Layout] = {
    **{f"{name}8": Layout(1) for name in _ONE_CHANNEL},
    **{f"{name}{bits}": Layout(2) for name in _ONE_CHANNEL for bits in (10, 12, 16)},
    "RGB8": Layout(1, 3),
    "BGR8": Layout(1, 3, is_reversed=True),
}
"""Formats that scuff reads; the packed ones, in which values share a byte, are not among them."""


def frame_bytes(pixel_format: str, hw: tuple[int, int]) -> int:
    """How many bytes a frame has."""
    layout = LAYOUTS[pixel_format]
    return hw[0] * hw[1] * layout.channels * layout.bytes_each


def format_given(pixel_format: str) -> str:
    """What the pixels are once they are copied: blue does not come first any more."""
    return pixel_format.replace("BGR", "RGB") if LAYOUTS[pixel_format].is_reversed else pixel_format


def pixels_of(memory: NDArray[np.uint8], pixel_format: str, hw: tuple[int, int]) -> Pixels:
    """Copy a frame out of a driver's memory.

    Args:
        memory: N bytes, at least as many as a frame has.
        pixel_format: One of ``LAYOUTS``.
        hw: Height and width, in pixels.

    Returns:
        H×W, or H×W×3 in RGB; uint16 where a value has more than 8 bits, which fill its low bits.
    """
    layout = LAYOUTS[pixel_format]
    values = memory[: frame_bytes(pixel_format, hw)].view("<u2" if layout.bytes_each == 2 else np.uint8)
    shaped = values.reshape(hw if layout.channels == 1 else (*hw, layout.channels))
    copied: Pixels = np.array(shaped[..., ::-1] if layout.is_reversed else shaped, order="C")
    return copied
