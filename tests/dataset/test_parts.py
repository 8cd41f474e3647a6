from pathlib import Path, PurePosixPath

import pytest

from scuff.core.errors import AnnotationError
from scuff.core.recipe import Frames
from scuff.dataset.formats.region import Item
from scuff.dataset.parts import Parts

ITEMS = {
    name.replace("/", "-"): Item(PurePosixPath(f"{name}.png"), Path(f"{name}.png"), f"{name[2:]}.png", Path(name))
    for name in ("a/P7_left", "b/P8_right", "c/P8_right")
}
PATTERNS = Frames(part_pattern="^(?P<part>P[0-9]+)_", camera_pattern="_(?P<camera>left|right)$")


def table(folder: Path, text: str) -> Path:
    path = folder / "parts.csv"
    path.write_text(text)
    return path


def named(parts: Parts) -> list[tuple[str, str]]:
    return [parts.identify(frame, item) for frame, item in ITEMS.items()]


def test_patterns_on_the_file_name() -> None:
    parts = Parts(PATTERNS, ITEMS)
    assert parts.origin == "pattern"
    assert named(parts) == [("P7", "left"), ("P8", "right"), ("P8", "right")]


def test_without_anything_parts_are_unknown() -> None:
    parts = Parts(Frames(), ITEMS)
    assert parts.origin == "unknown"
    assert set(named(parts)) == {("", "")}


def test_each_image_is_a_part_comes_before_the_pattern() -> None:
    parts = Parts(PATTERNS, ITEMS, each_image=True)
    assert parts.origin == "each-image"
    assert named(parts) == [("a-P7_left", "left"), ("b-P8_right", "right"), ("c-P8_right", "right")]


@pytest.mark.parametrize("pattern", ["^(?P<part>Q[0-9]+)_", "(?P<part>Q)?"])
def test_a_name_that_a_pattern_does_not_cover_is_refused(pattern: str) -> None:
    parts = Parts(Frames(part_pattern=pattern), ITEMS)
    with pytest.raises(AnnotationError, match=r"its name 'P7_left' tells no part: frames\.part_pattern is "):
        parts.identify("a-P7_left", ITEMS["a-P7_left"])


def test_a_table_names_the_picture_of_a_labelme_file_by_its_path(tmp_path: Path) -> None:
    names = [PurePosixPath(f"{folder}/P1.json") for folder in ("left", "right")]
    items = {f"{name.parent}-P1": Item(name, Path(name), "P1.png", Path(name)) for name in names}
    parts = Parts(Frames(), items, table(tmp_path, "image,part\nleft/P1.png,S1\nright/P1.png,S2\n"))
    assert [parts.identify(frame, item) for frame, item in items.items()] == [("S1", ""), ("S2", "")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_names_pictures_by_path_name_stem_or_frame(tmp_path: Path, separator: str) -> None:
    text = "﻿image,part,camera\nP7_left.png,S1,top\nb\\P8_right.png,S2,\nc/P8_right,S3,\n".replace(",", separator)
    parts = Parts(Frames(), ITEMS, table(tmp_path, text))
    assert parts.origin == "csv"
    assert named(parts) == [("S1", "top"), ("S2", ""), ("S3", "")]
    other = Parts(PATTERNS, ITEMS, table(tmp_path, "part,image\nS1,P7_left\nS2,b-P8_right\nS3,c-P8_right\n"))
    assert named(other) == [("S1", "left"), ("S2", "right"), ("S3", "right")]


def test_rows_that_name_no_picture_are_counted(tmp_path: Path) -> None:
    parts = Parts(Frames(), ITEMS, table(tmp_path, "image,part\nP7_left,S1\nx,S2\ny,S3\n"))
    parts.identify("a-P7_left", ITEMS["a-P7_left"])
    assert parts.unused == 2
    assert Parts(Frames(), ITEMS).unused == 0


def test_a_picture_that_the_table_does_not_cover_is_refused(tmp_path: Path) -> None:
    parts = Parts(Frames(), ITEMS, table(tmp_path, "image,part\nP8_right.png,S2\n"))
    with pytest.raises(AnnotationError, match=r"parts\.csv does not name its part; add a row for a/P7_left\.png"):
        parts.identify("a-P7_left", ITEMS["a-P7_left"])
    with pytest.raises(AnnotationError, match=r"several pictures are named 'P8_right\.png'; .* must give their paths"):
        parts.identify("b-P8_right", ITEMS["b-P8_right"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no column image and part"),
        ("image,serial\na,1\n", "has no column part; its columns are image, serial"),
        ("image,part\na,\n", "line 2: names no part"),
        ("image,part\n,1\n", "line 2: names no image"),
        ('image,part\na,"1\nb,2\n', "line 3: unexpected end of data; look for a quotation mark too many"),
        ("image,part\na,1\na,2\n", "line 3: a has another part or camera above"),
    ],
)
def test_tables_must_be_fit(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(AnnotationError, match=reason):
        Parts(Frames(), ITEMS, table(tmp_path, text))


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"none\.csv: cannot be read"):
        Parts(Frames(), ITEMS, tmp_path / "none.csv")


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").write_bytes("image,part\na,Stück\n".encode("cp1252"))
    with pytest.raises(AnnotationError, match=r"parts\.csv: is not in UTF-8; save it as “CSV UTF-8”"):
        Parts(Frames(), ITEMS, tmp_path / "parts.csv")


def test_the_names_of_columns_may_have_capitals_and_blanks(tmp_path: Path) -> None:
    parts = Parts(Frames(), ITEMS, table(tmp_path, "Image , PART\nP7_left, S1\n\n"))
    assert parts.identify("a-P7_left", ITEMS["a-P7_left"]) == ("S1", "")


def test_rows_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    item = ITEMS["a-P7_left"]
    parts = Parts(Frames(), ITEMS, table(tmp_path, "image,part,camera\nP7_left,S1,\na/P7_left.png,S2,top\n"))
    with pytest.raises(AnnotationError, match=r"different things of it: P7_left = S1, a/P7_left\.png = S2 top; keep"):
        parts.identify("a-P7_left", item)
    parts = Parts(Frames(), ITEMS, table(tmp_path, "image,part\nP7_left,S1\na/P7_left.png,S1\n"))
    assert parts.identify("a-P7_left", item) == ("S1", "")
    assert parts.unused == 0
