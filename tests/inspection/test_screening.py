from collections.abc import Callable
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.bundles import save_tiny_network, tiny_manifest
from tests.fixtures.screens import proof, save_tiny_screen

from scuff.core.bundle import NETWORK, RECIPE, SCREEN, Bundle, seal
from scuff.core.errors import BundleError
from scuff.core.recipe import Inspection, Recipe
from scuff.core.tile import squares
from scuff.inspection.opening import open_scorer
from scuff.inspection.pipeline import Inspector
from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.screening import CELL_PX, STRIPS, CellScreen

Pixels = NDArray[np.uint8]

WINDOWS = squares(64).windows((128, 192))


@pytest.fixture
def screen(tmp_path: Path) -> CellScreen:
    return CellScreen(save_tiny_screen(tmp_path / SCREEN), threshold=0.5)


@pytest.fixture
def screened(tmp_path: Path) -> Callable[..., Bundle]:
    """A function that seals a bundle with a screening network, and changes to its evidence."""

    def make(**changes: object) -> Bundle:
        draft = tmp_path / "draft"
        draft.mkdir()
        save_tiny_network(draft / NETWORK)
        save_tiny_screen(draft / SCREEN)
        (draft / RECIPE).write_text("")
        return seal(draft, tmp_path / "bundle", tiny_manifest(screening=proof(**changes)))

    return make


def dark(hw: tuple[int, int]) -> Pixels:
    return np.zeros((*hw, 3), np.uint8)


def test_windows_that_own_the_cell_or_its_neighbours_are_chosen(screen: CellScreen) -> None:
    pixels = dark((128, 192))
    pixels[100, 17] = 200
    # Cell (6, 1) covers rows 96 to 111 and columns 16 to 31; with its neighbours, rows 80 to 127 and columns 0 to 47.
    expected = [
        window
        for window in WINDOWS
        if window.own.y < 128 and window.own.rows.stop > 80 and window.own.x < 48 and window.own.columns.stop > 0
    ]
    assert screen.choose(pixels, WINDOWS) == expected
    assert 0 < len(expected) < len(WINDOWS)


@pytest.mark.parametrize(("grey", "chosen"), [(124, False), (130, True)])
def test_a_cell_is_hot_from_the_threshold_on(screen: CellScreen, grey: int, chosen: bool) -> None:
    pixels = dark((64, 64))
    pixels[5, 5] = grey
    assert bool(screen.choose(pixels, squares(64).windows((64, 64)))) is chosen


def test_scores_are_those_of_the_hottest_cell(screen: CellScreen) -> None:
    pixels = dark((64, 64))
    pixels[5, 5], pixels[40, 40] = 51, 102
    np.testing.assert_array_equal(screen.scores(pixels, squares(64).windows((64, 64))), [round(254 * 0.4)])


@pytest.mark.parametrize("hw", [(1, 1), (17, 5), (479, 33), (481, 40), (1000, 70)])
def test_each_pixel_of_a_frame_of_any_size_is_seen(screen: CellScreen, hw: tuple[int, int]) -> None:
    windows = squares(64).windows(hw)
    for y, x in ((0, 0), (hw[0] - 1, hw[1] - 1), (hw[0] // 2, hw[1] // 2)):
        pixels = dark(hw)
        pixels[y, x] = 255
        chosen = screen.choose(pixels, windows)
        assert next(window for window in windows if owns(window.own.rows, y) and owns(window.own.columns, x)) in chosen


def owns(span: slice, place: int) -> bool:
    return bool(span.start <= place < span.stop)


def test_strips_give_what_the_whole_frame_gives(screen: CellScreen) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1100, 96, 3)).astype(np.uint8)
    windows = squares(64).windows((1100, 96))
    cells = np.round(pixels[..., 0][: 1100 // 16 * 16].reshape(-1, 16, 6, 16).max(axis=(1, 3)) * (254 / 255))
    scores = screen.scores(pixels, windows)
    for window, score in zip(windows[:-8], scores, strict=False):  # the last rows end within a cell
        rows = slice(max(0, window.own.y // 16 - 1), -(-window.own.rows.stop // 16) + 1)
        columns = slice(max(0, window.own.x // 16 - 1), -(-window.own.columns.stop // 16) + 1)
        assert score == cells[rows, columns].max()
    assert STRIPS.height_px % CELL_PX == STRIPS.halo_px % CELL_PX == 0


def test_several_threads_may_look_at_once(screen: CellScreen) -> None:
    frames = [np.full((500, 64, 3), grey, np.uint8) for grey in (0, 255, 0, 255)]
    windows = squares(64).windows((500, 64))
    chosen: dict[int, int] = {}

    def look(number: int) -> None:
        chosen[number] = len(screen.choose(frames[number], windows))

    threads = [Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert chosen == {0: 0, 1: len(windows), 2: 0, 3: len(windows)}


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="H / h = 16"):
        CellScreen(save_tiny_network(tmp_path / SCREEN), threshold=0.5)


def test_a_bundle_with_evidence_is_screened(screened: Callable[..., Bundle]) -> None:
    pixels = dark((200, 300)) + np.uint8(100)
    pixels[50:55, 60:65] = 255
    scorer = open_scorer(screened(), Inspection(min_area_px=5))
    seen = scorer.score(pixels)
    assert 0 < seen.tiles_scored < seen.tiles
    defects, _ = find_defects(seen.scores, Criteria(0.5, ("scratch", "dent")))
    assert [(defect.box_xyxy, defect.area_px) for defect in defects] == [((60, 50, 65, 55), 25)]


def test_a_result_tells_that_tiles_were_left_out(
    screened: Callable[..., Bundle], write_picture_file: Callable[..., Path]
) -> None:
    bundle = screened()
    picture = write_picture_file("plate.png", dark((80, 80)) + np.uint8(100))
    recipe = Recipe(inspection=Inspection(min_area_px=5))
    result = Inspector(bundle, recipe).inspect(picture).result
    assert (result.settings.screening, result.tiles_scored) == (True, 0)
    assert result.tiles == len(bundle.manifest.tiling.windows((80, 80)))


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"screening": "off", "min_area_px": 5}, id="off"),
        pytest.param({"min_area_px": 4}, id="smaller defects than were proven"),
        pytest.param({"min_area_px": 5, "threshold": 0.49}, id="fainter defects than were proven"),
    ],
)
def test_without_a_proof_all_tiles_are_scored(screened: Callable[..., Bundle], settings: dict[str, object]) -> None:
    assert open_scorer(screened(), Inspection.model_validate(settings)).screen is None


def test_stricter_settings_than_were_proven_are_screened(screened: Callable[..., Bundle]) -> None:
    assert open_scorer(screened(), Inspection(min_area_px=6, threshold=0.6)).screen is not None


def test_a_bundle_without_evidence_is_not_screened(make_bundle: Callable[..., Bundle]) -> None:
    assert open_scorer(make_bundle(), Inspection()).screen is None


def test_a_bundle_whose_screening_network_is_missing_is_refused(make_bundle: Callable[..., Bundle]) -> None:
    bundle = make_bundle(screening=proof(min_area_px=1))
    with pytest.raises(BundleError, match=SCREEN):
        open_scorer(bundle, Inspection())
