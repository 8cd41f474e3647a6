"""The defects of a part, from the frames that show it: one that several frames show counts once."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from scuff.core.defect import Defect
from scuff.core.plane import Plane, Planes
from scuff.inspection.outlines import Outline

SURE = 2
"""Defects of two cameras may be one where they are so many times the error of their calibrations apart, or less."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in one frame of a part.

    Attributes:
        frame: Name of the frame.
        camera: The camera that took it.
        hw: Height and width of the frame, in pixels.
        defects: In the order of the frame's result.
    """

    frame: str
    camera: str
    hw: tuple[int, int]
    defects: Sequence[Defect]


@dataclass(frozen=True)
class Sighting:
    """A defect as one frame shows it.

    Attributes:
        defect: What was measured.
        frame: Name of the frame.
        number: Its number in the result of that frame, from 1.
        camera: The camera that took the frame.
        plane: Of that camera; ``None``: its scale is not known.
    """

    defect: Defect
    frame: str
    number: int
    camera: str
    plane: Plane | None

    @cached_property
    def outline_px(self) -> Outline:
        """Its outline in pixels of its camera."""
        return Outline([np.array(piece, np.float64) for piece in self.defect.polygons])

    @cached_property
    def outline_mm(self) -> Outline | None:
        """Its outline on the plane of the part, in mm; ``None`` without a scale."""
        if self.plane is None:
            return None
        return Outline([self.plane.to_mm(np.array(piece, np.float64)) for piece in self.defect.polygons])

    @property
    def box_mm(self) -> tuple[float, float, float, float]:
        """The box around its outline in mm, larger by what it may be wrong; needs a scale."""
        if self.outline_mm is None:
            raise ValueError("a sighting without a scale has no box in mm")
        left, top, right, bottom = self.outline_mm.box
        wrong = self.within_mm
        return left - wrong, top - wrong, right + wrong, bottom + wrong

    @property
    def within_mm(self) -> float:
        """How far its outline may be from where it really is: the error of the calibration, and a pixel."""
        if self.plane is None:
            return 0.0
        x0, y0, x1, y1 = self.defect.box_xyxy
        middle = np.array([[(x0 + x1) / 2, (y0 + y1) / 2]])
        return SURE * self.plane.residual_mm + math.sqrt(self.plane.pixel_mm2(middle)[0])


@dataclass(frozen=True, slots=True)
class PartDefect:
    """A defect of a part.

    Attributes:
        shown: As the frame shows it that shows most of it.
        also: The same in other frames.
    """

    shown: Sighting
    also: tuple[Sighting, ...] = ()

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """All of them; a defect is as bad as the worst of them."""
        return self.shown, *self.also


def part_defects(frames: Sequence[Seen], planes: Planes) -> list[PartDefect]:
    """Gather the defects of a part.

    Two sightings of one class are of one defect where their outlines touch: in pixels if one named camera took both
    frames, on the part, to within the error of their calibrations, if two cameras share a plane. Where one frame shows
    as two what another shows as one, they count as two.

    Args:
        frames: All that show the part, which did not move meanwhile.
        planes: Of the cameras.

    Returns:
        The defects, in the order of the frames and of their results.
    """
    sightings = [
        Sighting(defect, seen.frame, number, seen.camera, planes.of(seen.camera))
        for seen in frames
        for number, defect in enumerate(seen.defects, 1)
    ]
    order = {(sighting.frame, sighting.number): place for place, sighting in enumerate(sightings)}
    found = [defect for group in _groups(sightings) for defect in _told_apart(group)]
    return sorted(found, key=lambda each: order[each.shown.frame, each.shown.number])


def _groups(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Sightings that are the same as another, or as one that is, together."""
    group = list(range(len(sightings)))
    for one, other in _near(sightings):
        if group[one] != group[other] and _are_one(sightings[one], sightings[other]):
            old, new = group[one], group[other]
            group = [new if number == old else number for number in group]
    groups: dict[int, list[Sighting]] = {}
    for number, sighting in zip(group, sightings, strict=True):
        groups.setdefault(number, []).append(sighting)
    return list(groups.values())


def _near(sightings: Sequence[Sighting]) -> Iterator[tuple[int, int]]:
    """Pairs of sightings in different frames whose boxes touch, where one camera or one plane has both."""
    by_camera: dict[str, list[int]] = {}
    by_plane: dict[str, list[int]] = {}
    for place, each in enumerate(sightings):
        if each.camera:  # pictures of a camera that nobody named need not be of one view
            by_camera.setdefault(each.camera, []).append(place)
        if each.plane is not None and each.plane.name:
            by_plane.setdefault(each.plane.name, []).append(place)
    for places in by_camera.values():
        yield from _touching(sightings, places, [sightings[place].defect.box_xyxy for place in places])
    for places in by_plane.values():
        yield from _touching(sightings, places, [sightings[place].box_mm for place in places])


def _touching(
    sightings: Sequence[Sighting], places: Sequence[int], boxes_xyxy: Sequence[tuple[float, float, float, float]]
) -> Iterator[tuple[int, int]]:
    frames = [sightings[place].frame for place in places]
    if len(set(frames)) < 2:
        return
    numbers = np.unique(frames, return_inverse=True)[1]
    left, top, right, bottom = np.array(boxes_xyxy, np.float64).T
    for here in range(1, len(places)):
        before = slice(here)
        across = (left[before] <= right[here]) & (right[before] >= left[here])
        down = (top[before] <= bottom[here]) & (bottom[before] >= top[here])
        for there in np.flatnonzero(across & down & (numbers[before] != numbers[here])):
            yield places[here], places[int(there)]


def _are_one(one: Sighting, other: Sighting) -> bool:
    if one.defect.label != other.defect.label or one.frame == other.frame:
        return False
    if one.camera == other.camera:
        return one.outline_px.overlaps(other.outline_px)
    if not share_mm(one, other) or one.outline_mm is None or other.outline_mm is None:
        return False
    within = one.within_mm + other.within_mm
    return (
        one.outline_mm.box_distance(other.outline_mm) <= within and one.outline_mm.distance(other.outline_mm) <= within
    )


def across_mm(defect: PartDefect) -> float:
    """Length of a defect that several cameras of one plane show: from end to end of all that they show; else 0."""
    outlines = [sighting.outline_mm for sighting in defect.sightings]
    if len({sighting.camera for sighting in defect.sightings}) < 2 or None in outlines:
        return 0.0
    points = np.concatenate([piece for outline in outlines if outline is not None for piece in outline.pieces])
    return float(max(cv2.minAreaRect(points)[1]))


def share_mm(one: Sighting, other: Sighting) -> bool:
    """Whether places in mm mean the same for two sightings: one camera took both, or their cameras share a plane."""
    if one.plane is None or other.plane is None:
        return False
    return one.camera == other.camera != "" or one.plane.name == other.plane.name != ""


def _told_apart(group: Sequence[Sighting]) -> list[PartDefect]:
    """The defects of a group: as many as the frame has that shows most of them, or, of equals, the largest ones."""
    counts: Mapping[str, int] = Counter(sighting.frame for sighting in group)
    areas = Counter[str]()
    for sighting in group:
        areas[sighting.frame] += round(1e6 * (sighting.defect.area_mm2 or sighting.defect.area_px))
    best = max(counts, key=lambda frame: (counts[frame], areas[frame]))
    shown = [sighting for sighting in group if sighting.frame == best]
    also = tuple(sighting for sighting in group if sighting.frame != best)
    return [PartDefect(shown[0], also), *(PartDefect(sighting) for sighting in shown[1:])]
