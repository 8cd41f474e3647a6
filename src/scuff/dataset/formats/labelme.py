"""LabelMe's JSON: one file per picture, whose shapes are drawn or painted.

Read are the shape types polygon (also without a type, as old files have it), rectangle, oriented_rectangle, circle,
line, linestrip and mask. A point covers no area, and a picture with one is left out.
A picture that no JSON describes is sound.
"""

import base64
import binascii
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from scuff.core.errors import AnnotationError, PictureError
from scuff.core.picture import read_values
from scuff.dataset.formats import fields, shapes
from scuff.dataset.formats.folder import (
    files_under,
    locate,
    pictures_among,
    relative_name,
    unread_pictures,
    written_path,
)
from scuff.dataset.formats.region import Annotated, Bitmap, Broken, Found, Item, Outline, Reading, Region

XY = tuple[float, float]


def find(source: Path, reading: Reading) -> Found:
    """Find the LabelMe files in a folder (or take one file), and the pictures that have none."""
    if not source.is_dir():
        item = _item(source, source, reading)
        return Found((item,)) if isinstance(item, Item) else Found((), (item,))
    files = files_under(source)
    jsons = [path for path in files if path.suffix.lower() == ".json"]
    found = [_item(path, source, reading) for path in jsons]
    items = [item for item in found if isinstance(item, Item)]
    broken = [item for item in found if isinstance(item, Broken)]
    beside = {path.with_suffix("") for path in jsons}
    bare_files = [path for path in files if path.with_suffix("") not in beside]
    bare = _without_annotation(pictures_among(bare_files), items, broken)
    return Found(
        (*items, *(Item(relative_name(path, source), path, path.name, path) for path in bare)),
        (*unread_pictures(bare_files), *broken),
    )


def read(path: Path, reading: Reading, embedded: bool) -> Annotated:
    """Read a LabelMe file.

    Args:
        path: The file.
        reading: How.
        embedded: Take the picture from the file too.

    Raises:
        AnnotationError: The file as a whole cannot be read.
    """
    content = fields.read_json(path)
    regions, problems = [], []
    for number, shape in enumerate(fields.objects(content, "shapes"), 1):
        try:
            where = f"shape {number} ({fields.text(shape, 'label')})"
            regions.append(Region(fields.text(shape, "label"), (_piece(shape, reading),), where))
        except (AnnotationError, PictureError) as error:
            problems.append(f"shape {number} ({shape.get('label')}): {error}")
    return Annotated(
        tuple(regions),
        tuple(problems),
        fields.size_hw(content, "imageHeight", "imageWidth"),
        _decoded(fields.text(content, "imageData"), "imageData") if embedded else None,
    )


def _item(path: Path, source: Path, reading: Reading) -> Item | Broken:
    try:
        content = fields.read_json(path)
        if "shapes" not in content:
            raise AnnotationError('not a LabelMe file (it has no "shapes"); move it elsewhere')
        image_path = fields.text(content, "imagePath")
        image = _image(path, image_path, bool(content.get("imageData")), reading)
    except AnnotationError as error:
        return Broken(path, str(error))
    # Frames are named after the JSON: within a set its name is unique, and a picture may lie anywhere.
    name = relative_name(path, source)
    file_name = image.name if image else PurePosixPath(written_path(image_path)).name
    return Item(name, image, file_name, path, partial(read, path, reading, embedded=image is None))


def _image(path: Path, image_path: str, has_data: bool, reading: Reading) -> Path | None:
    """Find the picture of a LabelMe file; ``None``: it is only within the file.

    Raises:
        AnnotationError: There is none.
    """
    try:
        image = locate(image_path, [path.parent, *([reading.images] if reading.images else [])])
    except AnnotationError:
        if not has_data:
            raise
        return None
    if image is not None or has_data:
        return image
    beside = [other for other in pictures_among(sorted(path.parent.iterdir())) if other.stem == path.stem]
    if len(beside) != 1:
        raise AnnotationError(
            f"its picture {image_path!r} is missing, and no imageData is embedded; "
            "put the picture beside it, or name its folder with --images"
        )
    return beside[0]


def _without_annotation(pictures: list[Path], items: list[Item], broken: list[Broken]) -> list[Path]:
    """The pictures that no JSON describes; a broken JSON's picture is not sound, its truth is unknown."""
    taken = {item.image.resolve() for item in items if item.image}
    unknown = {entry.file.stem for entry in broken}
    return [path for path in pictures if path.resolve() not in taken and path.stem not in unknown]


def _piece(shape: fields.Object, reading: Reading) -> Outline | Bitmap:
    points = fields.points(shape.get("points"), "points")
    match shape.get("shape_type") or "polygon":
        case "polygon" | "oriented_rectangle":
            return shapes.polygon(points)
        case "rectangle":
            return shapes.rectangle(*_two(points))
        case "circle":
            return shapes.circle(*_two(points))
        case "line" | "linestrip":
            return shapes.line(points, reading.line_width_px)
        case "mask":
            return _mask(fields.text(shape, "mask"), *_two(points))
        case "point" | "points":
            raise AnnotationError("a point covers no area; draw what it stands for, or delete it")
        case other:
            raise AnnotationError(f"shapes of type {other!r} are not known; draw a polygon instead")


def _mask(encoded: str, first_xy: XY, last_xy: XY) -> Bitmap:
    """Read a painted mask, whose points are the first and the last pixel of its window."""
    marked = read_values(_decoded(encoded, "mask")).astype(np.bool_)
    x, y = round(first_xy[0]), round(first_xy[1])
    width, height = round(last_xy[0]) - x + 1, round(last_xy[1]) - y + 1
    # Fractional corners may round apart by a pixel; LabelMe then lets the mask's own size stand.
    if marked.ndim != 2 or abs(marked.shape[0] - height) > 1 or abs(marked.shape[1] - width) > 1:
        raise AnnotationError(
            f"its mask is {marked.shape[1]}×{marked.shape[0]} pixels, but its points span {width}×{height}; "
            "draw it again"
        )
    return Bitmap(marked, x, y)


def _decoded(encoded: str, key: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AnnotationError(f'"{key}" is no base64 ({error}); save it again in LabelMe') from error


def _two(points: list[XY]) -> tuple[XY, XY]:
    if len(points) != 2:
        raise AnnotationError(f"needs two points, not {len(points)}; draw it again")
    return points[0], points[1]
