"""The scenes of the simulated booth in Mitsuba 3, a path tracer: the yardstick for the booth's own shader.

The part is a mesh of single triangles, whose texture coordinates turn the finish into its direction. The finish is a
blend of two rough conductors (Gaussian slopes and their tail) and of something diffuse. Mitsuba's scalar variant is
fast enough and, unlike the others, needs no LLVM.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.booth.camera import Camera
from scuff.booth.finish import Finish
from scuff.booth.form import Form, form_of
from scuff.booth.height import surface
from scuff.booth.kernel import kernel
from scuff.booth.light import Luminaire
from scuff.booth.shading import TAIL
from scuff.booth.shape import Shape
from scuff.booth.steel import Steel, direction, steel_of

STEP_MM = 0.75
"""Width of the mesh; its normals are those of the shape, and Mitsuba interpolates them."""

ETA, K = 2.76, 3.40
"""Refraction and extinction of a metal that reflects 57 % of what comes from in front: steel."""

DEPTH = 7
"""Luminaire, metal, metal, metal, … camera: as many legs a path has at most."""


def traced(
    shape: Shape, finish: Finish, camera: Camera, lights: Sequence[Luminaire], hw: tuple[int, int], samples: int
) -> NDArray[np.float32]:
    """Trace the radiance that the pixels of an ideal camera get from a part in an otherwise black booth.

    The test that asks for it is skipped where Mitsuba is not installed.

    Args:
        shape: Of the part.
        finish: Of its metal; streaks, hairlines and waves are left out.
        camera: Who looks; an ideal one, without distortion, blur, vignetting and glare.
        lights: The luminaires, each with a radiance of 1.
        hw: Height and width of the frame.
        samples: Paths per pixel.

    Returns:
        H×W.
    """
    mitsuba = pytest.importorskip("mitsuba", reason="the path tracer is missing: pip install scuff[realism]")
    mitsuba.set_variant("scalar_rgb")
    scene = {
        "type": "scene",
        "integrator": {"type": "path", "max_depth": DEPTH},
        "sensor": _sensor(mitsuba, camera, hw),
        "part": _mesh(mitsuba, shape, finish),
        **{light.name: _rectangle(mitsuba, light) for light in lights},
    }
    picture = mitsuba.render(mitsuba.load_dict(scene), spp=samples, seed=1)
    return np.asarray(picture, dtype=np.float32)[..., 0]


def _sensor(mitsuba: Any, camera: Camera, hw: tuple[int, int]) -> dict[str, Any]:
    pose = mitsuba.ScalarTransform4f().look_at(
        origin=list(camera.position_mm), target=list(camera.look_at_mm), up=list(camera.up)
    )
    return {
        "type": "perspective",
        "fov": math.degrees(2 * math.atan(0.5 * camera.view_mm / camera.distance_mm)),
        "fov_axis": "x",
        "near_clip": 10.0,
        "far_clip": 5000.0,
        "to_world": pose,
        "film": {
            "type": "hdrfilm",
            "height": hw[0],
            "width": hw[1],
            "pixel_format": "luminance",
            "component_format": "float32",
            "rfilter": {"type": "box"},
        },
        "sampler": {"type": "independent"},
    }


def _rectangle(mitsuba: Any, light: Luminaire) -> dict[str, Any]:
    """A luminaire; Mitsuba's rectangle reaches from -1 to 1 along x and y and shines along z."""
    pose = np.eye(4)
    pose[:3, :3] = (light.axes * np.array([[light.size_mm[0] / 2], [light.size_mm[1] / 2], [1.0]])).T
    pose[:3, 3] = light.centre_mm
    transform = mitsuba.ScalarTransform4f(pose)
    return {"type": "rectangle", "to_world": transform, "emitter": {"type": "area", "radiance": 1.0}}


def _metal(finish: Finish) -> dict[str, Any]:
    """The finish; what is diffuse in it is not taken from what is glossy."""

    def glossy(stretch: float) -> dict[str, Any]:
        return {
            "type": "roughconductor",
            "distribution": "beckmann",
            "alpha_u": stretch * finish.rough_along,
            "alpha_v": stretch * finish.rough_across,
            "eta": ETA,
            "k": K,
            "specular_reflectance": 1 / (1 - finish.haze),
        }

    slopes = {"type": "blendbsdf", "weight": finish.tail, "core": glossy(1.0), "wide": glossy(math.sqrt(TAIL))}
    return {"type": "blendbsdf", "weight": finish.haze, "a": slopes, "b": {"type": "diffuse", "reflectance": 1.0}}


