"""Write a bundle: the network with its preprocessing as OpenVINO IR, the recipe, and where it all comes from."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from scuff.core.bundle import NETWORK, RECIPE, Bundle, Manifest, Provenance, check_place, seal
from scuff.core.recipe_file import recipe_text
from scuff.export.parity import check_agreement
from scuff.inspection.runtime import OpenVinoRuntime
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import MEAN, STD, SurfaceUNet, probabilities


class StationNetwork(nn.Module):
    """A network as a station runs it: camera pixels in, class scores out."""

    def __init__(self, network: SurfaceUNet) -> None:
        """Take a trained network."""
        super().__init__()
        self.network = network

    def forward(self, tiles: Tensor) -> Tensor:
        """B×H×W×3 uint8 become B×C×H×W scores in [0, 1]."""
        return probabilities(self.network(tiles.permute(0, 3, 1, 2)))


def write_bundle(
    folder: Path,
    checkpoint: Checkpoint,
    checkpoint_sha256: str,
    patches: Sequence[NDArray[np.uint8]],
    source: str,
    metrics: Mapping[str, float],
) -> Bundle:
    """Export a checkpoint, compare, and write the bundle only if both agree.

    Args:
        folder: Where the bundle shall be.
        checkpoint: What to export.
        checkpoint_sha256: Checksum of its file.
        patches: Real patches to compare on, S×S×3 each.
        source: Which patches these are, in words.
        metrics: Figures on unseen parts, by name; may be empty.

    Raises:
        BundleError: The exported network scores unlike its checkpoint, or the folder holds something else.
    """
    check_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)  # of an export that was killed
    draft.mkdir()
    try:
        network = checkpoint.network()
        _write_network(draft / NETWORK, network, checkpoint.facts.tile_px)
        agreement = check_agreement(OpenVinoRuntime(draft / NETWORK), TorchRuntime(network), patches, source)
        (draft / RECIPE).write_text(recipe_text(checkpoint.facts.recipe), encoding="utf-8")
        facts = checkpoint.facts
        manifest = Manifest(
            product=facts.recipe.product.name,
            classes=facts.classes,
            tile_px=facts.tile_px,
            overlap=facts.overlap,
            threshold=facts.threshold,
            threshold_source=facts.threshold_source,
            mean=MEAN,
            std=STD,
            agreement=agreement,
            provenance=_provenance(checkpoint, checkpoint_sha256, metrics),
        )
        return seal(draft, folder, manifest)
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # is gone already where all went well


def _write_network(path: Path, network: SurfaceUNet, tile_px: int) -> None:
    # Two tiles, because the exporter takes a batch of one for a constant.
    example = torch.zeros((2, tile_px, tile_px, 3), dtype=torch.uint8)
    batch = {0: torch.export.Dim.DYNAMIC}
    with torch.no_grad():
        program = torch.export.export(StationNetwork(network).eval(), (example,), dynamic_shapes=(batch,))
    model = openvino.convert_model(program)
    model.reshape([-1, tile_px, tile_px, 3])
    openvino.save_model(model, path, compress_to_fp16=False)


def _provenance(checkpoint: Checkpoint, checkpoint_sha256: str, metrics: Mapping[str, float]) -> Provenance:
    facts = checkpoint.facts
    return Provenance(
        scuff=facts.scuff,
        commit=facts.commit,
        checkpoint_sha256=checkpoint_sha256,
        catalogue_sha256=facts.catalogue_sha256,
        split_sha256=facts.split_sha256,
        encoder=facts.recipe.network.encoder,
        weights=facts.weights,
        training_parts=facts.training_parts,
        metrics=dict(metrics),
    )
