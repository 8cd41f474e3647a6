import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from scuff.core.errors import SplitError
from scuff.core.picture import sha256
from scuff.core.recipe import Split
from scuff.dataset.catalogue import Catalogue, Record, Row
from scuff.dataset.split import Division, Side, divide, load_division, save_division

DEFAULT = Split()
HALVES = Split(training=0.5, validation=0.5, test=0.0)


def catalogue(frames: Mapping[str, str], parts_from: str = "pattern") -> Catalogue:
    """A catalogue of frames with their annotations; ``P1-top`` shows part ``P1``."""
    record = Record(source="", annotation_format="", classes=("scratch", "dent"), parts_from=parts_from)
    rows = tuple(
        Row(frame, frame.split("-")[0], "", f"{frame}.png", 9, 9, "", annotations, "")
        for frame, annotations in frames.items()
    )
    return Catalogue(Path("catalogue"), record, rows)


def equal_parts(count: int) -> Catalogue:
    return catalogue({f"P{number:02}": "scratch:5" for number in range(count)})


def test_each_part_is_on_one_side_with_all_its_frames() -> None:
    parts = catalogue({f"P{number}-{camera}": "dent:7" for number in range(9) for camera in "abc"})
    division = divide(parts, DEFAULT, seed=3)
    assert sorted(division.sides) == [f"P{number}" for number in range(9)]
    frames = [[row.frame for row in division.rows(parts, side)] for side in Side]
    assert sorted(name for names in frames for name in names) == sorted(row.frame for row in parts.rows)
    assert all(names == sorted(names) and len(names) % 3 == 0 for names in frames)


def test_sides_get_their_share_of_the_parts() -> None:
    division = divide(equal_parts(20), DEFAULT, seed=0)
    assert [len(division.parts(side)) for side in Side] == [14, 3, 3]


def test_a_share_of_zero_leaves_a_side_empty() -> None:
    division = divide(equal_parts(4), HALVES, seed=0)
    assert [len(division.parts(side)) for side in Side] == [2, 2, 0]


