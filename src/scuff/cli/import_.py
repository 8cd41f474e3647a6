"""`scuff import`: make a catalogue from annotated pictures."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource

from scuff.cli.recipe_options import recipe_options
from scuff.core.errors import ScuffError
from scuff.core.mask import SOUND
from scuff.core.recipe import Recipe
from scuff.dataset.catalogue import RECORD, TABLE, Catalogue
from scuff.dataset.formats import coco, cvat, labelme, masks
from scuff.dataset.formats.detect import FORMATS, detect
from scuff.dataset.formats.masks import MaskReading
from scuff.dataset.formats.region import Found, Reading
from scuff.dataset.importer import SHOWN_PROBLEMS, Frame, Imported, import_annotations

EXAMPLES = """\
\b
Examples:
  scuff import pictures catalogue --set 'frames.part_pattern=^(?P<part>[^_]+)_'
  scuff import images catalogue --masks annotations --mask-kind values --class-values 1=dent,2=scratch
  scuff import tiles catalogue --class-folder-level 2 --parts parts.csv
  scuff import labels/ catalogue --format labelme --images pictures --each-image-is-a-part
  scuff import annotations.xml catalogue --line-width-px 4 --strict"""

NAMES = {
    "masks": "the mask pictures",
    "labelme": "the LabelMe annotations",
    "coco": "the COCO annotations",
    "cvat": "the CVAT annotations",
}
PART_ORIGINS = {"csv": "from the table", "each-image": "one picture each", "pattern": "from the names"}

USED_BY = {
    "images": {"labelme", "coco", "cvat"},
    "line_width_px": {"labelme", "cvat"},
    "mask_folder": {"binary masks", "masks of values"},
    "mask_ending": {"binary masks", "masks of values"},
    "mask_kind": {"binary masks", "masks of values"},
    "mask_threshold": {"binary masks"},
    "class_name": {"binary masks"},
    "folder_level": {"binary masks"},
    "class_values": {"masks of values"},
}
"""What an option is for: an annotation format, or a kind of mask pictures."""
MASK_KINDS = {"binary": "binary masks", "values": "masks of values"}


@click.command(epilog=EXAMPLES)
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "annotation_format",
    type=click.Choice(["auto", *FORMATS]),
    default="auto",
    show_default=True,
    help="Format of the annotations; auto looks into SOURCE.",
)
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the pictures, where they are not beside the annotations (labelme, coco, cvat).",
)
@click.option(
    "--line-width-px",
    type=click.FloatRange(min=0, min_open=True),
    default=3.0,
    show_default=True,
    help="Width of lines, which LabelMe and CVAT draw without one.",
)
@click.option(
    "--masks",
    "mask_folder",
    type=click.Path(path_type=Path),
    help="Folder with a mask at each picture's relative path; without it, masks are beside the pictures.",
)
@click.option(
    "--mask-ending",
    default="_mask",
    show_default=True,
    help="What the name of a mask may have after that of its picture.",
)
@click.option(
    "--mask-kind",
    type=click.Choice(["binary", "values"]),
    default="binary",
    show_default=True,
    help="Whether a mask tells defective from sound, or its values name classes.",
)
@click.option(
    "--mask-threshold",
    type=click.IntRange(0, 65534),
    help="A pixel of a binary mask is defective above this value; by default half of white (127 of 8 bits).",
)
@click.option("--class", "class_name", default="defect", show_default=True, help="Class of binary masks.")
@click.option(
    "--class-folder-level",
    "folder_level",
    type=click.IntRange(min=1),
    help="Class of binary masks from a folder's name: 1 holds the picture, 2 holds that folder, …",
)
@click.option(
    "--class-values",
    metavar="VALUE=CLASS,…",
    help="Classes of mask values; without it, the recipe's classes are 1, 2, …",
)
@click.option(
    "--parts",
    "part_table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns image (relative path, file name or stem), part and, if known, camera.",
)
@click.option("--each-image-is-a-part", "each_image", is_flag=True, help="No two pictures show the same part.")
@click.option("--strict", is_flag=True, help="Write nothing when anything is broken.")
@click.option("--overwrite", is_flag=True, help="Replace the catalogue in OUT.")
@recipe_options
@click.pass_context
def command(
    context: click.Context,
    source: Path,
    out: Path,
    annotation_format: str,
    images: Path | None,
    line_width_px: float,
    mask_folder: Path | None,
    mask_ending: str,
    mask_kind: Literal["binary", "values"],
    mask_threshold: int | None,
    class_name: str,
    folder_level: int | None,
    class_values: str | None,
    part_table: Path | None,
    each_image: bool,
    strict: bool,
    overwrite: bool,
    recipe: Recipe,
) -> None:
    """Make the catalogue OUT from the annotated pictures of SOURCE, a folder or an annotation file.

    Pictures stay where they are; those of several lightings that the recipe fuses (frames.fused) become one, which the
    catalogue keeps. Broken items are listed, with the reason, and left out; the rest is imported.
    """
    if annotation_format == "auto":
        annotation_format = "masks" if mask_folder else detect(source)
    _check_options(context, MASK_KINDS[mask_kind] if annotation_format == "masks" else annotation_format)
    click.echo(f"Reading {NAMES[annotation_format]} of {source}")
    labels = _value_labels(class_values, recipe)
    mask_reading = MaskReading(mask_folder, mask_ending, mask_kind, mask_threshold, class_name, folder_level, labels)
    imported = import_annotations(
        _find(source, annotation_format, Reading(images, line_width_px), mask_reading),
        source,
        out,
        recipe,
        annotation_format,
        part_table=part_table,
        each_image_is_a_part=each_image,
        strict=strict,
        overwrite=overwrite,
        track=_shown,
    )
    click.echo("\n".join(_summary(imported)))
    for warning in _warnings(imported):
        click.echo(f"Note: {warning}", err=True)
    click.echo(f"Wrote {out / TABLE}")


def _find(source: Path, annotation_format: str, reading: Reading, mask_reading: MaskReading) -> Found:
    if not source.exists():
        raise ScuffError(f"{source}: there is no such file or folder")
    match annotation_format:
        case "labelme":
            return labelme.find(source, reading)
        case "coco":
            return coco.find(source, reading)
        case "cvat":
            return cvat.find(source, reading)
        case _:
            return masks.find(source, mask_reading)


def _check_options(context: click.Context, used_for: str) -> None:
    """Refuse an option that would have no effect, rather than let somebody believe it had one."""
    given = {
        option.name: option.opts[0]
        for option in context.command.params
        if context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    }
    for name, uses in USED_BY.items():
        if name in given and used_for not in uses:
            raise ScuffError(
                f"{given[name]} has no effect here: it is for {' and '.join(sorted(uses))}, not for {used_for}"
            )
    if {"class_name", "folder_level"} <= given.keys():
        raise ScuffError("--class and --class-folder-level contradict each other; give one of them")
    if {"part_table", "each_image"} <= given.keys():
        raise ScuffError("--parts and --each-image-is-a-part contradict each other; give one of them")


def _value_labels(text: str | None, recipe: Recipe) -> Mapping[int, str]:
    """Read ``1=dent,2=scratch``, or take the recipe's classes in their order."""
    if text is None:
        return dict(enumerate(recipe.product.classes, 1))
    labels = {}
    for entry in text.split(","):
        value, equals, label = entry.partition("=")
        if not equals or not value.strip().isdecimal() or int(value) == SOUND or int(value) in labels:
            raise ScuffError(
                f"--class-values: {entry!r} is not VALUE=CLASS with a value of its own above 0, as in 1=dent,2=scratch"
            )
        labels[int(value)] = label.strip()
    return labels


