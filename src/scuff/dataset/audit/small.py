"""The small copy of a frame that the audit compares, and what all pictures of one camera have in common."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.texture import COARSEST_PX, Texture, packed, small_grey, telling, texture, unpacked

FEWEST = 4
"""Pictures of one size and camera from which it can be said what they have in common."""

SURELY = 2.0
"""How many times stronger their mean must be than chance would leave it, before it is taken for common."""


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """A small copy of a frame.

    Attributes:
        texture: H×W, packed.
        telling: H×W; where there is something to compare.
        full_hw: Height and width of the frame itself.
        kind: Pictures of the same kind may have the part's outline in common: camera and size.
    """

    texture: NDArray[np.int8]
    telling: NDArray[np.bool_]
    full_hw: tuple[int, int]
    kind: str

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width of the copy."""
        return (self.texture.shape[0], self.texture.shape[1])


def small_copy(picture: NDArray[np.uint8], camera: str) -> Small:
    """Make the small copy of a frame (H×W×3, RGB)."""
    grey = small_grey(picture)
    height, width = picture.shape[:2]
    return Small(packed(texture(grey)), telling(grey), (height, width), f"{camera} {width}×{height}")


def without_common(copies: Sequence[Small]) -> list[Small]:
    """Take away what the pictures of one camera and size have in common, such as the outline of the part.

    A fixed camera sees every part at the same place, and their edges agree although the parts are others. What is left
    is what one part has and the others have not. Fewer than ``FEWEST`` pictures are left as they are.

    Args:
        copies: Of different files; exact copies would look common.
    """
    kinds: defaultdict[str, list[int]] = defaultdict(list)
    for index, copy in enumerate(copies):
        kinds[copy.kind].append(index)
    result = list(copies)
    for members in kinds.values():
        if len(members) < FEWEST:
            continue
        common = _common([copies[index].texture for index in members])
        for index in members:
            result[index] = replace(copies[index], texture=packed(unpacked(copies[index].texture) - common))
    return result


def _common(textures: Sequence[NDArray[np.int8]]) -> Texture:
    """The mean of textures (each H×W), where it is more than chance; elsewhere 0 (a Wiener filter)."""
    number = len(textures)
    mean = np.zeros(textures[0].shape, np.float32)
    power = np.zeros_like(mean)
    for packed_values in textures:
        values = unpacked(packed_values)
        mean += values / number
        power += values**2 / number
    strength = _smooth(mean**2)
    chance = np.maximum(_smooth(power) - strength, 0) / (number - 1)
    weight = np.maximum(0, 1 - SURELY * chance / np.maximum(strength, 1e-6))
    return np.asarray(mean * weight, np.float32)


def _smooth(values: Texture) -> Texture:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), COARSEST_PX), np.float32)
