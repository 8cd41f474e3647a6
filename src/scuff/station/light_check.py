"""The light of today beside that of the reference: what has changed, and whether that is too much."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scuff.core.station_recipe import LightCheck
from scuff.station.flat_field import FlatField

LEAST_NOISE = 1e-4
"""Less is none: a reference without noise would forbid all."""

OUT = 0.05
"""A luminaire with less of its light is out, and shows neither evenness nor sharpness."""

ADVICE = {
    "level": "a lamp ages and a window gets dirty: clean it, replace it, or set its controller and tune again",
    "evenness": "look for dirt on the window, a segment that failed, or something in the way of the light",
    "clipped": "look for what shines, and whether the exposure or the gain was changed",
    "dark": "look for stray light: a door that is open, another lamp",
    "noise": "look at the camera's gain and temperature, and for a lamp that flickers",
    "sharpness": "look at the focus, the lens and its window",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared.

    Attributes:
        what: A key of ``ADVICE``.
        value: What was found.
        least: What it must at least be; ``None``: nothing.
        most: What it may at most be; ``None``: anything.
        place: Where, in words; empty: everywhere.
    """

    what: str
    value: float
    least: float | None
    most: float | None
    place: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it keeps its limits."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def shown(self) -> str:
        """The value, in words."""
        return self._text(self.value)

    @property
    def limits(self) -> str:
        """What is allowed, in words."""
        if self.least is None:
            return f"at most {self._text(self.most)}"
        least = self._text(self.least)
        return f"at least {least}" if self.most is None else f"{least} to {self._text(self.most)}"

    def _text(self, value: float | None) -> str:
        """Changes as percent, and factors as they are."""
        return f"{100 * (value or 0):.1f} %" if self.what in {"clipped", "dark"} else f"{value or 0:.2f}"

    def __str__(self) -> str:
        return f"{self.what} {self.shown}{f' {self.place}' if self.place else ''} ({self.limits})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One camera under one luminaire.

    Attributes:
        camera: The camera.
        luminaire: The luminaire.
        ratios: Rows×columns, the light of today as a share of that of the reference; NaN: beside the card.
        findings: All that was compared.
    """

    camera: str
    luminaire: str
    ratios: NDArray[np.float32]
    findings: tuple[Finding, ...]

    @property
    def level(self) -> float:
        """The light of today as a share of that of the reference, of the whole field."""
        return float(np.nanmedian(self.ratios))

    @property
    def local(self) -> NDArray[np.float32]:
        """The same of each cell beside that of the whole field."""
        return np.asarray(self.ratios / max(self.level, 1e-6), np.float32)

    @property
    def is_well(self) -> bool:
        """Whether all limits are kept."""
        return not self.failed

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What keeps its limits not."""
        return tuple(finding for finding in self.findings if not finding.is_well)


def compare(reference: FlatField, today: FlatField, limits: LightCheck) -> Comparison:
    """Compare a camera under a luminaire with the reference.

    Args:
        reference: Then.
        today: Now, with the same exposure and the same cells.
        limits: Of the recipe.
    """
    light = Comparison(today.camera, today.luminaire, today.grid / reference.grid, ())
    is_lit = light.level > OUT
    findings = [
        Finding("level", light.level, 1 - limits.level_change, 1 + limits.level_change),
        *([_evenness(light.local, today, limits)] if is_lit else []),
        Finding("clipped", today.clipped_share, None, reference.clipped_share + limits.clipped_share),
        Finding("dark", today.dark - reference.dark, -limits.dark_change, limits.dark_change),
        Finding("noise", today.noise / max(reference.noise, LEAST_NOISE), None, limits.noise_factor),
    ]
    if reference.sharpness and is_lit:
        findings.append(
            Finding("sharpness", (today.sharpness or 0.0) / reference.sharpness, limits.least_sharpness, None)
        )
    return replace(light, findings=tuple(findings))


def worst_cell(local: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of the cell whose light has changed most beside that of the whole field."""
    row, column = np.unravel_index(np.nanargmax(np.abs(local - 1)), local.shape)
    return int(row), int(column)


def _evenness(local: NDArray[np.float32], today: FlatField, limits: LightCheck) -> Finding:
    (row, column), (rows, columns) = worst_cell(local), local.shape
    x, y = round((column + 0.5) / columns * today.width_px), round((row + 0.5) / rows * today.height_px)
    value = float(local[row, column])
    return Finding("evenness", value, 1 - limits.local_change, 1 + limits.local_change, f"at {x},{y} px")


def lines_of(comparisons: Sequence[Comparison]) -> list[str]:
    """What was found, in words: a line for each camera and luminaire, and one for each thing that is wrong."""
    lines = []
    for each in comparisons:
        values = "; ".join(map(str, each.findings))
        lines.append(
            f"{'pass' if each.is_well else 'FAIL'}  camera {each.camera}, luminaire {each.luminaire}: {values}"
        )
        lines += [f"      {finding.what}: {ADVICE[finding.what]}" for finding in each.failed]
    return lines
