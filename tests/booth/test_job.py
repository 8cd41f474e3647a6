import csv
import json
from pathlib import Path

import numpy as np
import pytest

from scuff.booth import job as jobs
from scuff.booth.folder import Folder
from scuff.booth.job import Job, begin, noise_seed, sights, take
from scuff.booth.lighting import all_on, read_lightings
from scuff.booth.scene import BOOTH
from scuff.booth.settings import Settings
from scuff.core.errors import BoothError
from scuff.core.picture import read_picture, read_size

LIGHTINGS = read_lightings(["A=1", "A=1,B=0.5"], ("A", "B"))
SETTINGS = Settings(1, "sheet", "brushed", (64, 96), 0.0, LIGHTINGS, min_visibility=0.0)
LEFT = sights([2])[0]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return begin(Folder(tmp_path / "out"), SETTINGS, [2])


def test_a_sight_is_a_part_before_a_camera() -> None:
    assert [str(sight) for sight in sights([1, 12])] == [
        "part P0001, camera left",
        "part P0001, camera right",
        "part P0012, camera left",
        "part P0012, camera right",
    ]


def test_a_run_begins_with_its_record_and_its_table(job: Job) -> None:
    names = [f"P0002-{camera}-{light}.png" for camera in ("left", "right") for light in ("A", "AB50")]
    with (job.folder.root / "parts.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["image"] for row in rows] == names
    assert {row["part"] for row in rows} == {"P0002"}
    assert [row["camera"] for row in rows] == ["left", "left", "right", "right"]
    record = json.loads((job.folder.root / "booth.json").read_text())
    assert record["parts"] == [2]
    assert [(entry["camera"], entry["lighting"], entry["finish"]) for entry in record["exposures"]] == [
        (camera, light, "brushed") for camera in ("left", "right") for light in ("A", "AB50")
    ]


def test_the_exposure_is_shorter_where_more_is_lit(job: Job) -> None:
    for camera in ("left", "right"):
        one, both = (job.exposures[camera, light, "brushed"] for light in ("A", "AB50"))
        assert both.exposure_us < one.exposure_us


def test_the_frames_of_a_sight_are_taken_once(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    assert take(job, LEFT) == 2
    assert read_size(job.folder.root / "frames/P0002-left-A.png") == (64, 96)
    record = json.loads((job.folder.root / "metadata/P0002-left-AB50.json").read_text())
    assert (record["part"], record["camera"], record["lighting"]) == ("P0002", "left", {"A": 1.0, "B": 0.5})
    assert record["exposure_us"] == job.exposures["left", "AB50", "brushed"].exposure_us
    monkeypatch.delattr(jobs, "render_part")
    assert take(job, LEFT) == 0


def test_a_frame_that_is_missing_is_taken_again_and_the_same(job: Job) -> None:
    take(job, LEFT)
    picture = job.folder.root / "frames/P0002-left-AB50.png"
    before = picture.read_bytes()
    picture.write_bytes(before[:100])
    assert take(job, LEFT) == 1
    assert picture.read_bytes() == before


def test_a_run_goes_on_with_its_exposures(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(jobs, "meter")
    again = begin(job.folder, SETTINGS, [1])
    assert again.exposures == job.exposures
    assert json.loads((job.folder.root / "booth.json").read_text())["parts"] == [1, 2]
    assert (job.folder.root / "parts.csv").read_text().count("P0002-") == 4


def test_another_run_is_refused_and_changes_nothing(job: Job) -> None:
    before = (job.folder.root / "booth.json").read_bytes()
    with pytest.raises(BoothError, match=r"holds a run with --light A=1,B=0 and A=1,B=0\.5 instead of A=1,B=1;"):
        begin(job.folder, Settings(1, "sheet", "brushed", (64, 96), 0.0, (all_on(("A", "B")),), 0.0), [2])
    assert (job.folder.root / "booth.json").read_bytes() == before


def test_each_finish_has_its_exposure(tmp_path: Path) -> None:
    settings = Settings(1, "sheet", "mixed", (64, 96), 0.0, (all_on(("A", "B")),))
    exposures = begin(Folder(tmp_path), settings, [1]).exposures
    assert [finish for camera, _, finish in exposures if camera == "left"] == ["brushed", "polished", "blasted"]
    assert len({exposure.exposure_us for exposure in exposures.values()}) == 6


def test_no_two_frames_have_the_same_noise(job: Job) -> None:
    parts = [SETTINGS.draw_part(number) for number in (1, 2)]
    seeds = {
        noise_seed(seed, part, camera, lighting)
        for seed in (1, 2)
        for part in parts
        for camera in BOOTH.cameras
        for lighting in LIGHTINGS
    }
    assert len(seeds) == 16


def test_frames_are_neither_dark_nor_blown_out(job: Job) -> None:
    take(job, LEFT)
    pixels = read_picture(job.folder.root / "frames/P0002-left-A.png")
    assert np.percentile(pixels.max(axis=2), 97) == pytest.approx(0.6 * 255, abs=15)
    assert (pixels == 255).mean() < 0.001
