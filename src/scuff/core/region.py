"""Region of interest: where in a frame the part is; the rest is neither scored nor judged."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.polygon import ANY_CAMERA, polygon

INSIDE = 255


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A region as it was drawn last; frames of one camera have one size."""

    frame_hw: tuple[int, int]
    step: int
    inside: NDArray[np.uint8]


class Regions:
    """The regions of a recipe, by camera; may be used by several threads at once."""

    def __init__(self, points: Mapping[str, str]) -> None:
        """Take ``inspection.region`` of a recipe; without any entry, whole frames are inspected."""
        self._polygons = {camera: polygon(text) for camera, text in points.items()}
        self._last: dict[str, _Drawn] = {}

    def of(self, camera: str, frame_hw: tuple[int, int], step: int = 1) -> NDArray[np.uint8] | None:
        """Say which pixels of a frame are inspected.

        Args:
            camera: The one that took it.
            frame_hw: Height and width of the frame, H and W.
            step: Pixels of the frame per side of a pixel of its score map.

        Returns:
            Which pixels of the score map hold any of the region, ``INSIDE`` or 0: h×w = ⌈H / step⌉×⌈W / step⌉;
            ``None``: all.

        Raises:
            PictureError: There are regions, but none for this camera, or it does not lie in the frame.
        """
        if not self._polygons:
            return None
        entry = camera if camera in self._polygons else ANY_CAMERA
        if entry not in self._polygons:
            others = ", ".join(map(repr, self._polygons))
            raise PictureError(
                f"inspection.region has no entry for camera {camera!r}, only for {others}; "
                'add one, or one named "" for any camera'
            )
        last = self._last.get(entry)
        if last is None or (last.frame_hw, last.step) != (frame_hw, step):
            last = self._last[entry] = _Drawn(frame_hw, step, _pooled(self._draw(entry, frame_hw), step))
        return last.inside

    def _draw(self, entry: str, frame_hw: tuple[int, int]) -> NDArray[np.uint8]:
        points = self._polygons[entry]
        right, bottom = max(x for x, _ in points), max(y for _, y in points)
        where = f"inspection.region of {f'camera {entry!r}' if entry else 'any camera'}"
        if right > frame_hw[1] or bottom > frame_hw[0]:
            raise PictureError(
                f"{where} reaches to {right},{bottom}, beyond the frame of {frame_hw[1]}×{frame_hw[0]} pixels; "
                "draw it on a frame of this size"
            )
        drawn = np.zeros(frame_hw, np.uint8)
        cv2.fillPoly(drawn, [np.array(points, np.int32)], (INSIDE,))
        if not drawn.any():
            raise PictureError(f"{where} holds no pixel of it; draw it anew")
        return drawn


def _pooled(drawn: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """What step×step pixels are together: inside if any of them is."""
    for axis, length in enumerate(drawn.shape if step > 1 else ()):
        drawn = np.maximum.reduceat(drawn, range(0, length, step), axis=axis)
    return drawn
