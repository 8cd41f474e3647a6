"""A facet of a finish: how it is drawn, where it looks, and what it sends from there."""

import math

from scuff.booth.camera import Vector
from scuff.booth.kernel import inlined, kernel
from scuff.booth.shading import TAIL, Site, fresnel, shadowing
from scuff.booth.steel import Steel


@inlined
def drawn(rank: float, turn: float, wide: bool, steel: Steel) -> tuple[float, float, float, float]:
    """Draw a facet's slopes, along and across.

    Args:
        rank: How steep it is among all facets, in [0, 1).
        turn: Where its slope points, in [0, 1).
        wide: Whether it is one of the tail.
        steel: The finish.

    Returns:
        The slopes, and the derivatives of the logarithm of their probability by the mean slopes, along and across.
    """
    scale = TAIL if wide else 1.0
    radius = math.sqrt(-math.log(1 - 0.995 * rank) * scale)
    angle = 2 * math.pi * turn
    along, across = steel.rough[0] * radius * math.cos(angle), steel.rough[1] * radius * math.sin(angle)
    return along, across, 2 * along / (steel.rough[0] ** 2 * scale), 2 * across / (steel.rough[1] ** 2 * scale)


@kernel
def mirrored(seen: Site, along: float, across: float, steel: Steel) -> tuple[Vector, float, float]:
    """Follow the light of a facet with these slopes backwards.

    Returns:
        Where it looks; how large it appears, where one that lies level and is seen from above has 1; and the share of
        the light from there that it sends, before the metal's reflectance.
    """
    facing = max(seen.eye[2] - along * seen.eye[0] - across * seen.eye[1], 0.0)
    square = 1 + along * along + across * across
    twice = 2 * facing / square
    light = (-twice * along - seen.eye[0], -twice * across - seen.eye[1], twice - seen.eye[2])
    toward = (
        light[0] * seen.along[0] + light[1] * seen.across[0] + light[2] * seen.normal[0],
        light[0] * seen.along[1] + light[1] * seen.across[1] + light[2] * seen.normal[1],
        light[0] * seen.along[2] + light[1] * seen.across[2] + light[2] * seen.normal[2],
    )
    variances = (0.5 * steel.rough[0] ** 2, 0.5 * steel.rough[1] ** 2)
    sent = shadowing(light, variances) * fresnel(facing / math.sqrt(square)) if facing > 0 else 0.0
    return toward, facing, sent
