import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pycocotools.mask
import pytest

from scuff.core.errors import ScuffError
from scuff.core.picture import write_png
from scuff.dataset.formats.coco import find
from scuff.dataset.formats.raster import rasterise
from scuff.dataset.formats.region import Annotated, Found, Reading

HW = (6, 8)
SQUARE = [1, 1, 4, 1, 4, 5, 1, 5]
MakeCoco = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> MakeCoco:
    """Write a COCO file for one picture of 8×6 pixels."""

    def write(*segmentations: object, name: str = "coco.json", picture: str = "a.png", **fields: Any) -> Path:
        write_png(tmp_path / picture, np.zeros((*HW, 3), np.uint8))
        annotations = [
            {"id": number, "image_id": 7, "category_id": 3, "segmentation": segmentation, "bbox": [0, 0, 2, 2]}
            for number, segmentation in enumerate(segmentations, 1)
        ]
        content = {
            "images": [{"id": 7, "file_name": "a.png", "height": HW[0], "width": HW[1]}],
            "categories": [{"id": 3, "name": "dent", "supercategory": ""}],
            "annotations": annotations,
            **fields,
        }
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
        return path

    return write


def only(found: Found) -> Annotated:
    (item,) = found.items
    assert not found.broken
    return item.read()


def marked(annotated: Annotated) -> list[tuple[str, int]]:
    assert not annotated.problems
    return [(region.label, int(rasterise(region, HW).marked.sum())) for region in annotated.regions]


def test_polygons_of_an_annotation_are_united(make: MakeCoco) -> None:
    annotated = only(find(make([SQUARE], [SQUARE, [3, 1, 6, 1, 6, 2, 3, 2]]), Reading()))
    assert marked(annotated) == [("dent", 12), ("dent", 14)]
    assert annotated.regions[0].where == "a.png, annotation 1 (dent)"
    assert annotated.size_hw == HW


def test_both_run_length_forms(make: MakeCoco) -> None:
    mask = np.zeros(HW, np.uint8, order="F")
    mask[2:4, 5:8] = 1
    packed = pycocotools.mask.encode(mask)
    compressed = {"size": list(HW), "counts": packed["counts"].decode()}
    uncompressed = {"size": list(HW), "counts": [32, 2, 4, 2, 4, 2, 2]}
    first, second = only(find(make(compressed, uncompressed), Reading())).regions
    for region in (first, second):
        bitmap = rasterise(region, HW)
        assert bitmap.x == 5
        assert (bitmap.marked == mask[:, 5:]).all()


def test_a_listed_picture_without_annotations_is_sound(make: MakeCoco) -> None:
    assert marked(only(find(make(), Reading()))) == []


@pytest.mark.parametrize(
    ("segmentation", "reason"),
    [
        ([], "has a box, but no segmentation; draw its outline"),
        (None, "has a box, but no segmentation"),
        ("m", '"segmentation" must be polygons or run lengths'),
        ([[0, 0, 1]], "a polygon has 3 coordinates, an odd number"),
        ([["x"]], "\"segmentation\" must be a list of numbers, not ['x']"),
        ([[0, 0, 4, 4, 4, 0, 0, 4]], "the polygon crosses itself near x 2, y 2"),
        ({"size": [8, 6], "counts": [48]}, "its run lengths are for a picture of height and width [8, 6]"),
        ({"size": [6], "counts": [48]}, "for a picture of height and width [6]"),
        ({"size": [6, 8], "counts": [40]}, "its run lengths add up to 40 pixels instead of 48"),
        ({"size": [6, 8], "counts": "~"}, "its packed run lengths cannot be read"),
        ({"size": [6, 8]}, '"counts" must be a list of numbers, not nothing'),
    ],
)
def test_broken_segmentations_are_problems(make: MakeCoco, segmentation: object, reason: str) -> None:
    annotated = only(find(make(segmentation, [SQUARE]), Reading()))
    (problem,) = annotated.problems
    assert problem.startswith("a.png, annotation 1: ")
    assert reason in problem
    assert len(annotated.regions) == 1


