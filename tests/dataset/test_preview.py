from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.recipe import Patches as Settings
from scuff.dataset.catalogue import Catalogue
from scuff.dataset.drawing import LINE_PX, line_colour
from scuff.dataset.patches import cut_patches
from scuff.dataset.preview import CELL_PX, GAP_PX, PAPER, SHEET_PATCHES, contact_sheet, patch_sheet
from scuff.dataset.split import Division, Side

MakeCatalogue = Callable[..., Catalogue]


def plain(value: int, hw: tuple[int, int] = (16, 16)) -> NDArray[np.uint8]:
    return np.full((*hw, 3), value, np.uint8)


def test_pictures_are_set_row_by_row() -> None:
    images = [plain(value) for value in (60, 120, 180)]
    masks = [np.zeros((16, 16), np.uint8)] * 3
    sheet = contact_sheet(images, masks, ["a", "b", "c"], columns=2, cell_px=16)
    step_y, step_x = 16 + LINE_PX + GAP_PX, 16 + GAP_PX
    assert sheet.shape == (GAP_PX + 2 * step_y, GAP_PX + 2 * step_x, 3)
    for value, (y, x) in {60: (0, 0), 120: (0, step_x), 180: (step_y, 0)}.items():
        assert np.all(sheet[GAP_PX + y : GAP_PX + y + 16, GAP_PX + x : GAP_PX + x + 16] == value)
    assert tuple(sheet[0, 0]) == PAPER
    assert np.all(sheet[GAP_PX + step_y :, GAP_PX + step_x :] == PAPER)


def test_pictures_of_other_sizes_are_fitted_into_their_cells() -> None:
    images = [plain(90, (8, 32)), plain(200, (64, 32))]
    masks = [np.zeros((8, 32), np.uint8), np.zeros((64, 32), np.uint8)]
    sheet = contact_sheet(images, masks, ["", ""], columns=2, cell_px=16)
    assert np.argwhere((sheet == 90).all(axis=-1)).max(axis=0).tolist() == [GAP_PX + 3, GAP_PX + 15]
    assert np.argwhere((sheet == 200).all(axis=-1)).max(axis=0).tolist() == [GAP_PX + 15, 2 * GAP_PX + 16 + 7]


def test_captions_have_several_lines_and_classes_an_explanation() -> None:
    mask = np.zeros((16, 16), np.uint8)
    mask[8, 8] = 2
    bare = contact_sheet([plain(90)], [mask], ["frame"], 1, 200)
    sheet = contact_sheet([plain(90)], [mask], ["frame\nsecond line"], 1, 200, classes=("scratch", "dent"))
    top = LINE_PX + GAP_PX
    assert sheet.shape[0] == bare.shape[0] + top + LINE_PX
    assert (sheet[: GAP_PX + top] == line_colour(1)).all(axis=-1).any()
    assert (sheet[: GAP_PX + top] == line_colour(2)).all(axis=-1).any()
    assert (sheet[GAP_PX + top :] == line_colour(2)).all(axis=-1).any()
    assert np.any(sheet[-LINE_PX - GAP_PX :] != PAPER)


def test_a_side_is_shown_from_its_first_patch_to_its_last(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    defective = np.ones((32, 32), np.uint8)
    catalogue = make_catalogue({f"P{number:02}": defective for number in range(SHEET_PATCHES + 10)})
    sides = dict.fromkeys(catalogue.parts, Side.TRAINING) | {"P01": Side.TEST}
    patches = cut_patches(catalogue, Division(sides), Settings(size_px=32), 0, tmp_path / "patches")
    sheet = patch_sheet(patches, Side.TRAINING)
    assert sheet is not None
    assert sheet.shape[1] == GAP_PX + 8 * (CELL_PX + GAP_PX)
    # The pictures' blue is their number: the first is 0, the last one 57; P01 is not among them.
    middles = sheet[GAP_PX + LINE_PX + GAP_PX + 120 :: CELL_PX + 2 * LINE_PX + GAP_PX, GAP_PX + 120 :: CELL_PX + GAP_PX]
    shown = middles[..., 2].ravel().tolist()
    assert len(shown) == SHEET_PATCHES
    assert (shown[0], shown[-1]) == (0, 57)
    assert shown == sorted(set(shown) - {1})


def test_a_side_without_patches_has_no_sheet(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    catalogue = make_catalogue({"P1": np.ones((32, 32), np.uint8)})
    patches = cut_patches(catalogue, Division({"P1": Side.TEST}), Settings(size_px=32), 0, tmp_path / "patches")
    assert patch_sheet(patches, Side.TRAINING) is None
    single = patch_sheet(patches, Side.TEST)
    assert single is not None
    assert single.shape[1] == 2 * GAP_PX + CELL_PX
