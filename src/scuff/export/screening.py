"""The screening of a bundle: its network, its threshold, and the evidence that it loses nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import openvino
from numpy.typing import NDArray

from scuff.core.bundle import Bundle, Screening
from scuff.core.defect import Defect
from scuff.core.errors import BundleError
from scuff.core.recipe import Inspection
from scuff.core.tile import Window
from scuff.evaluation.rates import upper_bound
from scuff.export.held_out import HeldOut
from scuff.export.screen_model import screen_model
from scuff.inspection.opening import open_scorer
from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.scorer import Scored, Scorer
from scuff.inspection.scores import FULL
from scuff.inspection.screening import CellScreen
from scuff.nets.screen_file import TaughtScreen

MARGIN = 0.25
"""The odds of the highest threshold that loses nothing on validation are multiplied by this: the next parts will hold
defects that are a little harder to see."""

CONFIDENCE = 0.95
"""Of the bound of what is lost."""

LEAST_SKIPPED = 0.05
"""Share of the tiles that a screening has to spare to be worth its own time, and the trouble."""

DIGITS = 6

Progress = Callable[[int], None]
"""Told how many more frames are done; ``update`` of a ``click.progressbar`` fits."""


class NoProofError(BundleError):
    """There is no evidence that a screening loses nothing."""


@dataclass(slots=True)
class Count:
    """What a screening did on some frames.

    Attributes:
        defects: Found by the full network.
        lost: Those of them that are not found, or look different, after the screening.
        tiles: Of all frames.
        skipped: Those that the full network was spared.
    """

    defects: int = 0
    lost: int = 0
    tiles: int = 0
    skipped: int = 0

    @property
    def bound(self) -> float:
        """The largest share of defects that may be lost."""
        return upper_bound(self.lost, self.defects, CONFIDENCE)


@dataclass(slots=True)
class Screener:
    """Adds a screening network to a bundle, if it is proven to lose nothing.

    The threshold is chosen on validation frames: the highest at which every defect that the full network finds lies
    wholly in chosen windows, lowered by ``MARGIN``. The proof is counted on test frames.

    Attributes:
        screen: What the checkpoint of the bundle taught.
        validation: Frames that set the threshold.
        test: Frames that set nothing.
        criteria: What makes a defect.
        refusal: Why nothing was added; empty before, and where it was.
    """

    screen: TaughtScreen
    validation: HeldOut
    test: HeldOut
    criteria: Criteria
    refusal: str = ""

    def __len__(self) -> int:
        """Number of frames to look at."""
        return len(self.validation) + len(self.test)

    def add(self, draft: Bundle, progress: Progress = lambda _: None) -> Screening | None:
        """Write the screening network into a draft.

        Args:
            draft: Holds the full network, as it was exported.
            progress: Called with 1 after each frame.

        Returns:
            The evidence; ``None``: there is none, as ``refusal`` explains, and the draft is as it was.

        Raises:
            BundleError: The screening network was taught by another checkpoint, or the bundle has strips.
        """
        check_screen(self.screen, draft.manifest.provenance.checkpoint_sha256, draft.manifest.strip_px)
        openvino.save_model(screen_model(self.screen.network()), draft.screen, compress_to_fp16=False)
        scorer = open_scorer(draft, Inspection(runtime="openvino", screening="off"))
        try:
            threshold, source = choose_threshold(draft, scorer, self.validation, self.criteria, progress)
            screened = Scorer(scorer.runtime, scorer.tiling, screen=CellScreen(draft.screen, threshold))
            counted = count(scorer, screened, self.test, self.criteria, progress)
            _judge(counted, threshold, self.test)
        except NoProofError as reason:
            self.refusal = str(reason)
            draft.screen.unlink()
            draft.screen.with_suffix(".bin").unlink()
            return None
        return _stated(threshold, source, counted, self.test, self.criteria)


def check_screen(screen: TaughtScreen, checkpoint_sha256: str, strip_px: int | None) -> None:
    """Make sure that a screening network belongs to a checkpoint, and to a bundle with square tiles.

    Raises:
        BundleError: It does not.
    """
    if strip_px is not None:
        raise BundleError("a screening chooses among square tiles; export with --screening or with --strips, not both")
    if screen.facts.checkpoint_sha256 != checkpoint_sha256:
        raise BundleError("the screening network was taught by another checkpoint; run `scuff distil` again")


def choose_threshold(
    draft: Bundle, scorer: Scorer, frames: HeldOut, criteria: Criteria, progress: Progress
) -> tuple[float, str]:
    """Choose the threshold, and say where it comes from.

    Raises:
        NoProofError: The full network finds nothing, or the screening network overlooks what it finds.
    """
    screen = CellScreen(draft.screen, threshold=0.5)
    needed: list[int] = []
    for frame in frames:
        needed += needed_scores(frame.pixels, scorer, screen, criteria)
        progress(1)
    if not needed:
        raise NoProofError(f"no threshold can be chosen: the full network finds no defect on {frames.source}")
    highest = min(FULL, *needed) / FULL
    threshold = lowered(highest)
    if threshold <= 0:
        raise NoProofError(
            f"the screening network overlooks a defect that the full network finds on {frames.source}, whatever the "
            "threshold; teach it longer with `scuff distil --minutes`"
        )
    return threshold, (
        f"the highest that loses none of {len(needed)} defects on {frames.source} ({highest:.3f}), its odds times "
        f"{MARGIN:g}"
    )


def _stated(threshold: float, source: str, counted: Count, test: HeldOut, criteria: Criteria) -> Screening:
    return Screening(
        threshold=threshold,
        threshold_source=source,
        defect_threshold=criteria.threshold,
        class_thresholds=dict(criteria.class_thresholds),
        min_area_px=criteria.min_area_px,
        defects=counted.defects,
        lost=counted.lost,
        lost_bound=round(counted.bound, DIGITS),
        confidence=CONFIDENCE,
        source=test.source,
        skipped=round(counted.skipped / counted.tiles, DIGITS),
    )


def _judge(counted: Count, threshold: float, test: HeldOut) -> None:
    longer = "teach it longer with `scuff distil --minutes`"
    if counted.lost:
        raise NoProofError(
            f"it would lose {counted.lost} of {counted.defects} defects on {test.source} (with {CONFIDENCE:.0%} "
            f"confidence, up to {counted.bound:.2%}), at a threshold of {threshold:.3f}; {longer}, or annotate more "
            "validation parts"
        )
    if not counted.defects:
        raise NoProofError(f"nothing can be proven: the full network finds no defect on {test.source}")
    if counted.skipped < LEAST_SKIPPED * counted.tiles:
        raise NoProofError(
            f"it would spare only {counted.skipped} of {counted.tiles} tiles of {test.source}; {longer}, or train a "
            "network that finds less on sound metal"
        )


def lowered(threshold: float) -> float:
    """Multiply the odds of a threshold in [0, 1] by ``MARGIN``; the result is that of a byte again."""
    return int(FULL * MARGIN * threshold / (1 - threshold + MARGIN * threshold)) / FULL


def needed_scores(pixels: NDArray[np.uint8], scorer: Scorer, screen: CellScreen, criteria: Criteria) -> list[int]:
    """For each defect that the full network finds, the lowest score of the windows that own any of its pixels.

    At a threshold up to this byte, the defect lies wholly in chosen windows.

    Args:
        pixels: H×W×3, RGB.
        scorer: Of the full network, without a screen.
        screen: Scores windows.
        criteria: What makes a defect.
    """
    windows = scorer.tiling.windows((pixels.shape[0], pixels.shape[1]), scorer.runtime.step)
    scores = screen.scores(pixels, windows)
    _, mask = find_defects(scorer.score(pixels).scores, criteria)
    values = range(1, len(criteria.classes) + 1)
    return [least for value in values for least in _least_scores(mask == value, windows, scores)]


def _least_scores(defective: NDArray[np.bool_], windows: Sequence[Window], scores: NDArray[np.uint8]) -> list[int]:
    """The lowest score of a window for each connected region of a mask (H×W)."""
    count, regions = cv2.connectedComponents(defective.view(np.uint8), connectivity=8)
    least = np.full(count, np.iinfo(np.uint8).max, np.uint8)
    for window, score in zip(windows, scores, strict=True):
        part = regions[window.own.rows, window.own.columns]
        within = np.unique(part[part > 0])
        least[within] = np.minimum(least[within], score)
    return [int(score) for score in least[1:]]


def count(full: Scorer, screened: Scorer, frames: HeldOut, criteria: Criteria, progress: Progress) -> Count:
    """Inspect frames with and without a screening, as a station would, and count what differs."""
    counted = Count()
    for frame in frames:
        with_all, with_chosen = full.score(frame.pixels), screened.score(frame.pixels)
        all_defects, found = (_defects(scored, criteria) for scored in (with_all, with_chosen))
        counted.defects += all_defects.total()
        counted.lost += (all_defects - found).total()
        counted.tiles += with_chosen.tiles
        counted.skipped += with_chosen.tiles - with_chosen.tiles_scored
        progress(1)
    return counted


def _defects(scored: Scored, criteria: Criteria) -> Counter[Defect]:
    """Defects with all that is known of them: one that has lost a pixel is another one."""
    return Counter(find_defects(scored.scores, criteria)[0])
