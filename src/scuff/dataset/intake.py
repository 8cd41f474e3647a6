"""One item of an import: its picture decoded, its annotation read, checked and painted."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError, PictureError
from scuff.core.picture import read_picture
from scuff.core.pixel_format import PixelFormat
from scuff.core.recipe import Recipe
from scuff.dataset.formats.region import Annotated, Broken, Item
from scuff.dataset.labels import check_number, cover, paint
from scuff.dataset.parts import Parts


class RefusedError(Exception):
    """An item cannot be used; the import lists why and goes on."""

    def __init__(self, broken: Iterable[Broken]) -> None:
        super().__init__()
        self.broken = tuple(broken)


@dataclass(frozen=True, slots=True)
class Intake:
    """An item that can be used.

    Attributes:
        pixels: H×W×3, RGB, the picture.
        mask: H×W, 0 for sound metal, and 1, 2, … for the names.
        names: Its classes, sorted.
        part: Serial number of the part.
        camera: The camera.
        annotated: What the annotation said.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    names: tuple[str, ...]
    part: str
    camera: str
    annotated: Annotated

    @property
    def hw(self) -> tuple[int, int]:
        """Height and width, in pixels."""
        return self.mask.shape[0], self.mask.shape[1]


def take_in(frame: str, item: Item, recipe: Recipe, parts: Parts) -> Intake:
    """Read and check an item.

    Raises:
        RefusedError: Anything about it is broken, for then its truth is not known.
        AnnotationError: It has more classes than a mask can hold.
    """
    annotated = _annotation(item)
    pixels = _picture(item, annotated, recipe.frames)
    hw = (pixels.shape[0], pixels.shape[1])
    reasons = list(annotated.problems)
    if annotated.size_hw is not None and annotated.size_hw != hw:
        height, width = annotated.size_hw
        reasons.append(
            f"is for a picture of {width}×{height} pixels, but {item.file_name} has {hw[1]}×{hw[0]}; "
            "give the picture that it was made for"
        )
        raise _refused(item, reasons)
    covered, problems = cover(annotated.regions, hw, recipe.product)
    names = tuple(sorted({region.name for region in covered} - {""}))
    check_number(names)
    mask, hidden = paint(covered, hw, {name: value for value, name in enumerate(names, 1)})
    part, camera = _identity(frame, item, parts, reasons)
    reasons += [*problems, *hidden]
    if reasons:
        raise _refused(item, reasons)
    return Intake(pixels, mask, names, part, camera, annotated)


def _annotation(item: Item) -> Annotated:
    try:
        return item.read()
    except (AnnotationError, PictureError) as error:
        raise _refused(item, [str(error).removeprefix(f"{item.origin}: ")]) from error


def _picture(item: Item, annotated: Annotated, pixels: PixelFormat) -> NDArray[np.uint8]:
    """Decode the whole picture, because a truncated one shows only then."""
    source = annotated.embedded or item.image or item.origin
    file = item.image or item.origin
    try:
        return read_picture(source, pixels)
    except PictureError as error:
        raise RefusedError([Broken(file, str(error).removeprefix(f"{file}: "))]) from error


def _identity(frame: str, item: Item, parts: Parts, reasons: list[str]) -> tuple[str, str]:
    try:
        return parts.identify(frame, item)
    except AnnotationError as error:
        reasons.append(str(error))
        return "", ""


def _refused(item: Item, reasons: list[str]) -> RefusedError:
    return RefusedError(Broken(item.origin, reason) for reason in reasons)