def _mesh(mitsuba: Any, shape: Shape, finish: Finish) -> Any:
    places, normals, turned = triangles(shape, finish)
    properties = mitsuba.Properties()
    properties["finish"] = mitsuba.load_dict(_metal(finish))
    mesh = mitsuba.Mesh(
        "part",
        vertex_count=3 * len(places),
        face_count=len(places),
        has_vertex_normals=True,
        has_vertex_texcoords=True,
        props=properties,
    )
    buffers = mitsuba.traverse(mesh)
    buffers["vertex_positions"] = places.ravel()
    buffers["vertex_normals"] = normals.ravel()
    buffers["vertex_texcoords"] = turned.ravel()
    buffers["faces"] = np.arange(3 * len(places), dtype=np.uint32)
    buffers.update()
    return mesh


def triangles(shape: Shape, finish: Finish) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The mesh of a part: T×3×3 places and normals of the corners, and T×3×2 ways along and across the finish."""
    form = form_of(shape)
    middle_x, middle_y, half_x, half_y, _ = form.outline
    x = middle_x + half_x * np.linspace(-1, 1, round(2 * half_x / STEP_MM) + 1)
    y = middle_y + half_y * np.linspace(-1, 1, round(2 * half_y / STEP_MM) + 1)
    places, normals = np.empty((len(y), len(x), 3)), np.empty((len(y), len(x), 3))
    _corners(x, y, form, places, normals)
    corners, up = _cut(places), _cut(normals)
    turned = np.empty((len(corners), 3, 2))
    _turn(corners, up, form, steel_of(finish), turned)
    return corners.astype(np.float32), up.astype(np.float32), turned.astype(np.float32)


def _cut(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut the cells of a grid of vectors into triangles, T×3×3."""
    lower_left, lower_right, upper_left, upper_right = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    lower = np.stack([lower_left, lower_right, upper_right], axis=2)
    upper = np.stack([lower_left, upper_right, upper_left], axis=2)
    return np.concatenate([lower.reshape(-1, 3, 3), upper.reshape(-1, 3, 3)])


@kernel
def _corners(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    form: Form,
    places: NDArray[np.float64],
    normals: NDArray[np.float64],
) -> None:
    for row in range(len(y)):
        for column in range(len(x)):
            z, slope_x, slope_y = surface(x[column], y[row], form)
            unit = 1 / math.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
            place, normal = (x[column], y[row], z), (-slope_x * unit, -slope_y * unit, unit)
            for axis in range(3):
                places[row, column, axis], normals[row, column, axis] = place[axis], normal[axis]


@kernel
def _turn(
    corners: NDArray[np.float64], normals: NDArray[np.float64], form: Form, steel: Steel, turned: NDArray[np.float64]
) -> None:
    """Lay each triangle out along and across the finish in its middle."""
    for triangle in range(len(corners)):
        x, y = corners[triangle, :, 0].mean(), corners[triangle, :, 1].mean()
        up = (normals[triangle, :, 0].mean(), normals[triangle, :, 1].mean(), normals[triangle, :, 2].mean())
        unit = 1 / math.sqrt(up[0] * up[0] + up[1] * up[1] + up[2] * up[2])
        normal = (up[0] * unit, up[1] * unit, up[2] * unit)
        along, _ = direction(x, y, normal, form, steel)
        across = (
            normal[1] * along[2] - normal[2] * along[1],
            normal[2] * along[0] - normal[0] * along[2],
            normal[0] * along[1] - normal[1] * along[0],
        )
        for corner in range(3):
            u, v = 0.0, 0.0
            for axis in range(3):
                way = corners[triangle, corner, axis] - corners[triangle, 0, axis]
                u += way * along[axis]
                v += way * across[axis]
            turned[triangle, corner, 0], turned[triangle, corner, 1] = u, v
