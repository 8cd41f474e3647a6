import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.errors import BundleError, CheckpointError
from scuff.core.tile import Tiling
from scuff.export.held_out import HeldOut, HeldOutFrame
from scuff.export.limits import limits_of
from scuff.export.parity import Parity, compare_frames
from scuff.inspection.regions import Criteria
from scuff.inspection.runtime import Runtime, Take, Tiles
from scuff.inspection.scorer import Scorer

TILING = Tiling(16, 16, 4)
LIMITS = limits_of("bf16", strips=False)


class Fainter:
    """Scores as another runtime does, times a factor; with a factor of 0 nothing is a number."""

    name, step, planes = "fainter", 1, 1

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def score(self, tiles: Tiles, take: Take) -> None:
        def fainter(number: int, scores: NDArray[np.uint8]) -> None:
            take(number, (scores * self.factor).astype(np.uint8) if self.factor else np.full_like(scores, 255))

        PaintedRuntime(planes=1).score(tiles, fainter)


def frame(name: str, score: int) -> HeldOutFrame:
    """A frame with a square of one score."""
    pixels = np.zeros((24, 40, 3), np.uint8)
    pixels[4:12, 20:30, 0] = score
    return HeldOutFrame(name, pixels, (pixels[..., 0] > 0).astype(np.uint8))


def compared(there: Runtime, here: Runtime, *frames: HeldOutFrame) -> Parity:
    named = {entry.name: entry for entry in frames}
    held_out = HeldOut("frames by hand", tuple(named), named.__getitem__)
    return compare_frames(there, TILING, {"openvino": Scorer(here, TILING)}, held_out, Criteria(0.5, ("scratch",)))[
        "openvino"
    ]


def test_agreement_is_stated() -> None:
    parity = compared(PaintedRuntime(planes=1), Fainter(0.99), frame("A", 200), frame("B", 0), frame("C", 250))
    assert parity.misses(LIMITS) == []
    stated = parity.agreement("frames by hand", LIMITS)
    assert (stated.runtime, stated.frames, stated.source) == ("fainter", 3, "frames by hand")
    assert (stated.f1_checkpoint, stated.f1_bundle, stated.defects, stated.matched) == (1, 1, 4, 4)
    assert stated.score_distance == pytest.approx((2 + 3) / 2 / 254, abs=1e-6)


def test_a_refusal_says_what_missed_which_limit_and_where() -> None:
    parity = compared(PaintedRuntime(planes=1), Fainter(0.6), frame("A", 250), frame("B", 200))
    assert parity.misses(LIMITS) == [
        "pixel F1: 0.6667 against the checkpoint's 1.0000, allowed is a difference of 0.002, worst on frame B",
        "defects found by both, the marginal ones left out: 2 of 3 (0.6667), allowed is at least 0.99, worst on frame "
        "B",
        "mean difference of scores from 0.1 up: 0.35, allowed is 0.02, worst on frame A",
    ]
    assert [place.frame for place in parity.worst.places] == ["B", "A"]


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(BundleError, match=r"frame A: the network gives scores .* no numbers; .*no bundle was written"):
        compared(PaintedRuntime(planes=1), Fainter(0), frame("A", 200))
    with pytest.raises(CheckpointError, match=r"frame A: the checkpoint gives scores that are no numbers; train again"):
        compared(Fainter(0), PaintedRuntime(planes=1), frame("A", 200))


def test_nothing_found_is_nothing_proven() -> None:
    with pytest.raises(BundleError, match=r"on frames by hand, neither .* any score of 0.1 or more.*--frames"):
        compared(PaintedRuntime(planes=1), PaintedRuntime(planes=1), frame("A", 25), frame("B", 0))


def test_other_classes_are_refused() -> None:
    with pytest.raises(BundleError, match="with classes, step 1 where its checkpoint gives 24×40 scores without"):
        compared(PaintedRuntime(planes=1), PaintedRuntime(planes=2), frame("A", 200))
