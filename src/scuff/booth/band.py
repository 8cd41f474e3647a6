"""The marks of a part in a band of rows: where each lies, what it changes, and which pixels are its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Camera
from scuff.booth.form import Form
from scuff.booth.height import surface
from scuff.booth.indirect import frame_at
from scuff.booth.maps import FLAW, SOIL, Maps, apply
from scuff.booth.steel import Steel
from scuff.booth.surface import Mark, Values
from scuff.booth.view import view_of

Pixels = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a mark lies on a part.

    Attributes:
        mark: The mark.
        id: Its id where it is a flaw, 0 for a distractor.
        point_mm: Its place.
        axes: Along the finish, across it, and the normal there, 3×3, one a row.
        box_xyxy: Pixels that it can reach; right and bottom are exclusive.
    """

    mark: Mark
    id: int
    point_mm: NDArray[np.float64]
    axes: NDArray[np.float64]
    box_xyxy: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Footprint:
    """The pixels of a flaw in a band: its own, and sound ones around it to compare with."""

    id: int
    own: Pixels
    around: Pixels


def anchor_of(mark: Mark, number: int, form: Form, steel: Steel, camera: Camera, hw: tuple[int, int]) -> Anchor:
    """Find out where a mark lies on the part and in the frame."""
    x, y = map(float, mark.xy_mm)
    z, slope_x, slope_y = surface(x, y, form)
    frame, _ = frame_at((x, y, z), slope_x, slope_y, view_of(camera, hw).pupil, form, steel)
    point, axes = np.array(frame.point), np.array([frame.along, frame.across, frame.normal])
    (middle,) = camera.project(point[None], hw)
    depth = float((point - camera.position_mm) @ camera.axes[2])
    reach = mark.reach_mm * camera.focal_px(hw) / depth * 1.15 + 8
    left, top = (max(0, int(value - reach)) for value in middle)
    right, bottom = (min(size, max(0, int(value + reach) + 1)) for value, size in zip(middle, hw[::-1], strict=True))
    return Anchor(mark, number, point, axes, (left, top, right, bottom))


def lay(
    anchor: Anchor,
    points: NDArray[np.float32],
    metal: NDArray[np.bool_],
    row0: int,
    pixel_mm: float,
    soil: Maps,
    marks: Maps,
) -> Footprint | None:
    """Lay a mark on a band of rows.

    Args:
        anchor: The mark.
        points: B×W×3, places of the band's pixels, in mm.
        metal: B×W, whether a pixel is metal.
        row0: The band's first row in the frame.
        pixel_mm: Width of a pixel.
        soil: Maps of all that is sound, changed by a distractor.
        marks: Maps of everything, changed by every mark.

    Returns:
        The pixels of a flaw; None for a distractor, or where nothing is within the band.
    """
    left, top, right, bottom = anchor.box_xyxy
    top, bottom = max(top - row0, 0), min(bottom - row0, points.shape[0])
    if left >= right or top >= bottom:
        return None
    window = np.s_[top:bottom, left:right]
    away = points[window] - anchor.point_mm.astype(np.float32)
    p, q, height = (away @ axis.astype(np.float32) for axis in anchor.axes)
    on_surface = np.abs(height) < max(0.25 * anchor.mark.reach_mm, 2.0)
    near = anchor.mark.near(p, q, pixel_mm) & on_surface & metal[window]
    rows, columns = np.nonzero(near)
    if not rows.size:
        return None
    change = anchor.mark.change(_values(p[near]), _values(q[near]), pixel_mm)
    at = rows + top, columns + left
    apply(marks, at, change, FLAW if anchor.mark.is_flaw else SOIL)
    if not anchor.mark.is_flaw or change.marked is None:
        apply(soil, at, change, SOIL)
        return None
    own, around = change.marked, ~change.marked
    return Footprint(anchor.id, (at[0][own], at[1][own]), (at[0][around], at[1][around]))


def _values(values: NDArray[np.float32]) -> Values:
    return np.ascontiguousarray(values, dtype=np.float32)
