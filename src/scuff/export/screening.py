"""The screening of a bundle: its network, its threshold, and the evidence that it loses nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import openvino
from numpy.typing import NDArray

from scuff.core.bundle import Bundle, Screening
from scuff.core.errors import BundleError
from scuff.core.recipe import Inspection
from scuff.core.tile import Window
from scuff.export.confidence import upper_bound
from scuff.export.held_out import HeldOut
from scuff.export.matching import Terms
from scuff.export.screen_model import screen_model
from scuff.inspection.opening import open_scorer
from scuff.inspection.regions import find_defects
from scuff.inspection.scorer import Scored, Scorer
from scuff.inspection.scores import FULL
from scuff.inspection.screening import CellScreen
from scuff.nets.screen_file import TaughtScreen

MARGIN = 0.5
"""The odds of the highest threshold that loses nothing on validation are multiplied by this: the next parts will hold
defects that are a little harder to see."""

CONFIDENCE = 0.95
"""Of the bound of what is lost."""

LEAST_SKIPPED = 0.05
"""Share of the tiles that a screening has to spare to be worth its own time, and the trouble."""

DIGITS = 6

Progress = Callable[[int], None]
"""Told how many more frames are done; ``update`` of a ``click.progressbar`` fits."""


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


def add_screening(
    draft: Bundle,
    screen: TaughtScreen,
    validation: HeldOut,
    test: HeldOut,
    terms: Terms,
    say: Callable[[str], object],
    progress: Progress = lambda _: None,
) -> Screening | None:
    """Write a screening network into a draft, if it is proven to lose nothing.

    The threshold is chosen on validation frames: the highest at which every defect that the full network finds lies
    wholly in chosen windows, lowered by ``MARGIN``. The proof is counted on test frames.

    Args:
        draft: Holds the full network, as it was exported.
        screen: What the checkpoint of this network taught.
        validation: Frames that set the threshold.
        test: Frames that set nothing.
        terms: What makes a defect.
        say: Called with the reason where nothing is written.
        progress: Called with 1 after each frame.

    Returns:
        The evidence; ``None``: there is none, and the draft is as it was.

    Raises:
        BundleError: The screening network was taught by another checkpoint, or the bundle has strips.
    """
    _check(draft, screen)
    openvino.save_model(screen_model(screen.network()), draft.screen, compress_to_fp16=False)
    scorer = open_scorer(draft, Inspection(runtime="openvino", screening="off"))
    try:
        found = _prove(draft, scorer, validation, test, terms, progress)
    except BundleError as reason:
        say(str(reason))
        draft.screen.unlink()
        draft.screen.with_suffix(".bin").unlink()
        return None
    return found


def _check(draft: Bundle, screen: TaughtScreen) -> None:
    if draft.manifest.strip_px is not None:
        raise BundleError("a screening chooses among square tiles; export with --screening or with --strips, not both")
    if screen.facts.checkpoint_sha256 != draft.manifest.provenance.checkpoint_sha256:
        raise BundleError("the screening network was taught by another checkpoint; run `scuff distil` again")


def _prove(
    draft: Bundle, scorer: Scorer, validation: HeldOut, test: HeldOut, terms: Terms, progress: Progress
) -> Screening:
    """Choose the threshold, count, and state both; ``BundleError`` where there is no threshold or no proof."""
    look = CellScreen(draft.screen, threshold=0.5)
    needed: list[int] = []
    for frame in validation:
        needed += needed_scores(frame.pixels, scorer, look, terms)
        progress(1)
    if not needed:
        raise BundleError(f"no threshold can be chosen: the full network finds no defect on {validation.source}")
    threshold = lowered(min(needed) / FULL)
    if threshold <= 0:
        raise BundleError(
            f"the screening network overlooks a defect that the full network finds on {validation.source}, whatever "
            "the threshold; teach it longer with `scuff distil --minutes`"
        )
    screened = Scorer(scorer.runtime, scorer.tiling, screen=CellScreen(draft.screen, threshold))
    counted = count(scorer, screened, _pixels(test, progress), terms)
    _judge(counted, threshold, test)
    return Screening(
        threshold=threshold,
        threshold_source=f"the highest ({min(needed) / FULL:.3f}) that loses none of {len(needed)} defects on "
        f"{validation.source}, its odds times {MARGIN:g}",
        defect_threshold=terms.threshold,
        min_area_px=terms.min_area_px,
        defects=counted.defects,
        lost=counted.lost,
        lost_bound=round(upper_bound(counted.lost, counted.defects, CONFIDENCE), DIGITS),
        confidence=CONFIDENCE,
        source=test.source,
        skipped=round(counted.skipped / counted.tiles, DIGITS),
    )


def _judge(counted: Count, threshold: float, test: HeldOut) -> None:
    if counted.lost:
        share = upper_bound(counted.lost, counted.defects, CONFIDENCE)
        raise BundleError(
            f"the screening loses {counted.lost} of {counted.defects} defects on {test.source} (with {CONFIDENCE:.0%} "
            f"confidence, up to {share:.2%}), at a threshold of {threshold:.3f}; teach it longer with "
            "`scuff distil --minutes`, or annotate more validation parts"
        )
    if not counted.defects:
        raise BundleError(f"nothing can be proven: the full network finds no defect on {test.source}")
    if counted.skipped < LEAST_SKIPPED * counted.tiles:
        raise BundleError(
            f"the screening would spare only {counted.skipped} of {counted.tiles} tiles of {test.source}; teach it "
            "longer with `scuff distil --minutes`, or train a network that finds less on sound metal"
        )


def _pixels(frames: HeldOut, progress: Progress) -> Iterable[NDArray[np.uint8]]:
    for frame in frames:
        yield frame.pixels
        progress(1)


def lowered(threshold: float) -> float:
    """Multiply the odds of a threshold by ``MARGIN``; the result is that of a byte again."""
    odds = MARGIN * threshold / (1 - threshold) if threshold < 1 else np.inf
    return int(FULL * (odds / (1 + odds) if np.isfinite(odds) else 1)) / FULL


def needed_scores(pixels: NDArray[np.uint8], scorer: Scorer, screen: CellScreen, terms: Terms) -> list[int]:
    """For each defect that the full network finds, the lowest score of the windows that own any of its pixels.

    At a threshold up to this byte, the defect lies wholly in chosen windows.

    Args:
        pixels: H×W×3, RGB.
        scorer: Of the full network, without a screen.
        screen: Scores windows.
        terms: What makes a defect.
    """
    windows = scorer.tiling.windows((pixels.shape[0], pixels.shape[1]), scorer.runtime.step)
    scores = screen.scores(pixels, windows)
    _, mask = find_defects(scorer.score(pixels).scores, terms.threshold, terms.classes, terms.min_area_px)
    values = range(1, len(terms.classes) + 1)
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


def count(full: Scorer, screened: Scorer, frames: Iterable[NDArray[np.uint8]], terms: Terms) -> Count:
    """Inspect frames with and without a screening, as a station would, and count what differs."""
    counted = Count()
    for pixels in frames:
        with_all, with_chosen = full.score(pixels), screened.score(pixels)
        all_defects, found = (_defects(scored, terms) for scored in (with_all, with_chosen))
        counted.defects += all_defects.total()
        counted.lost += (all_defects - found).total()
        counted.tiles += with_chosen.tiles
        counted.skipped += with_chosen.tiles - with_chosen.tiles_scored
    return counted


def _defects(scored: Scored, terms: Terms) -> Counter[object]:
    """Defects with all that is known of them: one that has lost a pixel is another one."""
    return Counter(find_defects(scored.scores, terms.threshold, terms.classes, terms.min_area_px)[0])
