"""What tuning tries: mixes of light with the exposures that they need, and what came of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from scuff.core.station_recipe import Lighting
from scuff.station.expectation import Worth
from scuff.station.exposure import Measurement, Setting
from scuff.station.mixing import Mix
from scuff.station.raw_frame import RawFrame

COARSE = (1.0, 0.5, 0.0)
"""Intensities that are tried first, in all mixes that have a luminaire at full: less of all is less exposure."""

KEPT_PARTS = 2
"""Parts whose frames are kept, to be looked at."""

FINE = 0.25
"""Around the best of them each luminaire is tried this much brighter and darker."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mix of light, and how each camera is set under it.

    Attributes:
        mix: Intensity of each luminaire.
        settings: By camera.
        share: Of the longest exposure that clips no more than it may.
        title: Its name, where that does not follow from the mix.
    """

    mix: Mix
    settings: Mapping[str, Setting]
    share: float = 1.0
    title: str = ""

    @property
    def name(self) -> str:
        """As in ``A 100 B 50``, in per cent; with the share of the exposure where that is less."""
        mix = self.title or " ".join(f"{name} {100 * value:.0f}" for name, value in self.mix.items())
        return mix if self.share == 1.0 else f"{mix}, {100 * self.share:.0f} % exposure"

    def lighting(self, base: Lighting, **others: object) -> Lighting:
        """As a table of a recipe.

        Args:
            base: Gives the rest.
            others: What else is set.
        """
        return exposed(base, self.settings, intensities=dict(self.mix), **others)


def exposed(lighting: Lighting, settings: Mapping[str, Setting], **others: object) -> Lighting:
    """A lighting with exposure and gain of its own for each camera; what else is given is set, too."""
    own = {
        "exposure_us": {camera: round(each.exposure_us, 1) for camera, each in settings.items()},
        "gain_db": {camera: round(each.gain_db, 2) for camera, each in settings.items()},
    }
    return lighting.model_copy(update={**own, **others})


@dataclass(frozen=True, slots=True)
class Shot:
    """A real frame of a candidate, and how it is exposed.

    Attributes:
        part: The part.
        camera: The camera.
        measured: How it is exposed.
        frame: The frame; ``None``: it was not kept, for frames are large.
    """

    part: str
    camera: str
    measured: Measurement
    frame: RawFrame | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate, and what came of it.

    Attributes:
        candidate: The candidate.
        expected: What it is worth by predicted frames.
        captured: What it is worth by real ones; ``None``: none were taken.
        shots: The real frames.
    """

    candidate: Candidate
    expected: Worth
    captured: Worth | None = None
    shots: tuple[Shot, ...] = ()

    def level(self, camera: str) -> float:
        """The median level of the metal, over the parts."""
        return float(np.median([shot.measured.level for shot in self._of(camera)]))

    def levels(self) -> dict[str, float]:
        """The level of each camera: what drift is told by."""
        return {camera: round(self.level(camera), 4) for camera in self.candidate.settings}

    def spread(self, camera: str) -> float:
        """How far the levels of the parts lie apart: standard deviation as a share of their mean."""
        levels = [shot.measured.level for shot in self._of(camera)]
        return float(np.std(levels)) / max(float(np.mean(levels)), 1e-9)

    def clipped_share(self, camera: str) -> float:
        """The share of the metal that is clipped, over all parts."""
        return float(np.mean([shot.measured.clipped_share for shot in self._of(camera)]))

    def keeps(self, clipped_share: float) -> bool:
        """Whether no camera's real frames clip more than that."""
        return all(self.clipped_share(camera) <= clipped_share for camera in self.candidate.settings)

    def _of(self, camera: str) -> list[Shot]:
        return [shot for shot in self.shots if shot.camera == camera]


def coarse(luminaires: Sequence[str]) -> Iterator[Mix]:
    """All luminaires full, and then the other mixes of the coarse grid."""
    for intensities in product(COARSE, repeat=len(luminaires)):
        if max(intensities) == 1.0:
            yield dict(zip(luminaires, intensities, strict=True))


def around(mix: Mix) -> list[Mix]:
    """The neighbours of a mix on the fine grid, made as bright as can be."""
    found: list[Mix] = []
    for name, intensity in mix.items():
        for other in (intensity + FINE, intensity - FINE):
            moved = {**mix, name: other}
            brightest = max(moved.values())
            if min(moved.values()) >= 0 and brightest > 0:
                found.append({key: round(value / brightest, 3) for key, value in moved.items()})
    return found
