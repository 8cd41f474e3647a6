import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops
from openvino.utils import replace_node

from scuff.core.bundle import Bundle, Precision, Screening, open_bundle
from scuff.core.errors import BundleError
from scuff.core.recipe import Inspection
from scuff.core.recipe_file import load_recipe
from scuff.export.conversion import openvino_model
from scuff.export.held_out import HeldOut
from scuff.export.networks import Calibration
from scuff.export.report import TITLE
from scuff.export.wanted import Wanted
from scuff.export.writer import write_bundle
from scuff.inspection.opening import open_scorer
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.rewriting import rewritten

Export = Callable[..., Bundle]
ExportedAs = Callable[[openvino.Model], None]

FP32 = Wanted()


@pytest.fixture
def export(
    tmp_path: Path, trained: Checkpoint, held_out: HeldOut, converted: openvino.Model, exported_as: ExportedAs
) -> Export:
    """Export the trained network, which is converted once for all tests, to the folder ``bundle``."""
    exported_as(converted)

    def exported(wanted: Wanted = FP32, digest: str = "abc", name: str = "bundle", **more: Any) -> Bundle:
        return write_bundle(tmp_path / name, trained, digest, wanted, held_out, {"defect f1": 0.5}, **more)

    return exported


@pytest.fixture
def export_altered(export: Export, converted: openvino.Model, exported_as: ExportedAs) -> Export:
    """Export another network than that of the checkpoint."""

    def exported() -> Bundle:
        altered = converted.clone()
        first = next(layer for layer in altered.get_ordered_ops() if layer.get_type_name() == "Divide")
        std = first.input_value(1).get_node()
        replace_node(std, ops.constant(np.array(std.data) * np.float32(1.5)))
        exported_as(altered)
        return export(digest="altered")

    return exported


def test_a_bundle_says_where_it_comes_from(export: Export, trained: Checkpoint) -> None:
    bundle = open_bundle(export().folder)
    manifest = bundle.manifest
    assert (manifest.tile_px, manifest.strip_px, manifest.precision, manifest.threshold) == (64, None, "fp32", 0.5)
    assert manifest.threshold_source == "validation"
    assert (manifest.kept_float, manifest.screening) == ((), None)
    assert list(manifest.agreement) == ["openvino"]
    assert manifest.agreement["openvino"].source == "three frames of discs"
    assert manifest.agreement["openvino"].runtime.startswith("OpenVINO")
    assert manifest.provenance.checkpoint_sha256 == "abc"
    assert manifest.provenance.metrics == {"defect f1": 0.5}
    assert load_recipe(bundle.recipe) == trained.facts.recipe


@pytest.mark.parametrize("runtime", ["openvino", "torch"])
def test_every_runtime_of_a_bundle_is_proven(
    export: Export, held_out: HeldOut, runtime: Literal["openvino", "torch"]
) -> None:
    bundle = open_bundle(export(Wanted(runtimes=("torch",))).folder)
    assert list(bundle.manifest.agreement) == ["openvino", "torch"]
    assert bundle.manifest.agreement["torch"].frames == 3
    scorer = open_scorer(bundle, Inspection(runtime=runtime))
    assert [scorer.score(frame.pixels).scores.score.any() for frame in held_out] == [True] * 3


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_strips_pass_the_gate_too(
    trained: Checkpoint, held_out: HeldOut, calibration: Calibration, tmp_path: Path, precision: Precision
) -> None:
    wanted = Wanted(precision, strip_px=96)
    manifest = write_bundle(tmp_path / "bundle", trained, "abc", wanted, held_out, {}, calibration).manifest
    assert (manifest.precision, manifest.strip_px, manifest.tiling.width_px) == (precision, 96, None)
    assert manifest.agreement["openvino"].largest_tolerance is None


def test_equal_exports_give_equal_bytes(export: Export, exported_as: ExportedAs, trained: Checkpoint) -> None:
    first = export(name="a")
    # OpenVINO names layers by a counter that goes on within a process.
    exported_as(openvino_model(rewritten(trained.network()), 64))
    second = export(name="b")
    for path in first.folder.iterdir():
        assert path.read_bytes() == (second.folder / path.name).read_bytes(), path.name


