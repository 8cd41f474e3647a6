"""Light is additive: a layer for each luminaire and one for the environment, from which every picture is mixed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.booth.light import ENVIRONMENT
from scuff.booth.rows import in_rows
from scuff.core.errors import BoothError


@dataclass(frozen=True, slots=True)
class Layers:
    """What reaches the sensor of a camera from a part, light by light.

    Attributes:
        names: Of the L layers: the luminaires in their order, then ``environment``.
        planes: L×H×W, float32: irradiance behind the colour filters, RGGB from the upper left; 1 is what a white
            wall as bright as a luminaire would give in the middle. Lens blur, glare and vignetting are in it.
    """

    names: tuple[str, ...]
    planes: NDArray[np.float32]

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width, in pixels."""
        return self.planes.shape[1], self.planes.shape[2]


def mix(layers: Layers, intensities: Mapping[str, float], exposure_us: float = 1.0) -> NDArray[np.float32]:
    """Add the layers up, each as bright as its light, over an exposure.

    Args:
        layers: Of a part.
        intensities: Of the lights by name, from 0 up. A luminaire that is not named is off; the environment, which
            nobody can switch off, is 1 unless it is named.
        exposure_us: How long the sensor gathers light, above 0.

    Returns:
        H×W: irradiance times µs, behind the colour filters.

    Raises:
        BoothError: A name that no layer has, or an intensity or an exposure that cannot be.
    """
    if not (math.isfinite(exposure_us) and exposure_us > 0):
        raise BoothError(f"an exposure of {exposure_us:g} µs cannot be; it must be above 0")
    switched = lit(layers.names, intensities)
    weights = [np.float32(switched[name] * exposure_us) for name in layers.names]
    planes = [(plane, weight) for plane, weight in zip(layers.planes, weights, strict=True) if weight]
    exposed = np.zeros(layers.hw, np.float32)

    def add(first: int, last: int) -> None:
        for plane, weight in planes:
            exposed[first:last] += plane[first:last] * weight

    in_rows(add, len(exposed))
    return exposed


def lit(names: tuple[str, ...], intensities: Mapping[str, float]) -> dict[str, float]:
    """Say how bright each light is, also those that nobody named.

    Args:
        names: Of the layers.
        intensities: As ``mix`` takes them.

    Returns:
        An intensity for every name.

    Raises:
        BoothError: As ``mix``.
    """
    for name, intensity in intensities.items():
        if name not in names:
            raise BoothError(f"there is no light {name!r} to switch; there are: {', '.join(names)}")
        if not (math.isfinite(intensity) and intensity >= 0):
            raise BoothError(f"light {name!r}: an intensity of {intensity:g} cannot be; it must be 0 or more")
    return {name: float(intensities.get(name, name == ENVIRONMENT)) for name in names}
