"""Opens a network in ONNX Runtime with the best provider that works."""

import contextlib
import re
import sys
from pathlib import Path

import onnxruntime

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.picture import sha256
from scuff.inspection.onnx_providers import CUDA, TENSORRT, Provider, choose_providers, engine_cache

ERRORS_ONLY = 3
"""Of the levels of what ONNX Runtime prints."""


def open_session(
    network: Path, precision: Precision, tile_hw: tuple[int, int], threads: int
) -> onnxruntime.InferenceSession:
    """Open a network for tiles of one size.

    Args:
        network: The ``.onnx`` file.
        precision: What it was exported as.
        tile_hw: Height and width of the tiles; those that the network leaves free are set to them.
        threads: Threads that compute one tile, on a CPU.

    Raises:
        BundleError: No provider can load it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = ERRORS_ONLY
    options.use_deterministic_compute = True
    for name, side in zip(("height", "width"), tile_hw, strict=True):
        options.add_free_dimension_override_by_name(name, side)
    cache = engine_cache(sha256(network), tile_hw)
    wanted = choose_providers(onnxruntime.get_available_providers(), precision, cache)
    _prepare(wanted, cache)
    failures = []
    for first in range(len(wanted)):
        # ONNX Runtime's own way of falling back prints to the standard output and forgets the settings.
        try:
            return onnxruntime.InferenceSession(network, options, wanted[first:], enable_fallback=0)
        except Exception as error:  # its errors have no base class of their own
            failures.append(error)
    raise BundleError(
        f"{network}: ONNX Runtime cannot load this network for tiles of {tile_hw[0]}×{tile_hw[1]} px "
        f"({reason(failures[-1])}); export the bundle again"
    ) from failures[-1]


def reason(error: Exception) -> str:
    """What ONNX Runtime says, in one line and without its own name and number for it."""
    text = " ".join(str(error).split())
    return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", text) or type(error).__name__


def _prepare(wanted: list[Provider], cache: Path) -> None:
    """Do what providers expect to be done before they are tried."""
    names = {name for name, _ in wanted}
    if names & {CUDA, TENSORRT}:
        with contextlib.redirect_stdout(sys.stderr):
            onnxruntime.preload_dlls()  # finds CUDA and cuDNN where pip puts them; prints what it misses
    if TENSORRT in names:
        cache.mkdir(parents=True, exist_ok=True)
