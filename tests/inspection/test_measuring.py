import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.bundle import Bundle
from scuff.core.errors import PictureError
from scuff.core.recipe import Inspection, Recipe
from scuff.inspection import measuring
from scuff.inspection.measuring import STAGES, measure_stages, measure_throughput, peak_mb
from scuff.inspection.outputs import write_picture
from scuff.inspection.pipeline import Inspected

MakeBundle = Callable[..., Bundle]
WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]


@pytest.fixture
def frames(write_picture_file: WritePicture, plate: Pixels) -> list[Path]:
    return [write_picture_file(f"{number}.png", plate) for number in range(2)]


def test_every_stage_of_a_frame_is_timed(make_bundle: MakeBundle, frames: list[Path]) -> None:
    stages = measure_stages(make_bundle().folder, Recipe(), frames)
    assert stages.name.startswith("OpenVINO")
    assert len(stages.frames) == 3
    for frame in stages.frames:
        assert tuple(frame.stage_ms) == STAGES
        assert min(frame.stage_ms.values()) > 0
        assert frame.whole_ms > frame.stage_ms["network"] + frame.stage_ms["write"]
        # 40×60 px; tiles of 32 px with a halo of 4
        assert (frame.megapixels, frame.tiles, frame.tiles_scored) == (0.0024, 6, 6)
    assert stages.typical(lambda frame: frame.megapixels) == 0.0024


def test_each_of_many_frames_is_measured_up_to_a_number(
    make_bundle: MakeBundle, write_picture_file: WritePicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [write_picture_file(f"{side}.png", np.zeros((side, 1000), np.uint8)) for side in range(1, 16)]
    folder = make_bundle().folder
    sizes = [frame.megapixels for frame in measure_stages(folder, Recipe(), many).frames]
    assert sizes == [side / 1000 for side in range(1, 13)]
    monkeypatch.setattr(measuring, "ENOUGH_S", 0.0)
    assert len(measure_stages(folder, Recipe(), many).frames) == 3


def test_only_the_tiles_of_the_region_are_counted(make_bundle: MakeBundle, frames: list[Path]) -> None:
    recipe = Recipe(inspection=Inspection(region={"": "0,0 9,0 9,9"}))
    assert measure_stages(make_bundle().folder, recipe, frames).frames[0].tiles == 1


@pytest.mark.parametrize("lanes", [1, 3])
def test_frames_go_through_side_by_side(
    make_bundle: MakeBundle, frames: list[Path], monkeypatch: pytest.MonkeyPatch, lanes: int
) -> None:
    written: list[str] = []

    def write(out: Path, inspected: Inspected) -> object:
        written.append(inspected.result.frame)
        return write_picture(out, inspected)

    monkeypatch.setattr(measuring, "write_picture", write)
    recipe = Recipe(inspection=Inspection(lanes=lanes))
    throughput = measure_throughput(make_bundle().folder, recipe, frames, 5)
    assert throughput.frame_ms > 0
    assert sorted(written) == ["0", "0", "1", "2", "3", "4"]  # the first one, once more, is not timed


def test_frame_that_cannot_be_inspected_is_no_measurement(make_bundle: MakeBundle, frames: list[Path]) -> None:
    frames[0].write_bytes(b"no picture")
    folder = make_bundle().folder
    with pytest.raises(PictureError, match=r"0\.png: .*not a picture"):
        measure_stages(folder, Recipe(), frames)
    with pytest.raises(PictureError, match=r"0\.png: .*not a picture"):
        measure_throughput(folder, Recipe(), frames, 2)


def test_peak_memory_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = peak_mb()
    assert before is not None
    block = np.ones(30_000_000, np.uint8)
    after = peak_mb()
    assert after is not None
    assert after >= before
    assert 20 < after < 1e5
    assert block.size == 30_000_000
    monkeypatch.setattr(Path, "exists", lambda self: False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert peak_mb() is None
