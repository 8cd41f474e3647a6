"""The truth about a frame: which flaws of its part are marked on it, and why the others are not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.booth.labelme import Painted
from scuff.booth.light import ENVIRONMENT
from scuff.booth.lighting import Lighting
from scuff.booth.render import Rendering, SeenFlaw


@dataclass(frozen=True, slots=True)
class Truth:
    """What is marked on a frame.

    Attributes:
        mask: H×W, uint8: 0 for sound metal, else the value of the class.
        painted: The marked flaws.
        left_out: Why a flaw is not marked, by its id.
    """

    mask: NDArray[np.uint8]
    painted: tuple[Painted, ...]
    left_out: Mapping[int, str]


def truth_of(rendering: Rendering, lighting: Lighting, min_visibility: float) -> Truth:
    """Mark the flaws that can be seen in a frame.

    Args:
        rendering: Of the frame's part by its camera.
        lighting: Of the frame.
        min_visibility: A flaw that is less visible under each of the lit luminaires is not marked; 0 marks all.
    """
    painted, left_out = [], {}
    for flaw in rendering.flaws:
        shape = _painted(flaw, rendering.instances)
        if flaw.box_xyxy is None:
            left_out[flaw.id] = "is not in the frame"
        elif shape is None:
            left_out[flaw.id] = "lies under other flaws"
        elif (seen := visibility_under(flaw, lighting)) < min_visibility:
            left_out[flaw.id] = f"visibility {seen:.3g} is below {min_visibility:g}"
        else:
            painted.append(shape)
    kept = np.zeros(int(rendering.instances.max(initial=0)) + 1, np.uint8)
    kept[[flaw.id for flaw in painted]] = 1
    return Truth(rendering.mask * kept[rendering.instances], tuple(painted), left_out)


def visibility_under(flaw: SeenFlaw, lighting: Lighting) -> float:
    """Contrast to noise of a flaw under the lit luminaire that shows it best; of the environment where all is off.

    Next to a luminaire the environment is too dim to show anything.
    """
    return max(flaw.visibility[name] for name in lighting.lit or (ENVIRONMENT,))


def _painted(flaw: SeenFlaw, instances: NDArray[np.uint16]) -> Painted | None:
    """The pixels that a flaw has for itself; None for none."""
    if flaw.box_xyxy is None:
        return None
    left, top, right, bottom = flaw.box_xyxy
    own = instances[top:bottom, left:right] == flaw.id
    return Painted(flaw.id, flaw.kind, left, top, own) if own.any() else None
