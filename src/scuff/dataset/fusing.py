"""Frames that are fused from the pictures of several lightings."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.fusion import fuse
from scuff.core.mask import SOUND
from scuff.core.recipe import Frames, Recipe
from scuff.core.views import views
from scuff.dataset.formats.region import Annotated, Broken, Item
from scuff.dataset.intake import Intake, RefusedError, take_in
from scuff.dataset.labels import check_number
from scuff.dataset.naming import frame_names
from scuff.dataset.parts import Parts


def fused_frames(
    items: Mapping[str, Item], frames: Frames
) -> tuple[dict[str, tuple[Item, ...]], list[Broken], tuple[str, ...]]:
    """Put items together that become one frame.

    Args:
        items: Pictures whose names differ.
        frames: How lightings are named, and which are fused.

    Returns:
        Items in the order of ``frames.fused``, by the name of the frame that they become, sorted by it; those that
        become none; and remarks.

    Raises:
        RecipeError: ``frames`` does not say how names tell the lighting.
    """
    found = views([(item.name.with_name(PurePosixPath(item.file_name).name), item) for item in items.values()], frames)
    broken = [
        Broken(item.image or item.origin, f"cannot be fused: {view.problem}")
        for view in found
        for item in (view.members if view.problem else ())
    ]
    whole = [view for view in found if not view.problem]
    names = frame_names([view.path for view in whole])
    fused: dict[str, tuple[Item, ...]] = {}
    used: set[str] = set()
    for name, view in sorted(zip(names, whole, strict=True), key=lambda pair: pair[0]):
        if name.casefold() in used:
            reason = f"cannot be fused: another view would be the frame {name!r} too; rename one"
            broken.append(Broken(view.members[0].origin, reason))
        else:
            fused[name] = view.members
            used.add(name.casefold())
    others = sum(view.others for view in whole)
    notes = (f"pictures under other lightings than frames.fused, left out: {others}",) if others else ()
    return fused, broken, notes


def take_in_fused(frame: str, items: Sequence[Item], recipe: Recipe, parts: Parts) -> Intake:
    """Read and check the pictures of a view, and make one frame of them.

    Its mask has what is marked under any lighting: a defect is one whichever light shows it. Where two lightings have
    different classes, the later one in ``frames.fused`` counts.

    Raises:
        RefusedError: Anything about any of them is broken, or they are not of one view.
        AnnotationError: They have more classes than a mask can hold.
    """
    taken = list(_taken(frame, items, recipe, parts))
    first = taken[0]
    for item, other in zip(items, taken, strict=True):
        if (other.part, other.camera) != (first.part, first.camera):
            raise RefusedError(
                [
                    Broken(
                        item.origin, f"cannot be fused: shows {_shown(other)}, and {items[0].file_name} {_shown(first)}"
                    )
                ]
            )
    try:
        pixels = fuse([each.pixels for each in taken], f"frame {frame}")
    except PictureError as error:
        raise RefusedError([Broken(items[0].image or items[0].origin, str(error))]) from error
    names = tuple(sorted({name for each in taken for name in each.names}))
    check_number(names)
    empty = next((each.annotated.empty_label for each in taken if each.annotated.empty_label is not None), None)
    return Intake(
        pixels, _united(taken, names), names, first.part, first.camera, Annotated(empty_label=None if names else empty)
    )


def _taken(frame: str, items: Sequence[Item], recipe: Recipe, parts: Parts) -> Iterator[Intake]:
    """Take each item in; what is broken of any is told, all of it."""
    broken: list[Broken] = []
    for item in items:
        try:
            yield take_in(frame, item, recipe, parts)
        except RefusedError as refused:
            broken += refused.broken
    if broken:
        raise RefusedError(broken)


def _united(taken: Sequence[Intake], names: Sequence[str]) -> NDArray[np.uint8]:
    """Lay the masks of a view over each other, with the values of these classes."""
    united = np.full(taken[0].hw, SOUND, np.uint8)
    for each in taken:
        values = np.array([SOUND, *(names.index(name) + 1 for name in each.names)], np.uint8)
        np.copyto(united, values[each.mask], where=each.mask != SOUND)
    return united


def _shown(intake: Intake) -> str:
    camera = f" by camera {intake.camera!r}" if intake.camera else ""
    return f"part {intake.part!r}{camera}"
