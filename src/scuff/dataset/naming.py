"""Names of frames: unique within a catalogue, and safe as file names everywhere."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path, PurePosixPath

from scuff.dataset.formats.region import Broken, Item

LONGEST_BYTES = 150
"""A file system takes 255, and what is made of a frame adds endings to its name."""
DIGEST_LENGTH = 8


def name_frames(items: Sequence[Item]) -> tuple[dict[str, Item], list[Broken]]:
    """Name the frame of each item.

    Returns:
        The items by the names of their frames, sorted by them; and those that share their name or their picture
        with another: nobody knows which of their annotations is true.
    """
    names = frame_names([item.name for item in items])
    name_counts = Counter(name.casefold() for name in names)
    picture_counts = Counter(map(_picture, items))
    named: dict[str, Item] = {}
    broken = []
    for frame, item in sorted(zip(names, items, strict=True), key=lambda pair: pair[0]):
        if picture_counts[_picture(item)] > 1:
            reason = f"duplicate name: {item.file_name} is listed {picture_counts[_picture(item)]} times; keep one"
            broken.append(Broken(item.origin, reason))
        elif name_counts[frame.casefold()] > 1:
            reason = f"duplicate name: another picture would be the frame {frame!r} too; rename one"
            broken.append(Broken(item.image or item.origin, reason))
        else:
            named[frame] = item
    return named, broken


def frame_names(paths: Sequence[PurePosixPath]) -> list[str]:
    """Make names of letters of any script, digits, ``-``, ``_`` and ``.`` from paths.

    A name is the stem of its path. Where two of the stems are alike (``training/000001.jpg`` and
    ``test/000001.jpg``), all names get their folders: ``training-000001``, ``test-000001``.
    """
    different = set(paths)
    if len({_safe(path.stem).casefold() for path in different}) == len(different):
        return [_safe(path.stem) for path in paths]
    folders = [[part for part in path.parent.parts if part not in {"/", ".."}] for path in paths]
    shared = len(list(takewhile(lambda level: len(set(level)) == 1, zip(*folders, strict=False))))
    return [_safe("-".join([*parts[shared:], path.stem])) for parts, path in zip(folders, paths, strict=True)]


def _picture(item: Item) -> Path:
    return (item.image or item.origin).resolve()


def _safe(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)  # ü is one character or two, as systems like it
    safe = re.sub(r"\0+", "_", "".join(character if _is_kept(character) else "\0" for character in composed))
    encoded = safe.encode()
    if len(encoded) <= LONGEST_BYTES:
        return safe
    digest = hashlib.sha256(composed.encode(errors="surrogateescape")).hexdigest()[:DIGEST_LENGTH]
    return f"{encoded[: LONGEST_BYTES - DIGEST_LENGTH - 1].decode(errors='ignore')}-{digest}"


def _is_kept(character: str) -> bool:
    """Tell whether a character is a letter, a mark that belongs to one, a number, or a harmless sign."""
    return unicodedata.category(character)[0] in "LMN" or character in "._-"
