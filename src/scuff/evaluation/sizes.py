"""How long a defect is, and the bins in which recall by size is stated."""

from collections.abc import Sequence
from itertools import pairwise

from scuff.core.defect import Defect

LIMITS = {"mm": (0.5, 1, 2, 5, 10), "px": (8, 16, 32, 64, 128)}
"""Where the length of a defect goes from one bin to the next, by its unit."""


def size_unit(defects: Sequence[Defect]) -> str:
    """The unit of all lengths: mm where every defect has one, else px."""
    return "mm" if defects and all(defect.length_mm is not None for defect in defects) else "px"


def size_names(unit: str) -> list[str]:
    """Names of the bins; the lower end belongs to a bin, the upper one to the next."""
    limits = LIMITS[unit]
    between = [f"{low:g} to {high:g} {unit}" for low, high in pairwise(limits)]
    return [f"below {limits[0]:g} {unit}", *between, f"{limits[-1]:g} {unit} and more"]


def size_name(defect: Defect, unit: str) -> str:
    """Name of the bin that a defect is in."""
    length = defect.length_px if unit == "px" or defect.length_mm is None else defect.length_mm
    return size_names(unit)[sum(length >= limit for limit in LIMITS[unit])]
