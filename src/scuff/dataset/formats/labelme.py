"""LabelMe's JSON: one file per picture, whose shapes are drawn or painted.

Read are the shape types polygon (also without a type, as old files have it), rectangle, oriented_rectangle, circle,
line, linestrip and mask. A point covers no area, and a picture with one is left out.
A picture that no JSON describes, and none can be meant for, is sound.
"""

import base64
import binascii
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from scuff.core.errors import AnnotationError, PictureError
from scuff.core.picture import read_values
from scuff.dataset.formats import fields, shapes
from scuff.dataset.formats.bare import Written, doubts, key_of
from scuff.dataset.formats.folder import (
    files_under,
    is_absolute,
    locate,
    pictures_among,
    relative_name,
    unread_pictures,
    written_path,
)
from scuff.dataset.formats.region import Annotated, Bitmap, Broken, Found, Item, Outline, Reading, Region

XY = tuple[float, float]


def find(source: Path, reading: Reading) -> Found:
    """Find the LabelMe files in a folder (or take one file), and the pictures that have none.

    The folder of the pictures, where one is given, is looked through like the source.
    """
    if not source.is_dir():
        item = _item(source, source, reading)
        return Found((item,)) if isinstance(item, Item) else Found((), (item,))
    names, unreadable = _names([source, *([reading.images] if reading.images else [])])
    jsons = [path for path in names if path.suffix.lower() == ".json"]
    found = [_item(path, source, reading) for path in jsons]
    items = [item for item in found if isinstance(item, Item)]
    written = [_written(path, names[path], isinstance(item, Broken)) for path, item in zip(jsons, found, strict=True)]
    described = {item.image.resolve() for item in items if item.image}
    bare = {path: key_of(names[path]) for path in pictures_among(names) if path.resolve() not in described}
    doubtful = doubts(bare, written)
    keys = {annotation.key for annotation in written}
    unread = unread_pictures(path for path, name in names.items() if key_of(name) not in keys)
    return Found(
        (*items, *(Item(names[path], path, path.name, path) for path in bare if path not in doubtful)),
        (
            *unreadable,
            *unread,
            *(item for item in found if isinstance(item, Broken)),
            *(Broken(path, reason) for path, reason in doubtful.items()),
        ),
        () if jsons else ("no picture has a JSON: all of them count as sound",),
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


def _names(folders: list[Path]) -> tuple[dict[Path, PurePosixPath], list[Broken]]:
    """List the files below some folders, each with its path within its folder, and what cannot be read."""
    names: dict[Path, PurePosixPath] = {}
    unreadable: list[Broken] = []
    places: set[Path] = set()
    for folder in folders:
        files, broken = files_under(folder)
        new = {path: path.resolve() for path in files if path.resolve() not in places}
        names |= {path: relative_name(path, folder) for path in new}
        places.update(new.values())
        unreadable += broken
    return names, unreadable


def _written(path: Path, name: PurePosixPath, broken: bool) -> Written:
    return Written(path, key_of(name), broken, _stems(path) if broken else frozenset())


def _stems(path: Path) -> frozenset[str]:
    """Stems that the picture of a broken LabelMe file may have."""
    try:
        image_path = fields.text(fields.read_json(path), "imagePath")
    except AnnotationError:
        return frozenset({path.stem.casefold()})
    return frozenset({path.stem.casefold(), written_path(image_path).stem.casefold()})


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
    given = [reading.images] if reading.images else []
    folders = [path.parent, *given]
    # What was drawn on is in the file, while 5.png beside it need not be the missing ../x/5.png.
    by_name = given if has_data and not is_absolute(image_path) else folders
    try:
        image = locate(image_path, folders, by_name)
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


def _piece(shape: fields.Object, reading: Reading) -> Outline | Bitmap:
    points = fields.points(shape.get("points"), "points")
    match shape.get("shape_type") or "polygon":
        case "polygon" | "oriented_rectangle":
            return shapes.polygon(points)
        case "rectangle":
            # Newer versions write all four corners.
            return shapes.polygon(points) if len(points) == 4 else shapes.rectangle(*_two(points))
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