def test_every_side_with_a_share_has_a_part() -> None:
    shares = Split(training=0.98, validation=0.01, test=0.01)
    division = divide(equal_parts(3), shares, seed=0)
    assert [len(division.parts(side)) for side in Side] == [1, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_defective_area_is_balanced(seed: int) -> None:
    areas = {"A": 900, "B": 900, "C": 30, "D": 30}
    division = divide(catalogue({part: f"scratch:{px}" for part, px in areas.items()}), HALVES, seed)
    assert sum(areas[part] for part in division.parts(Side.TRAINING)) == 930


@pytest.mark.parametrize("seed", range(5))
def test_every_side_sees_every_class_and_sound_parts(seed: int) -> None:
    kinds = ["scratch:50", "dent:50", ""]
    parts = catalogue({f"P{number:02}": kinds[min(number // 3, 2)] for number in range(20)})
    division = divide(parts, DEFAULT, seed)
    for side in Side:
        assert {row.annotations for row in division.rows(parts, side)} == set(kinds)


def test_the_seed_decides_and_the_order_of_the_rows_does_not() -> None:
    parts = equal_parts(20)
    turned = replace(parts, rows=parts.rows[::-1])
    assert divide(parts, DEFAULT, 1) == divide(turned, DEFAULT, 1)
    assert divide(parts, DEFAULT, 1) != divide(parts, DEFAULT, 2)


def test_too_few_parts_says_how_many_are_needed() -> None:
    with pytest.raises(SplitError, match=r"has 2 part\(s\), and training, validation, test need at least 3"):
        divide(equal_parts(2), DEFAULT, seed=0)


def test_a_catalogue_without_frames_is_refused() -> None:
    with pytest.raises(SplitError, match="the catalogue has no frames; `scuff import` adds them"):
        divide(catalogue({}), DEFAULT, seed=0)


def test_unknown_parts_are_refused_with_three_ways_out() -> None:
    with pytest.raises(SplitError) as refused:
        divide(catalogue({"A": "", "B": "", "C": ""}, parts_from="unknown"), DEFAULT, seed=0)
    for way in ("frames.part_pattern", "--parts FILE.csv", "--each-image-is-a-part"):
        assert way in str(refused.value)


@pytest.mark.parametrize("named", [True, False])
def test_unknown_parts_are_divided_when_each_image_is_one(named: bool) -> None:
    images = catalogue({"A": "", "B": "", "C": ""}, parts_from="unknown")
    if not named:
        images = replace(images, rows=tuple(replace(row, part="") for row in images.rows))
    division = divide(images, DEFAULT, seed=0, each_image=True)
    assert [len(division.rows(images, side)) for side in Side] == [1, 1, 1]
    assert sorted(division.sides) == ["A", "B", "C"]


def test_a_part_that_somebody_emptied_is_refused() -> None:
    parts = equal_parts(3)
    emptied = replace(parts, rows=(*parts.rows, replace(parts.rows[0], frame="P09", part="")))
    with pytest.raises(SplitError, match="the part of frame 'P09' is empty; name it in the pattern or table"):
        divide(emptied, DEFAULT, seed=0)


def test_each_image_does_not_tear_known_parts_apart() -> None:
    parts = catalogue({"P1-a": "", "P1-b": "", "P2-a": "", "P3-a": ""})
    with pytest.raises(SplitError, match="not each image is a part: 2 pictures show part 'P1'"):
        divide(parts, DEFAULT, seed=0, each_image=True)


DIVISION = Division({"B": Side.TEST, "A": Side.TRAINING, "C, the third": Side.VALIDATION})


def test_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    save_division(path, DIVISION)
    assert path.read_text() == 'part,side\nA,training\nB,test\n"C, the third",validation\n'
    assert load_division(path) == DIVISION
    assert sha256(path) == DIVISION.checksum()


def test_what_a_spreadsheet_makes_of_it_is_the_same_division(tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    path.write_bytes('\ufeffpart,side\r\nB,test\r\n"C, the third",validation \r\nA,training\r\n\r\n'.encode())
    loaded = load_division(path)
    assert loaded == DIVISION
    assert loaded.checksum() == DIVISION.checksum()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "first line must be part,side, not ''"),
        ("part;side\nA;test\n", "first line must be part,side, not 'part;side'"),
        ("part,side\nA,test\nA,training\n", "line 3: part 'A' is listed twice; keep one of its lines"),
        ("part,side\nA,train\n", "line 2: part 'A' must be on one of training, validation, test, not 'train'"),
        ("part,side\nA\n", "line 2: must be a part and its side with a comma between, not 'A'"),
        ("part,side\n,test\n", "line 2: must be a part and its side with a comma between, not ',test'"),
        ("part,side\nA,test,now\n", "line 2: must be a part and its side"),
    ],
)
def test_a_table_that_is_no_split_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "split.csv"
    path.write_text(content)
    with pytest.raises(SplitError, match=re.escape(str(path)) + ".*" + re.escape(message)):
        load_division(path)


@pytest.mark.parametrize("content", [b"part,side\n\xff\xfe,test\n", b'part,side\n"' + b"A" * 200_000])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "split.csv"
    path.write_bytes(content)
    with pytest.raises(SplitError, match=r"split\.csv: not a table \(.*\); save it as CSV in UTF-8"):
        load_division(path)


def test_a_missing_split_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SplitError, match=r"cannot be read \(No such file.*\); `scuff split` makes a split"):
        load_division(tmp_path / "split.csv")


def test_parts_without_a_side_are_named(tmp_path: Path) -> None:
    division = Division({"P00": Side.TEST}, tmp_path / "split.csv")
    with pytest.raises(SplitError, match=r"split\.csv: gives no side to parts 'P01', 'P02' of the catalogue"):
        division.rows(equal_parts(3), Side.TEST)


def test_parts_that_do_not_exist_are_named() -> None:
    sides = {f"P{number:02}": Side.TEST for number in range(9)}
    with pytest.raises(
        SplitError, match="names parts 'P01', 'P02', 'P03', 'P04', 'P05' and 3 more, which the catalogue"
    ):
        Division(sides).check(equal_parts(1))
