"""The truth about a frame: which flaws of its part are marked on it, and why the others are not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.labelme import Painted
from scuff.booth.light import ENVIRONMENT
from scuff.booth.lighting import Lighting
from scuff.booth.marks.classes import CLASSES
from scuff.booth.render import Rendering, SeenFlaw

Number = TypeVar("Number", bound=np.generic)


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
    marked, left_out = [], {}
    for flaw in rendering.flaws:
        if flaw.box_xyxy is None:
            left_out[flaw.id] = "is not in the frame"
        elif (seen := visibility_under(flaw, lighting)) < min_visibility:
            left_out[flaw.id] = f"visibility {seen:.3g} is below {min_visibility:g}"
        else:
            marked.append(flaw)
    mask, instances = np.zeros_like(rendering.mask), np.zeros_like(rendering.instances)
    for flaw in sorted(marked, key=lambda flaw: -flaw.size_mm[0] * flaw.size_mm[1]):  # the finer over the coarser
        _within(mask, flaw)[flaw.own] = 1 + CLASSES.index(flaw.kind)
        _within(instances, flaw)[flaw.own] = flaw.id
    painted = [Painted(flaw.id, flaw.kind, *_corner(flaw), _within(instances, flaw) == flaw.id) for flaw in marked]
    hidden = {flaw.id: "lies under other flaws" for flaw in painted if not flaw.pixels.any()}
    return Truth(mask, tuple(flaw for flaw in painted if flaw.id not in hidden), left_out | hidden)


def _corner(flaw: SeenFlaw) -> tuple[int, int]:
    return flaw.box_xyxy[:2] if flaw.box_xyxy else (0, 0)


def _within(plane: NDArray[Number], flaw: SeenFlaw) -> NDArray[Number]:
    """The part of a plane that a flaw's box encloses."""
    left, top, right, bottom = flaw.box_xyxy or (0, 0, 0, 0)
    return plane[top:bottom, left:right]


def visibility_under(flaw: SeenFlaw, lighting: Lighting) -> float:
    """Contrast to noise of a flaw under the lit luminaire that shows it best; of the environment where all is off.

    Next to a luminaire the environment is too dim to show anything.
    """
    return max(flaw.visibility[name] for name in lighting.lit or (ENVIRONMENT,))
