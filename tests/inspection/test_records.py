import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.bundle import Bundle
from scuff.core.errors import ScuffError
from scuff.core.plane import Calibration
from scuff.core.recipe import Frames, Inspection, Recipe, Tolerances
from scuff.core.rules import Rule
from scuff.inspection.outputs import write_picture
from scuff.inspection.pipeline import Inspector
from scuff.inspection.records import REPORT, TABLE, Terms, begin_run, find_record, is_done
from scuff.inspection.result import TableRow
from scuff.inspection.sources import Source

MakeBundle = Callable[..., Bundle]
WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def done(inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path) -> Source:
    """A picture that has been inspected."""
    source = Source(write_picture_file("plate.png", plate), "sub/plate.png", "plate")
    write_picture(out, inspector.inspect(source.path, source.file, source.frame))
    return source


@pytest.fixture
def terms(inspector: Inspector) -> Terms:
    return Terms.of(inspector, "defects")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_table(out: Path, frames: list[str], columns: list[str] | None = None) -> None:
    with (out / TABLE).open("w", newline="") as file:
        table = csv.DictWriter(file, columns or list(TableRow.model_fields))
        table.writeheader()
        table.writerows({"frame": frame} for frame in frames)


def test_what_was_inspected_is_done(done: Source, terms: Terms, out: Path) -> None:
    assert is_done(out, done, terms)
    assert find_record(out, done, terms) is not None


def test_what_has_no_record_is_not_done(done: Source, terms: Terms, out: Path) -> None:
    (out / "plate.json").unlink()
    assert not is_done(out, done, terms)


@pytest.mark.parametrize("content", [b"", b"{", b'{"file": "plate.png"}', b"\xff"])
def test_half_a_record_is_none(done: Source, terms: Terms, out: Path, content: bytes) -> None:
    (out / "plate.json").write_bytes(content)
    assert not is_done(out, done, terms)


def test_other_bytes_of_the_picture_are_not_done(done: Source, terms: Terms, out: Path) -> None:
    done.path.write_bytes(done.path.read_bytes() + b"\0")
    assert not is_done(out, done, terms)
    assert find_record(out, done, terms) is not None


def test_picture_that_went_is_not_done(done: Source, terms: Terms, out: Path) -> None:
    done.path.unlink()
    assert not is_done(out, done, terms)


@pytest.mark.parametrize("ending", [".overlay.jpg", ".mask.png"])
def test_what_lacks_a_file_is_not_done(done: Source, terms: Terms, out: Path, ending: str) -> None:
    (out / f"plate{ending}").unlink()
    assert not is_done(out, done, terms)


@pytest.mark.parametrize("source", [{"file": "plate.png"}, {"frame": "other"}])
def test_record_of_another_picture_is_not_this_ones(
    done: Source, terms: Terms, out: Path, source: dict[str, str]
) -> None:
    (out / "other.json").write_bytes((out / "plate.json").read_bytes())
    other = Source(done.path, source.get("file", done.file), source.get("frame", done.frame))
    assert not is_done(out, other, terms)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(inspection=Inspection(threshold=0.25)),
        Recipe(inspection=Inspection(join_gap_px=3)),
        Recipe(inspection=Inspection(class_thresholds={"dent": 0.9})),
        Recipe(calibration=(Calibration(homography=(1, 0, 0, 0, 1, 0, 0, 0, 1)),)),
        Recipe(frames=Frames(white_level=4095)),
        Recipe(frames=Frames(part_pattern="(?P<part>pl)")),
        Recipe(frames=Frames(camera_pattern="(?P<camera>pl)")),
    ],
)
def test_other_settings_are_not_done(inspector: Inspector, done: Source, out: Path, recipe: Recipe) -> None:
    assert not is_done(out, done, Terms.of(Inspector(inspector.bundle, recipe), "defects"))


