import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.ndimage import label
from sklearn.metrics import precision_recall_fscore_support
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.recipe import Frames, Recipe
from scuff.core.tile import Tiling
from scuff.evaluation.bootstrap import Estimate
from scuff.evaluation.froc import Froc
from scuff.evaluation.level_figures import froc_figure, roc_figure
from scuff.evaluation.level_files import levels_json, write_defects, write_parts
from scuff.evaluation.level_text import levels_text
from scuff.evaluation.levels import FEW_LEVELS
from scuff.evaluation.matching import LIMIT
from scuff.evaluation.records import Assessment, assess_parts
from scuff.evaluation.sizes import size_name, size_names
from scuff.evaluation.three_levels import three_levels

if TYPE_CHECKING:
    from tests.evaluation.conftest import MakeCatalogue

SOUND = [[0, 0, 0, 0, 0, 0]]
TILING = Tiling(4, 4, 1)


@pytest.fixture
def assessment(make_catalogue: "MakeCatalogue") -> Assessment:
    catalogue = make_catalogue(
        {
            "a": ([[1, 1, 0, 2, 2, 2]], [[1, 1, 0, 0, 0, 0]]),  # one found, one missed
            "b": (SOUND, [[0, 0, 0, 0, 2, 0]]),  # a false alarm on the same part
            "c": ([[0, 0, 2, 2, 0, 0]], [[0, 0, 1, 1, 0, 0]]),  # found as the other class
            "d": ([[1, 0, 0, 0, 0, 0]], SOUND),  # an escape
            "e": (SOUND, SOUND),
        }
    )
    rows = [replace(row, part=part) for row, part in zip(catalogue.rows, "ppqrs", strict=True)]
    return assess_parts(catalogue, rows, PaintedRuntime(), TILING, 0.5, Recipe())


def test_defects_and_parts_are_counted(assessment: Assessment) -> None:
    figures = three_levels(assessment)
    defects, parts = figures.defects, figures.parts
    assert (defects.recall.found, defects.recall.annotated, defects.recall.share.value) == (2, 4, 0.5)
    assert {name: (each.found, each.annotated) for name, each in defects.by_class.items()} == {
        "scratch": (1, 2),
        "dent": (1, 2),
    }
    assert (defects.by_size["below 8 px"].annotated, defects.unit) == (4, "px")
    assert (defects.found, defects.false_alarms, defects.precision.value) == (3, 1, 2 / 3)
    assert (defects.alarms_per_part.value, defects.alarms_per_frame.value) == (1 / 4, 1 / 5)
    assert defects.confusion == {
        "scratch": {"scratch": 1, "dent": 0, "missed": 1},
        "dent": {"scratch": 1, "dent": 0, "missed": 1},
        "nothing annotated": {"scratch": 0, "dent": 1, "missed": 0},
    }
    assert (parts.escape.hits, parts.escape.parts) == (1, 3)
    assert (parts.false_reject.hits, parts.false_reject.parts) == (0, 1)
    # 1 of 1 sound part passed: its share stopped is below 0.975, as in test_rates.
    share = parts.false_reject.share
    assert (share.value, share.low, share.high) == pytest.approx((0, 0, 0.975))
    assert parts.auc.value == pytest.approx(5 / 6)
    assert parts.confusion["several classes"]["several classes"] == 1
    assert (parts.confusion["dent"]["scratch"], parts.confusion["no defect"]["passed"]) == (1, 1)


def test_pixel_figures_are_those_of_scikit_learn(assessment: Assessment) -> None:
    truth = [1, 1, 0, 1, 1, 1, *[0] * 6, 0, 0, 1, 1, 0, 0, 1, *[0] * 11]
    predicted = [1, 1, 0, 0, 0, 0, *[0] * 4, 1, 0, 0, 0, 1, 1, 0, 0, *[0] * 12]
    precision, recall, f1, _ = precision_recall_fscore_support(truth, predicted, average="binary")
    figures = three_levels(assessment).pixels["defect"]
    assert [figures[name].value for name in ("precision", "recall", "f1")] == pytest.approx([precision, recall, f1])
    low, high = figures["f1"].low, figures["f1"].high
    assert low is not None
    assert high is not None
    assert low <= f1 <= high


def test_the_frames_keep_their_order(assessment: Assessment) -> None:
    assert [frame.frame for frame in assessment.pixels.frames] == ["a", "b", "c", "d", "e"]


