"""Texture changes: areas that are rougher or finer than the finish around them, and sound."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from scuff.booth.finish import Finish
from scuff.booth.marks.drawing import log_uniform, new_seed, uniform
from scuff.booth.marks.noise import fractal, noise
from scuff.booth.marks.pixels import MARGIN_MM, eased, fade, ring_mm
from scuff.booth.marks.turning import in_oval, turned
from scuff.booth.surface import Change, Cover, Values

LARGEST = 1.4
LINES_MM = ((0.9, 0.7), (0.3, 1.0))
"""Widths and strengths of the lines that go with it."""


@dataclass(frozen=True, slots=True)
class TextureChange:
    """A rubbed area with a soft edge.

    Attributes:
        xy_mm: Place of its middle in plan.
        length_mm: Its length.
        width_mm: Its width.
        angle_deg: Of its length, counter-clockwise from the finish.
        rough: Roughness α there.
        haze: Diffuse reflectance there.
        share: How much of the finish has gone in its middle, in [0, 1].
        lines: Standard deviation of the slope that lines along the finish add.
        seed: Of everything random in it.
    """

    xy_mm: tuple[float, float]
    length_mm: float
    width_mm: float
    angle_deg: float = 0.0
    rough: float = 0.2
    haze: float = 0.015
    share: float = 0.5
    lines: float = 0.01
    seed: int = 0

    kind: ClassVar[str] = "texture-change"
    is_flaw: ClassVar[bool] = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Its length and width."""
        return self.length_mm, self.width_mm

    @property
    def reach_mm(self) -> float:
        """The farthest that its soft edge can reach, and a margin."""
        return max(self._farthest_mm) + MARGIN_MM

    def near(self, p: Values, q: Values, pixel_mm: float) -> NDArray[np.bool_]:
        """The pixels around it."""
        ring = ring_mm(pixel_mm)
        length, width = self._farthest_mm
        return in_oval(p, q, self.angle_deg, (length + ring, width + ring))

    def change(self, p: Values, q: Values, pixel_mm: float) -> Change:
        """Another roughness, and lines."""
        body = self._body(p, q) * in_oval(p, q, self.angle_deg, self._farthest_mm)
        slope = np.zeros_like(p)
        for order, (width, strength) in enumerate(LINES_MM):
            seen = np.float32(2 * self.lines * strength * fade(2 * width, pixel_mm))
            slope += seen * noise(p / (30 * width), q / width, self.seed + 5 + order)
        cover = Cover(np.float32(self.share) * body, self.rough, self.haze)
        return Change(slope=np.stack([np.zeros_like(p), slope * body], axis=-1), cover=cover)

    @property
    def _farthest_mm(self) -> tuple[float, float]:
        return LARGEST / 2 * self.length_mm, LARGEST / 2 * self.width_mm

    def _body(self, p: Values, q: Values) -> Values:
        """1 in its middle, falling to 0 over a wide and uneven edge, drawn out along the finish."""
        along, across = turned(p, q, self.angle_deg)
        u, v = along * np.float32(2 / self.length_mm), across * np.float32(2 / self.width_mm)
        scale = 5 / min(self.length_mm, self.width_mm)
        uneven = np.float32(0.25) * fractal(p * scale * 0.4, q * scale, self.seed, 3)
        return eased((1.1 - np.sqrt(u * u + v * v) + uneven) * 1.1)


SIZE_MM = (15.0, 90.0)
ASPECT = (1.0, 3.0)
ROUGHER, FINER = (1.0, 1.3), (0.5, 0.8)
SHARE = (0.15, 0.5)
LINES = (0.1, 0.6)


def draw_texture_change(random: np.random.Generator, xy_mm: tuple[float, float], finish: Finish) -> TextureChange:
    """Draw a texture change; roughness and lines are factors of those of the finish, two in three rougher."""
    length = log_uniform(random, SIZE_MM)
    mean = math.sqrt(finish.rough_along * finish.rough_across)
    return TextureChange(
        xy_mm,
        length_mm=length,
        width_mm=length / uniform(random, ASPECT),
        angle_deg=uniform(random, (-30, 30)),
        rough=mean * uniform(random, ROUGHER if random.random() < 2 / 3 else FINER),
        haze=finish.haze * 1.1,
        share=uniform(random, SHARE),
        lines=finish.streaks * uniform(random, LINES),
        seed=new_seed(random),
    )
