"""From what a source holds to a catalogue: everything is checked, and nothing is dropped silently.

The catalogue appears at the end or not at all: masks and embedded pictures are made in a draft folder, and the
table, without which there is no catalogue, is written last.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError
from scuff.core.picture import read_values, sha256, write_png, write_whole
from scuff.core.recipe import Recipe
from scuff.dataset.catalogue import (
    IMAGES,
    Catalogue,
    Problem,
    Record,
    Row,
    add_mask,
    annotations_text,
    relative_to,
)
from scuff.dataset.draft import check_out, draft_in, publish
from scuff.dataset.formats.region import Broken, Found, Item
from scuff.dataset.fusing import fused_frames, take_in_fused
from scuff.dataset.intake import Intake, RefusedError, take_in
from scuff.dataset.labels import check_number, ordered_classes
from scuff.dataset.naming import name_frames
from scuff.dataset.parts import Parts

SHOWN_PROBLEMS = 20

SUFFIX_BY_MAGIC = {
    b"\x89PNG": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"II*\x00": ".tif",
    b"MM\x00*": ".tif",
    b"BM": ".bmp",
}
"""How the files of the picture formats begin."""

Frame = tuple[str, tuple[Item, ...]]
"""A name and the picture behind it; of a fused frame, a picture for each lighting."""

Track = Callable[[Sequence[Frame]], Iterable[Frame]]
"""Passes frames on one by one, and may show how far the work is."""


@dataclass(frozen=True)
class Imported:
    """What an import made.

    Attributes:
        catalogue: The catalogue.
        empty_masks: Number of masks without any defect, by the label that they would have had.
        notes: Remarks for the user.
    """

    catalogue: Catalogue
    empty_masks: Mapping[str, int]
    notes: tuple[str, ...]


def import_annotations(
    found: Found,
    source: Path,
    out: Path,
    recipe: Recipe,
    annotation_format: str,
    *,
    part_table: Path | None = None,
    each_image_is_a_part: bool = False,
    strict: bool = False,
    overwrite: bool = False,
    track: Track = iter,
) -> Imported:
    """Make a catalogue of what a source holds.

    Args:
        found: What it holds.
        source: The source.
        out: Folder of the catalogue.
        recipe: Its classes, labels, patterns and white level count.
        annotation_format: Name of the source's format, for the record.
        part_table: A CSV that names the parts; see ``Parts``.
        each_image_is_a_part: No two pictures show the same part.
        strict: Refuse when anything is broken, and write nothing.
        overwrite: Replace the catalogue in ``out``.
        track: Shows the progress.

    Raises:
        AnnotationError: ``strict`` and something is broken, or nothing is left to import.
        CatalogueError: ``out`` is taken.
    """
    check_out(out, {path for item in found.items for path in (item.image, item.origin) if path}, overwrite)
    named, doubled = name_frames(found.items)
    parts = Parts(recipe.frames, named, part_table, each_image_is_a_part)
    frames, unfused, remarks = _frames(named, recipe)
    with draft_in(out) as draft:
        run = _Run(draft, out, recipe, parts, found.labels)
        run.broken += [*found.broken, *doubled, *unfused]
        for frame, items in track(list(frames.items())):
            run.take(frame, items)
        problems = _problems(run.broken, source)
        if problems and (strict or not run.rows):
            refused = "--strict refuses them" if strict else "nothing else is there"
            raise AnnotationError(_listed(f"{source}: broken items: {len(problems)}, and {refused}", problems))
        if not run.rows:
            raise AnnotationError(f"{source}: holds no pictures")
        run.settle_classes()
        record = Record(
            source=relative_to(out, source),
            annotation_format=annotation_format,
            classes=tuple(run.classes),
            **recipe.frames.pixel_keys(),
            parts_from=parts.origin,
            problems=problems,
        )
        catalogue = publish(draft, out, record, run.rows)
    return Imported(catalogue, run.empty_masks, (*found.notes, *remarks, *_notes(catalogue, parts)))


class _Run:
    """An import under way: takes items in and gathers rows, or what is wrong."""

    def __init__(self, draft: Path, out: Path, recipe: Recipe, parts: Parts, labels: Sequence[str]) -> None:
        self._draft, self._out, self._recipe, self._parts = draft, out, recipe, parts
        self.classes = list(ordered_classes(labels, recipe.product))
        self._has_order = bool(self.classes)
        self.broken: list[Broken] = []
        self.rows: list[Row] = []
        self.empty_masks: Counter[str] = Counter()

    def take(self, frame: str, items: tuple[Item, ...]) -> None:
        """Add the row of a frame, or what is wrong with it."""
        try:
            intake = self._take_in(frame, items)
            image, checksum = self._image(frame, items, intake)
        except RefusedError as refused:
            self.broken += refused.broken
            return
        mask, text = "", ""
        if intake.names:
            values = self._with_classes(intake)
            mask, text = add_mask(self._draft, frame, values), annotations_text(values, self.classes)
        if intake.annotated.empty_label is not None:
            self.empty_masks[intake.annotated.empty_label] += 1
        height, width = intake.hw
        self.rows.append(Row(frame, intake.part, intake.camera, image, width, height, mask, text, checksum))

    def _take_in(self, frame: str, items: tuple[Item, ...]) -> Intake:
        if self._recipe.frames.fused:
            return take_in_fused(frame, items, self._recipe, self._parts)
        return take_in(frame, items[0], self._recipe, self._parts)

    def settle_classes(self) -> None:
        """Bring classes that were discovered one by one into alphabetical order."""
        if self._has_order or self.classes == sorted(self.classes):
            return
        found, self.classes = self.classes, sorted(self.classes)
        new_values = np.array([0, *(self.classes.index(name) + 1 for name in found)], np.uint8)
        for index, row in enumerate(self.rows):
            if row.mask:
                mask = new_values[read_values(self._draft / row.mask)]
                add_mask(self._draft, row.frame, mask)
                self.rows[index] = replace(row, annotations=annotations_text(mask, self.classes))

    def _with_classes(self, intake: Intake) -> NDArray[np.uint8]:
        """Give a mask the values of this import's classes; classes are added where the recipe names none."""
        self.classes += [name for name in intake.names if name not in self.classes]
        check_number(self.classes)
        values = np.array([0, *(self.classes.index(name) + 1 for name in intake.names)], np.uint8)
        return np.asarray(values[intake.mask])

    def _image(self, frame: str, items: tuple[Item, ...], intake: Intake) -> tuple[str, str]:
        """Path and checksum of the picture; one that has no file gets one."""
        item, embedded = items[0], intake.annotated.embedded
        if self._recipe.frames.fused:
            relative = f"{IMAGES}/{frame}.png"
            write_png(self._draft / relative, intake.pixels)
            return relative, sha256(self._draft / relative)
        if embedded is None:
            image = item.image or item.origin
            return relative_to(self._out, image), sha256(image)
        suffix = next((suffix for magic, suffix in SUFFIX_BY_MAGIC.items() if embedded.startswith(magic)), None)
        if suffix is None:
            reason = "its embedded picture is neither PNG, JPEG, TIFF nor BMP; save it with the picture beside it"
            raise RefusedError([Broken(item.origin, reason)])
        relative = f"{IMAGES}/{frame}{suffix}"
        write_whole(self._draft / relative, embedded)
        return relative, sha256(self._draft / relative)


