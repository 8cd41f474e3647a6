"""How one picture lies in another that shares features with it: turn, scale and shift, and maybe a mirror."""

import cv2
import numpy as np

from scuff.dataset.audit.features import Features, mirrored
from scuff.dataset.audit.motion import Matrix

LIKE = 0.85
"""Product of two descriptions from which two features may be the same place."""

FEWEST = 4
"""Features that must agree on one motion; two fix it, so two bear witness."""

OFF_PX = 3.0
"""How far a feature may lie from where the others say that it should."""

SCALES = (0.2, 5.0)


def align(first: Features, second: Features, in_a_mirror: bool, second_width_px: int) -> Matrix | None:
    """Find the motion that most features agree on.

    Args:
        first: Of the picture that the second is laid on.
        second: Of the other one.
        in_a_mirror: The second shows the first in a mirror.
        second_width_px: Width of the second small picture.

    Returns:
        From the second to the first, in pixels of the small pictures; ``None`` where too few agree.
    """
    described = mirrored(second.described) if in_a_mirror else second.described
    likeness = first.described @ described.T
    best, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
    own = np.arange(len(best))
    same = (back[best] == own) & (likeness[own, best] > LIKE)
    if np.count_nonzero(same) < FEWEST:
        return None
    flip = np.array([[-1.0, 0.0, second_width_px - 1.0], [0.0, 1.0, 0.0]]) if in_a_mirror else np.eye(2, 3)
    there = second.xy[best[same]] @ flip[:, :2].T + flip[:, 2]
    moved, agree = cv2.estimateAffinePartial2D(there, first.xy[same], ransacReprojThreshold=OFF_PX)
    if moved is None or np.count_nonzero(agree) < FEWEST:
        return None
    scale = float(np.hypot(moved[0, 0], moved[1, 0]))
    if not SCALES[0] < scale < SCALES[1]:
        return None
    # First the flip, then the motion.
    return np.column_stack([moved[:, :2] @ flip[:, :2], moved[:, :2] @ flip[:, 2] + moved[:, 2]])
