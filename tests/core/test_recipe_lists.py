from pathlib import Path

import pytest

from scuff.core.errors import RecipeError
from scuff.core.plane import Calibration
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe, recipe_text
from scuff.core.recipe_lists import set_entry

ONE = Calibration(camera="left", homography=(0.1, 0, 0, 0, 0.1, 0, 0, 0, 1), residual_mm=0.01)
OTHER = Calibration(camera="right", homography=(0.2, 0, 0, 0, 0.2, 0, 0, 0, 1))
NEWER = Calibration(camera="left", homography=(0.3, 0, 0, 0, 0.3, 0, 0, 0, 1))


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_entry_is_added_and_replaced_and_all_else_stays(tmp_path: Path, end: str) -> None:
    text = end.join(["# mine", "seed = 3", "", "[[rules]]  # about all", "max_count = 2", "", "# last words", ""])
    path = write(tmp_path, text)
    assert set_entry(path, "calibration", ONE, "camera") is False
    assert set_entry(path, "calibration", OTHER, "camera") is False
    assert set_entry(path, "calibration", NEWER, "camera") is True
    recipe = load_recipe(path)
    assert recipe.calibration == (OTHER, NEWER)
    assert (recipe.seed, recipe.rules[0].max_count) == (3, 2)
    written = path.read_bytes().decode()
    assert written.startswith(text.rstrip())
    assert written.count("[[calibration]]") == 2
    assert (written.count("\r\n") == written.count("\n")) is (end == "\r\n")


def test_a_table_behind_the_one_that_goes_stays_with_its_comment(tmp_path: Path) -> None:
    homography = "homography = [0.1, 0, 0, 0, 0.1, 0, 0, 0, 1]"
    zone = '# The zone.\n[[zones]]\nname = "rim"\npoints = "0,0 9,0 9,9"\n'
    text = f'[[calibration]]\ncamera = "left"\n{homography}\n\n{zone}'
    path = write(tmp_path, text)
    assert set_entry(path, "calibration", NEWER, "camera") is True
    assert zone in path.read_text()
    assert load_recipe(path).calibration == (NEWER,)


def test_the_file_that_init_writes_can_be_edited(tmp_path: Path) -> None:
    path = write(tmp_path, recipe_text(Recipe()))
    set_entry(path, "calibration", ONE, "camera")
    assert load_recipe(path) == Recipe(calibration=(ONE,))


def test_a_list_in_one_line_is_left_alone(tmp_path: Path) -> None:
    text = 'calibration = [{ camera = "right", homography = [1, 0, 0, 0, 1, 0, 0, 0, 1] }]\n'
    path = write(tmp_path, text)
    with pytest.raises(RecipeError, match=r"cannot edit; write into it yourself:\n\[\[calibration\]\]\ncamera"):
        set_entry(path, "calibration", ONE, "camera")
    assert path.read_text() == text
