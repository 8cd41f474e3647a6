"""Pictures of one view under several lightings, told by the names of their files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from scuff.core.errors import RecipeError
from scuff.core.recipe import Frames

SEPARATORS = ("-", "_", ".", " ")
"""What stands between the lighting and the rest of a name, and goes with it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """Pictures to fuse.

    Attributes:
        path: Of the files, without the lighting; the suffix is that of the first.
        members: A picture for each lighting of ``frames.fused``, in that order; where there is a problem, those that
            are there, at least one.
        problem: Why they cannot be fused; empty: they can.
        others: Pictures under other lightings beside them, which nobody asked for.
    """

    path: PurePosixPath
    members: tuple[T, ...]
    problem: str
    others: int


def views(pictures: Iterable[tuple[PurePosixPath, T]], frames: Frames) -> list[View[T]]:
    """Put pictures together whose names differ in nothing but the lighting.

    ``P1-left-A.png`` and ``P1-left-B.png`` are the view ``P1-left`` where ``frames.lighting_pattern`` finds A and B.

    Args:
        pictures: Each with its path, relative to what they share.
        frames: How lightings are named, and which are fused.

    Returns:
        In the order in which they first occur.

    Raises:
        RecipeError: ``frames`` does not say how names tell the lighting.
    """
    if not frames.lighting_pattern:
        raise RecipeError(
            f"frames.fused = {list(frames.fused)}: nobody said how file names tell the lighting; set "
            "frames.lighting_pattern, as in '-(?P<lighting>[^-]+)$'"
        )
    found: dict[PurePosixPath, list[tuple[str, PurePosixPath, T]]] = {}
    for path, picture in pictures:
        rest, lighting = _parted(path.stem, frames.lighting_pattern)
        found.setdefault(path.with_name(rest), []).append((lighting, path, picture))
    return [_view(path, members, frames) for path, members in found.items()]


def _view(view: PurePosixPath, members: list[tuple[str, PurePosixPath, T]], frames: Frames) -> View[T]:
    named = view.with_name(view.name + members[0][1].suffix)
    under: dict[str, list[tuple[PurePosixPath, T]]] = {}
    for lighting, path, picture in members:
        under.setdefault(lighting, []).append((path, picture))
    wanted = {lighting: under.get(lighting, []) for lighting in frames.fused}
    kept = [picture for pictures in wanted.values() for _, picture in pictures]
    problem = _problem(wanted, members[0][1].stem, frames.lighting_pattern, is_named="" not in under)
    return View(named, tuple(kept or [members[0][2]]), problem, 0 if problem else len(members) - len(kept))


def _problem(wanted: dict[str, list[tuple[PurePosixPath, T]]], stem: str, pattern: str, is_named: bool) -> str:
    if not is_named:
        return f"its name {stem!r} tells no lighting: frames.lighting_pattern is {pattern!r}"
    if missing := [lighting for lighting, pictures in wanted.items() if not pictures]:
        return (
            f"has no picture under lighting {missing[0]!r}, and frames.fused needs {', '.join(wanted)}; take it again"
        )
    for lighting, pictures in wanted.items():
        if len(pictures) > 1:
            names = " and ".join(path.name for path, _ in pictures)
            return f"has several pictures under lighting {lighting!r}: {names}; keep one"
    return ""


def _parted(stem: str, pattern: str) -> tuple[str, str]:
    """Part a name into what is the same under every lighting, and the lighting; empty where there is none."""
    match = re.search(pattern, stem)
    lighting = match["lighting"] if match else None
    if match is None or not lighting:
        return stem, ""
    before, after = stem[: match.start("lighting")], stem[match.end("lighting") :]
    if before.endswith(SEPARATORS):
        before = before[:-1]
    elif after.startswith(SEPARATORS):
        after = after[1:]
    return before + after or stem, lighting
