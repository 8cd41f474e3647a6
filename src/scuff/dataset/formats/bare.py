"""Which pictures without an annotation are sound, where each annotation is a file of its own.

A picture passes for sound only when no annotation can be meant for it: neither one that is broken, nor one that has
the picture's name and describes another picture.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scuff.dataset.formats.folder import may_belong


@dataclass(frozen=True, slots=True)
class Written:
    """An annotation file.

    Attributes:
        file: The file.
        key: Its path as ``key_of`` gives it.
        broken: Whether it cannot be read, or its picture cannot be found.
        stems: Stems that its picture may have, in small letters; only a broken one needs them.
    """

    file: Path
    key: PurePosixPath
    broken: bool
    stems: frozenset[str] = frozenset()


def key_of(name: PurePosixPath) -> PurePosixPath:
    """Make a path comparable: without its suffix, in small letters."""
    return PurePosixPath(name.with_suffix("").as_posix().casefold())


def doubts(bare: Mapping[Path, PurePosixPath], annotations: Iterable[Written]) -> dict[Path, str]:
    """Find the pictures that must not pass for sound, and say why.

    Args:
        bare: The pictures that no annotation describes, with their keys.
        annotations: All annotations.
    """
    by_key = {written.key: written for written in annotations}
    keys = set(bare.values())
    strays = [written for key, written in by_key.items() if written.broken and key not in keys]
    by_stem = {stem: written for written in strays for stem in written.stems}
    by_folder = defaultdict(list)
    for written in strays:
        by_folder[written.key.parent].append(written)
    reasons = {}
    for path, key in bare.items():
        namesake = by_key.get(key)
        near = (stray for stray in by_folder[key.parent] if may_belong(stray.key.name, key.name))
        stray = by_stem.get(key.name) or next(near, None)
        if namesake:
            state = "is broken" if namesake.broken else "describes another picture; rename one of the two"
            reasons[path] = f"{namesake.file.name} has its name, but {state}"
        elif stray:
            reasons[path] = f"{stray.file.name}, which is broken, may be its annotation"
    return reasons
