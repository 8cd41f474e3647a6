"""Finds the light, exposure and gain of a recipe: by what the network sees on parts whose defects are known.

Every part is taken under each luminaire alone. Light is additive, so the frames under any mix follow from these, and
the network judges as many mixes as one likes without another capture. The best few are then taken for real, and of
these the best is chosen by what the network makes of the real frames.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting
from scuff.station.candidate import KEPT_PARTS, Candidate, Shot, Tried, around, coarse
from scuff.station.expectation import Judged, Seen, Truths, judge, worth
from scuff.station.exposure import Measurement, measure
from scuff.station.mixing import Mix, Mixer, alone
from scuff.station.pictures_of import rgb
from scuff.station.raw_frame import RawFrame
from scuff.station.studio import Studio

DARKER = (0.7, 0.5)
"""Shares of the longest exposure that are tried with the best mix."""

Look = Callable[[NDArray[np.uint8], str], Seen]
"""A network: what it makes of a picture (H×W×3, RGB) of a camera."""


class Watch:
    """Is told how far tuning has come; this one does nothing."""

    def phase(self, name: str, pictures: int) -> None:
        """Something begins that goes over a number of pictures."""

    def step(self) -> None:
        """A picture is done."""

    def end(self) -> None:
        """Nothing more comes."""


class Tuner:
    """Searches.

    Attributes:
        watch: Is told how far it is.
    """

    def __init__(
        self,
        recipe: Recipe,
        base: Lighting,
        studio: Studio,
        look: Look,
        truths: Truths,
        false_alarm_cost: float,
        watch: Watch | None = None,
    ) -> None:
        """Begin.

        Args:
            recipe: Gives luminaires, region and what a well exposed frame is.
            base: The lighting that is tuned; its strobe stays as it is.
            studio: Takes the frames.
            look: The network.
            truths: The known defects; a part and camera that it lacks are judged without.
            false_alarm_cost: As ``worth`` takes it.
            watch: Is told how far it is.
        """
        self._recipe, self._base, self._studio, self._look, self._truths = recipe, base, studio, look, truths
        self._cost, self.watch = false_alarm_cost, watch or Watch()
        self._regions = Regions(recipe.inspection.region)

    def tune(self, parts: Sequence[str], verified: int) -> list[Tried]:
        """Try mixes on parts.

        Args:
            parts: Their serial numbers.
            verified: How many of the best are taken for real.

        Returns:
            What was tried, the best first: first those with real frames, by what these are worth.

        Raises:
            StationError: Frames do not come.
            PictureError: The region does not fit or is too small, or the network cannot judge.
        """
        luminaires = self._recipe.light.luminaires
        self.watch.phase("Taking the parts under each luminaire alone", 0)
        mixer = Mixer(
            self._studio.alone(alone(luminaires, self._base.strobe), parts), self._regions, self._recipe.exposure
        )
        tried = self._predicted(mixer, [_candidate(mixer, mix) for mix in coarse(luminaires)], "Mixes of light")
        best = max(tried, key=_value)
        known = [each.candidate.mix for each in tried]
        finer = [mix for mix in around(best.candidate.mix) if mix not in known]
        tried += self._predicted(mixer, [_candidate(mixer, mix) for mix in finer], "Finer mixes")
        best = max(tried, key=_value)
        shorter = [_candidate(mixer, best.candidate.mix, share) for share in DARKER]
        tried += self._predicted(mixer, shorter, "Shorter exposures")
        tried.sort(key=_value, reverse=True)
        captured = self._captured(list(tried[:verified]), parts)
        most = self._recipe.exposure.clipped_share
        return sorted(captured, key=lambda each: (each.keeps(most), _value(each)), reverse=True) + tried[verified:]

    def _predicted(self, mixer: Mixer, candidates: Sequence[Candidate], phase: str) -> list[Tried]:
        self.watch.phase(phase, len(candidates) * len(mixer.views))
        return [Tried(each, worth(list(self._judged(mixer, each)), self._cost)) for each in candidates]

    def _judged(self, mixer: Mixer, candidate: Candidate) -> Iterator[Judged]:
        for view in mixer.views:
            frame = mixer.predict(view, candidate.mix, candidate.settings[view.camera])
            yield self._judge(frame, view.part)

    def _judge(self, frame: RawFrame, part: str) -> Judged:
        truth = self._truths.get((part, frame.camera))
        inside = self._inside(frame)
        if truth is not None and inside is not None:
            truth = np.where(inside > 0, truth, np.uint8(0))  # the network does not look elsewhere
        judged = judge(self._look(rgb(frame), frame.camera), truth)
        self.watch.step()
        return judged

    def _captured(self, best: Sequence[Tried], parts: Sequence[str]) -> list[Tried]:
        """Take the best ones for real; part by part, so that each lies in the booth once."""
        lightings = [each.candidate.lighting(self._base, name=str(number)) for number, each in enumerate(best)]
        cameras = len(best[0].candidate.settings)
        self.watch.phase("The best, with real frames", len(best) * len(parts) * cameras)
        shots: list[list[Shot]] = [[] for _ in best]
        judged: list[list[Judged]] = [[] for _ in best]
        for part, frames in self._studio.take(lightings, parts):
            for frame in frames:
                number = int(frame.lighting)
                kept = frame if part in parts[:KEPT_PARTS] else None
                shots[number].append(Shot(part, frame.camera, self._measured(frame), kept))
                judged[number].append(self._judge(frame, part))
        return [
            replace(each, captured=worth(judged[number], self._cost), shots=tuple(shots[number]))
            for number, each in enumerate(best)
        ]

    def _measured(self, frame: RawFrame) -> Measurement:
        return measure(frame, self._inside(frame), self._recipe.exposure)

    def _inside(self, frame: RawFrame) -> NDArray[np.uint8] | None:
        return self._regions.of(frame.camera, (frame.pixels.shape[0], frame.pixels.shape[1]))


def _value(tried: Tried) -> float:
    return (tried.captured or tried.expected).value


def _candidate(mixer: Mixer, mix: Mix, share: float = 1.0) -> Candidate:
    """A mix with the exposure of each camera, or a share of it."""
    settings = {camera: mixer.setting(camera, mix, share) for camera in mixer.cameras}
    return Candidate(mix, settings, share)
