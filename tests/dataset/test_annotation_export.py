import json
from pathlib import Path

import numpy as np
import pycocotools.mask
import pytest
from numpy.typing import NDArray

from scuff.core.errors import CatalogueError
from scuff.core.picture import write_png
from scuff.core.recipe import Product, Recipe
from scuff.dataset.annotation_export import class_regions, write_coco, write_labelme
from scuff.dataset.catalogue import Catalogue, Record, Row, add_mask, annotations_text, save_catalogue
from scuff.dataset.formats import coco, labelme
from scuff.dataset.formats.region import Reading
from scuff.dataset.importer import import_annotations

CLASSES = ("scratch", "dent", "pit")
WRITERS = {"labelme": (write_labelme, labelme.find), "coco": (write_coco, coco.find)}

RING_AND_NEIGHBOURS = [
    [1, 1, 1, 1, 0, 0, 3],
    [1, 0, 0, 1, 2, 2, 3],  # classes touch
    [1, 0, 2, 1, 2, 2, 0],  # another class in the hole
    [1, 1, 1, 1, 0, 0, 2],  # meets the block above by a corner
    [0, 0, 0, 0, 1, 0, 0],
]


def make(folder: Path, masks: dict[str, NDArray[np.uint8]]) -> Catalogue:
    rows = []
    for number, (frame, mask) in enumerate(masks.items()):
        image = folder / "pictures" / str(number) / f"{frame}.png"
        write_png(image, np.full((*mask.shape, 3), number, np.uint8))
        relative = add_mask(folder / "catalogue", frame, mask) if mask.any() else ""
        path = f"../pictures/{number}/{frame}.png"
        height, width = mask.shape
        rows.append(Row(frame, frame, "", path, width, height, relative, annotations_text(mask, CLASSES), ""))
    record = Record(source="", annotation_format="", classes=CLASSES, parts_from="each-image")
    return save_catalogue(folder / "catalogue", record, rows)


@pytest.fixture
def masks() -> dict[str, NDArray[np.uint8]]:
    random = np.random.default_rng(2)
    return {
        "drawn": np.array(RING_AND_NEIGHBOURS, np.uint8),
        "full": np.full((3, 9), 2, np.uint8),
        "noise": random.integers(0, 4, (40, 50), np.uint8),
        "sound": np.zeros((5, 4), np.uint8),
    }


def test_a_mask_comes_apart_by_class_and_connection() -> None:
    regions = list(class_regions(np.array(RING_AND_NEIGHBOURS, np.uint8)))
    assert [(region.value, int(region.pixels.marked.sum())) for region in regions] == [(1, 13), (2, 5), (2, 1), (3, 2)]
    assert (regions[2].pixels.x, regions[2].pixels.y) == (2, 2)
    assert list(class_regions(np.zeros((3, 3), np.uint8))) == []


@pytest.mark.parametrize("name", WRITERS)
def test_what_goes_out_comes_in_again_to_the_pixel(
    tmp_path: Path, masks: dict[str, NDArray[np.uint8]], name: str
) -> None:
    write, find = WRITERS[name]
    catalogue = make(tmp_path, masks)
    out = tmp_path / "out" / "deep"
    write(catalogue, out, catalogue.rows)
    recipe = Recipe(product=Product(classes=CLASSES))
    again = import_annotations(find(out, Reading()), out, tmp_path / "again", recipe, name).catalogue
    assert again.record.problems == ()
    assert [row.frame for row in again.rows] == list(masks)
    assert [row.annotations for row in again.rows] == [row.annotations for row in catalogue.rows]
    for row in again.rows:
        assert (again.mask(row) == masks[row.frame]).all()
        assert again.image(row).samefile(tmp_path / "pictures" / str(list(masks).index(row.frame)) / f"{row.frame}.png")


def test_coco_keeps_the_order_of_classes_and_those_that_nothing_has(
    tmp_path: Path, masks: dict[str, NDArray[np.uint8]]
) -> None:
    catalogue = make(tmp_path, {"full": masks["full"]})
    write_coco(catalogue, tmp_path / "out", catalogue.rows)
    found = coco.find(tmp_path / "out", Reading())
    again = import_annotations(found, tmp_path / "out", tmp_path / "again", Recipe(), "coco").catalogue
    assert again.classes == CLASSES
    assert (again.mask(again.rows[0]) == masks["full"]).all()


def test_coco_as_others_read_it(tmp_path: Path, masks: dict[str, NDArray[np.uint8]]) -> None:
    catalogue = make(tmp_path, {"drawn": masks["drawn"]})
    write_coco(catalogue, tmp_path / "out", catalogue.rows)
    content = json.loads((tmp_path / "out" / "annotations.json").read_text())
    assert content["images"] == [{"id": 1, "file_name": "../pictures/0/drawn.png", "width": 7, "height": 5}]
    assert content["categories"] == [{"id": value, "name": name} for value, name in enumerate(CLASSES, 1)]
    for number, annotation in enumerate(content["annotations"], 1):
        assert (annotation["id"], annotation["image_id"], annotation["iscrowd"]) == (number, 1, 0)
        runs = annotation["segmentation"]
        assert runs["size"] == [5, 7]
        assert pycocotools.mask.area(runs) == annotation["area"]
        assert pycocotools.mask.toBbox(runs).tolist() == annotation["bbox"]
    of_value_2 = [entry["segmentation"] for entry in content["annotations"] if entry["category_id"] == 2]
    encoded = pycocotools.mask.encode(np.asfortranarray(masks["drawn"] == 2).astype(np.uint8, order="F"))
    assert pycocotools.mask.merge(of_value_2)["counts"] == encoded["counts"]


def test_labelme_has_one_file_per_frame_with_painted_shapes(
    tmp_path: Path, masks: dict[str, NDArray[np.uint8]]
) -> None:
    catalogue = make(tmp_path, masks)
    write_labelme(catalogue, tmp_path / "out", catalogue.rows)
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["drawn.json", "full.json", "noise.json", "sound.json"]
    full = json.loads((tmp_path / "out" / "full.json").read_text())
    assert (full["imagePath"], full["imageData"]) == ("../pictures/1/full.png", None)
    assert (full["imageHeight"], full["imageWidth"]) == (3, 9)
    (shape,) = full["shapes"]
    assert (shape["label"], shape["shape_type"]) == ("dent", "mask")
    assert shape["points"] == [[0, 0], [8, 2]]


@pytest.mark.parametrize("name", WRITERS)
def test_files_are_only_replaced_when_told(tmp_path: Path, name: str) -> None:
    write, _ = WRITERS[name]
    catalogue = make(tmp_path, {"a": np.ones((2, 2), np.uint8)})
    write(catalogue, tmp_path / "out", catalogue.rows)
    first = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(CatalogueError, match=r"a.*\.json: is there already; name another folder, or give --overwrite"):
        write(catalogue, tmp_path / "out", catalogue.rows)
    write(catalogue, tmp_path / "out", catalogue.rows, overwrite=True)
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first
