"""What is on a simulated sheet: scratches and dents, which count, and water spots, dust and lint, which do not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.testing.metal import Plane, Sheet, smooth_noise

SCRATCH, DENT = 1, 2
CLASSES = ("scratch", "dent")

FINE = 4
"""Lines are drawn this much larger and then shrunk, for exact edges."""

LEAST_CONTRAST = 0.10
"""Mean change of brightness, as a share, that makes a dent one that a person would mark."""

FLAT = 0.12
"""Of 1 - r² in a dent: what lies further out is too flat to be seen."""


def press_dent(random: np.random.Generator, sheet: Sheet) -> NDArray[np.bool_]:
    """Press a dent or a bump into a sheet where it shows; return its pixels, H×W."""
    height, width = sheet.slope_x.shape
    strength = random.uniform(0.5, 1.1) * random.choice([-1, 1])
    while True:
        radii, turn = random.uniform(12, 30, 2), random.uniform(0, np.pi)
        x, y = random.uniform((40, 40), (width - 40, height - 40)).astype(int)
        reach = int(radii.max()) + 1
        box = (slice(max(0, y - reach), y + reach + 1), slice(max(0, x - reach), x + reach + 1))
        there = np.mgrid[box].astype(np.float32)
        slope_x, slope_y, inside = _dent_slopes(there[1] - x, there[0] - y, radii, turn)
        sound = Sheet(sheet.slope_x[box], sheet.slope_y[box], sheet.lights)
        dented = Sheet(sound.slope_x + strength * slope_x, sound.slope_y + strength * slope_y, sheet.lights)
        if np.abs(dented.radiance() / sound.radiance() - 1)[inside].mean() >= LEAST_CONTRAST:
            sheet.slope_x[box], sheet.slope_y[box] = dented.slope_x, dented.slope_y
            pixels = np.zeros((height, width), np.bool_)
            pixels[box] = inside
            return pixels
        strength *= 1.1


def _dent_slopes(x: Plane, y: Plane, radii: NDArray[np.float64], turn: float) -> tuple[Plane, Plane, NDArray[np.bool_]]:
    """Slopes of the height (1 - r²)² over a turned ellipse, and the pixels where it is not flat."""
    along = (np.cos(turn) * x + np.sin(turn) * y) / radii[0]
    across = (np.cos(turn) * y - np.sin(turn) * x) / radii[1]
    inner = np.maximum(1 - along**2 - across**2, 0)
    slope_along, slope_across = -2 * inner * along, -2 * inner * across
    slope_x = np.cos(turn) * slope_along - np.sin(turn) * slope_across
    slope_y = np.sin(turn) * slope_along + np.cos(turn) * slope_across
    return slope_x.astype(np.float32), slope_y.astype(np.float32), inner > FLAT


def scratch(random: np.random.Generator, radiance: Plane) -> NDArray[np.bool_]:
    """Scratch a sheet that is lit already: bright or dark, with a rim of the opposite; return its pixels, H×W."""
    height, width = radiance.shape
    start = random.uniform((30, 30), (width - 30, height - 30))
    turn, length = random.uniform(0, 2 * np.pi), random.uniform(60, 260)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]]) * random.uniform(-0.2, 0.2)
    share = np.linspace(0, 1, 60)[:, None]
    points = start + length * (share * along + 4 * share * (1 - share) * across)
    thickness_px = random.uniform(2.4, 5.0) * (0.5 + 0.5 * np.sin(np.pi * share[:-1, 0]) ** 0.7)
    covered = _line((height, width), points, thickness_px)
    depth = random.uniform(0.3, 0.6) * random.choice([-1, 1], p=[0.4, 0.6])
    wear = np.clip(1 + 0.3 * smooth_noise(random, (height, width), (8, 8)), 0.4, 1.6)
    rim = cv2.GaussianBlur(covered, (0, 0), 2.5) - 0.5 * covered
    radiance *= 1 + depth * wear * covered - 0.25 * depth * np.maximum(rim, 0)
    return covered >= 0.5


def _line(hw: tuple[int, int], points: NDArray[np.float64], thickness_px: NDArray[np.float64]) -> Plane:
    """Draw a line whose pieces have their own thickness; H×W, the share of each pixel that it covers."""
    large = np.zeros((hw[0] * FINE, hw[1] * FINE), np.uint8)
    corners = np.rint(points * FINE).astype(int).tolist()
    for start, end, thickness in zip(corners[:-1], corners[1:], thickness_px, strict=True):
        cv2.line(large, start, end, 255, max(1, round(thickness * FINE)))
    shrunk = cv2.resize(large, (hw[1], hw[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk / 255, dtype=np.float32)


def soil(random: np.random.Generator, radiance: Plane) -> None:
    """Leave water spots, dust and lint on a sheet that is lit already."""
    for _ in range(random.integers(0, 5)):
        _water_spot(random, radiance)
    for _ in range(random.integers(2, 12)):
        _dust(random, radiance)
    for _ in range(random.integers(0, 4)):
        _lint(random, radiance)


def _water_spot(random: np.random.Generator, radiance: Plane) -> None:
    """A faint film with a darker, uneven edge."""
    y, x = np.mgrid[: radiance.shape[0], : radiance.shape[1]].astype(np.float32)
    centre, radius = random.uniform((0, 0), radiance.shape[::-1]), random.uniform(6, 22)
    angle = np.arctan2(y - centre[1], x - centre[0])
    uneven = 1 + sum(random.uniform(-0.06, 0.06) * np.cos(k * angle + random.uniform(0, 6)) for k in (2, 3, 5))
    away = np.hypot(x - centre[0], y - centre[1]) / (radius * uneven)
    edge = np.exp(-0.5 * ((away - 1) * radius / 1.2) ** 2)
    radiance *= 1 + 0.03 * (away < 1) - random.uniform(0.06, 0.14) * edge


def _dust(random: np.random.Generator, radiance: Plane) -> None:
    centre = random.uniform((0, 0), radiance.shape[::-1])
    speck = np.zeros_like(radiance)
    cv2.circle(speck, (int(centre[0]), int(centre[1])), int(random.integers(0, 2)), 1, -1)
    radiance *= 1 + random.uniform(-0.5, 0.25) * cv2.GaussianBlur(speck, (0, 0), 0.8)


def _lint(random: np.random.Generator, radiance: Plane) -> None:
    """A short, thin, curly fibre."""
    turns = np.cumsum(random.normal(0, 0.35, 14)) + random.uniform(0, 2 * np.pi)
    steps = random.uniform(1.2, 2.2) * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    points = random.uniform((0, 0), radiance.shape[::-1]) + np.cumsum(steps, axis=0)
    radiance *= 1 - random.uniform(0.15, 0.3) * _line(
        (radiance.shape[0], radiance.shape[1]), points, np.ones(len(points) - 1)
    )
