"""Pictures of one view under several lightings as the channels of one."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.pixel_format import FEWEST_FUSED, MOST_FUSED


def fuse(pictures: Sequence[NDArray[np.uint8]], where: str = "picture") -> NDArray[np.uint8]:
    """Make one picture of two or three, whose channels are their grey values.

    With two, the third channel is the lesser of both: what no highlight overexposes. Metal has hardly any colour, so
    little is lost, and a network sees how each place answers to each light.

    Args:
        pictures: H×W×3, RGB; of one view that nothing moved in, in the order of the channels.
        where: What they are of, for messages.

    Returns:
        H×W×3.

    Raises:
        PictureError: They differ in size, or are more or fewer than can be fused.
    """
    if not FEWEST_FUSED <= len(pictures) <= MOST_FUSED:
        raise PictureError(f"{where}: {len(pictures)} lightings cannot be fused; give {FEWEST_FUSED} or {MOST_FUSED}")
    sizes = {picture.shape[:2] for picture in pictures}
    if len(sizes) > 1:
        listed = " and ".join(f"{width}×{height}" for height, width in sorted(sizes))
        raise PictureError(
            f"{where}: its lightings have pictures of {listed} pixels, and one view has one size; take them again"
        )
    fused = np.empty((*sizes.pop(), 3), np.uint8)
    for channel, picture in enumerate(pictures):
        fused[..., channel] = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if len(pictures) < MOST_FUSED:
        np.minimum(fused[..., 0], fused[..., 1], out=fused[..., 2])
    return fused
