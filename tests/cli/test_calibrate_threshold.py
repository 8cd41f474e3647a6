import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.fixtures.networks import TINY
from tests.fixtures.runtimes import PaintedRuntime

from scuff.cli.main import main
from scuff.core.bundle import open_bundle
from scuff.core.picture import sha256, write_png
from scuff.core.recipe import Inspection, Recipe
from scuff.dataset.catalogue import Catalogue, Record, Row, add_mask, annotations_text, load_catalogue, save_catalogue
from scuff.dataset.patches import Patches
from scuff.nets.checkpoint import Checkpoint, CheckpointFacts, load_checkpoint, save_checkpoint
from scuff.nets.screen_file import SCREEN_FILE
from scuff.training.run import begin_run

Calibrate = Callable[..., str]

CLASSES = ("scratch",)

PARTS = {f"D{number}": (True, 200) for number in range(19)} | {"D19": (True, 100)}
PARTS |= {f"S{number}": (False, 20) for number in range(9)} | {"S9": (False, 150)}
"""Whether a part is defective, and the highest score on it. One defective part scores less than one sound part."""


@pytest.fixture
def run(patches: Patches, make_checkpoint: Callable[..., Checkpoint], tmp_path: Path) -> Path:
    begun = begin_run(tmp_path / "run", patches, Recipe(network=TINY))
    save_checkpoint(begun.checkpoint, make_checkpoint(recipe=begun.record.recipe, threshold=0.7))
    return begun.folder


