"""What an audit says of single frames and their annotations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

KINDS = {
    "unreadable": "pictures that cannot be read",
    "blurred": "blurred pictures",
    "saturated": "pictures that are mostly saturated",
    "dark": "pictures that are black",
    "size": "pictures of another size than most",
    "colour": "colour pictures among grey ones, or grey ones among colour",
    "mask": "masks that cannot be read",
    "empty": "masks that are empty where the folder's other pictures have a defect",
    "whole": "masks that cover the whole picture",
    "border": "masks that are a frame along the border",
    "box": "regions that are boxes at the border",
    "large": "masks far larger than usual for their class",
    "class": "regions that look like another class",
    "labels": "annotations that differ between pictures of one scene",
}
"""Every kind of finding, and its name in the plural."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at.

    Attributes:
        kind: One of ``KINDS``.
        frame: The frame.
        detail: What is strange, with the value.
        other: Another frame that it is compared with; empty where there is none.
    """

    kind: str
    frame: str
    detail: str
    other: str = ""


def centre_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Median, and the median distance from it made comparable with a standard deviation (×1.4826)."""
    array = np.asarray(values, np.float64)
    centre = float(np.median(array))
    return centre, 1.4826 * float(np.median(np.abs(array - centre)))
