"""Which runtime runs a bundle's network on this machine."""

import importlib
from collections.abc import Callable
from typing import Final

from scuff.core.bundle import ONNX, PROGRAM, Bundle, RuntimeName
from scuff.core.errors import BundleError, RecipeError
from scuff.core.recipe import Inspection
from scuff.inspection.openvino_runtime import OpenVinoRuntime
from scuff.inspection.runtime import Runtime


def open_runtime(bundle: Bundle, settings: Inspection) -> Runtime:
    """Load a bundle's network with the runtime that the recipe names.

    With ``auto`` that is ONNX Runtime or torch, in this order, if the bundle has a network for it, it is installed and
    it finds a GPU; else OpenVINO.

    Raises:
        BundleError: The bundle has no network for the runtime, or one that cannot be loaded.
        RecipeError: The runtime is not installed.
    """
    name = settings.runtime
    if name == "auto":
        return _on_gpu(bundle, settings) or _openvino(bundle, settings)
    held = bundle.manifest.agreement
    if name not in held:
        raise BundleError(
            f'{bundle.folder}: inspection.runtime is "{name}", but this bundle has networks for {", ".join(held)} '
            f"only; export it again with --runtime {name}"
        )
    if not _installed(name):
        raise RecipeError(f'inspection.runtime is "{name}", which is not installed; {INSTALLING[name]}')
    return OPENERS[name](bundle, settings)


def _on_gpu(bundle: Bundle, settings: Inspection) -> Runtime | None:
    for name, opener in GPU_OPENERS.items():
        if name in bundle.manifest.agreement and _installed(name):
            runtime = opener(bundle, settings)
            if runtime is not None:
                return runtime
    return None


def _installed(package: str) -> bool:
    try:
        importlib.import_module(package)
    except ModuleNotFoundError:
        return False
    return True


def _openvino(bundle: Bundle, settings: Inspection) -> Runtime:
    return OpenVinoRuntime(bundle.network, bundle.manifest.precision, _first_hw(bundle), settings.streams)


def _onnxruntime(bundle: Bundle, settings: Inspection) -> Runtime:
    from scuff.inspection.onnx_runtime import OnnxRuntime

    return OnnxRuntime(bundle.folder / ONNX, bundle.manifest.precision, _first_hw(bundle), settings.streams)


def _onnxruntime_on_gpu(bundle: Bundle, settings: Inspection) -> Runtime | None:
    from scuff.inspection.onnx_runtime import OnnxRuntime, could_use_gpu

    if not could_use_gpu():
        return None
    runtime = OnnxRuntime(bundle.folder / ONNX, bundle.manifest.precision, _first_hw(bundle), settings.streams)
    return runtime if runtime.on_gpu else None


def _torch(bundle: Bundle, settings: Inspection) -> Runtime:
    from scuff.inspection.torch_runtime import ProgramRuntime

    return ProgramRuntime(bundle.folder / PROGRAM, bundle.manifest.precision, _first_hw(bundle))


def _torch_on_gpu(bundle: Bundle, settings: Inspection) -> Runtime | None:
    from scuff.inspection.torch_runtime import has_gpu

    return _torch(bundle, settings) if has_gpu() else None


def _first_hw(bundle: Bundle) -> tuple[int, int]:
    """Height and width of the tiles of a small frame, to load the network for."""
    manifest = bundle.manifest
    return manifest.tiling.tile_hw((manifest.tile_px, manifest.tile_px))


# A station has neither ONNX Runtime nor torch unless someone wants them: their modules are imported when chosen.
OPENERS: Final[dict[RuntimeName, Callable[[Bundle, Inspection], Runtime]]] = {
    "openvino": _openvino,
    "onnxruntime": _onnxruntime,
    "torch": _torch,
}
GPU_OPENERS: Final[dict[RuntimeName, Callable[[Bundle, Inspection], Runtime | None]]] = {
    "onnxruntime": _onnxruntime_on_gpu,
    "torch": _torch_on_gpu,
}
"""In the order in which ``auto`` tries them; torch takes seconds to import."""

INSTALLING: Final[dict[RuntimeName, str]] = {
    "openvino": "install it with: pip install openvino",
    "onnxruntime": "install it with: pip install 'scuff[onnxruntime]', or onnxruntime-gpu for a GPU",
    "torch": "install it as https://pytorch.org says for this machine",
}
