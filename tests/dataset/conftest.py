from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.picture import sha256, write_png
from scuff.dataset.catalogue import (
    Catalogue,
    Record,
    Row,
    add_mask,
    annotations_text,
    relative_to,
    save_catalogue,
)

Masks = Mapping[str, NDArray[np.uint8]]
MakeCatalogue = Callable[..., Catalogue]


def picture(number: int, hw: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture that tells where each pixel comes from: red is its row, green its column, blue its frame."""
    y, x = np.indices(hw)
    return np.stack([y % 256, x % 256, np.full(hw, number)], axis=-1).astype(np.uint8)


@pytest.fixture
def make_catalogue(tmp_path: Path) -> MakeCatalogue:
    """Make a catalogue from the masks of frames; ``P1-top`` shows part ``P1``."""

    def make(masks: Masks, classes: tuple[str, ...] = ("scratch", "dent"), parts_from: str = "pattern") -> Catalogue:
        folder, rows = tmp_path / "catalogue", []
        for number, (frame, mask) in enumerate(masks.items()):
            image = tmp_path / "pictures" / f"{frame}.png"
            write_png(image, picture(number, (mask.shape[0], mask.shape[1])))
            rows.append(
                Row(
                    frame=frame,
                    part=frame if parts_from == "unknown" else frame.split("-")[0],
                    camera="",
                    image=relative_to(folder, image),
                    width_px=mask.shape[1],
                    height_px=mask.shape[0],
                    mask=add_mask(folder, frame, mask) if mask.any() else "",
                    annotations=annotations_text(mask, classes),
                    sha256=sha256(image),
                )
            )
        record = Record(source="pictures", annotation_format="masks", classes=classes, parts_from=parts_from)
        return save_catalogue(folder, record, rows)

    return make
