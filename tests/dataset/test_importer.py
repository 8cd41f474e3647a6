import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scuff.core.errors import AnnotationError, CatalogueError
from scuff.core.picture import read_values, write_png
from scuff.core.recipe import Frames, Product, Recipe
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.formats import labelme, masks
from scuff.dataset.formats.masks import MaskReading
from scuff.dataset.formats.region import Annotated, Bitmap, Found, Item, Reading, Region
from scuff.dataset.importer import Imported, import_annotations

HW = (4, 6)
Add = Callable[..., Path]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def add(source: Path) -> Add:
    """Add a picture of 6×4 pixels with a LabelMe file of boxes: label, left, top, right, bottom."""

    def write(stem: str, *boxes: tuple[str, float, float, float, float], **fields: Any) -> Path:
        # Each picture is another one: copies are remarked on.
        seed = sum(map(ord, stem))
        write_png(source / f"{stem}.png", np.random.default_rng(seed).integers(0, 255, (*HW, 3), np.uint8))
        shapes = [
            {"label": label, "shape_type": "rectangle", "points": [[left, top], [right, bottom]]}
            for label, left, top, right, bottom in boxes
        ]
        content = {"shapes": shapes, "imagePath": f"{stem}.png", "imageHeight": HW[0], "imageWidth": HW[1], **fields}
        (source / f"{stem}.json").write_text(json.dumps(content))
        return source / f"{stem}.png"

    return write


def run(source: Path, recipe: Recipe | None = None, **options: Any) -> Imported:
    found = labelme.find(source, Reading())
    return import_found(found, source, recipe, **options)


def import_found(found: Found, source: Path, recipe: Recipe | None = None, **options: Any) -> Imported:
    return import_annotations(found, source, source.parent / "catalogue", recipe or Recipe(), "labelme", **options)


def embedding(stem: str, source: Path, picture: Image.Image, kind: str) -> Item:
    """An annotation that carries its picture."""
    encoded = io.BytesIO()
    picture.save(encoded, format=kind)
    annotated = Annotated(embedded=encoded.getvalue())
    return Item(PurePosixPath(f"{stem}.json"), None, "gone.png", source / f"{stem}.json", lambda: annotated)


def problems(imported: Imported) -> dict[str, str]:
    return {problem.file: problem.reason for problem in imported.catalogue.record.problems}


def test_a_catalogue_of_defective_and_sound_pictures(source: Path, add: Add) -> None:
    add("p1_top", ("scratch", 1, 1, 3, 2), ("dent", 4, 2, 6, 4))
    add("p1_side")
    write_png(source / "p2_top.png", np.zeros((*HW, 3), np.uint8))
    patterns = Frames(part_pattern="^(?P<part>p[0-9])_", camera_pattern="_(?P<camera>.+)$", white_level=4095)
    imported = run(source, Recipe(frames=patterns))
    catalogue = load_catalogue(source.parent / "catalogue")
    assert catalogue == imported.catalogue
    assert catalogue.classes == ("dent", "scratch")
    assert [(row.frame, row.part, row.camera, row.annotations) for row in catalogue.rows] == [
        ("p1_side", "p1", "side", ""),
        ("p1_top", "p1", "top", "dent:4;scratch:2"),
        ("p2_top", "p2", "top", ""),
    ]
    assert [row.mask for row in catalogue.rows] == ["", "masks/p1_top.png", ""]
    assert catalogue.mask(catalogue.rows[1]).tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 2, 2, 0, 0, 0],
        [0, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 1, 1],
    ]
    row = catalogue.rows[1]
    assert (row.hw, row.image, len(row.sha256)) == (HW, "../source/p1_top.png", 64)
    assert catalogue.frame(row).hw == HW
    record = catalogue.record
    assert (record.source, record.annotation_format, record.parts_from) == ("../source", "labelme", "pattern")
    assert (record.white_level, record.problems, imported.notes) == (4095, (), ())


