"""A camera ready for the kernels: which ray belongs to a pixel."""

from typing import NamedTuple

from scuff.booth.camera import Camera, Vector
from scuff.booth.kernel import kernel

ROUNDS = 4
"""Rounds of the inversion of the distortion, which is small."""


class View(NamedTuple):
    """A camera as numbers: a pixel's ray is forward + right·x/focal + down·y/focal, from the pupil."""

    pupil: Vector
    right: Vector
    down: Vector
    forward: Vector
    focal_px: float
    middle_px: tuple[float, float]
    distortion: tuple[float, float]


def view_of(camera: Camera, hw: tuple[int, int]) -> View:
    """Turn a camera with frames of height and width ``hw`` into numbers; see ``form_of``."""
    right, down, forward = (_vector(axis) for axis in camera.axes.tolist())
    return View(
        _vector(camera.position_mm),
        right,
        down,
        forward,
        camera.focal_px(hw),
        (hw[1] / 2, hw[0] / 2),
        (float(camera.distortion[0]), float(camera.distortion[1])),
    )


def _vector(values: tuple[float, ...] | list[float]) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])


@kernel
def ray(view: View, x_px: float, y_px: float) -> Vector:
    """Direction of the ray of a place in a frame; its part along the camera's axis is 1."""
    drawn_x = (x_px - view.middle_px[0]) / view.focal_px
    drawn_y = (y_px - view.middle_px[1]) / view.focal_px
    x, y = drawn_x, drawn_y
    for _ in range(ROUNDS):
        square = x * x + y * y
        stretch = 1 + square * (view.distortion[0] + square * view.distortion[1])
        x, y = drawn_x / stretch, drawn_y / stretch
    return (
        view.forward[0] + x * view.right[0] + y * view.down[0],
        view.forward[1] + x * view.right[1] + y * view.down[1],
        view.forward[2] + x * view.right[2] + y * view.down[2],
    )
