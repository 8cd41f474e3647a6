"""Patches: crops of the frames, cut once and then read without decoding anything.

A folder of patches holds ``images.npy`` and ``masks.npy``, whose entry ``i`` is described by row ``i`` of
``patches.csv``; ``split.csv``, the split that they were cut with; and ``patches.json``, how they were cut.
That record is written last: a folder without it was interrupted.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from scuff.core import recipe
from scuff.core.errors import CatalogueError, SplitError
from scuff.core.picture import write_whole
from scuff.core.pixel_format import PixelFormat
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, relative_to
from scuff.dataset.cutting import CHANNELS, write_arrays
from scuff.dataset.split import Division, Side, save_division
from scuff.dataset.windows import Choice, Window, choose_windows

TABLE = "patches.csv"
IMAGES = "images.npy"
MASKS = "masks.npy"
SPLIT = "split.csv"
RECORD = "patches.json"

Progress = Callable[[int, int], None]
"""Told the steps done and the steps in all."""


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One patch.

    Attributes:
        side: Side of the split.
        frame: The frame it was cut from.
        part: The part that the frame shows.
        y: Its first row in the frame, in pixels.
        x: Its first column in the frame, in pixels.
        height_px: Rows that lie within the frame; the rest is padding.
        width_px: Columns that lie within the frame; the rest is padding.
        defect_px: Number of defective pixels.
    """

    side: Side
    frame: str
    part: str
    y: int
    x: int
    height_px: int
    width_px: int
    defect_px: int


COLUMNS = tuple(field.name for field in fields(PatchRow))


class PatchRecord(PixelFormat):
    """How patches were cut; the file ``patches.json``. The pixels are read as the catalogue says."""

    size_px: int
    overlap: float
    min_defect_px: int
    sound_share: float
    seed: int
    classes: tuple[str, ...]
    catalogue: str
    """Folder of the catalogue, relative to the patches' folder where they share a disk tree."""
    catalogue_sha256: str
    split: str
    """File of the split, relative to the patches' folder."""
    split_sha256: str
    notes: tuple[str, ...] = ()
    """What could not be done as asked, in words."""


@dataclass(frozen=True, eq=False)
class Patches:
    """Patches on disk, N of S×S pixels; see the module's text for their form there.

    Attributes:
        folder: Where they are.
        record: How they were cut.
        rows: N descriptions, sorted by side, frame and place.
        images: N×S×S×3, uint8, RGB; mapped, so that only what is used is read.
        masks: N×S×S, uint8, class values, and ``OUTSIDE`` where a patch is padded; mapped.
    """

    folder: Path
    record: PatchRecord
    rows: tuple[PatchRow, ...]
    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]

    def __reduce__(self) -> tuple[Callable[[Path], "Patches"], tuple[Path]]:
        """Travel to another process as a folder's name: a mapped array would go as a copy of all it holds."""
        return load_patches, (self.folder.absolute(),)

    def indices(self, side: Side) -> NDArray[np.int64]:
        """Numbers of the patches on a side of the split."""
        return np.array([number for number, row in enumerate(self.rows) if row.side is side], np.int64)

    def some(self, side: Side) -> NDArray[np.int64]:
        """Numbers of the patches on a side of the split that must not be empty.

        Raises:
            SplitError: It is.
        """
        indices = self.indices(side)
        if not len(indices):
            raise SplitError(
                f"{self.folder}: holds no {side} patches; give that side a larger share in [split], then split and "
                "cut again"
            )
        return indices


def cut_patches(
    catalogue: Catalogue,
    division: Division,
    settings: recipe.Patches,
    seed: int,
    out: Path,
    progress: Progress | None = None,
) -> Patches:
    """Cut patches from the frames of a catalogue; one frame is in memory at a time, and is read once at most.

    Args:
        catalogue: Where the frames are.
        division: Side of each part.
        settings: Size, overlap and which windows are worth cutting.
        seed: Of the draw of sound patches.
        out: The folder to write; patches that were there are replaced.
        progress: Told the steps done and in all; each frame is searched, and those worth it are cut.

    Raises:
        SplitError: The division is not one of this catalogue.
        CatalogueError: A frame has changed since the import, no window is worth cutting, the disk is full, or
            ``out`` holds other things than patches.
        PictureError: A picture cannot be read.
    """
    division.check(catalogue)
    _check_out(out)
    steps = _Steps(2 * len(catalogue.rows), progress)
    choices = _choose(catalogue, division, settings, seed, steps)
    windows = [window for choice in choices.values() for window in choice.windows]
    if not windows:
        raise CatalogueError(
            f"{catalogue.folder}: nothing to cut: no window of any frame holds {settings.min_defect_px} or "
            "more defective pixels; annotate defects, or lower patches.min_defect_px"
        )
    out.mkdir(parents=True, exist_ok=True)
    for name in (RECORD, TABLE, IMAGES, MASKS):
        (out / name).unlink(missing_ok=True)  # a training that has mapped the old arrays keeps them
    write_arrays(catalogue, windows, out / IMAGES, out / MASKS, steps.advance)
    save_division(out / SPLIT, division)
    write_whole(out / TABLE, _table(choices))
    record = PatchRecord(
        **settings.model_dump(),
        seed=seed,
        classes=catalogue.classes,
        **catalogue.record.pixel_keys(),
        catalogue=relative_to(out, catalogue.folder),
        catalogue_sha256=catalogue.checksum(),
        split=SPLIT,
        split_sha256=division.checksum(),
        notes=tuple(_notes(choices, settings)),
    )
    write_whole(out / RECORD, record.model_dump_json(indent=2) + "\n")
    steps.finish()
    return load_patches(out)


