from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from scuff.core.bundle import open_bundle
from scuff.core.errors import BundleError
from scuff.core.recipe_file import load_recipe
from scuff.export import writer
from scuff.export.writer import write_bundle
from scuff.inspection.runtime import OpenVinoRuntime
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import SurfaceUNet

MakeCheckpoint = Callable[..., Checkpoint]


def some_patches() -> list[NDArray[np.uint8]]:
    return [np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8) for seed in range(2)]


@pytest.mark.parametrize("classes", [("scratch",), ("scratch", "dent")])
def test_a_bundle_scores_as_its_checkpoint(
    tmp_path: Path, make_checkpoint: MakeCheckpoint, classes: tuple[str, ...]
) -> None:
    checkpoint = make_checkpoint(classes)
    write_bundle(tmp_path / "bundle", checkpoint, "abc", some_patches(), "two", {"defect f1": 0.5})
    bundle = open_bundle(tmp_path / "bundle")
    tiles = np.stack(some_patches())
    exported = OpenVinoRuntime(bundle.network).scores(tiles)
    reference = TorchRuntime(checkpoint.network()).scores(tiles)
    assert exported.shape == (2, len(classes), 64, 64)
    np.testing.assert_allclose(exported, reference, atol=1e-4)


def test_a_bundle_says_where_it_comes_from(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    checkpoint = make_checkpoint(threshold=0.3, threshold_source="validation")
    write_bundle(tmp_path / "bundle", checkpoint, "abc", some_patches(), "two", {"defect f1": 0.5})
    bundle = open_bundle(tmp_path / "bundle")
    manifest = bundle.manifest
    assert (manifest.tile_px, manifest.overlap, manifest.threshold) == (64, 0.25, 0.3)
    assert manifest.threshold_source == "validation"
    assert manifest.agreement.largest_difference < manifest.agreement.tolerance
    assert manifest.provenance.checkpoint_sha256 == "abc"
    assert manifest.provenance.metrics == {"defect f1": 0.5}
    assert load_recipe(bundle.recipe) == checkpoint.facts.recipe


def test_a_network_altered_on_the_way_is_refused(
    tmp_path: Path, make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = writer._write_network

    def altered(path: Path, network: SurfaceUNet, tile_px: int) -> None:
        other = make_checkpoint().network()
        with torch.no_grad():
            next(other.head.parameters()).mul_(1.2)
        original(path, other, tile_px)

    monkeypatch.setattr(writer, "_write_network", altered)
    with pytest.raises(BundleError, match="does not agree with its checkpoint"):
        write_bundle(tmp_path / "bundle", make_checkpoint(), "abc", some_patches(), "two", {})
    assert list(tmp_path.iterdir()) == []


def test_an_older_bundle_is_replaced(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    for digest in ("old", "new"):
        write_bundle(tmp_path / "bundle", make_checkpoint(), digest, some_patches(), "two", {})
    assert open_bundle(tmp_path / "bundle").manifest.provenance.checkpoint_sha256 == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"not part of a bundle \(thesis\.txt\)"):
        write_bundle(tmp_path, make_checkpoint(), "abc", some_patches(), "two", {})
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_products_folder_is_no_bundle_though_it_has_a_recipe(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    (tmp_path / "recipe.toml").write_text("")
    with pytest.raises(BundleError, match=r"not part of a bundle \(recipe\.toml\)"):
        write_bundle(tmp_path, make_checkpoint(), "abc", some_patches(), "two", {})


def test_what_was_added_to_a_bundle_is_not_destroyed(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    write_bundle(tmp_path / "bundle", make_checkpoint(), "old", some_patches(), "two", {})
    (tmp_path / "bundle" / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"not part of a bundle \(notes\.txt\)"):
        write_bundle(tmp_path / "bundle", make_checkpoint(), "new", some_patches(), "two", {})


def test_a_replacement_cut_short_is_taken_back(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    write_bundle(tmp_path / "bundle", make_checkpoint(), "old", some_patches(), "two", {})
    (tmp_path / "bundle").rename(tmp_path / ".bundle.old")
    write_bundle(tmp_path / "bundle", make_checkpoint(), "new", some_patches(), "two", {})
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_file_is_no_place_for_a_bundle(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    (tmp_path / "bundle").write_text("mine")
    with pytest.raises(BundleError, match="is a file"):
        write_bundle(tmp_path / "bundle", make_checkpoint(), "abc", some_patches(), "two", {})