def test_what_is_written(assessment: Assessment, tmp_path: Path) -> None:
    figures = three_levels(assessment)
    text = levels_text(assessment, figures)
    assert "escapes (defective, passed)     1 of 3  0.333  0.008 to 0.906" in text
    assert "false rejects (sound, stopped)  0 of 1  0.000  0.000 to 0.975" in text
    content = json.loads(json.dumps(levels_json(assessment, figures), allow_nan=False))
    assert content["parts"]["escape_rate"]["hits"] == 1
    assert content["defects"]["recall"]["value"] == 0.5
    assert content["intervals"] == {"confidence": 0.95, "draws": 2000, "seed": 0, "parts": 4}
    write_defects(tmp_path / "defects.csv", assessment)
    write_parts(tmp_path / "parts.csv", assessment)
    lines = list(csv.DictReader((tmp_path / "defects.csv").read_text().splitlines()))
    assert [(line["part"], line["frame"], line["outcome"], line["class"], line["found_as"]) for line in lines] == [
        ("p", "a", "found", "scratch", "scratch"),
        ("p", "a", "missed", "dent", ""),
        ("p", "b", "false alarm", "dent", "dent"),
        ("q", "c", "found", "dent", "scratch"),
        ("r", "d", "missed", "scratch", ""),
    ]
    assert [line["left_px"] for line in lines] == ["0", "3", "4", "2", "0"]
    parts = list(csv.DictReader((tmp_path / "parts.csv").read_text().splitlines()))
    assert [line["stopped"] for line in parts] == ["1", "1", "0", "0"]
    assert len(froc_figure(assessment, figures).axes) == len(roc_figure(assessment, figures).axes) == 1


def test_one_part_has_figures_but_no_intervals(make_catalogue: "MakeCatalogue") -> None:
    catalogue = make_catalogue({"a": (SOUND, SOUND)})
    alone = assess_parts(catalogue, catalogue.rows, PaintedRuntime(), TILING, 0.5, Recipe())
    figures = three_levels(alone)
    assert figures.defects.recall.share == figures.defects.aupro == figures.parts.auc == Estimate(None)
    assert figures.defects.alarms_per_part == Estimate(0)
    assert "one part does not tell how parts differ" in levels_text(alone, figures)
    assert roc_figure(alone, figures).axes[0].texts[0].get_text() == "needs defective parts and sound ones"


def test_froc_is_that_of_a_plain_count(make_catalogue: "MakeCatalogue") -> None:
    generator = np.random.default_rng(3)
    drawn = {}
    for name in "abc":
        truth = (generator.random((12, 12)) < 0.15).astype(int)
        drawn[name] = (truth.tolist(), np.where(generator.random((12, 12)) < 0.9, truth, 1 - truth).tolist())
    catalogue = make_catalogue(drawn)
    assessment = assess_parts(catalogue, catalogue.rows, PaintedRuntime(), Tiling(16, 16, 4), 0.5, Recipe())
    recall, alarms = Froc.of([part.judged for part in assessment.parts]).curve(np.ones((1, 3)))
    found = false = annotated = 0
    for truth, predicted in drawn.values():
        there, regions = label(np.array(truth), np.ones((3, 3)))
        here, marks = label(np.array(predicted), np.ones((3, 3)))
        annotated += regions
        for number in range(1, regions + 1):
            own = there == number
            touching = np.isin(here, np.setdiff1d(here[own], 0))
            whole = (own | touching) & ~((there > 0) & ~own)
            found += (own & touching).sum() / whole.sum() > LIMIT
        false += sum((there[here == number] > 0).mean() <= LIMIT for number in range(1, marks + 1))
    # What is painted has the full score, so that every threshold does the same.
    assert recall[0].tolist() == [found / annotated] * len(FEW_LEVELS)
    assert alarms[0].tolist() == [false / 3] * len(FEW_LEVELS)
    assert 0 < found < annotated
    assert false > 0


def test_sizes_are_in_mm_where_the_scale_is_known(make_catalogue: "MakeCatalogue") -> None:
    catalogue = make_catalogue({"a": ([[1, 1, 1, 1, 0, 0]], SOUND)})
    recipe = Recipe(frames=Frames(pixel_mm=0.5))
    assessment = assess_parts(catalogue, catalogue.rows, PaintedRuntime(), TILING, 0.5, recipe)
    (record,) = assessment.parts[0].annotated
    assert size_names("mm")[:3] == ["below 0.5 mm", "0.5 to 1 mm", "1 to 2 mm"]
    assert size_name(record.defect, "mm") == "2 to 5 mm"  # four pixels; the lower end is in
    assert three_levels(assessment).defects.by_size["2 to 5 mm"].annotated == 1
