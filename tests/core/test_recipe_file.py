from pathlib import Path

import pytest

from scuff.core.errors import RecipeError
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe, recipe_text
from scuff.core.recipe_keys import recipe_keys


def write(folder: Path, text: str) -> Path:
    path = folder / "lid.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaints(path: Path | None, *overrides: str) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, overrides)
    return str(caught.value).splitlines()


def complaint(folder: Path, text: str) -> str:
    """The one line that a recipe gets, without its file's name."""
    path = write(folder, text)
    (line,) = complaints(path)
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


def test_without_a_file_the_defaults() -> None:
    assert load_recipe(None) == Recipe()


def test_keys_of_a_file_replace_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, 'seed = 7\n[product]\nclasses = ["dent", "scratch"]\n'))
    assert recipe.seed == 7
    assert recipe.product.classes == ("dent", "scratch")
    assert recipe.training == Recipe().training


def test_a_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lid.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 7\r\n")
    assert load_recipe(path).seed == 7


def test_overrides_are_toml_or_plain_words(tmp_path: Path) -> None:
    path = write(tmp_path, "[training]\nepochs = 5\npatience = 2\n")
    recipe = load_recipe(
        path,
        [
            "training.epochs=3",
            "training.learning_rate = 1e-3",
            "network.weights=none",
            'network.encoder="resnet18"',
            "network.decoder_channels=[64, 32, 16, 8]",
            "augmentation.flip=false",
            'product.labels."Scratch 1"=scratch',
            "seed=4",
        ],
    )
    assert (recipe.training.epochs, recipe.training.patience, recipe.training.learning_rate) == (3, 2, 1e-3)
    assert (recipe.network.weights, recipe.network.encoder) == ("none", "resnet18")
    assert recipe.network.decoder_channels == (64, 32, 16, 8)
    assert recipe.augmentation.flip is False
    assert recipe.product.labels == {"Scratch 1": "scratch"}
    assert recipe.seed == 4


def test_the_last_override_of_a_key_counts() -> None:
    assert load_recipe(None, ["seed=1", "seed=2"]).seed == 2


@pytest.mark.parametrize("text", ["training.epochs", "=3", "training epochs=3", "training.=3"])
def test_an_override_must_be_key_and_value(text: str) -> None:
    (line,) = complaints(None, text)
    assert line == f"--set {text!r}: write section.key=value, as in training.epochs=3"


def test_an_override_below_a_value_is_refused() -> None:
    (line,) = complaints(None, "seed=1", "seed.low=2")
    assert line == "--set 'seed.low=2': 'seed' is a value and has no keys below it"


def test_a_line_feed_in_an_override_sets_no_second_key() -> None:
    (line,) = complaints(None, "training.epochs=3\nseed = 4")
    assert 'training.epochs = "3\\nseed = 4": must be a whole number' in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[training]\nepochs = "many"\n',
            'training.epochs = "many": must be a whole number, 1 or more',
        ),
        (
            "[training]\nepochs = 2.5\n",
            "training.epochs = 2.5: must be a whole number, 1 or more",
        ),
        (
            "[training]\nepochs = true\n",
            "training.epochs = true: must be a whole number, 1 or more",
        ),
        (
            "[training]\nlearning_rate = nan\n",
            "training.learning_rate = nan: must be a number, above 0, at most 1",
        ),
        (
            "[patches]\nsize_px = 8\n",
            "patches.size_px = 8: must be a whole number, in pixels, 32 to 4096",
        ),
        (
            '[patches]\nsize_px = "384 px"\n',
            'patches.size_px = "384 px": must be a whole number, in pixels, 32 to 4096; write the number alone',
        ),
        (
            "[patches]\noverlap = 1\n",
            "patches.overlap = 1: must be a number, 0 or more, below 1",
        ),
        (
            "[inspection]\nthreshold = 1.5\n",
            "inspection.threshold = 1.5: must be a number, above 0, below 1",
        ),
        (
            "[augmentation]\nflip = 1\n",
            "augmentation.flip = 1: must be true or false",
        ),
        (
            "[product]\nname = 12\n",
            'product.name = 12: must be a text, not empty; put it in "quotes"',
        ),
        (
            '[network]\ndecoder_channels = [64, 32, "x", 8.5]\n',
            'network.decoder_channels = [64, 32, "x", 8.5]: must be a list of 4 whole numbers',
        ),
        (
            "[product]\nlabels = { a = 1 }\n",
            'product.labels = { "a" = 1 }: must be a table of texts',
        ),
        (
            '[training]\nschedule = "cosin"\n',
            'training.schedule = "cosin": must be "constant" or "cosine"; nearest: "cosine"',
        ),
        (
            '[inspection]\nregion = { left = "0,0 9,0" }\n',
            'inspection.region = { "left" = "0,0 9,0" }: must be three or more points in whole pixels, '
            "as in \"0,0 900,0 900,600\", not '0,0 9,0'",
        ),
        (
            "[split]\ntraining = 0.5\n",
            "[split]: training, validation and test must add up to 1, not 0.8",
        ),
        (
            "frames = 3\n",
            "frames = 3: is a section; write [frames] and its keys below it",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(tmp_path: Path, text: str, expected: str) -> None:
    assert complaint(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[training]\nepoch = 3\n", "nearest: training.epochs (a whole number, 1 or more)"),
        ("[training]\nsize_px = 64\n", "nearest: patches.size_px (a whole number, in pixels, 32 to 4096)"),
        ("size_px = 64\n", "nearest: patches.size_px (a whole number, in pixels, 32 to 4096)"),
        ("[patches]\nsize_mm = 8\n", "nearest: patches.size_px, in pixels and not in mm (a whole number"),
        ("[patches]\nsize = 64\n", "nearest: patches.size_px, in pixels (a whole number"),
        ("[network]\nweights_mm = 3\n", "nearest: network.weights, without a unit (a text"),
        ("[inspection]\npixel_um = 3\n", "nearest: frames.pixel_mm, in mm and not in µm (a number"),
        ("[patches]\nzzz = 64\n", "keys there: size_px, overlap, min_defect_px, sound_share"),
    ],
)
def test_a_wrong_key_is_named_with_the_nearest_one(tmp_path: Path, text: str, nearest: str) -> None:
    line = complaint(tmp_path, text)
    assert ": there is no such key; " in line
    assert nearest in line