def test_a_camera_s_raw_mosaics_are_imported_where_the_recipe_gives_their_size(source: Path) -> None:
    height, width = HW
    (source / "p1.raw").write_bytes(bytes([200, 100] * (width // 2) + [100, 50] * (width // 2)) * (height // 2))
    (source / "p2.raw").write_bytes(bytes(5))
    frames = Frames(bayer="RG", raw_width_px=width, raw_height_px=height)
    imported = run(source, Recipe(frames=frames))
    (row,) = imported.catalogue.rows
    assert (row.frame, row.hw) == ("p1", HW)
    assert problems(imported)["p2.raw"].startswith("has 5 bytes, but 6×4 pixels")
    catalogue = load_catalogue(source.parent / "catalogue")
    assert catalogue.record.pixel_keys() == frames.pixel_keys()
    assert catalogue.frame(row).pixels.tolist() == np.full((*HW, 3), (200, 100, 50)).tolist()


def test_raw_files_are_listed_where_the_recipe_gives_no_size(source: Path, add: Add) -> None:
    add("a")
    (source / "b.raw").write_bytes(bytes(24))
    reason = problems(run(source))["b.raw"]
    assert reason == "has no header that says its size; set frames.raw_width_px and frames.raw_height_px"


def test_the_recipe_s_classes_keep_their_order(source: Path, add: Add) -> None:
    add("a", ("Kratzer", 0, 0, 1, 1), ("dust", 2, 0, 3, 1))
    product = Product(classes=("scratch", "dent"), labels={"Kratzer": "scratch", "dust": ""})
    catalogue = run(source, Recipe(product=product)).catalogue
    assert catalogue.classes == ("scratch", "dent")
    assert catalogue.rows[0].annotations == "scratch:1"
    assert catalogue.mask(catalogue.rows[0])[0].tolist() == [1, 0, 0, 0, 0, 0]


def test_classes_found_later_are_sorted_in(source: Path, add: Add) -> None:
    add("a", ("pit", 0, 0, 2, 1))
    add("b", ("pit", 0, 0, 3, 1), ("dent", 4, 0, 5, 1), ("lint", 5, 0, 6, 1))
    catalogue = run(source).catalogue
    assert catalogue.classes == ("dent", "lint", "pit")
    assert [catalogue.mask(row)[0].tolist() for row in catalogue.rows] == [[3, 3, 0, 0, 0, 0], [3, 3, 3, 0, 1, 2]]
    assert [row.annotations for row in catalogue.rows] == ["pit:2", "dent:1;lint:1;pit:3"]


def test_every_broken_item_is_listed_and_the_rest_imported(source: Path, add: Add) -> None:
    add("good", ("dent", 0, 0, 1, 1))
    add("outside", ("dent", 0, 0, 1, 1), ("dent", 3, 0, 9, 2))
    add("thin", ("dent", 0.6, 0, 1.4, 4))
    add("unknown", ("dant", 0, 0, 1, 1))
    add("resized", imageHeight=9)
    add("twisted", shapes=[{"label": "dent", "points": [[0, 0], [4, 4], [4, 0], [0, 4]]}])
    add("two things", ("dint", 0, 0, 1, 1), ("dent", 0, 0, 99, 1))
    truncated = add("truncated")
    truncated.write_bytes(truncated.read_bytes()[:-30])
    (source / "unreadable.json").write_text("{")
    imported = run(source, Recipe(product=Product(classes=("dent",))))
    assert [row.frame for row in imported.catalogue.rows] == ["good"]
    listed = problems(imported)
    assert list(listed) == sorted(listed)
    assert "shape 2 (dent): reaches outside the picture: x from 3 to 9" in listed["outside.json"]
    assert "shape 1 (dent): covers the centre of no pixel" in listed["thin.json"]
    assert "unknown label 'dant'; the nearest class is 'dent'" in listed["unknown.json"]
    assert "is for a picture of 6×9 pixels, but resized.png has 6×4" in listed["resized.json"]
    assert "shape 1 (dent): the polygon crosses itself" in listed["twisted.json"]
    assert listed["truncated.png"].startswith("truncated or damaged")
    assert "cannot be read as JSON" in listed["unreadable.json"]
    both = [problem.reason for problem in imported.catalogue.record.problems if problem.file == "two things.json"]
    assert len(both) == 2
    assert load_catalogue(source.parent / "catalogue").record.problems == imported.catalogue.record.problems


def test_strict_refuses_and_writes_nothing(source: Path, add: Add) -> None:
    add("good", ("dent", 0, 0, 1, 1))
    add("bad", ("dent", 0, 0, 99, 1))
    with pytest.raises(AnnotationError, match=r"source: broken items: 1, and --strict refuses them:\n  bad\.json: sh"):
        run(source, strict=True)
    assert not (source.parent / "catalogue").exists()


def test_nothing_left_is_refused(source: Path, add: Add) -> None:
    with pytest.raises(AnnotationError, match="source: holds no pictures"):
        run(source)
    for number in range(25):
        add(f"bad{number:02}", ("dent", 0, 0, 99, 1))
    with pytest.raises(AnnotationError, match="broken items: 25, and nothing else is there") as caught:
        run(source)
    assert str(caught.value).count("\n") == 21
    assert str(caught.value).endswith("\n  and 5 more")


def test_a_picture_without_a_part_is_broken(source: Path, add: Add, tmp_path: Path) -> None:
    add("p1_top")
    add("other")
    imported = run(source, Recipe(frames=Frames(part_pattern="^(?P<part>p[0-9])")))
    assert problems(imported) == {
        "other.json": "its name 'other' tells no part: frames.part_pattern is '^(?P<part>p[0-9])'"
    }
    table = tmp_path / "parts.csv"
    table.write_text("image,part\np1_top.png,S1\nnowhere.png,S2\n")
    imported = run(source, part_table=table, overwrite=True)
    assert [(row.frame, row.part) for row in imported.catalogue.rows] == [("p1_top", "S1")]
    assert imported.notes == ("rows of the table of parts that name no picture here: 1",)


def test_copies_are_remarked_on(source: Path, add: Add) -> None:
    (source / "copy.png").write_bytes(add("a").read_bytes())
    (note,) = run(source).notes
    assert note == "pictures that are byte for byte copies of another: 1; copies should have the same part"


def test_a_picture_is_turned_as_its_camera_says(source: Path, add: Add) -> None:
    turned = Image.fromarray(np.zeros((HW[1], HW[0]), np.uint8))
    exif = turned.getexif()
    exif[0x0112] = 6  # the sensor stood upright: 6×4 pixels are stored as 4×6
    turned.save(add("a", ("dent", 5, 0, 6, 1)), exif=exif)
    (row,) = run(source).catalogue.rows
    assert (row.hw, row.annotations) == (HW, "dent:1")


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "PNG"), (".jpg", "JPEG"), (".bmp", "BMP"), (".tif", "TIFF")])
def test_an_embedded_picture_becomes_a_file(source: Path, suffix: str, kind: str) -> None:
    item = embedding("a", source, Image.fromarray(np.full((*HW, 3), 7, np.uint8)), kind)
    catalogue = import_found(Found((item,)), source).catalogue
    (row,) = catalogue.rows
    assert (row.image, row.hw) == (f"images/a{suffix}", HW)
    assert catalogue.image(row).read_bytes() == item.read().embedded
    assert abs(int(catalogue.frame(row).pixels.mean()) - 7) <= 1


