"""Bundles that tests inspect with: tiny networks whose scores can be worked out by hand."""

from pathlib import Path

import numpy as np
import openvino
from openvino import opset13 as ops

from scuff.core.bundle import NETWORK, RECIPE, Agreement, Bundle, Manifest, Provenance, seal

TILE_PX = 32


def save_network(path: Path, shape: tuple[int, int, int, int] = (-1, -1, -1, 3), classes: int = 2) -> Path:
    """Write a network: score of class 1 = brightness / 255 above 200, of class 2 = darkness below 55, else 0.

    Args:
        path: The ``.xml`` file.
        shape: Of its input, B×H×W×3; -1: free.
        classes: Channels of its output; the first two as above, more are copies of the second.
    """
    tiles = ops.parameter(list(shape), np.uint8, name="tiles")
    pixels = ops.transpose(ops.convert(tiles, "f32"), np.array([0, 3, 1, 2]))  # NHWC to NCHW
    grey = ops.reduce_mean(pixels, np.array([1]), keep_dims=True)
    bright = ops.select(ops.greater(grey, np.float32(200)), ops.divide(grey, np.float32(255)), np.float32(0))
    darkness = ops.subtract(np.float32(1), ops.divide(grey, np.float32(255)))
    dark = ops.select(ops.less(grey, np.float32(55)), darkness, np.float32(0))
    scores = ops.concat([bright, *[dark] * (classes - 1)], axis=1)
    openvino.save_model(openvino.Model([scores], [tiles], "tiny"), path, compress_to_fp16=False)
    return path


def manifest(**changes: object) -> Manifest:
    """A manifest for the network above."""
    return Manifest(
        product="Test plate",
        classes=("scratch", "dent"),
        tile_px=TILE_PX,
        overlap=0.25,
        threshold=0.5,
        threshold_source="best F1 on validation",
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        agreement=Agreement(patches=1, source="none", largest_difference=0.0, tolerance=1e-4),
        provenance=Provenance(
            scuff="0",
            commit="",
            checkpoint_sha256="0",
            catalogue_sha256="0",
            split_sha256="0",
            encoder="tiny",
            weights="none",
            training_parts=3,
            metrics={"F1": 0.75},
        ),
    ).model_copy(update=changes)


def make_bundle(folder: Path, recipe: str = "", network_classes: int = 2, **changes: object) -> Bundle:
    """Seal a bundle with the network above and a recipe's TOML text."""
    draft = folder.with_name(f"{folder.name}.draft")
    draft.mkdir(parents=True)
    save_network(draft / NETWORK, classes=network_classes)
    (draft / RECIPE).write_text(recipe)
    return seal(draft, folder, manifest(**changes))
