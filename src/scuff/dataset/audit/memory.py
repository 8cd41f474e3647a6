"""What an audit has measured, kept beside the catalogue, so that the next one need not look at pictures again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from scuff.core.picture import write_whole
from scuff.dataset.audit.frames import Measures
from scuff.dataset.audit.masks import Drawn
from scuff.dataset.audit.pairs import Pair
from scuff.dataset.catalogue import Catalogue

MEMORY = ".audit.json"
FORMAT = 2
"""Raised when what is measured, or how pairs are decided, changes."""


@dataclass(frozen=True)
class Seen:
    """What was seen of a catalogue's pictures.

    Attributes:
        measured: By frame; those that could be read.
        unreadable: By frame: why not.
        drawn: What is annotated.
        wrong: By frame: why its mask could not be read.
        pairs: Pictures that show the same metal.
    """

    measured: Mapping[str, Measures]
    unreadable: Mapping[str, str]
    drawn: Sequence[Drawn]
    wrong: Mapping[str, str]
    pairs: Sequence[Pair]


def recall(catalogue: Catalogue) -> Seen | None:
    """Read what was seen of exactly this catalogue; ``None`` where it is another one or was never looked at."""
    try:
        kept = json.loads((catalogue.folder / MEMORY).read_bytes())
        if kept["key"] != _key(catalogue):
            return None
        return Seen(
            {frame: Measures(**{**each, "hw": tuple(each["hw"])}) for frame, each in kept["measured"].items()},
            kept["unreadable"],
            [Drawn(**{**each, "looks": tuple(each["looks"])}) for each in kept["drawn"]],
            kept["wrong"],
            [Pair(**{**each, "matrix": tuple(each["matrix"])}) for each in kept["pairs"]],
        )
    except (OSError, ValueError, KeyError, TypeError):  # never looked at, or by another version: look again
        return None


def remember(catalogue: Catalogue, seen: Seen) -> None:
    """Keep what was seen; a catalogue in a folder that cannot be written to is looked at each time."""
    kept = {
        "key": _key(catalogue),
        "measured": {frame: asdict(each) for frame, each in seen.measured.items()},
        "unreadable": dict(seen.unreadable),
        "drawn": [asdict(each) for each in seen.drawn],
        "wrong": dict(seen.wrong),
        "pairs": [asdict(pair) for pair in seen.pairs],
    }
    try:
        write_whole(catalogue.folder / MEMORY, json.dumps(kept, separators=(",", ":")) + "\n")
    except OSError:
        return


def _key(catalogue: Catalogue) -> str:
    """Another one when a picture, an annotation or the way of looking is another; also when a file goes missing."""
    digest = hashlib.sha256(f"{FORMAT} {catalogue.checksum()}".encode())
    for row in catalogue.rows:
        for path in (catalogue.image(row), catalogue.folder / (row.mask or ".")):
            try:
                status = path.stat()
                digest.update(f"{row.frame} {status.st_size} {status.st_mtime_ns if path.is_file() else 0}".encode())
            except OSError:
                digest.update(f"{row.frame} missing".encode())
    return digest.hexdigest()
