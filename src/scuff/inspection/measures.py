"""How large a defect is, in pixels and in mm, and how much it stands out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.defect import Defect
from scuff.core.plane import Plane
from scuff.inspection.joining import Bridge, bridged
from scuff.inspection.skeleton import Points, centre_line

THIN = 3
"""So many times longer than it is wide, a region is measured along its middle, and not by the rectangle around it."""

COARSE_PX = 8
"""Thicker regions are thinned at a lower resolution, which takes less time and loses no length."""

STRIDE = 6
"""Pixels of the line along a region from one point of the way to the next."""

GUARD_PX, RING_PX = 2, 8
"""A defect is compared with the sound metal between these distances from it."""

MOST_PIXELS = 1000
"""Of a region, to work out the area of its pixels from; more would change nothing."""


@dataclass(frozen=True, slots=True)
class Region:
    """The pixels of a defect.

    Attributes:
        value: Class value.
        y: First row of its box, in the frame.
        x: First column of its box.
        inside: The pixels of the box that belong to it.
        bridges: What joins its pieces, in pixels of the box.
    """

    value: int
    y: int
    x: int
    inside: NDArray[np.bool_]
    bridges: Sequence[Bridge] = ()

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in the frame; right and bottom are the first ones outside."""
        height, width = self.inside.shape
        return self.x, self.y, self.x + width, self.y + height


@dataclass(frozen=True, slots=True)
class _Extent:
    """The way along a region, from tip to tip.

    Attributes:
        way: N×2 points (x, y), in the frame.
        width_px: Mean width.
        thin: Whether it is the line in the middle of a thin region; else the long side of a rectangle.
    """

    way: Points
    width_px: float
    thin: bool

    @property
    def length_px(self) -> float:
        return _way_length(self.way)


def measure(
    region: Region,
    label: str,
    score: float,
    plane: Plane | None = None,
    contrast: float | None = None,
    along: bool = True,
) -> Defect:
    """Measure a defect.

    A region at least ``THIN`` times as long as it is wide is measured along its middle, so that a bent scratch is as
    long as it is; its width is its area by its length. Any other is as long and as wide as the smallest rectangle
    around it. In mm, the way is mapped point by point, and the area pixel by pixel.

    Args:
        region: Its pixels.
        label: Its class.
        score: Its score.
        plane: The way from pixels to mm; ``None``: not known.
        contrast: As ``contrast_of`` gives it.
        along: Measure thin regions along their middle, which takes most of the time; else by the rectangle, too.
    """
    area_px, extent = int(np.count_nonzero(region.inside)), _extent(region, along)
    size_mm: dict[str, float] = {} if plane is None else _in_mm(region, extent, area_px, plane)
    return Defect(
        label=label,
        score=round(score, 6),
        box_xyxy=region.box_xyxy,
        polygons=_polygons(region),
        area_px=area_px,
        length_px=round(extent.length_px, 2),
        width_px=round(extent.width_px, 2),
        contrast=None if contrast is None else round(contrast, 4),
        **size_mm,
    )


def contrast_of(region: Region, pixels: NDArray[np.uint8], mask: NDArray[np.uint8]) -> float | None:
    """How much brighter a defect is than the sound metal around it: difference of mean grey values, 1 for white.

    Args:
        region: The defect.
        pixels: H×W×3, the frame.
        mask: H×W, 0 where the frame is sound.

    Returns:
        -1 to 1; ``None`` where there is no sound metal around it.
    """
    x0, y0, x1, y1 = region.box_xyxy
    rows = slice(max(0, y0 - RING_PX), min(mask.shape[0], y1 + RING_PX))
    columns = slice(max(0, x0 - RING_PX), min(mask.shape[1], x1 + RING_PX))
    inside = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    inside[y0 - rows.start : y1 - rows.start, x0 - columns.start : x1 - columns.start] = region.inside
    near, far = (cv2.dilate(inside, np.ones((2 * px + 1, 2 * px + 1), np.uint8)) for px in (GUARD_PX, RING_PX))
    around = (far > 0) & (near == 0) & (mask[rows, columns] == 0)
    if not around.any():
        return None
    grey = cv2.cvtColor(pixels[rows, columns], cv2.COLOR_RGB2GRAY)
    return float(grey[inside > 0].mean() - grey[around].mean()) / 255


def _extent(region: Region, along: bool) -> _Extent:
    whole = _whole(region)
    middle, sides, angle = cv2.minAreaRect(_rim(whole))
    long_px, short_px = max(sides) + 1.0, min(sides) + 1.0
    corner = np.array([region.x, region.y], np.float64)
    thickness = _thickness(whole) if along else long_px
    if long_px < THIN * thickness:
        turn = math.radians(angle if sides[0] >= sides[1] else angle + 90)
        half = long_px / 2 * np.array([math.cos(turn), math.sin(turn)])
        return _Extent(np.stack([middle - half, middle + half]) + corner, short_px, thin=False)
    way = _along(whole, thickness)
    # The line counts the bridges, too, which have no area worth mentioning.
    return _Extent(way + corner, np.count_nonzero(region.inside) / _way_length(way), thin=True)


