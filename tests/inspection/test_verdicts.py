import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.bundle import Bundle
from scuff.core.errors import ScuffError
from scuff.core.recipe import Frames, Recipe, Tolerances
from scuff.core.rules import Rule
from scuff.inspection.pipeline import Inspector
from scuff.inspection.rejudging import Rejudging
from scuff.inspection.run import Job, finish_run, inspect_frame
from scuff.inspection.sources import find_sources
from scuff.inspection.verdicts import file_name, load_part, write_verdicts

Pixels = NDArray[np.uint8]

BY_NAME = Frames(part_pattern="(?P<part>[^_]+)_", camera_pattern="_(?P<camera>left|right)$")


@pytest.fixture
def inspected(
    make_bundle: Callable[..., Bundle], write_picture_file: Callable[..., Path], tmp_path: Path
) -> Callable[[Recipe], Path]:
    """A function that inspects the pictures there are with a recipe; gives the folder."""

    def inspect(recipe: Recipe) -> Path:
        out = tmp_path / "out"
        inspector = Inspector(make_bundle(name=f"bundle-{hash(recipe.model_dump_json())}"), recipe)
        sources, job = find_sources([str(tmp_path / "in")], out), Job.of(inspector, out, "defects")
        out.mkdir(exist_ok=True)
        for source in sources:
            inspect_frame(inspector, job, source)
        finish_run(job, sources)
        return out

    return inspect


@pytest.fixture
def pictures(write_picture_file: Callable[..., Path], plate: Pixels) -> Callable[[str], Path]:
    """A function that writes a picture, with a scratch and a dent if its name says ``bad``."""

    def write(name: str) -> Path:
        return write_picture_file(f"{name}.png", plate if "bad" in name else plate[:5])

    return write


def verdicts(out: Path) -> dict[str, tuple[str, str]]:
    with (out / "verdicts.csv").open(newline="", encoding="utf-8") as file:
        return {row["part"]: (row["outcome"], row["rule"]) for row in csv.DictReader(file)}