def test_settings_that_change_no_result_are_done(inspector: Inspector, done: Source, out: Path) -> None:
    tolerances, rules = Tolerances(max_defects=9), (Rule(max_length_px=5),)  # parts are judged anew, from the records
    recipe = Recipe(inspection=Inspection(lanes=7, streams=1), tolerances=tolerances, rules=rules)
    assert is_done(out, done, Terms.of(Inspector(inspector.bundle, recipe), "defects"))


def test_another_bundle_is_not_done(make_bundle: MakeBundle, done: Source, out: Path) -> None:
    inspector = Inspector(make_bundle(name="other", product="Other plate"), Recipe())
    assert not is_done(out, done, Terms.of(inspector, "defects"))


def test_pictures_that_were_not_wanted_then_are_made_now(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels, out: Path
) -> None:
    sound = Source(write_picture_file("sound.png", plate[:5]), "sound.png", "sound")
    write_picture(out, inspector.inspect(sound.path))
    assert is_done(out, sound, Terms.of(inspector, "defects"))
    assert not is_done(out, sound, Terms.of(inspector, "all"))
    write_picture(out, inspector.inspect(sound.path), "all")
    assert is_done(out, sound, Terms.of(inspector, "all"))
    assert not is_done(out, sound, Terms.of(inspector, "defects"))


def test_damaged_picture_is_done_but_one_that_cannot_be_opened_is_tried_again(
    inspector: Inspector, terms: Terms, tmp_path: Path, out: Path
) -> None:
    for name in ("cut.png", "gone.png"):
        path = tmp_path / name
        if name == "cut.png":
            path.write_bytes(b"\x89PNG")
        source = Source(path, name, path.stem)
        write_picture(out, inspector.inspect(path, source.file, source.frame))
        assert is_done(out, source, terms) == (name == "cut.png")


def test_new_run_begins_without_an_old_summary(done: Source, out: Path) -> None:
    for name in (TABLE, REPORT):
        (out / name).touch()
    begin_run(out, {done.frame})
    assert names(out) == ["plate.json", "plate.mask.png", "plate.overlay.jpg"]


@pytest.mark.parametrize("witness", ["record", "table"])
def test_frames_that_are_no_longer_there_lose_their_files(done: Source, out: Path, witness: str) -> None:
    write_table(out, ["plate"])
    (out / "plate.json" if witness == "table" else out / TABLE).unlink()
    (out / "mine.json").write_text("{}")
    (out / "mine.mask.png").touch()
    begin_run(out, {"another"})
    assert names(out) == ["mine.json", "mine.mask.png"]


def test_record_under_another_name_is_not_touched(done: Source, out: Path) -> None:
    (out / "copy.json").write_bytes((out / "plate.json").read_bytes())
    begin_run(out, {done.frame})
    assert "copy.json" in names(out)


def test_parts_of_a_killed_run_are_cleaned_up(out: Path) -> None:
    for name in (".a.json.0123abcd.part", f".{TABLE}.0123abcd.part", f".{REPORT}.0123abcd.part", ".mine.part"):
        (out / name).touch()
    begin_run(out, set())
    assert names(out) == [".mine.part"]


def test_a_table_cannot_name_files_elsewhere(tmp_path: Path, out: Path) -> None:
    (tmp_path / "precious.json").touch()
    write_table(out, ["../precious"])
    begin_run(out, set())
    assert (tmp_path / "precious.json").exists()


def test_table_of_somebody_else_names_nothing_of_ours(out: Path) -> None:
    write_table(out, ["mine"], ["frame", "price"])
    (out / "mine.json").touch()
    begin_run(out, set())
    assert names(out) == ["mine.json"]


def test_folder_is_made(tmp_path: Path) -> None:
    begin_run(tmp_path / "deep" / "out", set())
    assert names(tmp_path / "deep" / "out") == []


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ScuffError, match=r"--out .*file/out: cannot be written to \(Not a directory\); name another"):
        begin_run(tmp_path / "file" / "out", set())
