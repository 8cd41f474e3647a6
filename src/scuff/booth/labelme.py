"""LabelMe's JSON for a frame: one painted shape per flaw, exact to the pixel."""

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

VERSION = "5.5.0"
"""The version of LabelMe whose files these are alike; it knows painted masks."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A flaw as it is marked on a frame.

    Attributes:
        id: Tells it from the other flaws of its part, in every frame.
        kind: Its class.
        left: Column of its window's first pixel.
        top: Row of its window's first pixel.
        pixels: Height × width of the window; at least one is true.
    """

    id: int
    kind: str
    left: int
    top: int
    pixels: NDArray[np.bool_]


def labelme_text(picture: str, hw: tuple[int, int], flaws: Sequence[Painted]) -> str:
    """Write what is marked on a frame as the content of a LabelMe file.

    Args:
        picture: Name of the picture's file, which lies beside the JSON.
        hw: Height and width of the picture, in pixels.
        flaws: What is marked; no pixel belongs to two of them.
    """
    content: dict[str, object] = {
        "version": VERSION,
        "flags": {},
        "shapes": [_shape(flaw) for flaw in flaws],
        "imagePath": picture,
        "imageData": None,
        "imageHeight": hw[0],
        "imageWidth": hw[1],
    }
    return json.dumps(content, indent=1) + "\n"


def _shape(flaw: Painted) -> dict[str, object]:
    """A painted shape; its points are the first and the last pixel of its window."""
    height, width = flaw.pixels.shape
    encoded = io.BytesIO()
    Image.fromarray(flaw.pixels.astype(np.uint8)).save(encoded, format="PNG")
    return {
        "label": flaw.kind,
        "points": [[flaw.left, flaw.top], [flaw.left + width - 1, flaw.top + height - 1]],
        "group_id": flaw.id,
        "description": "",
        "shape_type": "mask",
        "flags": {},
        "mask": base64.b64encode(encoded.getvalue()).decode("ascii"),
    }