@pytest.fixture
def calibrate(capsys: pytest.CaptureFixture[str], run: Path, monkeypatch: pytest.MonkeyPatch) -> Calibrate:
    """Calibrate the run, whose network scores the red of a pixel; give what is printed."""
    monkeypatch.setattr("scuff.training.calibration.TorchRuntime", lambda network, device: PaintedRuntime(planes=1))

    def calibrated(*options: str | Path, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["calibrate", "threshold", str(run), *map(str, options)])
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed.err
        return printed.out + printed.err

    return calibrated


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A catalogue of ``PARTS``, two frames each, the second of them sound."""
    folder = tmp_path / "calibration"
    mask = np.zeros((40, 40), np.uint8)
    mask[8:12, 8:12] = 1
    rows = []
    for number, (part, (defective, red)) in enumerate(PARTS.items()):
        rows.append(frame(folder, part, "a", mask if defective else mask * 0, np.where(mask, red, number % 2)))
        rows.append(frame(folder, part, "b", mask * 0, mask * 0 + number + 2))
    save_catalogue(folder, Record(source="", annotation_format="masks", classes=CLASSES, parts_from="pattern"), rows)
    return folder


def frame(folder: Path, part: str, side: str, mask: np.ndarray, red: np.ndarray) -> Row:
    name = f"{part}-{side}"
    # Green names the frame, so that no two pictures are the same.
    pixels = np.stack([red, red * 0 + (sum(part.encode()) + ord(side)) % 256, red * 0], axis=2).astype(np.uint8)
    write_png(folder / f"{name}.png", pixels)
    annotated = add_mask(folder, name, mask) if mask.any() else ""
    text = annotations_text(mask, CLASSES)
    return Row(name, part, "", f"{name}.png", 40, 40, annotated, text, sha256(folder / f"{name}.png"))


def facts(run: Path) -> CheckpointFacts:
    return load_checkpoint(run / "checkpoint.pt").facts


def test_the_threshold_goes_into_the_checkpoint_with_its_evidence(calibrate: Calibrate, run: Path, other: Path) -> None:
    # From 151 to 200 one of 20 escapes and no sound part is rejected: 0.7^20 + 20·0.3·0.7^19 = 0.008 ≤ 0.05.
    said = calibrate("--catalogue", other, "--max-escape", "0.3")
    assert facts(run).threshold == 175 / 254
    evidence = facts(run).operating_point
    assert evidence is not None
    counted = evidence.escapes, evidence.defective_parts, evidence.false_rejects, evidence.sound_parts
    assert counted == (1, 20, 0, 10)
    assert evidence.escape_bound == pytest.approx(0.2161, abs=1e-4)
    assert evidence.catalogue_sha256 == load_catalogue(other).checksum()
    assert evidence.strict
    assert "Claim: at most 30 % of the defective parts escape, with 95 % confidence." in said
    assert "1 of 20" in said
    assert "at most 21.6 %" in said
    assert "With the threshold of before, 0.700: 1 of 20 escape, 0 of 10 sound parts are rejected." in said
    assert "Note" not in said


def test_the_network_of_the_run_is_asked(run: Path, other: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "threshold", str(run), f"--catalogue={other}", "--escape-cost=40", "--reject-cost=3"])
    assert not ended.value.code
    evidence = facts(run).operating_point
    assert evidence is not None
    assert (evidence.defective_parts, evidence.sound_parts) == (20, 10)


def test_a_tighter_claim_costs_false_rejects(calibrate: Calibrate, run: Path, other: Path) -> None:
    # With 15 % none of 20 may escape: 0.85^20 = 0.039, and with one it is 0.176.
    calibrate("--catalogue", other, "--max-escape", "0.15")
    evidence = facts(run).operating_point
    assert evidence is not None
    assert (evidence.escapes, evidence.false_rejects) == (0, 1)
    assert facts(run).threshold == pytest.approx(0.25, abs=0.02)


def test_all_thresholds_are_written_and_drawn(calibrate: Calibrate, run: Path, other: Path) -> None:
    calibrate("--catalogue", other, "--max-escape", "0.15")
    written = json.loads((run / "operating-point.json").read_text())
    assert written["checkpoint_sha256"] == sha256(run / "checkpoint.pt")
    assert len(written["thresholds"]) == 253
    assert written["thresholds"][99] == {"threshold": 100 / 254, "escapes": 0, "false_rejects": 1, "certified": True}
    assert written["thresholds"][100]["certified"] is False
    assert (run / "operating-point.png").read_bytes().startswith(b"\x89PNG")


def test_a_claim_that_the_parts_cannot_carry_is_refused(calibrate: Calibrate, run: Path, other: Path) -> None:
    before = sha256(run / "checkpoint.pt")
    said = calibrate("--catalogue", other, "--max-escape", "0.02", code=2)
    assert "20 defective calibration parts cannot carry the claim that at most 2 % of the defective parts" in said
    assert "it takes 149 of which none escapes, so 129 more (with one escape, 236)" in said
    assert sha256(run / "checkpoint.pt") == before
    assert not (run / "operating-point.json").exists()


def test_on_the_average(calibrate: Calibrate, run: Path, other: Path) -> None:
    # (1 + 1) / (20 + 1) = 9.5 %.
    said = calibrate("--catalogue", other, "--max-escape", "0.1", "--bound", "expected")
    assert "on the average over calibrations like this one, at most 10 % of the defective parts escape" in said
    evidence = facts(run).operating_point
    assert evidence is not None
    assert (evidence.method, evidence.escapes) == ("conformal risk control", 1)


def test_by_costs(calibrate: Calibrate, run: Path, other: Path) -> None:
    # An escape: 0.1 · 40 / 20 = 0.2 per part; a false reject: 0.9 · 3 / 10 = 0.27.
    said = calibrate("--catalogue", other, "--escape-cost=40", "--reject-cost=3", "--defect-share=0.1")
    assert "Chosen for the least cost where an escape costs 40, a false reject 3, and 10 % of the parts" in said
    assert "Expected cost per part: 0.2 " in said
    assert facts(run).threshold == 175 / 254
    calibrate("--catalogue", other, "--escape-cost=60", "--reject-cost=3", "--defect-share=0.1")
    assert facts(run).threshold == 65 / 254  # the second frames of sound parts reach 31
    evidence = facts(run).operating_point
    assert evidence is not None
    assert evidence.max_escape is None


def test_without_a_share_that_of_the_parts_is_taken_and_said(calibrate: Calibrate, other: Path) -> None:
    said = calibrate("--catalogue", other, "--escape-cost=40", "--reject-cost=3")
    assert "Share of defective parts: 66.7 %, that of the calibration parts; give that of production" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "say either --max-escape, or --escape-cost and --reject-cost"),
        (["--max-escape=0.1", "--escape-cost=1"], "say either --max-escape, or"),
        (["--escape-cost=1"], "say both --escape-cost and --reject-cost"),
        (["--escape-cost=0", "--reject-cost=0"], "one of them above 0"),
        (["--max-escape=2"], "'--max-escape': 2.0 is not in the range"),
    ],
)
def test_what_contradicts_itself_is_refused(calibrate: Calibrate, options: list[str], said: str) -> None:
    assert said in calibrate(*options, code=2)


def test_parts_that_the_run_knows_are_refused(calibrate: Calibrate, run: Path, patches: Patches, other: Path) -> None:
    own = patches.folder / patches.record.catalogue
    assert "were used to train" in calibrate("--catalogue", own, "--max-escape=0.3", code=2)
    catalogue = load_catalogue(other)
    rows = [replace(row, part="P00") if row.part == "D0" else row for row in catalogue.rows]
    save_catalogue(other, catalogue.record, rows)
    assert "1 of its parts have the name of a part" in calibrate("--catalogue", other, "--max-escape=0.3", code=2)


def test_test_pictures_are_refused(calibrate: Calibrate, patches: Patches, other: Path) -> None:
    own = load_catalogue(patches.folder / patches.record.catalogue)
    tested = {row.frame for row in patches.rows if row.side == "test"}
    rows = [replace(row, image=str(own.image(row).resolve()), mask="", annotations="") for row in own.rows]
    save_catalogue(other, own.record, [row for row in rows if row.frame in tested])
    assert "of its pictures were used to test" in calibrate("--catalogue", other, "--max-escape=0.3", code=2)


def test_pictures_without_parts_are_refused(calibrate: Calibrate, other: Path) -> None:
    catalogue: Catalogue = load_catalogue(other)
    save_catalogue(other, catalogue.record, [replace(row, part="") for row in catalogue.rows])
    assert "nobody said which part each picture shows" in calibrate("--catalogue", other, "--max-escape=0.3", code=2)


def test_the_validation_parts_are_no_strict_evidence(calibrate: Calibrate) -> None:
    # Both of them are defective.
    said = calibrate("--max-escape=0.9", code=2)
    assert "there is no sound part among the calibration parts" in said


def test_what_is_old_afterwards_is_named(calibrate: Calibrate, run: Path, other: Path) -> None:
    figures = run / "evaluation" / "test" / "metrics.json"
    figures.parent.mkdir(parents=True)
    figures.write_text(json.dumps({"provenance": {"checkpoint_sha256": sha256(run / "checkpoint.pt")}}))
    (run / SCREEN_FILE).touch()
    said = calibrate("--catalogue", other, "--max-escape", "0.3")
    assert "(test) were made with the threshold of before; make them again: scuff evaluate" in said
    assert "was taught with the threshold of before; teach it again: scuff distil" in said


def set_inspection(run: Path, **settings: object) -> None:
    checkpoint = load_checkpoint(run / "checkpoint.pt")
    recipe = checkpoint.facts.recipe.model_copy(update={"inspection": Inspection.model_validate(settings)})
    changed = checkpoint.facts.model_copy(update={"recipe": recipe})
    save_checkpoint(run / "checkpoint.pt", replace(checkpoint, facts=changed))


def test_a_threshold_of_the_recipe_gives_way(calibrate: Calibrate, run: Path, other: Path) -> None:
    set_inspection(run, threshold=0.3)
    said = calibrate("--catalogue", other, "--max-escape", "0.3")
    assert "set inspection.threshold = 0.3; the chosen one takes its place" in said
    assert facts(run).threshold_in_force == 175 / 254


def test_a_region_of_interest_is_refused(calibrate: Calibrate, run: Path, other: Path) -> None:
    set_inspection(run, region={"": "0,0 9,0 9,9"})
    assert "has a region of interest" in calibrate("--catalogue", other, "--max-escape", "0.3", code=2)


def exported(run: Path, bundle: Path, *options: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", str(run), str(bundle), *options])
    assert not ended.value.code


def test_a_bundle_takes_the_evidence_over_while_it_holds(
    calibrate: Calibrate, run: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calibrate("--catalogue", other, "--max-escape", "0.3")
    exported(run, tmp_path / "bundle")
    manifest = open_bundle(tmp_path / "bundle").manifest
    assert (manifest.threshold, manifest.operating_point) == (175 / 254, facts(run).operating_point)
    exported(run, tmp_path / "bundle", "--set=inspection.min_area_px=9")
    assert "states no evidence for its threshold: it was calibrated with another" in capsys.readouterr().err
    assert open_bundle(tmp_path / "bundle").manifest.operating_point is None