def test_an_embedded_picture_of_another_format_is_broken(source: Path, add: Add) -> None:
    add("good")
    items = labelme.find(source, Reading()).items
    gif = embedding("gif", source, Image.new("L", HW), "GIF")
    assert problems(import_found(Found((*items, gif)), source)) == {
        "gif.json": "its embedded picture is neither PNG, JPEG, TIFF nor BMP; save it with the picture beside it"
    }


def test_the_same_import_gives_the_same_bytes(source: Path, add: Add) -> None:
    add("a", ("pit", 0, 0, 2, 1))
    add("b", ("dent", 4, 0, 5, 1), ("gone", 0, 0, 99, 9))
    out = source.parent / "catalogue"
    run(source)
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    run(source, overwrite=True)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == first


def test_annotations_within_the_old_catalogue_are_not_lost(source: Path, add: Add) -> None:
    add("a", ("dent", 0, 0, 1, 1))
    run(source)
    mask = source.parent / "catalogue" / "masks" / "a.png"
    drawn = mask.read_bytes()
    found = masks.find(source, MaskReading(folder=mask.parent))
    with pytest.raises(CatalogueError, match=r"a\.png: would be lost, it belongs to the catalogue there"):
        import_found(found, source, overwrite=True)
    assert mask.read_bytes() == drawn


def test_progress_sees_every_frame(source: Path, add: Add) -> None:
    add("a")
    add("b")
    seen: list[str] = []

    def track(items: Sequence[tuple[str, Item]]) -> Sequence[tuple[str, Item]]:
        seen.extend(frame for frame, _ in items)
        return items

    run(source, track=track)
    assert seen == ["a", "b"]


def test_more_classes_than_a_mask_can_hold_are_refused(source: Path, add: Add) -> None:
    picture = add("a")
    marked = np.ones((1, 1), np.bool_)
    regions = tuple(Region(f"class {number}", (Bitmap(marked),), "") for number in range(300))
    (item,) = labelme.find(source, Reading()).items
    many = Item(item.name, picture, "a.png", picture, lambda: Annotated(regions))
    with pytest.raises(AnnotationError, match="more than 254 classes, the last one 'class 99'"):
        import_found(Found((many,)), source)


def test_masks_are_palette_pictures_of_class_values(source: Path, add: Add) -> None:
    add("a", ("dent", 0, 0, 1, 1))
    run(source)
    path = source.parent / "catalogue" / "masks" / "a.png"
    with Image.open(path) as picture:
        assert picture.mode == "P"
    assert read_values(path).max() == 1
