from pathlib import Path

import pytest

from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_edit import edit_recipe
from scuff.core.recipe_file import load_recipe, recipe_text

FASTEST = {"inspection.runtime": "openvino", "inspection.streams": 1, "inspection.lanes": 3}


def edited(folder: Path, text: str, **settings: object) -> str:
    path = folder / "lid.toml"
    path.write_bytes(text.encode())
    edit_recipe(path, {f"inspection.{key}": value for key, value in settings.items()}, folder / "none.toml")
    return path.read_bytes().decode()


def test_value_of_a_key_is_replaced_and_the_rest_is_left(tmp_path: Path) -> None:
    text = "# mine\n[inspection]\nlanes   = 2  # two cameras\nthreshold = 0.4\n\n[tolerances]\nmax_defects = 1\n"
    assert edited(tmp_path, text, lanes=3) == text.replace("lanes   = 2", "lanes = 3")


@pytest.mark.parametrize("quoted", ['"auto"', "'auto'"])
def test_quoted_value_is_replaced(tmp_path: Path, quoted: str) -> None:
    text = f"[inspection]\nruntime = {quoted} # fast?\n"
    assert edited(tmp_path, text, runtime="openvino") == '[inspection]\nruntime = "openvino" # fast?\n'


def test_written_recipe_gets_its_keys_where_they_are_explained(tmp_path: Path) -> None:
    before = recipe_text(Recipe())
    after = edited(tmp_path, before, runtime="openvino", streams=1, lanes=3)
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert changed == ['runtime = "openvino"', "streams = 1", "lanes = 3"]
    assert len(after.splitlines()) == len(before.splitlines())
    inspection = load_recipe(tmp_path / "lid.toml").inspection
    assert (inspection.runtime, inspection.streams, inspection.lanes) == ("openvino", 1, 3)


def test_key_that_is_not_there_comes_last_in_its_section(tmp_path: Path) -> None:
    text = "[inspection]\nthreshold = 0.4\n# about nothing\n\n\n# The next.\n[tolerances]\nmax_defects = 1\n"
    assert edited(tmp_path, text, lanes=3) == text.replace("0.4\n", "0.4\nlanes = 3\n")


def test_key_is_put_before_the_tables_below_its_section(tmp_path: Path) -> None:
    text = '[inspection]\n\n[inspection.region]\nleft = "0,0 9,0 9,9"\n'
    assert edited(tmp_path, text, lanes=3) == text.replace("[inspection]\n", "[inspection]\nlanes = 3\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "\n[inspection]\nlanes = 3\nstreams = 1\n"),
        ("seed = 3\n", "seed = 3\n\n[inspection]\nlanes = 3\nstreams = 1\n"),
        ("seed = 3", "seed = 3\n\n[inspection]\nlanes = 3\nstreams = 1\n"),
    ],
)
def test_section_that_is_not_there_is_added(tmp_path: Path, text: str, expected: str) -> None:
    assert edited(tmp_path, text, lanes=3, streams=1) == expected


def test_lines_of_a_windows_editor_stay_its_own(tmp_path: Path) -> None:
    text = "\ufeffseed = 1\r\n[inspection]\r\n#streams =\r\nlanes = 2 # two\r\n"
    after = edited(tmp_path, text, lanes=3, streams=4, runtime="torch")
    assert after == ('\ufeffseed = 1\r\n[inspection]\r\nstreams = 4\r\nlanes = 3 # two\r\nruntime = "torch"\r\n')
    assert load_recipe(tmp_path / "lid.toml").inspection.streams == 4


def test_key_is_unset_by_a_comment_sign(tmp_path: Path) -> None:
    assert edited(tmp_path, "[inspection]\nstreams = 4 # all\n", streams=None) == "[inspection]\n#streams = # all\n"
    assert edited(tmp_path, "[inspection]\nlanes = 4\n", streams=None) == "[inspection]\nlanes = 4\n"


def test_file_that_is_not_there_begins_as_the_template(tmp_path: Path) -> None:
    template = tmp_path / "bundle.toml"
    template.write_text("# of the bundle\nseed = 7\n")
    edit_recipe(tmp_path / "new" / "fast.toml", FASTEST, template)
    recipe = load_recipe(tmp_path / "new" / "fast.toml")
    assert (recipe.seed, recipe.inspection.lanes) == (7, 3)
    assert template.read_text() == "# of the bundle\nseed = 7\n"


@pytest.mark.parametrize(
    "text",
    ["inspection = { lanes = 2 }\n", "inspection.lanes = 2\n", '[inspection]\nruntime = """\nauto"""\n'],
    ids=["inline", "dotted", "several lines"],
)
def test_file_that_cannot_be_edited_line_by_line_is_left_alone(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecipeError, match=r"lid\.toml: is written in a way that .* yourself: inspection\.runtime = "):
        edited(tmp_path, text, runtime="openvino", lanes=3)
    assert (tmp_path / "lid.toml").read_bytes().decode() == text


def test_file_that_is_no_recipe_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="there is no such key"):
        edited(tmp_path, "[inspection]\nlane = 3\n", lanes=3)
    assert (tmp_path / "lid.toml").read_text() == "[inspection]\nlane = 3\n"
