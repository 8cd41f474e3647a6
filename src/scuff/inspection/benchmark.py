"""Which settings inspect fastest on this machine."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from scuff.core.bundle import RuntimeName
from scuff.core.errors import ScuffError
from scuff.core.recipe import Recipe
from scuff.inspection.measuring import Throughput
from scuff.inspection.runtime import cores

LANES = (2, 1, 3)
"""Frames side by side, the default first."""

SAME_SPEED = 1.03
"""A setting that takes so many times as long as the fastest is as fast: the rest is chance."""

ROUND_MS, MOST_WAVES = 6000.0, 100
"""A setting is measured for so long at a time, on a multiple of as many frames as it has lanes."""

MOST_ROUNDS = 5
"""Times that each setting is measured."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What may be set for a machine.

    Attributes:
        runtime: What runs the network.
        streams: Tiles scored at once; ``None``: the runtime does as it likes.
        lanes: Frames inspected side by side.
        screening: Whether a first, cheap pass chooses tiles.
    """

    runtime: RuntimeName
    streams: int | None
    lanes: int
    screening: bool

    def recipe(self, recipe: Recipe) -> Recipe:
        """A recipe with this setting."""
        changes = {
            "runtime": self.runtime,
            "streams": self.streams,
            "lanes": self.lanes,
            "screening": "auto" if self.screening else "off",
        }
        return recipe.model_copy(update={"inspection": recipe.inspection.model_copy(update=changes)})

    @property
    def keys(self) -> dict[str, object]:
        """What to write into a recipe; whether to screen is not a matter of the machine."""
        return {
            "inspection.runtime": self.runtime,
            "inspection.streams": self.streams,
            "inspection.lanes": self.lanes,
        }


@dataclass
class Measured:
    """A setting and what was measured with it.

    Attributes:
        setting: The setting.
        rounds: One entry for each time that it was measured.
        problem: Why it cannot be used; empty where it can.
    """

    setting: Setting
    rounds: list[Throughput] = field(default_factory=list)
    problem: str = ""

    @property
    def frame_ms(self) -> float:
        """Time for a frame, the median over the rounds; infinite if there is none."""
        return median(each.frame_ms for each in self.rounds) if self.rounds else math.inf

    @property
    def peak_mb(self) -> float | None:
        """Most memory that any round needed, in MB; ``None`` if that is not known."""
        return max((each.peak_mb for each in self.rounds if each.peak_mb is not None), default=None)


def settings_to_try(runtimes: Sequence[RuntimeName], screens: bool) -> list[Setting]:
    """List settings, those that are the default first.

    Args:
        runtimes: Those that the bundle holds networks for.
        screens: Whether frames are screened; if so, one setting for each runtime that does not comes last.
    """
    tried = [
        Setting(runtime, streams, lanes, screens)
        for runtime in runtimes
        for streams in _streams(runtime)
        for lanes in LANES
    ]
    unscreened = [Setting(runtime, _streams(runtime)[0], LANES[0], False) for runtime in runtimes if screens]
    return tried + unscreened


def _streams(runtime: RuntimeName) -> list[int | None]:
    """All cores first; torch runs one tile after the other."""
    return [None] if runtime == "torch" else list(dict.fromkeys((cores(), 1, 2)))


def try_settings(
    settings: Sequence[Setting],
    measure: Callable[[Setting], Throughput],
    seconds: float,
    elapsed: Callable[[float], object],
    clock: Callable[[], float] = monotonic,
) -> list[Measured]:
    """Measure settings in turns, so that what else the machine does meanwhile falls on all alike.

    Args:
        settings: What to try, the most promising first.
        measure: Measures one.
        seconds: After this time none is begun any more, but for the first that can be used.
        elapsed: Told the time since the beginning after each, in seconds.
        clock: Gives seconds.

    Returns:
        One entry for each setting, measured or not.

    Raises:
        ScuffError: None can be used; the reason is the first one's.
    """
    tried, began = [Measured(setting) for setting in settings], clock()
    for measured in tried * MOST_ROUNDS:
        if clock() - began >= seconds and any(each.rounds for each in tried):
            break
        if not measured.problem:
            try:
                measured.rounds.append(measure(measured.setting))
            except ScuffError as error:
                measured.problem = str(error)
            elapsed(clock() - began)
    if not any(each.rounds for each in tried):
        raise ScuffError(tried[0].problem)
    return tried


def best_of(tried: Sequence[Measured]) -> Measured:
    """The fastest setting; of several that are about as fast, the one with the fewest lanes, then streams.

    Args:
        tried: As ``try_settings`` gives them. Those that screen otherwise than the first are left out if they can be.
    """
    measured = [each for each in tried if each.rounds]
    alike = [each for each in measured if each.setting.screening == tried[0].setting.screening] or measured
    limit_ms = SAME_SPEED * min(each.frame_ms for each in alike)
    fast = [each for each in alike if each.frame_ms <= limit_ms]
    return min(fast, key=lambda each: (each.setting.lanes, each.setting.streams or 0))


def frames_per_round(lanes: int, frame_ms: float) -> int:
    """How many frames to measure a setting on, given about how long one takes."""
    waves = math.ceil(ROUND_MS / (lanes * frame_ms))
    return lanes * min(MOST_WAVES, waves)
