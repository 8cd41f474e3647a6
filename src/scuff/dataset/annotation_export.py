"""A catalogue's annotations as LabelMe or COCO files.

Each connected region of a class (its pixels meet at edges or corners) becomes one painted shape, so that what is
imported again is the same mask to the pixel.
"""

import base64
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scuff.core.errors import CatalogueError
from scuff.core.picture import write_whole
from scuff.dataset.catalogue import Catalogue, Row, relative_to
from scuff.dataset.formats.region import Bitmap
from scuff.dataset.formats.runs import encode_columns

COCO_NAME = "annotations.json"
LABELME_VERSION = "5.5.0"
"""The version of LabelMe whose files ours are alike; it knows painted masks."""

EIGHT_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class ClassRegion:
    """A connected region of a mask.

    Attributes:
        value: Its class value.
        pixels: Its pixels, in the smallest window.
    """

    value: int
    pixels: Bitmap


def class_regions(mask: NDArray[np.uint8]) -> Iterator[ClassRegion]:
    """Take a mask apart into the connected regions of each class, by class, from top to bottom.

    Args:
        mask: H×W class values.
    """
    for value in np.flatnonzero(np.bincount(mask.ravel(), minlength=1)[1:]) + 1:
        of_class = (mask == value).astype(np.uint8)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(of_class, connectivity=EIGHT_NEIGHBOURS)
        for number in range(1, count):
            x, y, width, height = (int(side) for side in boxes[number, :4])
            window = labels[y : y + height, x : x + width] == number
            yield ClassRegion(int(value), Bitmap(np.asarray(window, dtype=np.bool_), x, y))


def write_labelme(catalogue: Catalogue, out: Path, rows: Iterable[Row], overwrite: bool = False) -> None:
    """Write one LabelMe file per frame, named as the frame; the pictures stay where they are.

    Args:
        catalogue: The catalogue.
        out: Folder of the files.
        rows: Its rows, in the order to write them.
        overwrite: Replace files that are there already.

    Raises:
        CatalogueError: A file is there already.
    """
    _check_free((out / f"{row.frame}.json" for row in catalogue.rows), overwrite)
    for row in rows:
        content: dict[str, object] = {
            "version": LABELME_VERSION,
            "flags": {},
            "shapes": [_shape(region, catalogue.classes) for region in class_regions(catalogue.mask(row))],
            "imagePath": relative_to(out, catalogue.image(row)),
            "imageData": None,
            "imageHeight": row.height_px,
            "imageWidth": row.width_px,
        }
        write_whole(out / f"{row.frame}.json", _json(content), lasting=False)


def write_coco(catalogue: Catalogue, out: Path, rows: Iterable[Row], overwrite: bool = False) -> None:
    """Write one COCO file for all frames, ``annotations.json``; the pictures stay where they are.

    Args:
        catalogue: The catalogue.
        out: Folder of the file.
        rows: Its rows, in the order to write them.
        overwrite: Replace a file that is there already.

    Raises:
        CatalogueError: The file is there already.
    """
    _check_free([out / COCO_NAME], overwrite)
    images: list[Mapping[str, object]] = []
    annotations: list[Mapping[str, object]] = []
    for row in rows:
        image_id = len(images) + 1
        file_name = relative_to(out, catalogue.image(row))
        images.append({"id": image_id, "file_name": file_name, "width": row.width_px, "height": row.height_px})
        for region in class_regions(catalogue.mask(row)):
            annotations.append({"id": len(annotations) + 1, "image_id": image_id, **_annotation(region, row.hw)})
    categories = [{"id": value, "name": name} for value, name in enumerate(catalogue.classes, 1)]
    write_whole(out / COCO_NAME, _json({"images": images, "annotations": annotations, "categories": categories}))


def _shape(region: ClassRegion, classes: tuple[str, ...]) -> Mapping[str, object]:
    """A painted shape of LabelMe; its points are the first and the last pixel of its window."""
    height, width = region.pixels.marked.shape
    x, y = region.pixels.x, region.pixels.y
    encoded = io.BytesIO()
    Image.fromarray(region.pixels.marked.astype(np.uint8)).save(encoded, format="PNG")
    return {
        "label": classes[region.value - 1],
        "points": [[x, y], [x + width - 1, y + height - 1]],
        "group_id": None,
        "description": "",
        "shape_type": "mask",
        "flags": {},
        "mask": base64.b64encode(encoded.getvalue()).decode("ascii"),
    }


def _annotation(region: ClassRegion, frame_hw: tuple[int, int]) -> Mapping[str, object]:
    height, width = region.pixels.marked.shape
    return {
        "category_id": region.value,
        "segmentation": {"size": list(frame_hw), "counts": encode_columns(region.pixels, frame_hw)},
        "area": int(region.pixels.marked.sum()),
        "bbox": [region.pixels.x, region.pixels.y, width, height],
        "iscrowd": 0,
    }


def _check_free(paths: Iterable[Path], overwrite: bool) -> None:
    taken = None if overwrite else next((path for path in paths if path.exists()), None)
    if taken:
        raise CatalogueError(f"{taken}: is there already; name another folder, or give --overwrite")


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
