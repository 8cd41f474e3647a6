"""Which format a source is in."""

from pathlib import Path
from xml.etree import ElementTree

from scuff.core.errors import AnnotationError, ScuffError
from scuff.core.picture import is_picture
from scuff.dataset.formats import fields
from scuff.dataset.formats.folder import files_under, pictures_among

FORMATS = ("masks", "labelme", "coco", "cvat")


def detect(source: Path) -> str:
    """Tell the format of a file, or of the files in a folder, from what they hold.

    Raises:
        ScuffError: There is nothing of a known format, or more than one.
    """
    if not source.exists():
        raise ScuffError(f"{source}: there is no such file or folder")
    if source.is_file() and is_picture(source):
        raise ScuffError(f"{source}: is a picture; give the folder that holds it with the others, or the annotations")
    files, _ = files_under(source) if source.is_dir() else ([source], [])
    written = [path for path in files if path.suffix.lower() in {".json", ".xml"}]
    found = _formats_of(written)
    if len(found) > 1:
        raise ScuffError(f"{source}: holds {' and '.join(sorted(found))} annotations; choose with --format")
    if found:
        return found.pop()
    if written:
        # Taking the pictures beside them for unannotated ones would call defects sound.
        raise ScuffError(
            f"{written[0]}: in no annotation format that scuff knows ({', '.join(FORMATS)}), or damaged; "
            "if the pictures have masks or are all sound, give --format masks"
        )
    if source.is_dir() and pictures_among(files):
        return "masks"
    raise ScuffError(f"{source}: holds neither pictures nor annotations; an archive must be unpacked first")


def _formats_of(written: list[Path]) -> set[str]:
    """The formats of files, looking for one of each suffix in each folder: a set may have thousands."""
    known: dict[tuple[Path, str], str] = {}
    for path in written:
        where = path.parent, path.suffix.lower()
        annotation_format = None if where in known else _format_of(path)
        if annotation_format:
            known[where] = annotation_format
    return set(known.values())


def _format_of(path: Path) -> str | None:
    if path.suffix.lower() == ".xml":
        try:
            return "cvat" if ElementTree.parse(path).getroot().tag == "annotations" else None
        except (OSError, ElementTree.ParseError):
            return None
    try:
        content = fields.read_json(path)
    except AnnotationError:
        return None
    return "labelme" if "shapes" in content else "coco" if "images" in content else None
