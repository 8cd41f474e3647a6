"""The luminaires of the booth, and what else is bright in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.booth.camera import Vector

Tint = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Luminaire:
    """A flat rectangular luminaire with a diffuser; its radiance is 1 where its intensity is 1.

    Attributes:
        name: What tells it from the others.
        centre_mm: Its middle.
        aim_mm: A point that its normal goes through.
        along: Direction of its long side; what of it is not in its plane is left out.
        size_mm: Long and short side.
        tint: Of its light: red, green and blue, 1 for neutral.
    """

    name: str
    centre_mm: Vector
    aim_mm: Vector
    along: Vector
    size_mm: tuple[float, float] = (560.0, 80.0)
    tint: Tint = (1.0, 1.0, 1.0)

    @property
    def axes(self) -> NDArray[np.float64]:
        """Unit vectors along the long side, the short side, and the normal, 3×3, one a row."""
        normal = np.subtract(self.aim_mm, self.centre_mm, dtype=np.float64)
        normal /= np.linalg.norm(normal)
        along = np.asarray(self.along, dtype=np.float64)
        along = along - normal * (along @ normal)
        along /= np.linalg.norm(along)
        return np.stack([along, np.cross(normal, along), normal])


@dataclass(frozen=True, slots=True)
class Environment:
    """What the closed booth itself sends: its walls, struts and ceiling, dim and always there.

    Attributes:
        radiance: Of its walls, where a luminaire has 1.
        tint: Of its light: red, green and blue.
    """

    radiance: float = 0.02
    tint: Tint = (0.97, 1.0, 1.05)


ENVIRONMENT = "environment"
"""Name of the layer that no luminaire switches."""
