from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import CatalogueError, PictureError
from scuff.core.picture import sha256, write_png
from scuff.dataset.catalogue import (
    Catalogue,
    Record,
    Row,
    add_mask,
    annotations_text,
    load_catalogue,
    relative_to,
    save_catalogue,
)

RECORD = Record(source="pictures", annotation_format="masks", classes=("scratch", "dent"), parts_from="pattern")
MASK = np.array([[0, 1, 1], [2, 0, 1]], np.uint8)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Two frames of two parts: one with both classes, one sound."""
    folder = tmp_path / "catalogue"
    rows = []
    for part, mask in (("P2", None), ("P1", MASK)):
        image = tmp_path / "pictures" / f"{part}.png"
        write_png(image, np.full((2, 3, 3), 7, np.uint8))
        rows.append(
            Row(
                frame=f"{part}-top",
                part=part,
                camera="top",
                image=relative_to(folder, image),
                width_px=3,
                height_px=2,
                mask="" if mask is None else add_mask(folder, f"{part}-top", mask),
                annotations="" if mask is None else annotations_text(mask, RECORD.classes),
                sha256=sha256(image),
            )
        )
    return save_catalogue(folder, RECORD, rows)


def test_loads_what_was_saved_in_the_order_of_names(catalogue: Catalogue) -> None:
    loaded = load_catalogue(catalogue.folder)
    assert loaded == catalogue
    assert [row.frame for row in loaded.rows] == ["P1-top", "P2-top"]
    assert load_catalogue(catalogue.folder / "catalogue.csv") == catalogue


def test_says_what_it_holds(catalogue: Catalogue) -> None:
    annotated, sound = catalogue.rows
    assert catalogue.parts == ["P1", "P2"]
    assert catalogue.classes == ("scratch", "dent")
    assert annotated.hw == (2, 3)
    assert annotated.annotations == "scratch:3;dent:1"
    assert annotated.defect_px == {"scratch": 3, "dent": 1}
    assert sound.defect_px == {}


def test_a_class_name_may_hold_a_colon() -> None:
    text = annotations_text(np.array([[1]], np.uint8), ["a:b"])
    row = Row("f", "p", "", "f.png", 1, 1, "", text, "")
    assert row.defect_px == {"a:b": 1}


def test_is_written_byte_for_byte_the_same(catalogue: Catalogue) -> None:
    before = {path: path.read_bytes() for path in catalogue.folder.rglob("*") if path.is_file()}
    save_catalogue(catalogue.folder, catalogue.record, reversed(catalogue.rows))
    add_mask(catalogue.folder, "P1-top", MASK)
    assert {path: path.read_bytes() for path in catalogue.folder.rglob("*") if path.is_file()} == before


def test_is_a_table_that_ordinary_tools_open(catalogue: Catalogue) -> None:
    lines = (catalogue.folder / "catalogue.csv").read_text().splitlines()
    assert lines[0] == "frame,part,camera,image,width_px,height_px,mask,annotations,sha256"
    assert lines[1].startswith("P1-top,P1,top,../pictures/P1.png,3,2,masks/P1-top.png,scratch:3;dent:1,")


def test_reads_a_table_that_a_spreadsheet_saved(catalogue: Catalogue) -> None:
    table = catalogue.folder / "catalogue.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b"\n", b"\r\n"))
    assert load_catalogue(catalogue.folder) == catalogue


def test_gives_frames_and_masks(catalogue: Catalogue) -> None:
    annotated, sound = catalogue.rows
    frame = catalogue.frame(annotated)
    assert (frame.name, frame.part, frame.camera, frame.hw) == ("P1-top", "P1", "top", (2, 3))
    assert frame.pixels.tolist() == np.full((2, 3, 3), 7).tolist()
    np.testing.assert_array_equal(catalogue.mask(annotated), MASK)
    np.testing.assert_array_equal(catalogue.mask(sound), np.zeros((2, 3)))


def test_a_picture_that_changed_is_refused(catalogue: Catalogue) -> None:
    row = catalogue.rows[0]
    write_png(catalogue.image(row), np.full((2, 3, 3), 8, np.uint8))
    with pytest.raises(CatalogueError, match=r"P1\.png: has changed since it was imported; import again"):
        catalogue.frame(row)


def test_a_mask_that_changed_is_refused(catalogue: Catalogue) -> None:
    row = catalogue.rows[0]
    write_png(catalogue.folder / row.mask, np.ones((2, 3), np.uint8))
    with pytest.raises(CatalogueError, match="not the mask that was imported"):
        catalogue.mask(row)


def test_a_picture_that_is_gone_is_named(catalogue: Catalogue) -> None:
    row = catalogue.rows[0]
    catalogue.image(row).unlink()
    with pytest.raises(PictureError, match=r"P1\.png: cannot be read \(No such file or directory\); restore it"):
        catalogue.frame(row)


@pytest.mark.parametrize("other", [np.zeros((3, 3), np.uint8), np.full((2, 3), 3, np.uint8)])
def test_a_mask_that_was_not_imported_is_refused(catalogue: Catalogue, other: np.ndarray) -> None:
    add_mask(catalogue.folder, "P1-top", other)
    with pytest.raises(CatalogueError, match=r"P1-top\.png: not the mask that was imported; import again"):
        catalogue.mask(catalogue.rows[0])


def test_the_checksum_changes_with_rows_and_classes(catalogue: Catalogue) -> None:
    before = catalogue.checksum()
    assert load_catalogue(catalogue.folder).checksum() == before
    assert save_catalogue(catalogue.folder, RECORD, catalogue.rows[:1]).checksum() != before
    renamed = RECORD.model_copy(update={"classes": ("dent", "scratch")})
    assert save_catalogue(catalogue.folder, renamed, catalogue.rows).checksum() != before


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none: no catalogue there .*; `scuff import` makes one"):
        load_catalogue(tmp_path / "none")


@pytest.mark.parametrize("content", [None, b"", b'{"source": 3}', b"\xff"])
def test_a_damaged_record_is_named(catalogue: Catalogue, content: bytes | None) -> None:
    record = catalogue.folder / "import.json"
    record.unlink()
    if content is not None:
        record.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"(?s)import\.json: missing or damaged .*; import again"):
        load_catalogue(catalogue.folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("frame,part", "name,part", "its columns must be frame, part, camera, image"),
        (",3,2,masks", ",three,2,masks", r"line 2: cannot be read \(.*'three'"),
        (",3,2,masks", ",0,2,masks", r"line 2: cannot be read \(a size or a count below 1\)"),
        ("scratch:3", "scratch", r"line 2: cannot be read \("),
        ("scratch:3;", "scratch:3,", r"line 2: cannot be read \(more than 9 columns\)"),
        (",P2,top,../pictures/P2.png,3,2", "", r"line 3: cannot be read \("),
        ("P2-top", "P1-top", "frame 'P1-top' is listed twice; frame names must be unique"),
        ("P2-top", '"P2-top', r"after line 2: unexpected end of data; import again"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(catalogue: Catalogue, old: str, new: str, message: str) -> None:
    table = catalogue.folder / "catalogue.csv"
    assert old in table.read_text()
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(CatalogueError, match=message):
        load_catalogue(catalogue.folder)


def test_a_table_in_another_encoding_is_refused(catalogue: Catalogue) -> None:
    table = catalogue.folder / "catalogue.csv"
    table.write_bytes(table.read_bytes().replace(b"P2-top", "Größe".encode("latin-1")))
    with pytest.raises(CatalogueError, match=r"catalogue\.csv, after line \d: .*utf-8.*; import again"):
        load_catalogue(catalogue.folder)
