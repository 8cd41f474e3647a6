"""A page to draw on, measured in inches from its top left corner."""

import io
import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray

DPI = 150


class Sheet:
    """A page with texts and pictures, each at the place that is given."""

    def __init__(self, width_inch: float, height_inch: float) -> None:
        self.figure = Figure(figsize=(width_inch, height_inch), dpi=DPI)
        self._size_inch = width_inch, height_inch

    def text(
        self,
        x_inch: float,
        top_inch: float,
        words: str,
        size_pt: float,
        align: Literal["left", "center"] = "left",
        weight: Literal["normal", "bold"] = "normal",
    ) -> None:
        """Write words; a dollar sign in them is no mathematics."""
        width_inch, height_inch = self._size_inch
        self.figure.text(
            x_inch / width_inch,
            1 - top_inch / height_inch,
            words,
            fontsize=size_pt,
            fontweight=weight,
            horizontalalignment=align,
            verticalalignment="top",
            parse_math=False,
        )

    def picture(self, x_inch: float, top_inch: float, box_inch: tuple[float, float], pixels: NDArray[np.uint8]) -> None:
        """Put a picture (H×W×3) into the middle of a box of a height and width, as large as it fits."""
        width_inch, height_inch = self._size_inch
        box_height, box_width = box_inch
        bottom = 1 - (top_inch + box_height) / height_inch
        place = (x_inch / width_inch, bottom, box_width / width_inch, box_height / height_inch)
        axes = self.figure.add_axes(place)
        axes.imshow(pixels, interpolation="nearest")
        axes.set_axis_off()

    def legend(self, entries: Sequence[Artist], size_pt: float) -> None:
        """Put a legend into the top right corner, its entries side by side."""
        self.figure.legend(handles=entries, loc="upper right", ncols=len(entries), frameon=False, fontsize=size_pt)


def encode_png(figure: Figure) -> bytes:
    """Draw a figure as a PNG whose bytes depend on nothing but the figure."""
    encoded = io.BytesIO()
    with warnings.catch_warnings():
        # A frame name in a script that the font lacks is drawn as boxes; not worth a word on the console.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(encoded, format="png", metadata={"Software": None})
    return encoded.getvalue()
