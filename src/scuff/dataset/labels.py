"""From regions with the labels of a source to a mask with the classes of a product."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError
from scuff.core.mask import MAX_CLASSES, SOUND
from scuff.core.recipe import Product
from scuff.dataset.formats.raster import rasterise
from scuff.dataset.formats.region import Bitmap, Region


@dataclass(frozen=True, slots=True)
class Covered:
    """The pixels of a region.

    Attributes:
        name: The class; empty for what is sound.
        pixels: What it covers.
        where: Which region it is, for messages.
    """

    name: str
    pixels: Bitmap
    where: str


def class_of(label: str, product: Product) -> str:
    """Find the class that a source's label means; empty: sound.

    Raises:
        AnnotationError: There is no such class.
    """
    plain = label.strip()
    if not plain:
        raise AnnotationError("has no label; give it one")
    name = product.labels.get(plain, plain)
    if {";", ":"} & set(name) or not name.isprintable():
        raise AnnotationError(
            f"its label {name!r} has a character that no class may have; rename it under product.labels in the recipe"
        )
    if name and product.classes and name not in product.classes:
        near = get_close_matches(name, product.classes, n=1, cutoff=0.0)
        raise AnnotationError(
            f"unknown label {name!r}; the nearest class is {near[0]!r} of {', '.join(product.classes)}; "
            'rename it under product.labels in the recipe ("" means sound)'
        )
    return name


def ordered_classes(labels: Sequence[str], product: Product) -> tuple[str, ...]:
    """Put the classes in order before any region is read: the recipe's, else those that a source's labels mean.

    A label that can be no class is passed over; a region that has it will be refused.
    """
    if product.classes:
        return product.classes
    classes: dict[str, None] = {}
    for label in labels:
        with suppress(AnnotationError):
            classes[class_of(label, product)] = None
    check_number([name for name in classes if name])
    return tuple(name for name in classes if name)


def check_number(classes: Sequence[str]) -> None:
    """Check that a mask can tell so many classes apart.

    Raises:
        AnnotationError: It cannot.
    """
    if len(classes) > MAX_CLASSES:
        raise AnnotationError(
            f"more than {MAX_CLASSES} classes, the last one {classes[-1]!r}; unite some under product.labels"
        )


def cover(regions: Sequence[Region], frame_hw: tuple[int, int], product: Product) -> tuple[list[Covered], list[str]]:
    """Find the pixels and the class of each region.

    Returns:
        What is covered, in drawing order, and what is wrong with the other regions.
    """
    covered, problems = [], []
    for region in regions:
        try:
            name = class_of(region.label, product)
            covered.append(Covered(name, rasterise(region, frame_hw), region.where))
        except AnnotationError as error:
            problems.append(f"{region.where}: {error}")
    return covered, problems


def paint(
    covered: Sequence[Covered], frame_hw: tuple[int, int], values: Mapping[str, int]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Paint a mask, later regions over earlier ones.

    Args:
        covered: In drawing order.
        frame_hw: Height and width of the picture, in pixels.
        values: The value of each class.

    Returns:
        H×W class values, and what is wrong: a defect wholly under something else was hardly meant.
    """
    mask = np.zeros(frame_hw, np.uint8)
    for region in covered:
        _window(mask, region)[region.pixels.marked] = values[region.name] if region.name else SOUND
    problems = []
    names = {value: name for name, value in values.items()}
    for region in covered:
        seen = np.unique(_window(mask, region)[region.pixels.marked])
        if region.name and values[region.name] not in seen:
            over = " and ".join(names.get(int(value), "a sound region") for value in seen)
            problems.append(f"{region.where}: lies wholly under {over}; change their order, or delete it")
    return mask, problems


def _window(mask: NDArray[np.uint8], region: Covered) -> NDArray[np.uint8]:
    height, width = region.pixels.marked.shape
    return mask[region.pixels.y : region.pixels.y + height, region.pixels.x : region.pixels.x + width]
