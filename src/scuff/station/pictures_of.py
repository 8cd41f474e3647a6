"""From what a rig took of a part to the pictures that a network sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.fusion import fuse
from scuff.core.picture import to_rgb
from scuff.core.pixel_format import genicam_format
from scuff.core.recipe import Recipe
from scuff.station.capture import Capture
from scuff.station.raw_frame import RawFrame


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to inspect.

    Attributes:
        camera: The camera that took it.
        name: Of part, camera and, where a camera has several, lighting; as `scuff booth render` names files.
        pixels: H×W×3, RGB; or the grey values of the lightings that ``frames.fused`` names.
    """

    camera: str
    name: str
    pixels: NDArray[np.uint8]


def pictures_of(capture: Capture, recipe: Recipe) -> tuple[Picture, ...]:
    """Make the pictures of a part that are inspected.

    Args:
        capture: A complete capture set; what an incomplete one lacks is not noticed here.
        recipe: Says by ``frames.fused`` which lightings become one picture; frames under others are not inspected.

    Returns:
        A picture of each camera, or one of each camera and lighting; by camera, in the order of the frames.

    Raises:
        PictureError: A frame has a pixel format that scuff does not read, or values that do not belong to it; or a
            camera lacks a lighting to fuse.
    """
    by_camera: dict[str, list[RawFrame]] = {}
    for frame in capture.frames:
        by_camera.setdefault(frame.camera, []).append(frame)
    if recipe.frames.fused:
        return tuple(_fused(capture.part, frames, recipe.frames.fused) for frames in by_camera.values())
    return tuple(
        Picture(frame.camera, picture_name(capture.part, frame, several=len(frames) > 1), rgb(frame))
        for frames in by_camera.values()
        for frame in frames
    )


def rgb(frame: RawFrame) -> NDArray[np.uint8]:
    """Make of a frame what a network sees.

    Returns:
        H×W×3, RGB.

    Raises:
        PictureError: Its pixel format is none that scuff reads, or its values do not belong to it.
    """
    where = f"{frame.camera}, frame {frame.frame_id}"
    try:
        pixels = genicam_format(frame.pixel_format)
    except PictureError as error:
        raise PictureError(f"{where}: {error}") from error
    expected = np.uint8 if frame.pixel_format.endswith("8") else np.uint16
    if frame.pixels.dtype != expected:
        raise PictureError(
            f"{where}: has values of {frame.pixels.dtype}, which {frame.pixel_format} has not; "
            "its driver must unpack them first"
        )
    return to_rgb(frame.pixels, pixels, where)


def _fused(part: str, frames: Sequence[RawFrame], lightings: Sequence[str]) -> Picture:
    """Fuse the frames of one camera."""
    camera = frames[0].camera
    under = {frame.lighting: frame for frame in frames}
    if missing := [name for name in lightings if name not in under]:
        raise PictureError(
            f"{part}, {camera}: has no frame under {missing[0]!r}, which frames.fused names; "
            f"its lightings are {', '.join(under) or 'none'}"
        )
    pixels = fuse([rgb(under[name]) for name in lightings], f"{part}, {camera}")
    return Picture(camera, picture_name(part, frames[0], several=False), pixels)


def picture_name(part: str, frame: RawFrame, several: bool) -> str:
    """Name a frame's picture: by its lighting, too, where its camera takes several."""
    return "-".join([part, frame.camera, *([frame.lighting] if several else [])])
