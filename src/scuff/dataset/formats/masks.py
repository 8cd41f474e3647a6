"""Mask pictures: beside the image or in a parallel folder, binary or with class values.

Beside the image, a mask has the image's stem and another suffix (``7.jpg`` and ``7.png``: the PNG is the mask), or
the image's stem and an ending (``7.png`` and ``7_mask.png``). In a parallel folder, a mask has the image's path
relative to the source, with any suffix, with or without the ending. A picture without a mask is sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import AnnotationError, ScuffError
from scuff.core.mask import SOUND
from scuff.core.picture import read_values
from scuff.dataset.formats.folder import files_under, relative_name
from scuff.dataset.formats.pairing import pair_beside, pair_parallel
from scuff.dataset.formats.region import Annotated, Bitmap, Found, Item, Region

NEAR = 0.125
"""Share of the largest value within which a pixel of a binary mask is near 0, or near the largest: JPEG blurs."""
MOST_BETWEEN = 0.2
"""Share of pixels that may be neither: the edges of a mask are thin, and the greys of a photograph are everywhere."""


@dataclass(frozen=True, slots=True)
class MaskReading:
    """How mask pictures are found and read.

    Attributes:
        folder: The parallel folder; ``None``: the masks are beside the images.
        ending: What the stem of a mask may have after the image's.
        kind: ``binary``: a pixel above the threshold is defective; ``values``: a pixel's value is its class.
        threshold: Of binary masks, whose edges are often anti-aliased, in the file's own values; ``None``: half of
            what its bits can hold, 127 of 8 bits and 32767 of 16.
        label: The label of a binary mask.
        folder_level: Take the label from a folder instead: 1 holds the image, 2 holds that folder, ….
        value_labels: The label of each value; "" is sound, as 0 always is.
    """

    folder: Path | None = None
    ending: str = "_mask"
    kind: Literal["binary", "values"] = "binary"
    threshold: int | None = None
    label: str = "defect"
    folder_level: int | None = None
    value_labels: Mapping[int, str] = field(default_factory=dict)


def find(source: Path, reading: MaskReading) -> Found:
    """Find the pictures below a folder, and the mask of each.

    Raises:
        ScuffError: The source is no folder, or the options contradict each other.
    """
    if not source.is_dir():
        raise ScuffError(f"{source}: not a folder; mask pictures are imported from the folder of their images")
    if reading.kind == "values" and not reading.value_labels:
        raise ScuffError(
            "the values of the masks have no names; set product.classes in the recipe, or give --class-values"
        )
    files, unreadable = files_under(source)
    if reading.folder is None:
        pairs, broken = pair_beside(files, reading.ending)
    else:
        pairs, broken = pair_parallel(files, source, reading.folder, reading.ending)
    items = (_item(image, mask, source, reading) for image, mask in pairs)
    masks = sum(mask is not None for _, mask in pairs)
    notes = () if masks else ("no picture has a mask: all of them count as sound",)
    return Found(tuple(items), (*unreadable, *broken), notes)


def read_mask(mask: Path, label: str, reading: MaskReading) -> Annotated:
    """Read a mask picture.

    Args:
        mask: The picture.
        label: The label of its pixels, if it is binary.
        reading: How.

    Raises:
        AnnotationError: Its values are not what they should be.
        PictureError: It cannot be read.
    """
    values = read_values(mask, palette=reading.kind == "values")
    if values.ndim == 3 and values.shape[2] == 4 and np.ptp(values[..., 3]):
        raise AnnotationError(
            "the mask is transparent in parts, and what these mean is not known; save it without alpha"
        )
    if reading.kind == "values":
        regions, empty_label = _regions_by_value(_grey(values), reading.value_labels), ""
    else:
        regions, empty_label = _region_above(values, reading.threshold, label), label
    hw = (values.shape[0], values.shape[1])
    return Annotated(regions, size_hw=hw, empty_label=None if regions else empty_label)


def _item(image: Path, mask: Path | None, source: Path, reading: MaskReading) -> Item:
    name = relative_name(image, source)
    if mask is None:
        return Item(name, image, image.name, image)
    label = reading.label
    if reading.folder_level is not None:
        parents = image.resolve().parents
        if reading.folder_level > len(parents):
            raise ScuffError(f"{image}: has no folder {reading.folder_level} levels up; give a smaller level")
        label = parents[reading.folder_level - 1].name
    return Item(name, image, image.name, mask, partial(read_mask, mask, label, reading))


def _region_above(values: NDArray[Any], threshold: int | None, label: str) -> tuple[Region, ...]:
    """Read a binary mask: what any colour channel has above the threshold is defective."""
    strongest = values if values.ndim == 2 else values[..., :3].max(axis=2)
    largest = int(strongest.max(initial=0))
    if threshold is None:
        threshold = int(np.iinfo(values.dtype).max) // 2
    if 0 < largest <= threshold:
        raise AnnotationError(
            f"the mask has values up to {largest}, but none above the threshold {threshold}; "
            "lower --mask-threshold, or give --mask-kind values if they name classes"
        )
    between = float(np.mean((strongest > largest * NEAR) & (strongest < largest * (1 - NEAR))))
    if between > MOST_BETWEEN:
        raise AnnotationError(
            f"the mask looks like a photograph: {between:.0%} of its pixels are neither dark nor bright; "
            "rename it if it is one, or give --mask-kind values if its values name classes"
        )
    return (Region(label, (Bitmap(strongest > threshold),), "the mask"),) if largest else ()


def _regions_by_value(values: NDArray[Any], labels: Mapping[int, str]) -> tuple[Region, ...]:
    """Read a mask of class values."""
    counts = np.bincount(values.ravel())
    pixels = {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value != SOUND}
    unknown = [value for value in pixels if value not in labels]
    if unknown:
        known = ", ".join(f"{value} = {label or 'sound'}" for value, label in sorted(labels.items()))
        raise AnnotationError(
            f"the mask has {pixels[unknown[0]]} pixels of the value {unknown[0]}, which names no class; "
            f"known are {known}; name it with --class-values"
        )
    defects = [value for value in pixels if labels[value]]
    return tuple(Region(labels[value], (Bitmap(values == value),), f"the value {value}") for value in defects)


def _grey(values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim == 2:
        return values
    if (values[..., :1] != values[..., :3]).any():
        raise AnnotationError(
            "the mask is a colour picture, whose values name no class; save it as a grey or palette picture"
        )
    return values[..., 0]
