"""Where the rays of a camera meet a part.

The depth of every eighth pixel is found by marching; it bounds the depths of the pixels between, so that those take
a few steps each. Depth is along the camera's axis, in mm.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Camera, Vector
from scuff.booth.form import Form, form_of
from scuff.booth.height import surface
from scuff.booth.kernel import kernel
from scuff.booth.rows import in_rows
from scuff.booth.shape import Shape
from scuff.booth.view import View, ray, view_of
from scuff.core.errors import BoothError

COARSE = 8
MARCH = 120
HALVINGS = 16
ABOVE_MM = 0.05
"""All of the part is below this height."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """What a camera sees of a shape; the same for all parts of that shape, and costly enough to keep.

    Attributes:
        shape: The shape.
        camera: The camera.
        depth_mm: H×W, float32.
    """

    shape: Shape
    camera: Camera
    depth_mm: NDArray[np.float32]

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width of the frame, in pixels."""
        return self.depth_mm.shape[0], self.depth_mm.shape[1]


def geometry_of(shape: Shape, camera: Camera, hw: tuple[int, int]) -> Geometry:
    """Find out where each pixel's ray meets a shape.

    Raises:
        BoothError: The camera does not look down on all that is in its frame.
    """
    form, view = form_of(shape), view_of(camera, hw)
    _check_looks_down(camera, view, hw)
    coarse_hw = (-(-hw[0] // COARSE) + 1, -(-hw[1] // COARSE) + 1)
    coarse = np.empty(coarse_hw, np.float32)
    in_rows(lambda first, last: _march_corners(view, form, coarse, first, last), coarse_hw[0])
    window = np.ones((3, 3), np.uint8)
    nearest = np.asarray(cv2.erode(coarse, window), dtype=np.float32)
    farthest = np.asarray(cv2.dilate(coarse, window), dtype=np.float32)
    depth = np.empty(hw, np.float32)
    in_rows(lambda first, last: _refine(view, form, nearest, farthest, depth, first, last), hw[0])
    return Geometry(shape, camera, depth)


def _check_looks_down(camera: Camera, view: View, hw: tuple[int, int]) -> None:
    corners = [ray(view, float(x), float(y)) for x in (0, hw[1]) for y in (0, hw[0])]
    if camera.position_mm[2] <= ABOVE_MM or max(direction[2] for direction in corners) >= 0:
        raise BoothError(
            f"camera {camera.name!r} does not look down on all of its frame; it must stand above the part "
            "and see no horizon"
        )


@kernel
def clearance(pupil: Vector, direction: Vector, depth: float, form: Form) -> float:
    """How far a point of a ray is above the part, in mm."""
    return (
        pupil[2]
        + depth * direction[2]
        - surface(pupil[0] + depth * direction[0], pupil[1] + depth * direction[1], form)[0]
    )


@kernel
def march(origin: Vector, direction: Vector, start: float, end: float, steps: int, form: Form) -> float:
    """Go along a ray until it is below the part; returns the depth there, or -1 where it never is."""
    width = (end - start) / steps
    for step in range(1, steps + 1):
        below = start + step * width
        if clearance(origin, direction, below, form) < 0:
            above = below - width
            for _ in range(HALVINGS):
                middle = 0.5 * (above + below)
                if clearance(origin, direction, middle, form) < 0:
                    below = middle
                else:
                    above = middle
            return 0.5 * (above + below)
    return -1.0


@kernel
def _march_all(pupil: Vector, direction: Vector, form: Form) -> float:
    """Depth at which a ray that comes from above meets the part, or the plane below it."""
    start = (ABOVE_MM - pupil[2]) / direction[2]
    end = (form.lowest - pupil[2]) / direction[2]
    found = march(pupil, direction, start, end, MARCH, form)
    return end if found < 0 else found


@kernel
def _march_corners(view: View, form: Form, depth: NDArray[np.float32], first: int, last: int) -> None:
    for row in range(first, last):
        for column in range(depth.shape[1]):
            direction = ray(view, float(column * COARSE), float(row * COARSE))
            depth[row, column] = _march_all(view.pupil, direction, form)


@kernel
def _refine(
    view: View,
    form: Form,
    nearest: NDArray[np.float32],
    farthest: NDArray[np.float32],
    depth: NDArray[np.float32],
    first: int,
    last: int,
) -> None:
    for row in range(first, last):
        for column in range(depth.shape[1]):
            corner = (row + COARSE // 2) // COARSE, (column + COARSE // 2) // COARSE
            direction = ray(view, column + 0.5, row + 0.5)
            start, end = nearest[corner] - 0.3, farthest[corner] + 0.3
            found = -1.0
            if clearance(view.pupil, direction, start, form) > 0:
                steps = min(max(int((end - start) / 2.0), 1), MARCH)
                found = _between(view.pupil, direction, start, end, steps, form)
            depth[row, column] = _march_all(view.pupil, direction, form) if found < 0 else found


@kernel
def _between(origin: Vector, direction: Vector, start: float, end: float, steps: int, form: Form) -> float:
    """Like ``march``, but fast where the surface is nearly flat: by regula falsi (Illinois)."""
    width = (end - start) / steps
    above, over = start, clearance(origin, direction, start, form)
    for step in range(1, steps + 1):
        below = start + step * width
        under = clearance(origin, direction, below, form)
        if under < 0:
            side = 0
            for _ in range(HALVINGS):
                middle = below - under * (below - above) / (under - over)
                here = clearance(origin, direction, middle, form)
                if abs(here) < 1e-3:
                    return middle
                if here < 0:
                    below, under = middle, here
                    if side == -1:
                        over *= 0.5
                    side = -1
                else:
                    above, over = middle, here
                    if side == 1:
                        under *= 0.5
                    side = 1
            return 0.5 * (above + below)
        above, over = below, under
    return -1.0
