"""The known defects of the parts that `scuff station tune` judges light by."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import StationError
from scuff.core.mask import OUTSIDE, SOUND
from scuff.core.picture import read_values
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import CameraSettings
from scuff.station.expectation import Truths
from scuff.station.opening import cameras_of, world_of


def masks_of(folder: Path, parts: Sequence[str], recipe: Recipe) -> Truths:
    """Read the masks of parts.

    Args:
        folder: Holds ``PART-CAMERA.png``, or ``PART-CAMERA-LIGHTING.png`` of several lightings, which are laid over
            each other: what shows under one of them is there.
        parts: Serial numbers.
        recipe: Names the cameras.

    Raises:
        StationError: A part has no mask of a camera, or masks of several sizes.
        PictureError: A mask cannot be read.
    """
    cameras = [camera.name for camera in cameras_of(recipe)]
    return {(part, camera): _mask(folder, f"{part}-{camera}") for part in parts for camera in cameras}


def simulated_truths(recipe: Recipe, parts: Sequence[str]) -> Truths:
    """What the simulated booth knows of its parts; empty where a camera looks at real ones."""
    cameras, world = cameras_of(recipe), world_of(recipe)
    if world is None or any(camera.driver != "simulated" for camera in cameras):
        return {}
    return {
        (part, camera.name): _seen(world.truth(part, camera.device or camera.name).mask, camera)
        for part in parts
        for camera in cameras
    }


def _seen(mask: NDArray[np.uint8], camera: CameraSettings) -> NDArray[np.uint8]:
    """The part of a mask that a camera reads out."""
    height, width = camera.height_px or mask.shape[0], camera.width_px or mask.shape[1]
    return mask[camera.top_px : camera.top_px + height, camera.left_px : camera.left_px + width]


def _mask(folder: Path, stem: str) -> NDArray[np.uint8]:
    files = sorted({*folder.glob(f"{stem}.png"), *folder.glob(f"{stem}-*.png")})
    if not files:
        raise StationError(
            f"--masks {folder}: has no {stem}.png; a sound part needs one, too, and LabelMe files become masks by "
            "`scuff import`"
        )
    masks = [read_values(path) for path in files]
    if len({mask.shape for mask in masks}) > 1 or masks[0].ndim != 2:
        raise StationError(f"--masks {folder}: the masks {stem}… must be grey or indexed, and of one size")
    known = np.maximum.reduce([np.where(mask == OUTSIDE, SOUND, mask) for mask in masks])
    return np.asarray(known > SOUND).view(np.uint8)