def _shown(frames: Sequence[Frame]) -> Iterator[Frame]:
    with click.progressbar(frames, label="Importing") as bar:
        yield from bar


def _summary(imported: Imported) -> list[str]:
    catalogue = imported.catalogue
    frames = Counter(name for row in catalogue.rows for name in row.defect_px)
    pixels = Counter[str]()
    for row in catalogue.rows:
        pixels.update(row.defect_px)
    sound = sum(not row.annotations for row in catalogue.rows)
    width = max(map(len, [*catalogue.classes, "sound"]))
    return [
        f"Frames: {len(catalogue.rows):,}; parts: {_parts(catalogue)}; cameras: {_cameras(catalogue)}",
        *(f"  {name:{width}} {frames[name]:9,} frames {pixels[name]:14,} px" for name in catalogue.classes),
        f"  {'sound':{width}} {sound:9,} frames",
        f"Empty masks: {_counted(imported.empty_masks)}",
        f"Broken items: {_problems(catalogue)}",
    ]


def _parts(catalogue: Catalogue) -> str:
    origin = catalogue.record.parts_from
    return "unknown" if origin == "unknown" else f"{len(catalogue.parts):,} ({PART_ORIGINS[origin]})"


def _cameras(catalogue: Catalogue) -> str:
    cameras = {row.camera for row in catalogue.rows} - {""}
    return f"{len(cameras):,}" if cameras else "unknown"


def _counted(empty_masks: Mapping[str, int]) -> str:
    by_label = ", ".join(f"{label} {count:,}" for label, count in sorted(empty_masks.items()) if label)
    return f"{sum(empty_masks.values()):,}{f' ({by_label})' if by_label else ''}"


def _problems(catalogue: Catalogue) -> str:
    problems = catalogue.record.problems
    if not problems:
        return "0"
    lines = [f"  {problem.file}: {problem.reason}" for problem in problems[:SHOWN_PROBLEMS]]
    rest = len(problems) - len(lines)
    more = [f"  and {rest:,} more, all of them in {catalogue.folder / RECORD}"] if rest else []
    return "\n".join([f"{len(problems):,}, left out:", *lines, *more])


def _warnings(imported: Imported) -> list[str]:
    warnings = list(imported.notes)
    if imported.catalogue.record.parts_from == "unknown":
        warnings.append(
            "nobody said which part a picture shows, so `scuff split` will refuse; set frames.part_pattern in the "
            "recipe, or give --parts or --each-image-is-a-part"
        )
    return warnings
