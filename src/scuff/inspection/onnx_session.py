"""Opens a network in ONNX Runtime with the best provider that works."""

import contextlib
import functools
import re
import sys
from pathlib import Path

import onnxruntime

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.picture import sha256
from scuff.inspection.onnx_providers import TENSORRT, choose_providers, engine_cache

ERRORS_ONLY = 3
"""Of the levels of what ONNX Runtime prints."""


def available_providers() -> list[str]:
    """Name the providers that the installed ONNX Runtime was built with, or that were added to it as plugins."""
    _load_cuda()
    plugins = {device.ep_name for device in onnxruntime.get_ep_devices()}
    built_in: list[str] = onnxruntime.get_available_providers()
    return built_in + sorted(plugins.difference(built_in))


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
    options.enable_mem_pattern = False  # a plan for all of the memory at once takes two thirds more, and no less time
    for name, side in zip(("height", "width"), tile_hw, strict=True):
        options.add_free_dimension_override_by_name(name, side)
    cache = engine_cache(sha256(network), tile_hw)
    wanted = choose_providers(available_providers(), precision, cache)
    if wanted[0][0] == TENSORRT:
        cache.mkdir(parents=True, exist_ok=True)
    failures = []
    for first in range(len(wanted)):
        # ONNX Runtime's own way of falling back prints to the standard output and forgets the settings.
        try:
            return onnxruntime.InferenceSession(network, options, wanted[first:], enable_fallback=0)
        except Exception as error:  # its errors have no base class of their own
            failures.append(error)
    raise BundleError(
        f"{network}: ONNX Runtime cannot load this network for tiles of {tile_hw[0]}×{tile_hw[1]} px "
        f'({reason(failures[-1])}); export the bundle again, or set inspection.runtime to "openvino"'
    ) from failures[-1]


def reason(error: Exception) -> str:
    """What ONNX Runtime says, in one line and without its own name and number for it."""
    text = " ".join(str(error).split())
    return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", text) or type(error).__name__


@functools.cache
def _load_cuda() -> None:
    """Load CUDA and cuDNN from where pip puts them, which ONNX Runtime leaves to its users; without a GPU, nothing."""
    with contextlib.redirect_stdout(sys.stderr):  # it prints what it misses
        onnxruntime.preload_dlls()