def load_patches(folder: Path) -> Patches:
    """Open a folder of patches.

    Raises:
        CatalogueError: They are missing, damaged, or their cutting was interrupted.
    """
    if not (folder / RECORD).is_file():
        raise CatalogueError(
            f"{folder}: no patches there, or their cutting was interrupted (it has no {RECORD}); "
            "`scuff patches` cuts them"
        )
    try:
        record = PatchRecord.model_validate_json((folder / RECORD).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise _damaged(folder / RECORD, f"{key}: {first['msg']}") from error
    rows = _read_table(folder / TABLE)
    shape = (len(rows), record.size_px, record.size_px)
    images = _map(folder / IMAGES, (*shape, CHANNELS))
    return Patches(folder, record, rows, images, _map(folder / MASKS, shape))


def _check_out(out: Path) -> None:
    """Make sure that a folder is empty, has patches, or has what an interrupted cut left there."""
    if out.exists() and not out.is_dir():
        raise CatalogueError(f"{out}: is a file; name a folder for the patches")
    if not out.exists() or (out / RECORD).exists():
        return
    own = {TABLE, IMAGES, MASKS, SPLIT, *(f"preview-{side}.png" for side in Side)}
    foreign = [path.name for path in out.iterdir() if path.name not in own and not path.name.startswith(".")]
    if foreign:
        raise CatalogueError(f"{out}: holds {min(foreign)!r} and no patches; name another folder")


class _Steps:
    """Counts steps, and tells whoever wants to know."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def advance(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)

    def finish(self) -> None:
        """Frames without a window worth cutting are no step, so the count may end early."""
        self.done = self.total - 1
        self.advance()


def _choose(
    catalogue: Catalogue, division: Division, settings: recipe.Patches, seed: int, steps: _Steps
) -> dict[Side, Choice]:
    """Choose the windows of each side, each with a generator of its own."""
    return {
        side: choose_windows(
            catalogue,
            division.rows(catalogue, side),
            settings,
            np.random.default_rng([seed, number]),
            steps.advance,
        )
        for number, side in enumerate(Side)
    }


def _notes(choices: Mapping[Side, Choice], settings: recipe.Patches) -> Iterable[str]:
    for side, choice in choices.items():
        if choice.searched and not choice.windows:
            yield (
                f"{side}: no patches, since no window of its {choice.searched} frames holds "
                f"{settings.min_defect_px} or more defective pixels"
            )
        if choice.sound_lacking:
            yield (
                f"{side}: {choice.sound_lacking} sound patches fewer than patches.sound_share = "
                f"{settings.sound_share:g} asks for; its frames have no more windows without a defect"
            )


def _table(choices: Mapping[Side, Choice]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for side, choice in choices.items():
        writer.writerows(astuple(_patch_row(side, window)) for window in choice.windows)
    return text.getvalue()


def _patch_row(side: Side, window: Window) -> PatchRow:
    row, tile = window.row, window.tile
    height_px, width_px = min(tile.height, row.height_px - tile.y), min(tile.width, row.width_px - tile.x)
    return PatchRow(side, row.frame, part_of(row), tile.y, tile.x, height_px, width_px, window.defect_px)


def _read_table(path: Path) -> tuple[PatchRow, ...]:
    try:
        lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        if tuple(next(lines, ())) != COLUMNS:
            raise ValueError(f"its columns must be {', '.join(COLUMNS)}")
        return tuple(PatchRow(Side(side), frame, part, *map(int, numbers)) for side, frame, part, *numbers in lines)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error


def _map(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    try:
        array: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, error) from error
    if array.shape != shape or array.dtype != np.uint8:
        raise _damaged(path, f"it holds {array.dtype} {array.shape}, not uint8 {shape}")
    return array


def _damaged(path: Path, reason: object) -> CatalogueError:
    return CatalogueError(f"{path}: missing or damaged ({reason}); cut the patches again with `scuff patches`")
