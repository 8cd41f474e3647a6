"""COCO's JSON: one file for many pictures; polygons and both run-length forms.

The polygons of an annotation are its pieces and are united. A picture that the file lists without any annotation
is sound; a picture that it does not list is left alone, because several files may share a folder of pictures.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from scuff.core.errors import AnnotationError
from scuff.dataset.formats import fields, shapes
from scuff.dataset.formats.folder import annotation_files, locate, unlisted, written_path
from scuff.dataset.formats.region import Annotated, Bitmap, Broken, Found, Item, Outline, Reading, Region
from scuff.dataset.formats.runs import decode_columns


def find(source: Path, reading: Reading) -> Found:
    """Find the pictures that a COCO file lists, or all COCO files below a folder.

    Raises:
        ScuffError: It is a folder without any.
    """
    jsons, broken = annotation_files(source, ".json")
    items: list[Item] = []
    labels: dict[str, None] = {}
    for path in jsons:
        try:
            labels |= dict.fromkeys(_read_file(path, reading, items, broken))
        except AnnotationError as error:
            broken.append(Broken(path, str(error)))
    return Found(tuple(items), tuple(broken), unlisted(items), tuple(labels))


def _read_file(path: Path, reading: Reading, items: list[Item], broken: list[Broken]) -> list[str]:
    """Gather what a file lists; return the names of its categories in the order of their ids."""
    content = fields.read_json(path)
    if "images" not in content:
        raise AnnotationError('not a COCO file (it has no "images"); move it elsewhere')
    labels = {fields.whole(entry, "id"): fields.text(entry, "name") for entry in fields.objects(content, "categories")}
    images = {fields.whole(entry, "id"): entry for entry in fields.objects(content, "images")}
    if len(images) < len(content["images"]):
        raise AnnotationError("two images have the same id; export it again")
    drawn: dict[int, list[fields.Object]] = defaultdict(list)
    for entry in fields.objects(content, "annotations"):
        image_id = fields.whole(entry, "image_id")
        drawn[image_id].append(entry)
        if image_id not in images:
            broken.append(Broken(path, f"annotation {entry.get('id')}: its image {image_id} is not listed"))
    for image_id, entry in images.items():
        try:
            items.append(_item(path, entry, drawn[image_id], labels, reading))
        except AnnotationError as error:
            broken.append(Broken(path, f"image {image_id}: {error}"))
    return [name for _, name in sorted(labels.items())]


def _item(
    path: Path, entry: fields.Object, drawn: list[fields.Object], labels: Mapping[int, str], reading: Reading
) -> Item:
    file_name = fields.text(entry, "file_name")
    folder = path.parent
    # Beside the JSON, or where the COCO sets themselves have them: annotations/x.json and images/.
    folders = [folder, folder / "images", folder.parent / "images", folder.parent]
    image = locate(file_name, [reading.images] if reading.images else folders)
    if image is None:
        raise AnnotationError(f"its picture {file_name!r} is missing; name the folder of the pictures with --images")
    size_hw = fields.size_hw(entry, "height", "width")
    read_drawn = partial(_read, file_name, drawn, labels, size_hw)
    return Item(written_path(file_name), image, image.name, path, read_drawn)


def _read(
    file_name: str,
    drawn: list[fields.Object],
    labels: Mapping[int, str],
    size_hw: tuple[int, int] | None,
) -> Annotated:
    regions, problems = [], []
    for entry in drawn:
        where = f"{file_name}, annotation {entry.get('id')}"
        try:
            category = fields.whole(entry, "category_id")
            if category not in labels:
                raise AnnotationError(f"its category {category} is not listed; export it again")
            pieces = _pieces(entry.get("segmentation"), size_hw)
            regions.append(Region(labels[category], pieces, f"{where} ({labels[category]})"))
        except AnnotationError as error:
            problems.append(f"{where}: {error}")
    return Annotated(tuple(regions), tuple(problems), size_hw)


def _pieces(segmentation: object, size_hw: tuple[int, int] | None) -> tuple[Outline | Bitmap, ...]:
    if not segmentation:
        raise AnnotationError("has a box, but no segmentation; draw its outline")
    if isinstance(segmentation, dict):
        return (_runs(segmentation, size_hw),)
    if not isinstance(segmentation, list):
        raise AnnotationError('"segmentation" must be polygons or run lengths; export it again')
    return tuple(_polygon(fields.numbers(polygon, "segmentation")) for polygon in segmentation)


def _polygon(flat: list[float]) -> Outline:
    if len(flat) % 2:
        raise AnnotationError(f"a polygon has {len(flat)} coordinates, an odd number; export it again")
    return shapes.polygon(list(zip(flat[::2], flat[1::2], strict=True)))


def _runs(segmentation: fields.Object, size_hw: tuple[int, int] | None) -> Bitmap:
    size = [round(number) for number in fields.numbers(segmentation.get("size"), "size")]
    if len(size) != 2 or min(size) < 1 or (size_hw and (size[0], size[1]) != size_hw):
        raise AnnotationError(f"its run lengths are for a picture of height and width {size}; export it again")
    counts = segmentation.get("counts")
    if not isinstance(counts, str):
        counts = [round(number) for number in fields.numbers(counts, "counts")]
    return decode_columns(counts, (size[0], size[1]))
