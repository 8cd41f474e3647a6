"""CVAT for images 1.1: one XML file for many pictures.

Read are polygon, polyline, box, ellipse and mask; ``z_order`` decides what lies on top, and a shape that is partly
occluded is a shape as any other. Points, skeletons and cuboids cover no known area, and a picture with one is left
out. A tag speaks of a whole picture, marks no pixel, and is passed over. A picture without shapes is sound.
"""

from functools import partial
from math import isfinite, nan
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from scuff.core.errors import AnnotationError
from scuff.dataset.formats import shapes
from scuff.dataset.formats.folder import annotation_files, locate, unlisted, written_path
from scuff.dataset.formats.region import Annotated, Bitmap, Broken, Found, Item, Outline, Reading, Region
from scuff.dataset.formats.runs import decode_rows

WITHOUT_AREA = frozenset({"points", "skeleton", "cuboid"})


def find(source: Path, reading: Reading) -> Found:
    """Find the pictures that a CVAT file lists, or all CVAT files below a folder.

    Raises:
        ScuffError: It is a folder without any.
    """
    xmls, broken = annotation_files(source, ".xml")
    items: list[Item] = []
    tags = 0
    for path in xmls:
        try:
            images = _images(path)
        except AnnotationError as error:
            broken.append(Broken(path, str(error)))
            continue
        for image in images:
            tags += len(image.findall("tag"))
            try:
                items.append(_item(path, image, reading))
            except AnnotationError as error:
                broken.append(Broken(path, str(error)))
    passed_over = (f"tags passed over, because a tag marks no pixel: {tags}",) if tags else ()
    return Found(tuple(items), tuple(broken), (*passed_over, *unlisted(items)))


def _images(path: Path) -> list[Element]:
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise AnnotationError(f"cannot be read as XML ({error}); export it again") from error
    if root.tag != "annotations":
        raise AnnotationError(f"not a CVAT file (its root is <{root.tag}>); move it elsewhere")
    if root.find("track") is not None:
        raise AnnotationError("is in the form “CVAT for video”; export it as “CVAT for images 1.1”")
    return root.findall("image")


def _item(path: Path, image: Element, reading: Reading) -> Item:
    name = image.get("name", "")
    folders = [reading.images] if reading.images else [path.parent, path.parent / "images"]
    found = locate(name, folders)
    if found is None:
        raise AnnotationError(f"its picture {name!r} is missing; name the folder of the pictures with --images")
    return Item(written_path(name), found, found.name, path, partial(_read, name, image, reading))


def _read(name: str, image: Element, reading: Reading) -> Annotated:
    regions, problems = [], []
    drawn = [shape for shape in image if shape.tag != "tag"]
    for number, shape in enumerate(drawn, 1):
        where = f"{name}, {shape.tag} {number} ({shape.get('label')})"
        try:
            piece = _piece(shape, reading)
            regions.append((_number(shape, "z_order", 0), Region(_text(shape, "label"), (piece,), where)))
        except AnnotationError as error:
            problems.append(f"{where}: {error}")
    regions.sort(key=lambda entry: entry[0])  # stable: the file's order within a layer
    size_hw = (int(_number(image, "height")), int(_number(image, "width")))
    return Annotated(tuple(region for _, region in regions), tuple(problems), size_hw)


def _piece(shape: Element, reading: Reading) -> Outline | Bitmap:
    rotation_deg = _number(shape, "rotation", 0)
    match shape.tag:
        case "polygon":
            return shapes.polygon(_points(shape))
        case "polyline":
            return shapes.line(_points(shape), reading.line_width_px)
        case "box":
            left, top, right, bottom = (_number(shape, key) for key in ("xtl", "ytl", "xbr", "ybr"))
            return shapes.rectangle((left, top), (right, bottom), rotation_deg)
        case "ellipse":
            x, y, radius_x, radius_y = (_number(shape, key) for key in ("cx", "cy", "rx", "ry"))
            return shapes.ellipse((x, y), (radius_x, radius_y), rotation_deg)
        case "mask":
            return _mask(shape)
        case tag if tag in WITHOUT_AREA:
            raise AnnotationError("covers no known area; draw a polygon instead, or delete it")
        case tag:
            raise AnnotationError(f"shapes of type {tag!r} are not known; draw a polygon instead")


def _mask(shape: Element) -> Bitmap:
    x, y, width, height = (int(_number(shape, key)) for key in ("left", "top", "width", "height"))
    try:
        counts = [int(count) for count in _text(shape, "rle").split(",")]
    except ValueError as error:
        raise AnnotationError(f"its run lengths cannot be read ({error}); export it again") from error
    return decode_rows(counts, x, y, (height, width))


def _points(shape: Element) -> list[tuple[float, float]]:
    text = _text(shape, "points")
    try:
        pairs = [pair.split(",") for pair in text.split(";")]
        return [(float(x), float(y)) for x, y in pairs]
    except ValueError as error:
        raise AnnotationError(f"its points cannot be read ({error}); export it again") from error


def _text(element: Element, key: str) -> str:
    value = element.get(key)
    if value is None:
        raise AnnotationError(f"has no {key!r}; export it again")
    return value


def _number(element: Element, key: str, default: float | None = None) -> float:
    if default is not None and element.get(key) is None:
        return default
    try:
        number = float(_text(element, key))
    except ValueError:
        number = nan
    if not isfinite(number):
        raise AnnotationError(f"its {key!r} is no number: {element.get(key)!r}; export it again")
    return number