def _frames(
    named: Mapping[str, Item], recipe: Recipe
) -> tuple[Mapping[str, tuple[Item, ...]], list[Broken], tuple[str, ...]]:
    """The frames that items become, the items that become none, and remarks."""
    if recipe.frames.fused:
        return fused_frames(named, recipe.frames)
    return {frame: (item,) for frame, item in named.items()}, [], ()


def _problems(broken: Iterable[Broken], source: Path) -> tuple[Problem, ...]:
    folder = source if source.is_dir() else source.parent
    problems = (Problem(file=_shown(entry.file, folder), reason=entry.reason) for entry in broken)
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.reason)))


def _shown(file: Path, folder: Path) -> str:
    return (file.relative_to(folder) if file.is_relative_to(folder) else file).as_posix()


def _listed(title: str, problems: Sequence[Problem]) -> str:
    lines = [f"  {problem.file}: {problem.reason}" for problem in problems[:SHOWN_PROBLEMS]]
    rest = len(problems) - len(lines)
    return "\n".join([f"{title}:", *lines, *([f"  and {rest} more"] if rest else [])])


def _notes(catalogue: Catalogue, parts: Parts) -> list[str]:
    notes = []
    if parts.unused:
        notes.append(f"rows of the table of parts that name no picture here: {parts.unused}")
    copies = len(catalogue.rows) - len({row.sha256 for row in catalogue.rows})
    if copies:
        notes.append(f"pictures that are byte for byte copies of another: {copies}; copies should have the same part")
    return notes
