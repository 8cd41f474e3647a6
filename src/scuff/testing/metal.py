"""A sheet of brushed metal under lights: slopes in, radiance out.

A pixel is as bright as its slope points at a light: each light is a Gaussian in the plane of slopes, wide across the
brushing and narrow along it. Dents change slopes, so that they show as the light moves over them, as on real metal.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

CURVATURE_XY = (0.9, 0.7)
"""Slope from the middle of a sheet to its border; it is slightly bulged."""

AMBIENT = 0.16


@dataclass(frozen=True, slots=True)
class Light:
    """Where its reflection lies in the plane of slopes, how wide it is there, and how strong."""

    centre_xy: tuple[float, float]
    width_xy: tuple[float, float]
    strength: float


@dataclass(slots=True)
class Sheet:
    """Slopes of a surface, both H×W."""

    slope_x: Plane
    slope_y: Plane
    lights: tuple[Light, ...]

    def radiance(self) -> Plane:
        """Light towards the camera, H×W; 1 is about white."""
        total = np.full(self.slope_x.shape, AMBIENT, np.float32)
        for light in self.lights:
            (centre_x, centre_y), (width_x, width_y) = light.centre_xy, light.width_xy
            away_x = (self.slope_x - centre_x) / width_x
            away_y = (self.slope_y - centre_y) / width_y
            total += light.strength * np.exp(-0.5 * (away_x**2 + away_y**2))
        return total


def brushed_sheet(random: np.random.Generator, hw: tuple[int, int]) -> Sheet:
    """Make a sound sheet under one broad and one or two narrow lights."""
    height, width = hw
    across, down = np.meshgrid(
        np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    )
    waves = 0.06 * smooth_noise(random, hw, (90, 90))
    slope_x = CURVATURE_XY[0] * across + waves
    slope_y = CURVATURE_XY[1] * down + waves + brushing(random, hw)
    broad = Light((random.uniform(-0.3, 0.3), random.uniform(-0.3, 0.3)), (1.1, 0.9), random.uniform(0.28, 0.4))
    narrow = [
        Light(
            (random.uniform(-0.7, 0.7), random.uniform(-0.2, 0.2)),
            (random.uniform(0.12, 0.25), random.uniform(0.5, 0.7)),
            random.uniform(0.18, 0.34),
        )
        for _ in range(random.integers(1, 3))
    ]
    return Sheet(slope_x, slope_y, (broad, *narrow))


def brushing(random: np.random.Generator, hw: tuple[int, int]) -> Plane:
    """Slopes of the grooves that brushing leaves: long along x, short across."""
    coarse = smooth_noise(random, hw, (70, 1.4))
    fine = smooth_noise(random, hw, (18, 0.5))
    return np.asarray(0.13 * coarse + 0.10 * fine, dtype=np.float32)


def smooth_noise(random: np.random.Generator, hw: tuple[int, int], sigma_xy: tuple[float, float]) -> Plane:
    """Noise of unit strength that changes over ``sigma_xy`` pixels."""
    noise = random.standard_normal(hw, dtype=np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), sigmaX=sigma_xy[0], sigmaY=sigma_xy[1], borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred / blurred.std(), dtype=np.float32)


def photograph(random: np.random.Generator, radiance: Plane) -> NDArray[np.uint8]:
    """Turn radiance into a picture: lens, exposure, film curve, noise, tint; H×W×3, uint8, RGB."""
    height, width = radiance.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = cv2.GaussianBlur(radiance, (0, 0), 0.7) * (1 - 0.12 * (x**2 + y**2)) * random.uniform(1.5, 2.2)
    light = 1 - np.exp(-light)  # highlights come near white without losing what is in them
    tint = np.array([1.0, 0.99, 0.96], np.float32) + random.uniform(-0.02, 0.02, 3)
    noise = random.standard_normal((height, width, 3), dtype=np.float32)
    values = light[..., None] * tint + 0.012 * np.sqrt(light)[..., None] * noise
    return np.asarray(np.clip(np.rint(255 * values), 0, 255), dtype=np.uint8)