def test_an_older_bundle_is_replaced(tmp_path: Path, export: Export) -> None:
    for digest in ("old", "new"):
        export(digest=digest)
    assert open_bundle(tmp_path / "bundle").manifest.provenance.checkpoint_sha256 == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_refusal_says_why_and_where_to_look(tmp_path: Path, export_altered: Export) -> None:
    with pytest.raises(BundleError) as refused:
        export_altered()
    assert re.fullmatch(
        r"the exported network does not agree with its checkpoint on three frames of discs; no bundle was written\. "
        r"on openvino, pixel F1: .*largest difference of a score: [\d.]+, allowed is 0\.0079, worst on frame P\d\. All "
        r"figures, and pictures of the worst places, are in .*bundle\.disagreement",
        str(refused.value),
    )
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.disagreement"]
    assert {path.name for path in (tmp_path / "bundle.disagreement").iterdir()} >= {"report.txt", "openvino-1.png"}


def test_a_refusal_leaves_the_older_bundle(tmp_path: Path, export: Export, export_altered: Export) -> None:
    export(digest="old")
    with pytest.raises(BundleError, match="does not agree"):
        export_altered()
    assert open_bundle(tmp_path / "bundle").manifest.provenance.checkpoint_sha256 == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "bundle.disagreement"]


def test_a_good_export_removes_the_report_on_a_bad_one(tmp_path: Path, export: Export) -> None:
    report = tmp_path / "bundle.disagreement"
    report.mkdir()
    (report / "report.txt").write_text(f"{TITLE}\n")
    export()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_in_the_place_of_the_report_is_left_alone(tmp_path: Path, export: Export) -> None:
    (tmp_path / "bundle.disagreement").mkdir()
    (tmp_path / "bundle.disagreement" / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match="move it away"):
        export()
    assert (tmp_path / "bundle.disagreement" / "thesis.txt").read_text() == "mine"


def test_an_interrupted_export_leaves_nothing(tmp_path: Path, export: Export) -> None:
    def interrupted(_: int) -> None:
        assert [path.name for path in tmp_path.iterdir()] == [".bundle.draft"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(progress=interrupted)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_cleared_away(tmp_path: Path, export: Export) -> None:
    (tmp_path / ".bundle.draft").mkdir()
    (tmp_path / ".bundle.draft" / "half").write_text("a network")
    export()
    assert "half" not in (tmp_path / "bundle" / "checksums.sha256").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_screening_network_is_added_to_what_passed(export: Export) -> None:
    evidence = Screening(
        threshold=0.1,
        threshold_source="by hand",
        defects=3,
        lost=0,
        lost_bound=0.6,
        confidence=0.95,
        source="noise",
        skipped=0.9,
        defect_threshold=0.5,
        min_area_px=1,
    )

    def add_screen(draft: Bundle) -> Screening:
        assert draft.manifest.agreement["openvino"].frames == 3
        draft.screen.write_text("<net/>")
        return evidence

    bundle = open_bundle(export(add_screen=add_screen).folder)
    assert bundle.manifest.screening == evidence
    assert bundle.screen.read_text() == "<net/>"


def test_int8_without_patches_is_refused(tmp_path: Path, export: Export) -> None:
    with pytest.raises(BundleError, match=r"int8 needs patches to calibrate with"):
        export(Wanted("int8"))
    assert list(tmp_path.iterdir()) == []


def test_a_precision_that_a_runtime_has_not_is_refused(tmp_path: Path, export: Export) -> None:
    with pytest.raises(BundleError, match="torch does not run int8"):
        export(Wanted("int8", runtimes=("torch",)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, export: Export) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"not part of a bundle \(thesis\.txt\)"):
        export()
    assert (tmp_path / "bundle" / "thesis.txt").read_text() == "mine"


def test_a_products_folder_is_no_bundle_though_it_has_a_recipe(tmp_path: Path, export: Export) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "recipe.toml").write_text("")
    with pytest.raises(BundleError, match=r"not part of a bundle \(recipe\.toml\)"):
        export()


def test_a_replacement_cut_short_is_taken_back(tmp_path: Path, export: Export) -> None:
    export(digest="old")
    (tmp_path / "bundle").rename(tmp_path / ".bundle.old")
    export(digest="new")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_file_is_no_place_for_a_bundle(tmp_path: Path, export: Export) -> None:
    (tmp_path / "bundle").write_text("mine")
    with pytest.raises(BundleError, match="is a file"):
        export()