def _thickness(whole: NDArray[np.bool_]) -> float:
    """Diameter of the largest disc within a region."""
    depth = cv2.distanceTransform(np.pad(whole, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return 2.0 * float(depth.max()) - 1.0


def _whole(region: Region) -> NDArray[np.bool_]:
    """The pixels of a region and of the bridges between its pieces, which make it connected."""
    return bridged(region.inside, region.bridges) if region.bridges else region.inside


def _along(whole: NDArray[np.bool_], thickness: float) -> Points:
    """The line in the middle of a thin region, from tip to tip."""
    coarse = max(1, math.ceil(thickness / 2 / COARSE_PX))
    line = centre_line(_pooled(whole, coarse)) * coarse + (coarse - 1) / 2
    # From pixel to pixel a line goes in eight directions, and so is up to 8 % too long; over some pixels it is not.
    way = np.concatenate([line[:-1:STRIDE], line[-1:]])
    reach = round(thickness) + STRIDE
    first, last = (_tip(whole, *end, reach) for end in _ends(way))
    return np.concatenate([first[None], way[1:-1], last[None]])


def _ends(way: Points) -> tuple[tuple[Points, Points], tuple[Points, Points]]:
    """Both ends of a way, each with the direction in which it leaves; of a single point, to both sides."""
    if len(way) == 1:
        return (way[0], np.array([-1.0, 0.0])), (way[0], np.array([1.0, 0.0]))
    return (way[0], way[0] - way[1]), (way[-1], way[-1] - way[-2])


def _tip(whole: NDArray[np.bool_], end: Points, along: Points, reach: int) -> Points:
    """Where a region ends in the direction of its line: at the far border of its last pixel there."""
    x, y = (max(0, round(float(value)) - reach) for value in end)
    near = np.argwhere(whole[y : y + 2 * reach + 1, x : x + 2 * reach + 1])[:, ::-1] + np.array([x, y]) - end
    direction = along / np.hypot(*along)
    return np.asarray(end + direction * (max(0.0, float((near @ direction).max(initial=0.0))) + 0.5))


def _pooled(inside: NDArray[np.bool_], factor: int) -> NDArray[np.bool_]:
    """Make a region smaller; a pixel is in it if any of those that it covers is."""
    height, width = inside.shape
    padded = np.pad(inside, ((0, -height % factor), (0, -width % factor)))
    return np.asarray(padded.reshape(-(-height // factor), factor, -(-width // factor), factor).any(axis=(1, 3)))


def _rim(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The first and the last pixel of each row; none is empty, since the region is connected."""
    rows, width = np.arange(len(inside)), inside.shape[1]
    first, last = inside.argmax(axis=1), width - 1 - inside[:, ::-1].argmax(axis=1)
    return np.stack([np.concatenate([first, last]), np.concatenate([rows, rows])], axis=1).astype(np.float32)


def _in_mm(region: Region, extent: _Extent, area_px: int, plane: Plane) -> dict[str, float]:
    corner = np.array([region.x, region.y])
    places = np.argwhere(region.inside)[:: max(1, area_px // MOST_PIXELS), ::-1] + corner
    area_mm2 = area_px * float(plane.pixel_mm2(places.astype(np.float64)).mean())
    if extent.thin:
        length_mm = _way_length(plane.to_mm(extent.way))
        width_mm = area_mm2 / length_mm
    else:
        width_mm, length_mm = sorted(cv2.minAreaRect(_corners_mm(region, plane))[1])
    return {"area_mm2": round(area_mm2, 4), "length_mm": round(length_mm, 4), "width_mm": round(width_mm, 4)}


def _corners_mm(region: Region, plane: Plane) -> NDArray[np.float32]:
    """The corners of the outermost pixels of a region, in mm."""
    rim = _rim(_whole(region)) + np.array([region.x, region.y])
    corners = np.concatenate([rim + np.array([x, y]) for x in (-0.5, 0.5) for y in (-0.5, 0.5)])
    return plane.to_mm(corners.astype(np.float64)).astype(np.float32)


def _way_length(way: Points) -> float:
    return float(np.hypot(*np.diff(way, axis=0).T).sum())


def _polygons(region: Region) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The outlines of its pieces, through the middles of their outermost pixels, to within a pixel."""
    lines, _ = cv2.findContours(region.inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outlines = [cv2.approxPolyDP(np.asarray(line, np.int32), 1.0, closed=True).reshape(-1, 2) for line in lines]
    return tuple(sorted(tuple((int(x) + region.x, int(y) + region.y) for x, y in outline) for outline in outlines))
