"""The best and the worst predictions as pictures: image, truth, prediction."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.patches import Patch
from numpy.typing import NDArray

from scuff.core.picture import write_whole
from scuff.core.tile import Tiling
from scuff.dataset.catalogue import Catalogue
from scuff.evaluation.counts import DEFECT
from scuff.evaluation.frames import Evaluation, FrameCounts
from scuff.evaluation.metrics import f1
from scuff.evaluation.outcome import COLOURS, MEANINGS, WRONG_CLASS, outcomes, paint, shrink
from scuff.evaluation.ranking import best_frames, with_defects, worst_frames
from scuff.evaluation.sheet import DPI, Sheet, encode_png
from scuff.evaluation.tables import show
from scuff.inspection.runtime import Runtime
from scuff.inspection.tiling import score_frame

COLUMNS = ("image", "truth", "prediction")
PANEL_INCH = 3.2
"""Width of a panel, and its greatest height."""
GAP_INCH = 0.12
CAPTION_INCH = 0.36
HEADER_INCH = 0.7
TITLE_PT, COLUMN_PT, SMALL_PT = 12, 11, 9


@dataclass(frozen=True)
class _Example:
    """A row of the picture: its caption, and its panels (each H×W×3) in the order of ``COLUMNS``."""

    caption: str
    panels: tuple[NDArray[np.uint8], ...]

    @property
    def height_inch(self) -> float:
        image = self.panels[0]
        return PANEL_INCH * min(1.0, len(image) / len(image[0]))


def draw_examples(
    catalogue: Catalogue,
    evaluation: Evaluation,
    runtime: Runtime,
    tiling: Tiling,
    best_path: Path,
    worst_path: Path,
    count: int = 6,
) -> tuple[Path, ...]:
    """Draw the frames that were predicted best and worst, a row each of image, truth and prediction.

    ``ranking`` says which. The chosen frames are inspected again, since the scores of all frames would not
    fit in memory.

    Args:
        catalogue: Holds the frames and their masks.
        evaluation: What was counted.
        runtime: Runs the network, as it did for the evaluation.
        tiling: How frames are divided, as for the evaluation.
        best_path: PNG to write the best to.
        worst_path: PNG to write the worst to.
        count: Frames per picture, at most.

    Returns:
        The files written. Where there is nothing to show (no frame with defects, no false alarm either) a
        file is not written, and an older one there is removed.
    """

    def example(counted: FrameCounts) -> _Example:
        row = next(row for row in catalogue.rows if row.frame == counted.frame)
        pixels = catalogue.frame(row).pixels
        scores = score_frame(pixels, runtime, tiling)
        predicted = scores.full(scores.mask(evaluation.threshold))
        return _example(_caption(counted), pixels, catalogue.mask(row), predicted)

    several_classes = len(evaluation.classes) > 1
    written = []
    for path, word, frames in [
        (best_path, "Best", best_frames(evaluation, count)),
        (worst_path, "Worst", worst_frames(evaluation, count)),
    ]:
        if not frames:
            path.unlink(missing_ok=True)
            continue
        title = _title(word, len(with_defects(evaluation)))
        sheet = _draw(title, [example(frame) for frame in frames], several_classes)
        write_whole(path, encode_png(sheet.figure))
        written.append(path)
    return tuple(written)


def _example(
    caption: str, pixels: NDArray[np.uint8], truth: NDArray[np.uint8], predicted: NDArray[np.uint8]
) -> _Example:
    height, width = truth.shape
    factor = -(-max(height, width) // round(PANEL_INCH * DPI))  # rounded up: no more pixels than are shown
    small_hw = -(-height // factor), -(-width // factor)
    small = np.asarray(cv2.resize(pixels, small_hw[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    marked = [paint(small, shrink(outcomes(truth, mask), factor)) for mask in (truth, predicted)]
    return _Example(caption, (small, *marked))


def _title(word: str, ranked: int) -> str:
    if not ranked:
        return "Largest false alarm (no frame has defects)"
    return f"{word} of {ranked} {'frame' if ranked == 1 else 'frames'} with defects, by pixel F1"


def _caption(counted: FrameCounts) -> str:
    counts = counted.counts[DEFECT]
    if counted.sound:
        return f"{counted.frame}: sound, false alarm of {counts.fp:,} px"
    classes = [name for name, of_class in counted.counts.items() if name != DEFECT and of_class.truth]
    return (
        f"{counted.frame}: F1 {show(f1(counts))} ({', '.join(classes) or DEFECT} of {counts.truth:,} px; "
        f"missed {counts.fn:,} px, false alarm {counts.fp:,} px)"
    )


def _draw(title: str, examples: Sequence[_Example], several_classes: bool) -> Sheet:
    width_inch = GAP_INCH + len(COLUMNS) * (PANEL_INCH + GAP_INCH)
    height_inch = HEADER_INCH + sum(CAPTION_INCH + example.height_inch for example in examples) + GAP_INCH
    left_inch = [GAP_INCH + number * (PANEL_INCH + GAP_INCH) for number in range(len(COLUMNS))]
    sheet = Sheet(width_inch, height_inch)
    sheet.text(GAP_INCH, 0.1, title, TITLE_PT, weight="bold")
    sheet.legend(_legend(several_classes), SMALL_PT)
    for x_inch, column in zip(left_inch, COLUMNS, strict=True):
        sheet.text(x_inch + PANEL_INCH / 2, 0.5, column, COLUMN_PT, align="center")
    top_inch = HEADER_INCH
    for example in examples:
        sheet.text(GAP_INCH, top_inch + 0.15, example.caption, SMALL_PT)
        top_inch += CAPTION_INCH
        for x_inch, pixels in zip(left_inch, example.panels, strict=True):
            sheet.picture(x_inch, top_inch, (example.height_inch, PANEL_INCH), pixels)
        top_inch += example.height_inch
    return sheet


def _legend(several_classes: bool) -> list[Patch]:
    shown = [kind for kind in MEANINGS if several_classes or kind != WRONG_CLASS]
    return [Patch(facecolor=COLOURS[kind] / 255, edgecolor="grey", label=MEANINGS[kind]) for kind in shown]