def test_frames_of_a_part_make_one_verdict(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    for name in ("SN1_left", "SN1_right", "SN2_left", "SN2-bad_left", "SN2-bad_right"):
        pictures(name)
    pictures("SN2_right")
    recipe = Recipe(frames=BY_NAME, tolerances=Tolerances(max_defects=3))
    out = inspected(recipe)
    assert verdicts(out) == {
        "SN1": ("pass", "no defects, 3 allowed"),
        "SN2": ("pass", "no defects, 3 allowed"),
        "SN2-bad": ("fail", "4 defects, 3 allowed"),  # two in each of its frames
    }
    part = load_part(out / "parts" / "SN2-bad.json")
    assert [(each.number, each.label, each.seen.frame, each.seen.number) for each in part.defects] == [
        (1, "scratch", "SN2-bad_left", 1),
        (2, "dent", "SN2-bad_left", 2),
        (3, "scratch", "SN2-bad_right", 1),
        (4, "dent", "SN2-bad_right", 2),
    ]


def test_a_part_with_one_frame_deleted_never_passes(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    for name in ("SN1_left", "SN1_right", "SN2_left", "SN2_right"):
        pictures(name)
    assert {outcome for outcome, _ in verdicts(inspected(Recipe(frames=BY_NAME))).values()} == {"pass"}
    (inspected(Recipe(frames=BY_NAME)).parent / "in" / "SN2_right.png").unlink()
    found = verdicts(inspected(Recipe(frames=BY_NAME)))
    words = "what cannot be inspected never passes: the part has 0 of 1 frame of camera right"
    assert found == {"SN1": ("pass", "no defects, 0 allowed"), "SN2": ("not-inspected", words)}


def test_a_part_with_a_frame_that_cannot_be_read_never_passes_nor_fails(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    pictures("SN1-bad_left")
    path = pictures("SN1-bad_right")
    path.write_bytes(path.read_bytes()[:60])
    outcome, rule = verdicts(inspected(Recipe(frames=BY_NAME)))["SN1-bad"]
    assert outcome == "not-inspected"
    assert rule.startswith("what cannot be inspected never passes: SN1-bad_right: ")


def test_a_camera_without_a_scale_never_passes_a_rule_in_mm(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    pictures("SN1-bad_left")
    left = {"camera": "left", "homography": (0.1, 0, 0, 0, 0.1, 0, 0, 0, 1)}
    recipe = Recipe.model_validate({"frames": BY_NAME, "rules": (Rule(max_length_mm=9),), "calibration": (left,)})
    assert verdicts(inspected(recipe))["SN1-bad"][0] == "pass"
    pictures("SN1-bad_right")
    assert verdicts(inspected(recipe))["SN1-bad"][0] == "not-inspected"


def test_other_rules_judge_the_same_records(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path], tmp_path: Path
) -> None:
    for name in ("SN1-bad_left", "SN1-bad_right", "SN2_left", "SN2_right"):
        pictures(name)
    out = inspected(Recipe(frames=BY_NAME))
    lenient = Recipe(rules=(Rule(classes=("scratch",), max_length_px=20), Rule(classes=("dent",), outcome="ignore")))
    rejudging = Rejudging(out, lenient)
    write_verdicts(tmp_path / "new", rejudging.judged())
    assert {part: outcome for part, (outcome, _) in verdicts(tmp_path / "new").items()} == {
        "SN1-bad": "pass",
        "SN2": "pass",
    }
    changes = {(before.value, after.value): count for (before, after), count in rejudging.changes.items()}
    assert changes == {("fail", "pass"): 1, ("pass", "pass"): 1}
    assert verdicts(out)["SN1-bad"][0] == "fail"


def test_records_of_two_bundles_are_not_judged_together(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    for name in ("SN1_left", "SN2_left"):
        pictures(name)
    out = inspected(Recipe(frames=BY_NAME))
    record = json.loads((out / "SN2_left.json").read_text())
    (out / "SN2_left.json").write_text(json.dumps(record | {"bundle": record["bundle"] | {"id": "another"}}))
    with pytest.raises(ScuffError, match=r"SN2_left.json is of another bundle or of other settings; inspect again"):
        Rejudging(out, Recipe())


@pytest.mark.parametrize(
    ("part", "name"), [("sn-7", "sn-7"), ("SN7", "SN7"), ("a/b", "a_b~"), ("..", "part~"), ("ö" * 200, "_" * 60 + "~")]
)
def test_names_of_files_are_safe(part: str, name: str) -> None:
    assert file_name(part).startswith(name)
    assert file_name(part).casefold() != file_name(f"{part}x").casefold()
    assert len(file_name(part)) < 100


def test_a_file_that_is_no_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ScuffError, match=r"is not the file of a part"):
        load_part(tmp_path / "x.json")
    with pytest.raises(ScuffError, match=r"cannot be read"):
        load_part(tmp_path / "gone.json")


def test_a_record_that_went_is_not_passed_over(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    for name in ("SN1-bad_left", "SN1_left"):
        pictures(name)
    out = inspected(Recipe(frames=BY_NAME))
    (out / "SN1-bad_left.json").unlink()
    with pytest.raises(ScuffError, match=r"SN1-bad_left.json: is no record"):
        Rejudging(out, Recipe())


def test_cameras_that_the_run_asked_for_are_asked_for_again(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path], tmp_path: Path
) -> None:
    pictures("SN1_left")
    out = inspected(Recipe(frames=BY_NAME.model_copy(update={"cameras": ("left", "right")})))
    write_verdicts(tmp_path / "new", Rejudging(out, Recipe()).judged())
    assert verdicts(tmp_path / "new")["SN1"][0] == "not-inspected"


def test_parts_that_differ_in_upper_and_lower_case_alone_have_files_of_their_own(
    inspected: Callable[[Recipe], Path], pictures: Callable[[str], Path]
) -> None:
    for name in ("SN1-bad_left", "sn1-BAD_left"):
        pictures(name)
    out = inspected(Recipe(frames=BY_NAME))
    assert sorted(path.name for path in (out / "parts").iterdir()) == ["SN1-bad.json", "sn1-BAD~2.json"]
    assert {load_part(path).part for path in (out / "parts").iterdir()} == {"SN1-bad", "sn1-BAD"}
