from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import Catalogue
from scuff.evaluation.counts import Counts
from scuff.evaluation.frames import evaluate_frames, score_histogram
from scuff.evaluation.operating_point import BINS, best_f1
from scuff.inspection.runtime import Runtime

if TYPE_CHECKING:
    from tests.evaluation.conftest import MakeCatalogue

TILE_PX, OVERLAP = 4, 0.25


@pytest.fixture
def catalogue(make_catalogue: "MakeCatalogue") -> Catalogue:
    return make_catalogue(
        {
            # wider than a tile: blended from two; one dent is missed
            "a": ([[1, 1, 0, 0, 0, 2, 2]], [[1, 1, 0, 0, 0, 2, 0]]),
            "b": ([[0, 0], [0, 0]], [[0, 1], [0, 0]]),
            "c": ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
        }
    )


def test_each_frame_is_counted_once_as_a_whole(catalogue: Catalogue, painted: Runtime) -> None:
    evaluation = evaluate_frames(catalogue, catalogue.rows, painted, TILE_PX, OVERLAP, threshold=0.5)
    first, second, third = evaluation.frames
    assert (first.frame, first.part) == ("a", "part of a")
    assert first.counts["defect"] == Counts(tp=3, fp=0, fn=1, tn=3)
    assert first.counts["scratch"] == Counts(tp=2, fp=0, fn=0, tn=5)
    assert first.counts["dent"] == Counts(tp=1, fp=0, fn=1, tn=5)
    assert second.counts["scratch"] == Counts(tp=0, fp=1, fn=0, tn=3)
    assert third.counts["defect"] == Counts(tp=0, fp=0, fn=0, tn=4)
    assert (evaluation.classes, evaluation.threshold) == (("scratch", "dent"), 0.5)


def test_figures_come_from_pooled_counts(catalogue: Catalogue, painted: Runtime) -> None:
    evaluation = evaluate_frames(catalogue, catalogue.rows, painted, TILE_PX, OVERLAP, threshold=0.5)
    assert evaluation.pooled == {
        "defect": Counts(tp=3, fp=1, fn=1, tn=10),
        "scratch": Counts(tp=2, fp=1, fn=0, tn=12),
        "dent": Counts(tp=1, fp=0, fn=1, tn=13),
    }
    assert [frame.frame for frame in evaluation.sound_frames] == ["b", "c"]
    assert [frame.frame for frame in evaluation.false_alarms] == ["b"]
    assert [evaluation.frames_with(name) for name in ("defect", "scratch", "dent")] == [1, 1, 1]


def test_only_the_rows_asked_for_are_counted(catalogue: Catalogue, painted: Runtime) -> None:
    evaluation = evaluate_frames(catalogue, catalogue.rows[2:], painted, TILE_PX, OVERLAP, threshold=0.5)
    assert [frame.frame for frame in evaluation.frames] == ["c"]


def test_progress_is_told_of_every_frame(catalogue: Catalogue, painted: Runtime) -> None:
    done: list[int] = []
    evaluate_frames(catalogue, catalogue.rows, painted, TILE_PX, OVERLAP, 0.5, progress=done.append)
    score_histogram(catalogue, catalogue.rows[:2], painted, TILE_PX, OVERLAP, progress=done.append)
    assert done == [1, 1, 1, 1, 1]


def test_scores_of_whole_frames_give_the_operating_point(catalogue: Catalogue, painted: Runtime) -> None:
    histogram = score_histogram(catalogue, catalogue.rows, painted, TILE_PX, OVERLAP)
    assert histogram.frames == 3
    assert (histogram.defective.sum(), histogram.sound.sum()) == (4, 11)
    assert (histogram.defective[0], histogram.sound[BINS - 1]) == (1, 1)
    point = best_f1(histogram)
    evaluation = evaluate_frames(catalogue, catalogue.rows, painted, TILE_PX, OVERLAP, point.threshold)
    assert evaluation.pooled["defect"] == Counts(tp=3, fp=1, fn=1, tn=10)
    assert (point.f1, point.precision, point.recall) == (0.75, 0.75, 0.75)


def test_a_side_of_the_split_without_frames_is_refused(catalogue: Catalogue, painted: Runtime) -> None:
    with pytest.raises(CatalogueError, match=r"no frame to evaluate .*; split again with a larger share"):
        evaluate_frames(catalogue, (), painted, TILE_PX, OVERLAP, threshold=0.5)


def test_a_catalogue_of_other_classes_is_refused(catalogue: Catalogue, painted: Runtime) -> None:
    other = replace(catalogue, record=catalogue.record.model_copy(update={"classes": ("a", "b", "c")}))
    with pytest.raises(CatalogueError, match=r"has 3 classes \(a, b, c\), but the network gives 2; evaluate"):
        evaluate_frames(other, other.rows, painted, TILE_PX, OVERLAP, threshold=0.5)
