from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from scuff.core import recipe
from scuff.core.errors import CheckpointError
from scuff.core.recipe import Inspection
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.station import FULL
from scuff.training.lessons import TURN, Teacher, highest_in_cells, windows


def score(hw: tuple[int, int] = (64, 64)) -> NDArray[np.uint8]:
    return np.zeros(hw, np.uint8)


def test_the_highest_score_of_a_defect_is_wanted_in_each_cell_it_touches() -> None:
    found = score((48, 64))
    found[14:18, 20] = 200, 254, 180, 127  # rows 14 and 15 lie in cell row 0, 16 and 17 in cell row 1
    wanted = highest_in_cells(found, 127, area_px=4)
    expected = np.zeros((3, 4))
    expected[0, 1], expected[1, 1] = 1, 180 / FULL
    np.testing.assert_allclose(wanted, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("y", "x", "area_px", "counts"),
    [
        pytest.param(20, 20, 4, True, id="large enough"),
        pytest.param(20, 20, 5, False, id="too small"),
        pytest.param(0, 20, 5, True, id="cut at the top"),
        pytest.param(62, 20, 5, True, id="cut at the bottom"),
        pytest.param(20, 0, 5, True, id="cut on the left"),
        pytest.param(20, 62, 5, True, id="cut on the right"),
    ],
)
def test_small_regions_are_no_defects_unless_they_are_cut(y: int, x: int, area_px: int, counts: bool) -> None:
    found = score()
    found[y : y + 2, x : x + 2] = 254
    assert highest_in_cells(found, 127, area_px).any() == counts


def test_below_the_threshold_there_is_no_defect() -> None:
    assert not highest_in_cells(np.full((64, 64), 126, np.uint8), 127, 1).any()


def test_patches_and_places_in_frames_take_turns(patches: Patches) -> None:
    catalogue = load_catalogue(patches.folder / patches.record.catalogue)
    training = patches.indices(Side.TRAINING)
    rows = [row for row in catalogue.rows if row.frame in {patches.rows[number].frame for number in training}]
    given = list(islice(windows(patches, catalogue, rows, np.random.default_rng(0)), 200))
    assert {window.shape for window in given} == {(32, 32, 3)}
    known = {patches.images[number].tobytes() for number in training}
    assert all(window.tobytes() in known for window in given[:TURN])
    # Frames are 48 px wide, and patches begin at 0 and 16 only.
    assert not all(window.tobytes() in known for window in given[TURN : 2 * TURN])
    assert known <= {window.tobytes() for window in given}


def test_the_same_seed_gives_the_same_windows(patches: Patches) -> None:
    catalogue = load_catalogue(patches.folder / patches.record.catalogue)
    one, two = (
        [window.tobytes() for window in islice(windows(patches, catalogue, catalogue.rows, generator), 40)]
        for generator in (np.random.default_rng(3), np.random.default_rng(3))
    )
    assert one == two


def test_a_teacher_marks_what_its_network_finds(make_checkpoint: Callable[..., Checkpoint]) -> None:
    untaught = make_checkpoint(threshold=1e-6)  # which calls every pixel defective
    lesson = Teacher(untaught, "cpu").lesson(np.full((64, 64, 3), 90, np.uint8))
    assert lesson.pixels.shape == (64, 64, 3)
    assert lesson.wanted.shape == (4, 4)
    assert (lesson.wanted > 0).all()


def test_a_threshold_that_nothing_reaches_leaves_nothing_to_see(make_checkpoint: Callable[..., Checkpoint]) -> None:
    settings = recipe.Recipe(network=make_checkpoint().facts.recipe.network, inspection=Inspection(threshold=0.999))
    lesson = Teacher(make_checkpoint(recipe=settings), "cpu").lesson(np.full((72, 72, 3), 90, np.uint8))
    assert lesson.wanted.shape == (4, 4)  # 72 px hold 4 whole cells
    assert not lesson.wanted.any()


def test_a_teacher_without_numbers_is_refused(make_checkpoint: Callable[..., Checkpoint]) -> None:
    broken = make_checkpoint()
    broken.state["head.3.bias"][:] = torch.nan
    with pytest.raises(CheckpointError, match="no numbers"):
        Teacher(broken, "cpu").lesson(np.zeros((64, 64, 3), np.uint8))
