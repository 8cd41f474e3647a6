"""Which of ONNX Runtime's providers run a network, and how they are set."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from scuff.core.bundle import Precision

TENSORRT, CUDA, CPU = "TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"

ORDER: Final[dict[Precision, tuple[str, ...]]] = {
    # TensorRT rounds 32-bit factors to 10 bits (TF32), and ONNX Runtime has no setting that forbids it.
    "fp32": (CUDA, CPU),
    "fp16": (TENSORRT, CUDA, CPU),
    # TensorRT takes only symmetric ranges, which would cost a network more F1 than those that a CPU can use.
    "int8": (CUDA, CPU),
}
"""By precision, the first that works is taken. ONNX Runtime has no bf16 convolutions."""

ARITHMETIC: Final[dict[str, dict[Precision, str]]] = {
    TENSORRT: {"fp16": "f16"},
    CUDA: {"fp32": "f32", "fp16": "f16", "int8": "f32 on rounded values"},
    CPU: {"fp32": "f32", "fp16": "f32 on f16 weights", "int8": "i8"},
}
"""What a provider makes of a network: CUDA has no int8 convolutions, the CPU no fp16 ones."""

DEVICES: Final = {TENSORRT: "a GPU by TensorRT", CUDA: "a GPU by CUDA", CPU: "the CPU"}

Provider = tuple[str, dict[str, str]]
"""Its name and its settings."""


def choose_providers(available: Sequence[str], precision: Precision, cache: Path) -> list[Provider]:
    """Say what to try, best first.

    Args:
        available: What the installed ONNX Runtime knows; some of it may not work on this machine.
        precision: What the network was exported as; one of ``ORDER``.
        cache: Where TensorRT may keep what it builds for this network and size of tile, which takes minutes.
    """
    settings = {
        TENSORRT: {
            "trt_fp16_enable": "1",
            "trt_engine_cache_enable": "1",
            "trt_engine_cache_path": str(cache),
        },
        # The search by trial, the default, takes another algorithm now and then, and so gives other scores.
        CUDA: {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"},
        CPU: {},
    }
    return [(name, settings[name]) for name in ORDER[precision] if name in available]


def has_gpu_provider(names: Iterable[str]) -> bool:
    """Tell whether any of some providers uses a GPU."""
    return not {CUDA, TENSORRT}.isdisjoint(names)


def engine_cache(network_sha256: str, tile_hw: tuple[int, int]) -> Path:
    """Say where TensorRT keeps its engine.

    ONNX Runtime tells engines apart by the names in a network, its own version, TensorRT's and the GPU, but not by
    weights or by fixed sizes; these are the folder.

    Args:
        network_sha256: Checksum of the network's file.
        tile_hw: Height and width of the tiles.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "scuff" / "tensorrt" / network_sha256 / f"{tile_hw[0]}x{tile_hw[1]}"
