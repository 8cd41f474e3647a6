"""A small catalogue, and a network whose scores can be read off the pixels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.runtimes import PaintedRuntime

from scuff.core.picture import sha256, write_png
from scuff.dataset.catalogue import Catalogue, Record, Row, add_mask, annotations_text, save_catalogue
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import FULL

Drawing = tuple[list[list[int]], list[list[int]]]
"""Truth and prediction of a frame, as class values."""

MakeCatalogue = Callable[[dict[str, Drawing]], Catalogue]

CLASSES = ("scratch", "dent")


@pytest.fixture
def painted() -> Runtime:
    return PaintedRuntime()


@pytest.fixture
def make_catalogue(tmp_path: Path) -> MakeCatalogue:
    """Write a catalogue of frames that ``PaintedRuntime`` predicts as drawn."""

    def make(drawings: dict[str, Drawing]) -> Catalogue:
        folder = tmp_path / "catalogue"
        rows = [
            _write_frame(folder, name, np.array(truth, np.uint8), np.array(predicted, np.uint8))
            for name, (truth, predicted) in drawings.items()
        ]
        record = Record(source="test", annotation_format="masks", classes=CLASSES, parts_from="each-image")
        return save_catalogue(folder, record, rows)

    return make


def _write_frame(folder: Path, name: str, truth: NDArray[np.uint8], predicted: NDArray[np.uint8]) -> Row:
    pixels = np.stack([predicted == 1, predicted == 2, predicted == 3], axis=2) * np.uint8(FULL)
    write_png(folder / f"{name}.png", pixels)
    return Row(
        frame=name,
        part=f"part of {name}",
        camera="",
        image=f"{name}.png",
        width_px=truth.shape[1],
        height_px=truth.shape[0],
        mask=add_mask(folder, name, truth) if truth.any() else "",
        annotations=annotations_text(truth, CLASSES),
        sha256=sha256(folder / f"{name}.png"),
    )
