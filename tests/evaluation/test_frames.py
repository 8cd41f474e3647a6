from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.errors import CatalogueError, CheckpointError
from scuff.core.tile import Tiling, squares
from scuff.dataset.catalogue import Catalogue
from scuff.evaluation.counts import Counts
from scuff.evaluation.frames import evaluate_frames, score_histogram
from scuff.evaluation.operating_point import best_f1
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import FULL, INVALID

if TYPE_CHECKING:
    from tests.evaluation.conftest import MakeCatalogue

TILING = Tiling(4, 4, 1)


@pytest.fixture
def catalogue(make_catalogue: "MakeCatalogue") -> Catalogue:
    return make_catalogue(
        {
            # wider than a tile, so that two have a part of it; one dent is missed
            "a": ([[1, 1, 0, 0, 0, 2, 2]], [[1, 1, 0, 0, 0, 2, 0]]),
            "b": ([[0, 0], [0, 0]], [[0, 1], [0, 0]]),
            "c": ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
        }
    )


def test_each_frame_is_counted_once_as_a_whole(catalogue: Catalogue, painted: Runtime) -> None:
    evaluation = evaluate_frames(catalogue, catalogue.rows, painted, TILING, threshold=0.5)
    first, second, third = evaluation.frames
    assert (first.frame, first.part) == ("a", "part of a")
    assert first.counts["defect"] == Counts(tp=3, fp=0, fn=1, tn=3)
    assert first.counts["scratch"] == Counts(tp=2, fp=0, fn=0, tn=5)
    assert first.counts["dent"] == Counts(tp=1, fp=0, fn=1, tn=5)
    assert second.counts["scratch"] == Counts(tp=0, fp=1, fn=0, tn=3)
    assert third.counts["defect"] == Counts(tp=0, fp=0, fn=0, tn=4)
    assert (evaluation.classes, evaluation.threshold) == (("scratch", "dent"), 0.5)


def test_figures_come_from_pooled_counts(catalogue: Catalogue, painted: Runtime) -> None:
    evaluation = evaluate_frames(catalogue, catalogue.rows, painted, TILING, threshold=0.5)
    assert evaluation.pooled == {
        "defect": Counts(tp=3, fp=1, fn=1, tn=10),
        "scratch": Counts(tp=2, fp=1, fn=0, tn=12),
        "dent": Counts(tp=1, fp=0, fn=1, tn=13),
    }
    assert [frame.frame for frame in evaluation.sound_frames] == ["b", "c"]
    assert [frame.frame for frame in evaluation.false_alarms] == ["b"]
    assert [evaluation.frames_with(name) for name in ("defect", "scratch", "dent")] == [1, 1, 1]


def test_only_the_rows_asked_for_are_counted(catalogue: Catalogue, painted: Runtime) -> None:
    evaluation = evaluate_frames(catalogue, catalogue.rows[2:], painted, TILING, threshold=0.5)
    assert [frame.frame for frame in evaluation.frames] == ["c"]


def test_progress_is_told_of_every_frame(catalogue: Catalogue, painted: Runtime) -> None:
    done: list[int] = []
    evaluate_frames(catalogue, catalogue.rows, painted, TILING, 0.5, progress=done.append)
    score_histogram(catalogue, catalogue.rows[:2], painted, TILING, progress=done.append)
    assert done == [1, 1, 1, 1, 1]


def test_scores_of_whole_frames_give_the_operating_point(catalogue: Catalogue, painted: Runtime) -> None:
    histogram = score_histogram(catalogue, catalogue.rows, painted, TILING)
    assert histogram.frames == 3
    assert (histogram.defective.sum(), histogram.sound.sum()) == (4, 11)
    assert (histogram.defective[0], histogram.sound[FULL]) == (1, 1)
    point = best_f1(histogram)
    evaluation = evaluate_frames(catalogue, catalogue.rows, painted, TILING, point.threshold)
    assert evaluation.pooled["defect"] == Counts(tp=3, fp=1, fn=1, tn=10)
    assert (point.f1, point.precision, point.recall) == (0.75, 0.75, 0.75)


def test_a_side_of_the_split_without_frames_is_refused(catalogue: Catalogue, painted: Runtime) -> None:
    with pytest.raises(CatalogueError, match=r"no frame to evaluate .*; split again with a larger share"):
        evaluate_frames(catalogue, (), painted, TILING, threshold=0.5)


def test_a_network_at_half_resolution_is_counted_in_pixels_of_the_frame(catalogue: Catalogue) -> None:
    runtime, tiling = PaintedRuntime(step=2), squares(8)
    evaluation = evaluate_frames(catalogue, catalogue.rows, runtime, tiling, threshold=0.5)
    # What is found at 5 covers 4 and 5; the last pixel is paired with the mirror image of 5.
    assert evaluation.frames[0].counts["defect"] == Counts(tp=4, fp=1, fn=0, tn=2)
    assert evaluation.frames[1].counts["defect"] == Counts(tp=0, fp=4, fn=0, tn=0)
    histogram = score_histogram(catalogue, catalogue.rows, runtime, tiling)
    assert (histogram.sound[FULL], histogram.defective[FULL]) == (5, 4)


class Broken(PaintedRuntime):
    """Gives no numbers."""

    def _scores(self, tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.full_like(super()._scores(tile), INVALID)


def test_scores_that_are_no_numbers_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(CheckpointError, match="scores for a that are no numbers; train again with a lower"):
        evaluate_frames(catalogue, catalogue.rows, Broken(), TILING, threshold=0.5)
    with pytest.raises(CheckpointError, match="scores for a that are no numbers"):
        score_histogram(catalogue, catalogue.rows, Broken(), TILING)
