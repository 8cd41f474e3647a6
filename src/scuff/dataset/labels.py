"""From regions with the labels of a source to a mask with the classes of a product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError
from scuff.core.mask import SOUND
from scuff.core.recipe import Product
from scuff.dataset.formats.raster import rasterise
from scuff.dataset.formats.region import Bitmap, Region


@dataclass(frozen=True, slots=True)
class Painted:
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
    if ";" in name or not name.isprintable():
        raise AnnotationError(f"its label {name!r} has a character that no class may have; rename it")
    if name and product.classes and name not in product.classes:
        near = get_close_matches(name, product.classes, n=1, cutoff=0.0)
        raise AnnotationError(
            f"unknown label {name!r}; the nearest class is {near[0]!r} of {', '.join(product.classes)}; "
            'rename it under product.labels in the recipe ("" means sound)'
        )
    return name


def patches_of(
    regions: Sequence[Region], frame_hw: tuple[int, int], product: Product
) -> tuple[list[Painted], list[str]]:
    """Find the pixels and the class of each region.

    Returns:
        The patches in drawing order, and what is wrong with the other regions.
    """
    patches, problems = [], []
    for region in regions:
        try:
            name = class_of(region.label, product)
            patches.append(Painted(name, rasterise(region, frame_hw), region.where))
        except AnnotationError as error:
            problems.append(f"{region.where}: {error}")
    return patches, problems


def paint(
    patches: Sequence[Painted], frame_hw: tuple[int, int], values: Mapping[str, int]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Paint a mask, later patches over earlier ones.

    Args:
        patches: In drawing order.
        frame_hw: Height and width of the picture, in pixels.
        values: The value of each class.

    Returns:
        H×W class values, and what is wrong: a defect that something sound hides altogether was hardly meant.
    """
    mask = np.zeros(frame_hw, np.uint8)
    for patch in patches:
        _window(mask, patch)[patch.pixels.marked] = values[patch.name] if patch.name else SOUND
    hidden = [patch for patch in patches if patch.name and not _window(mask, patch)[patch.pixels.marked].any()]
    return mask, [f"{patch.where}: lies wholly under a sound region; change their order" for patch in hidden]


def _window(mask: NDArray[np.uint8], patch: Painted) -> NDArray[np.uint8]:
    height, width = patch.pixels.marked.shape
    return mask[patch.pixels.y : patch.pixels.y + height, patch.pixels.x : patch.pixels.x + width]
