"""Grinding marks: patches of parallel fine lines that coarse grit has left, crossing the finish."""

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.groove import Walls
from scuff.booth.marks.noise import noise, noise_line
from scuff.booth.marks.pixels import MARGIN_MM, ring_mm
from scuff.booth.marks.turning import turned, unrolled
from scuff.booth.surface import Change, Values

WAVES = ((3.5, 1.0), (0.9, 0.7))
"""How the load of a line varies along it: length in mm, and strength."""


class _Lines(NamedTuple):
    """Of each line: its place across, its relative width and load, and its ends, in half lengths of the patch there."""

    place_mm: Values
    width: Values
    load: Values
    begins: Values
    ends: Values


@dataclass(frozen=True, slots=True)
class GrindingMark:
    """A patch of parallel lines, bent as those of a disc are.

    The whole patch is marked, not each line: the lines are finer than a pixel, whoever mends the part polishes the
    patch, and a mask of single lines would depend on the size of a pixel.

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Along the lines.
        width_mm: Across them.
        line_mm: Mean width of a line.
        depth_mm: Mean depth of a line.
        spacing_mm: Mean distance of the lines.
        angle_deg: Of the lines in the middle, counter-clockwise from the finish.
        curvature_per_mm: Of the lines, to the left.
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    length_mm: float
    width_mm: float
    line_mm: float = 0.05
    depth_mm: float = 0.002
    spacing_mm: float = 0.2
    angle_deg: float = 60.0
    curvature_per_mm: float = 0.0
    seed: int = 0

    kind: ClassVar[str] = "grinding-mark"
    is_flaw: ClassVar[bool] = True

    @property
    def size_mm(self) -> tuple[float, float]:
        """Of the patch."""
        return max(self.length_mm, self.width_mm), min(self.length_mm, self.width_mm)

    @property
    def reach_mm(self) -> float:
        """Half its diagonal, and a margin."""
        return math.hypot(self.length_mm, self.width_mm) / 2 + self.line_mm + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels of the patch and around it."""
        way, distance, _ = unrolled(*turned(p, q, self.angle_deg), self.curvature_per_mm)
        ring = ring_mm(pixel_mm)
        found: NDArray[np.bool_] = np.abs(way) < self.length_mm / 2 + ring
        found &= np.abs(distance) < self.width_mm / 2 + ring
        return found

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Its lines."""
        way, distance, turn = unrolled(*turned(p, q, self.angle_deg), self.curvature_per_mm)
        walls = Walls(way.size)
        middle = np.floor(distance / self.spacing_mm + np.float32(self._number / 2)).astype(np.int32)
        # a line leaves its place by less than half the spacing, and its lips need some room
        beside = math.ceil((0.5 * pixel_mm + 1.5 * self.line_mm) / self.spacing_mm + 0.5)
        for step in range(-beside, beside + 1):
            self._add_line(walls, way, distance, middle + step, pixel_mm)
        marked = (np.abs(distance) <= self.width_mm / 2) & (np.abs(way) <= self._half_length(distance))
        return Change(groove=walls.groove(turn + math.radians(self.angle_deg)), marked=marked)

    @property
    def _number(self) -> int:
        """How many lines fit beside each other."""
        return max(1, round(self.width_mm / self.spacing_mm))

    def _half_length(self, distance: Values) -> Values:
        """Half the length of the patch at a distance from its middle line: it is lens-shaped, with ragged ends."""
        share = np.minimum(np.abs(distance) * np.float32(2 / self.width_mm), 1)
        ragged = 0.93 + np.float32(0.07) * noise_line(distance * np.float32(4 / self.width_mm), self.seed)
        half: Values = np.float32(self.length_mm / 2) * ragged * np.sqrt(1 - 0.85 * share**3)
        return half

    def _add_line(self, walls: Walls, way: Values, distance: Values, line: NDArray[np.int32], pixel_mm: float) -> None:
        """Add to each pixel the line of its number, where there is one."""
        lines = self._lines()
        number = np.clip(line, 0, self._number - 1)
        half_length = self._half_length(lines.place_mm)
        begin, end = (half_length * lines.begins)[number], (half_length * lines.ends)[number]
        taper = np.clip(np.minimum(way - begin, end - way) / (0.18 * self.length_mm), 0, 1)
        pressed = np.full_like(way, 1)
        for order, (length, strength) in enumerate(WAVES):
            pressed += np.float32(strength) * noise(way / length, line.astype(np.float32), self.seed + order)
        root = np.sqrt(taper * np.maximum(pressed, 0)) * lines.load[number] * (number == line)
        half = np.float32(0.5 * self.line_mm) * lines.width[number] * root
        steep = np.float32(2 * self.depth_mm / self.line_mm) * root
        walls.add(distance - lines.place_mm[number], half, steep, pixel_mm, (0.25, 0.25))

    def _lines(self) -> _Lines:
        random = np.random.default_rng(self.seed)
        number = self._number
        place = (np.arange(number) + 0.5 + random.uniform(-0.45, 0.45, number) - number / 2) * self.spacing_mm
        width = np.exp(random.normal(0, 0.3, number)).clip(0.5, 1.8)
        load = np.exp(random.normal(-0.1, 0.35, number)).clip(0, 1.3) * (random.random(number) > 0.2)
        begins, ends = -random.uniform(0.55, 1, number), random.uniform(0.55, 1, number)
        return _Lines(*(values.astype(np.float32) for values in (place, width, load, begins, ends)))


LENGTH_MM = (10.0, 45.0)
WIDTH_MM = (4.0, 16.0)
LINE_MM = (0.03, 0.09)
STEEPEST = (0.08, 0.35)
"""Of the upper edge of a line's walls, four times its depth through its width."""
SPACING = (2.5, 6.0)
"""In widths of a line."""
ANGLE_DEG = (25.0, 155.0)
CURVATURE_PER_MM = (-0.018, 0.018)


def draw_grinding_mark(random: np.random.Generator, xy_mm: tuple[float, float]) -> GrindingMark:
    """Draw a grinding mark; it crosses the finish, and is never wider than two thirds of its length."""
    length, line = log_uniform(random, LENGTH_MM), log_uniform(random, LINE_MM)
    return GrindingMark(
        xy_mm,
        length_mm=length,
        width_mm=min(log_uniform(random, WIDTH_MM), length * 2 / 3),
        line_mm=line,
        depth_mm=line * log_uniform(random, STEEPEST) / 4,
        spacing_mm=line * uniform(random, SPACING),
        angle_deg=uniform(random, ANGLE_DEG),
        curvature_per_mm=uniform(random, CURVATURE_PER_MM),
        seed=new_seed(random),
    )