def test_a_wrong_section_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    line = complaint(tmp_path, "[trainings]\nepochs = 3\n")
    assert line.startswith("[trainings]: there is no such section; nearest: [training]; sections: product, ")


def test_all_problems_come_at_once_each_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, "seeed = 1\n[training]\nepochs = 0\npatience = 0\n")
    assert complaints(path, "training.epochs=none", "patches.overlap=2") == [
        "--set: patches.overlap = 2: must be a number, 0 or more, below 1",
        '--set: training.epochs = "none": must be a whole number, 1 or more',
        f"{path}: training.patience = 0: must be a whole number, 1 or more",
        f"{path}: seeed = 1: there is no such key; nearest: seed (a whole number, 0 to 2147483647)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seed = 1\nname = nope\n", ", line 2: not valid TOML: invalid value: `name = nope`"),
        ("seed = 1\nseed = 2\n", ", line 2: not valid TOML: cannot overwrite a value: `seed = 2`"),
        (
            "seed = 1\n[training",
            ", line 2: not valid TOML: expected ']' at the end of a table declaration: `[training`",
        ),
    ],
)
def test_broken_toml_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, text)
    assert complaints(path) == [f"{path}{expected}"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert complaints(path) == [f"{path}: there is no such file; `scuff init` writes a recipe"]


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lid.toml"
    path.write_bytes(b"\xff\xfe\x00")
    (line,) = complaints(path)
    assert line.startswith(f"{path}: cannot be read as UTF-8 text")


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    recipe = load_recipe(
        None,
        [
            r"frames.part_pattern='(?P<part>P\d+)'",
            'product.labels={"a \\"b\\"" = "c", d = ""}',
            'product.classes=["Kratzer", "bosse\\tx", "d\\\\e\'"]',
            "frames.pixel_mm=0.12",
            "training.learning_rate=1e-5",
            "training.max_minutes=4",
            'inspection.region={"left 1" = "0,0 9,0 9,9", "" = "0,0 5,0 5,9"}',
            "inspection.streams=3",
        ],
    )
    assert load_recipe(write(tmp_path, recipe_text(recipe))) == recipe
    assert load_recipe(write(tmp_path, recipe_text(Recipe()))) == Recipe()


def test_every_key_is_written_below_its_meaning_and_limits() -> None:
    text = recipe_text(Recipe())
    for key in recipe_keys().values():
        setting = f"\n#{key.name} =" if key.default is None else f"\n{key.name} = "
        assert f"# {key.description}\n# Must be {key.allowed}.{setting}" in text


def test_an_optional_key_is_commented_out_until_it_is_set() -> None:
    assert "\n#pixel_mm =\n" in recipe_text(Recipe())
    assert "\npixel_mm = 0.5\n" in recipe_text(load_recipe(None, ["frames.pixel_mm=0.5"]))


def test_a_pattern_is_written_as_a_person_writes_it() -> None:
    recipe = load_recipe(None, [r"frames.part_pattern='(?P<part>\d+)'"])
    assert r"part_pattern = '(?P<part>\d+)'" in recipe_text(recipe)


def test_blanks_around_names_of_classes_are_dropped(tmp_path: Path) -> None:
    product = load_recipe(
        write(tmp_path, '[product]\nclasses = [" dent "]\nlabels = { " a" = "dent ", b = " " }\n')
    ).product
    assert product.classes == ("dent",)
    assert product.labels == {"a": "dent", "b": ""}
