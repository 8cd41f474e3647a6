from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.errors import CatalogueError
from scuff.core.mask import OUTSIDE
from scuff.core.picture import sha256, write_png
from scuff.core.recipe import Inspection, Recipe, Tolerances
from scuff.core.tile import Tiling
from scuff.dataset.catalogue import Catalogue
from scuff.evaluation.levels import LEVELS
from scuff.evaluation.parts import judge_part, sweep_parts
from scuff.evaluation.terms import Terms
from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import FULL, ScoreMap
from scuff.inspection.sightings import Seen
from scuff.inspection.tolerance import Judge

if TYPE_CHECKING:
    from tests.evaluation.conftest import MakeCatalogue

TILING = Tiling(4, 4, 1)
CLASSES = ("scratch", "dent")


def repaint(catalogue: Catalogue, parts: str, bytes_: dict[str, list[list[int]]]) -> Catalogue:
    """Give the frames the parts named by letters, and scratches of other scores."""
    rows = []
    for row, part in zip(catalogue.rows, parts, strict=True):
        if row.frame in bytes_:
            red = np.array(bytes_[row.frame], np.uint8)
            write_png(catalogue.image(row), np.stack([red, red * 0, red * 0], axis=2))
        rows.append(replace(row, part=part, sha256=sha256(catalogue.image(row))))
    return replace(catalogue, rows=tuple(rows))


@pytest.fixture
def catalogue(make_catalogue: "MakeCatalogue") -> Catalogue:
    sound = [[0, 0, 0, 0]]
    drawn = make_catalogue(dict.fromkeys("abcd", (sound, sound)) | {"e": ([[1, 0, 0, 2]], sound)})
    scores = {"a": [[9, 0, 100, 0]], "b": [[0, 30, 0, 30]], "d": [[0, 0, 5, 5]], "e": [[254, 0, 0, 0]]}
    return repaint(drawn, "qpqpr", scores)


def levels_stopped(stopped: NDArray[np.bool_]) -> list[int]:
    return [level for level, flag in zip(LEVELS, stopped, strict=True) if flag]


def test_the_frames_of_a_part_are_judged_together(catalogue: Catalogue, painted: Runtime) -> None:
    sweep = sweep_parts(catalogue, catalogue.rows, painted, TILING, Recipe(tolerances=Tolerances(max_defects=1)))
    assert sweep.parts == ("p", "q", "r")
    assert sweep.thresholds.tolist() == [level / 254 for level in range(1, 254)]
    # b has two regions from 30 down, and d one from 5 down; a one from 100 down and two from 9 down; e only one.
    assert [levels_stopped(row) for row in sweep.stopped] == [list(range(1, 31)), list(range(1, 10)), []]


def test_what_is_annotated_says_what_a_part_is(catalogue: Catalogue, painted: Runtime) -> None:
    strict, lenient = (Recipe(tolerances=Tolerances(max_defects=most)) for most in (1, 2))
    assert sweep_parts(catalogue, catalogue.rows, painted, TILING, strict).defective.tolist() == [False, False, True]
    sweep = sweep_parts(catalogue, catalogue.rows, painted, TILING, lenient)
    assert sweep.defective.tolist() == [False, False, False]
    assert sweep.classes == (frozenset(), frozenset(), frozenset({"scratch", "dent"}))


def test_small_regions_are_no_defects_that_are_found_but_defects_that_are_there(
    catalogue: Catalogue, painted: Runtime
) -> None:
    sweep = sweep_parts(catalogue, catalogue.rows, painted, TILING, Recipe(inspection=Inspection(min_area_px=2)))
    assert sweep.defective.tolist() == [False, False, True]
    assert [levels_stopped(row) for row in sweep.stopped] == [list(range(1, 6)), [], []]


def test_frames_whose_part_nobody_named_are_parts_of_their_own(catalogue: Catalogue, painted: Runtime) -> None:
    nameless = [replace(row, part="") for row in catalogue.rows]
    assert sweep_parts(catalogue, nameless, painted, TILING, Recipe()).parts == ("a", "b", "c", "d", "e")


def test_a_review_is_no_pass(catalogue: Catalogue, painted: Runtime) -> None:
    unsure = Recipe(tolerances=Tolerances(review_score=0.9))
    always = sweep_parts(catalogue, catalogue.rows, painted, TILING, Recipe())
    assert (sweep_parts(catalogue, catalogue.rows, painted, TILING, unsure).stopped == always.stopped).all()


def test_each_frame_is_scored_once(catalogue: Catalogue) -> None:
    runtime, done = PaintedRuntime(), list[int]()
    sweep_parts(catalogue, catalogue.rows, runtime, TILING, Recipe(), done.append)
    assert (runtime.seen, done) == (5, [1] * 5)
    with pytest.raises(CatalogueError, match="no frame to evaluate"):
        sweep_parts(catalogue, (), runtime, TILING, Recipe())


@pytest.mark.parametrize("seed", range(2))
def test_verdicts_are_those_of_an_inspection_at_each_threshold(catalogue: Catalogue, seed: int) -> None:
    generator = np.random.default_rng(seed)
    recipe = Recipe(inspection=Inspection(min_area_px=2), tolerances=Tolerances(max_defects=3))
    shape = (100, 130)
    maps = [
        ScoreMap(
            np.where(generator.random(shape) < 0.002, generator.integers(0, 255, shape), 0).astype(np.uint8),
            generator.integers(1, 3, shape).astype(np.uint8),
            2,
            (200, 260),
        )
        for _ in range(3)
    ]
    truth = np.full((200, 260), OUTSIDE, np.uint8)
    rows = [replace(row, width_px=260, height_px=200) for row in catalogue.rows[:3]]
    judged = judge_part("p", list(zip(rows, [truth] * 3, maps, strict=True)), Terms(recipe, CLASSES))
    assert (judged.defective, judged.classes) == (False, frozenset())
    for level, stopped in zip(LEVELS, judged.stopped, strict=True):
        found = [find_defects(scores, Criteria(level / FULL, CLASSES, min_area_px=2))[0] for scores in maps]
        seen = [Seen(row.frame, "", row.hw, defects) for row, defects in zip(rows, found, strict=True)]
        assert stopped == (Judge(recipe).judge(seen).verdict.outcome != "pass")
    assert 0 < judged.stopped.sum() < len(LEVELS)