def test_an_unlisted_category_is_a_problem(make: MakeCoco) -> None:
    path = make([SQUARE], categories=[{"id": 4, "name": "dent"}])
    assert only(find(path, Reading())).problems == (
        "a.png, annotation 1: its category 3 is not listed; export it again",
    )


@pytest.mark.parametrize(
    ("json_name", "picture"),
    [
        ("coco.json", "images/a.png"),
        ("annotations/coco.json", "images/a.png"),
        ("annotations/coco.json", "a.png"),
    ],
)
def test_pictures_are_found_where_such_sets_have_them(
    make: MakeCoco, tmp_path: Path, json_name: str, picture: str
) -> None:
    (item,) = find(make([SQUARE], name=json_name, picture=picture), Reading()).items
    assert item.image is not None
    assert item.image.resolve() == tmp_path / picture


def test_the_folder_of_the_pictures_may_be_given(make: MakeCoco, tmp_path: Path) -> None:
    path = make([SQUARE], picture="elsewhere/a.png")
    (broken,) = find(path, Reading()).broken
    assert broken.reason == ("image 7: its picture 'a.png' is missing; name the folder of the pictures with --images")
    (item,) = find(path, Reading(images=tmp_path / "elsewhere")).items
    assert item.image == tmp_path / "elsewhere" / "a.png"


def test_a_picture_of_the_same_name_in_another_folder_is_another_picture(make: MakeCoco) -> None:
    path = make(images=[{"id": 7, "file_name": "train/a.png"}])
    assert "its picture 'train/a.png' is missing" in find(path, Reading()).broken[0].reason


def test_all_files_of_a_folder_are_read(make: MakeCoco, tmp_path: Path) -> None:
    make([SQUARE], name="annotations/train.json", picture="images/a.png")
    make([SQUARE], name="annotations/val.json", images=[{"id": 7, "file_name": "b.png"}], picture="images/b.png")
    write_png(tmp_path / "images" / "c.png", np.zeros((*HW, 3), np.uint8))
    found = find(tmp_path, Reading())
    assert [item.name.as_posix() for item in found.items] == ["a.png", "b.png"]
    assert found.notes == ("pictures beside the listed ones that no file lists, left alone: 1",)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"images": None}, '"images" must be a list of objects, not nothing'),
        ({"annotations": [1]}, '"annotations" must be a list of objects, not [1]'),
        ({"categories": [{"id": 1}]}, '"name" must be a text, not nothing'),
        ({"images": [{"id": 7}, {"id": 7}]}, "two images have the same id"),
        ({"images": [{"id": 7.5}]}, '"id" must be a whole number, not 7.5'),
        ({"images": [{"id": 7}]}, 'image 7: "file_name" must be a text, not nothing'),
        ({"annotations": [{"id": 5, "image_id": 99}]}, "annotation 5: its image 99 is not listed"),
    ],
)
def test_broken_files_are_listed(make: MakeCoco, fields: dict[str, Any], reason: str) -> None:
    path = make(**fields)
    broken = find(path, Reading()).broken
    assert broken[0].file == path
    assert reason in broken[0].reason


def test_another_json_is_listed(make: MakeCoco, tmp_path: Path) -> None:
    make([SQUARE])
    (tmp_path / "about.json").write_text("{}")
    (broken,) = find(tmp_path, Reading()).broken
    assert broken.reason == 'not a COCO file (it has no "images"); move it elsewhere'


def test_a_suffix_in_capitals_is_read_and_a_folder_without_any_is_refused(make: MakeCoco, tmp_path: Path) -> None:
    path = make()
    assert len(find(path.rename(path.with_suffix(".JSON")).parent, Reading()).items) == 1
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScuffError, match=r"empty: holds no \.json file"):
        find(tmp_path / "empty", Reading())


def test_categories_of_all_files_come_in_the_order_of_their_ids(make: MakeCoco, tmp_path: Path) -> None:
    make(name="1.json", categories=[{"id": 9, "name": "pit"}, {"id": 3, "name": "dent"}])
    make(name="2.json", categories=[{"id": 1, "name": "lint"}, {"id": 2, "name": "dent"}])
    assert find(tmp_path, Reading()).labels == ("dent", "pit", "lint")
