"""How long a network takes to score a megapixel on this machine."""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import openvino
from pydantic import Field

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.frozen import Frozen
from scuff.core.recipe import Network
from scuff.core.tile import STRIDE, squares
from scuff.export.conversion import openvino_model
from scuff.inspection.openvino_runtime import OpenVinoRuntime
from scuff.inspection.runtime import cores
from scuff.inspection.tiling import score_frame
from scuff.nets.rewriting import rewritten
from scuff.nets.unet import bare_unet

ROUNDS = 3
TILES = 3
"""Tiles per side of the frame that is scored."""


class Speeds(Frozen):
    """How fast networks are on one machine; the file ``speed.json``."""

    machine: str
    ms_per_mp: dict[str, float] = Field(default_factory=dict)
    """Milliseconds for a megapixel, by the name of the network."""


def this_machine() -> str:
    """The processor, and how much of it there is."""
    name = openvino.Core().get_property("CPU", "FULL_DEVICE_NAME").strip()
    return f"{name}, {cores()} cores"


def milliseconds_per_megapixel(network: Network, tile_px: int, precision: Precision = "fp32") -> float:
    """Score a frame as a station does, with OpenVINO on this machine's CPU, and take the median of several rounds.

    The weights play no role in it, and are random. The frame is as large as whole tiles make it, so that none is seen
    twice but for the halos.

    Args:
        network: Encoder, decoder and head.
        tile_px: Side of the tiles.
        precision: Arithmetic.

    Raises:
        BundleError: OpenVINO cannot run the network.
    """
    side = -(-tile_px // STRIDE) * STRIDE
    tiling = squares(side)
    runtime = _runtime(network, side, precision)
    frame_px = TILES * side - 2 * (TILES - 1) * tiling.halo_px
    pixels = np.random.default_rng(0).integers(0, 256, (frame_px, frame_px, 3), np.uint8)
    seconds = []
    for _ in range(ROUNDS + 1):  # the first is not counted
        began = time.perf_counter()
        score_frame(pixels, runtime, tiling)
        seconds.append(time.perf_counter() - began)
    return 1e3 * median(seconds[1:]) / (frame_px**2 / 1e6)


def _runtime(network: Network, side: int, precision: Precision) -> OpenVinoRuntime:
    with TemporaryDirectory() as folder:
        file = Path(folder, "network.xml")
        try:
            model = openvino_model(rewritten(bare_unet(network, 1)), side)
        except RuntimeError as error:
            raise BundleError(f"{network.encoder}: OpenVINO cannot run this network ({error})") from error
        openvino.save_model(model, file, compress_to_fp16=False)
        return OpenVinoRuntime(file, precision, (side, side))
