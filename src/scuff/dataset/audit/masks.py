"""Annotations that look wrong by themselves, or beside others of their class."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.findings import Finding, centre_and_spread
from scuff.dataset.catalogue import Row

WHOLE = 0.98
"""Share of the picture that nobody has annotated on purpose."""

BAND = 0.06
"""Width of the border, as a share of the picture's side, in which a mask is a frame around the picture."""

BOX, BOX_PX = 0.995, 16
"""A box fills so much of its bounding box, and is so high and wide at least: thin marks are straight anyhow."""

FEWEST = 12
"""Regions of a class from which it can be said what is usual."""

TIMES, SPREADS = 6.0, 4.0
"""How many times the median, and how many spreads above it, a mask is that is far larger than usual."""

ALIEN, OWN = 5.0, 1.5
"""Distance in spreads from its own class and to another one, from and up to which a region looks like the other."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pixels of one class on one frame.

    Attributes:
        frame: The frame.
        label: The class.
        share: Share of the picture.
        looks: Logarithms of area and slenderness, and contrast with the surroundings: what classes differ in.
        shape: ``whole``, ``border``, ``box`` or empty.
    """

    frame: str
    label: str
    share: float
    looks: tuple[float, float, float]
    shape: str


def describe(row: Row, mask: NDArray[np.uint8], grey: NDArray[np.uint8], classes: Sequence[str]) -> list[Drawn]:
    """Describe what is drawn on a frame.

    Args:
        row: Its row.
        mask: H×W, class values.
        grey: A grey picture, of any size.
        classes: Of the catalogue.
    """
    drawn = []
    for value, label in enumerate(classes, 1):
        marked = (mask == value).astype(np.uint8)
        if marked.any():
            share = float(marked.mean())
            drawn.append(Drawn(row.frame, label, share, _looks(marked, grey), _shape(marked, share)))
    return drawn


def wrong_masks(rows: Sequence[Row], drawn: Sequence[Drawn]) -> Iterator[Finding]:
    """Find the masks that look wrong.

    Args:
        rows: All of the catalogue.
        drawn: All that is annotated.
    """
    yield from _empty(rows)
    words = {
        "whole": "{label} covers {share:.1%} of the picture",
        "border": "{label} is a frame along the border of the picture",
        "box": "a region of {label} is an upright box at the border",
    }
    for each in drawn:
        if each.shape:
            yield Finding(each.shape, each.frame, words[each.shape].format(label=each.label, share=each.share))
    classes: defaultdict[str, list[Drawn]] = defaultdict(list)
    for each in drawn:
        classes[each.label].append(each)
    known = {label: members for label, members in classes.items() if len(members) >= FEWEST}
    for members in known.values():
        yield from _large(members)
    yield from _alien(known)


def _empty(rows: Sequence[Row]) -> Iterator[Finding]:
    """Frames without a defect in a folder whose other pictures have one, such as a class's own folder."""
    folders: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        folders[PurePosixPath(row.image).parent.as_posix()].append(row)
    for folder, members in folders.items():
        defective = sum(bool(row.annotations) for row in members)
        if not len(members) >= FEWEST or not 0.8 * len(members) <= defective < len(members):
            continue
        for row in members:
            if not row.annotations:
                name = "/".join(PurePosixPath(folder).parts[-2:])
                detail = f"nothing is annotated; {defective:,} of {len(members):,} pictures of {name} have a defect"
                yield Finding("empty", row.frame, detail)


def _shape(marked: NDArray[np.uint8], share: float) -> str:
    height, width = marked.shape
    if share >= WHOLE:
        return "whole"
    inner = marked[round(BAND * height) : height - round(BAND * height), round(BAND * width) : -round(BAND * width)]
    sides = (marked[0].mean(), marked[-1].mean(), marked[:, 0].mean(), marked[:, -1].mean())
    if not inner.any() and min(sides) > 0.9:
        return "border"
    count, _, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=8)
    for left, top, wide, high, area in stats[1:count]:
        at_border = left == 0 or top == 0 or left + wide == width or top + high == height
        if at_border and min(wide, high) >= BOX_PX and area >= BOX * wide * high:
            return "box"
    return ""


def _looks(marked: NDArray[np.uint8], grey: NDArray[np.uint8]) -> tuple[float, float, float]:
    hw = (grey.shape[0], grey.shape[1])
    here = cv2.resize(marked, hw[::-1], interpolation=cv2.INTER_NEAREST) > 0
    around = cv2.dilate(here.astype(np.uint8), np.ones((9, 9), np.uint8)) > here
    contrast = float(grey[here].mean() - grey[around].mean()) if here.any() and around.any() else 0.0
    points = cv2.findNonZero(marked)
    _, (wide, high), _ = cv2.minAreaRect(points)
    slender = (max(wide, high) + 1) / (min(wide, high) + 1)
    return math.log(float(marked.mean())), math.log(slender), contrast / max(float(grey.std()), 1.0)


def _large(members: Sequence[Drawn]) -> Iterator[Finding]:
    centre, spread = centre_and_spread([each.looks[0] for each in members])
    for each in members:
        if each.looks[0] > centre + max(SPREADS * spread, math.log(TIMES)):
            times = math.exp(each.looks[0] - centre)
            detail = f"{each.label} covers {each.share:.1%} of the picture, {times:.0f} times what is usual"
            yield Finding("large", each.frame, detail)


def _alien(known: Mapping[str, Sequence[Drawn]]) -> Iterator[Finding]:
    """Regions far from their own class and well within another one, in size, slenderness and contrast."""
    usual = {
        label: [centre_and_spread(values) for values in zip(*(each.looks for each in members), strict=True)]
        for label, members in known.items()
    }

    def distance(each: Drawn, label: str) -> float:
        parts = zip(each.looks, usual[label], strict=True)
        return max(abs(value - centre) / max(spread, 0.15) for value, (centre, spread) in parts)

    for label, members in known.items():
        for each in members:
            others = {other: distance(each, other) for other in known if other != label}
            if not others or distance(each, label) < ALIEN:
                continue
            other = min(others, key=others.__getitem__)
            if others[other] <= OWN:
                yield Finding("class", each.frame, f"what is drawn as {label} looks like {other}")
