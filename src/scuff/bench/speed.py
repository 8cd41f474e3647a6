"""How long a network takes to inspect a megapixel on this machine."""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import openvino

from scuff.core.bundle import Precision
from scuff.core.recipe import Network
from scuff.core.tile import STRIDE, squares
from scuff.export.conversion import openvino_model
from scuff.inspection.openvino_runtime import OpenVinoRuntime
from scuff.inspection.tiling import score_frame
from scuff.nets.rewriting import rewritten
from scuff.nets.unet import bare_unet

ROUNDS = 3
TILES = 3
"""Tiles per side of the frame that is scored."""


def milliseconds_per_megapixel(network: Network, tile_px: int, precision: Precision = "fp32") -> float:
    """Score a frame as a station does, with OpenVINO on this machine's CPU, and take the median of several rounds.

    The weights play no role in it, and are random.

    Args:
        network: Encoder, decoder and head.
        tile_px: Side of the tiles.
        precision: Arithmetic.
    """
    side = -(-tile_px // STRIDE) * STRIDE
    with TemporaryDirectory() as folder:
        file = Path(folder, "network.xml")
        openvino.save_model(openvino_model(rewritten(bare_unet(network, 1)), side), file, compress_to_fp16=False)
        runtime = OpenVinoRuntime(file, precision, (side, side))
    pixels = np.random.default_rng(0).integers(0, 256, (TILES * side, TILES * side, 3), np.uint8)
    seconds = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        score_frame(pixels, runtime, squares(side))
        seconds.append(time.perf_counter() - began)
    return 1e3 * median(seconds[1:]) / (pixels[..., 0].size / 1e6)
