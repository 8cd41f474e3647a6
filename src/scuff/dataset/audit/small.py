"""The small copy of a frame that the audit compares, and what all pictures of one camera have in common."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scuff.dataset.audit.texture import packed, small_grey, telling, texture, unpacked

FEWEST = 12
"""Pictures of one size and camera from which it can be said what they have in common."""

COMMON = 0.04
"""Share of the texture's power that must be common before it is taken away: chance leaves about 1 / pictures."""


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
        mean = np.zeros(copies[members[0]].hw, np.float32)
        power = 0.0
        for index in members:
            values = unpacked(copies[index].texture)
            mean += values / len(members)
            power += float((values**2).mean()) / len(members)
        if float((mean**2).mean()) - power / len(members) > COMMON * power:
            for index in members:
                left = packed(unpacked(copies[index].texture) - mean)
                result[index] = replace(copies[index], texture=left)
    return result
