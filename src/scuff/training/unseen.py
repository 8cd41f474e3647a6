"""Frames of another catalogue that a run has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scuff.core.errors import CatalogueError
from scuff.dataset.catalogue import Catalogue, load_catalogue
from scuff.dataset.split import Side
from scuff.training.finish import frames_of
from scuff.training.run import Run


@dataclass(frozen=True)
class Unseen:
    """A catalogue none of whose pictures a run has seen.

    Attributes:
        catalogue: All of it.
        namesakes: Its parts that have the name of a part that the run knows; perhaps the same parts.
    """

    catalogue: Catalogue
    namesakes: tuple[str, ...]


def unseen_frames(run: Run, folder: Path, sides: Sequence[Side], so_that: str) -> Unseen:
    """Load another catalogue, and make sure that a run knows none of its pictures.

    Args:
        run: The run.
        folder: The catalogue.
        sides: The sides of the run's split that must not be in it.
        so_that: What would be wrong otherwise, and what to do, in words.

    Raises:
        CatalogueError: A picture is on one of the sides, or the catalogue was read otherwise than the run's.
    """
    known = [frames_of(run, side) for side in sides]
    catalogue, own = load_catalogue(folder), known[0][0]
    if _reading(catalogue) != _reading(own):
        raise CatalogueError(
            f"{folder}: was imported with {_reading(catalogue)}, but {run.folder} was trained on {_reading(own)}; "
            "import it again with these"
        )
    for side, (_, rows) in zip(sides, known, strict=True):
        digests = {row.sha256 for row in rows}
        again = [row.frame for row in catalogue.rows if row.sha256 in digests]
        if again:
            raise CatalogueError(
                f"{folder}: {len(again)} of its pictures were used to {_used(side)} {run.folder} (the first is "
                f"{again[0]}); {so_that}"
            )
    parts = {row.part for _, rows in known for row in rows if row.part}
    return Unseen(catalogue, tuple(sorted({row.part for row in catalogue.rows} & parts)))


def _used(side: Side) -> str:
    return "test" if side is Side.TEST else "train"


def _reading(catalogue: Catalogue) -> str:
    """How the frames of a catalogue were read, in the words of a recipe."""
    record = catalogue.record
    return f"classes {', '.join(record.classes)}, white_level {record.white_level} and bayer {record.bayer!r}"
