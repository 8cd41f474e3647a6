"""The network of a checkpoint as files that the runtimes of a station read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import openvino
from numpy.typing import NDArray

from scuff.core.bundle import NETWORK, ONNX, PROGRAM, Precision, RuntimeName
from scuff.core.errors import BundleError
from scuff.core.tile import STRIDE, Tiling
from scuff.export.conversion import openvino_model
from scuff.export.program import write_program
from scuff.export.wanted import Wanted
from scuff.nets.checkpoint import Checkpoint
from scuff.nets.local_se import localised
from scuff.nets.rewriting import rewritten
from scuff.nets.unet import SurfaceUNet


@dataclass(frozen=True, slots=True)
class Calibration:
    """What int8 needs beside the network.

    Attributes:
        training: Patches that the network was trained on, H×W×3 bytes each: they set the ranges.
        validation: Patches of other parts with their masks (H×W): they measure what int8 costs.
    """

    training: Sequence[NDArray[np.uint8]]
    validation: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8]]]


@dataclass(frozen=True, slots=True)
class Source:
    """What a network is written from.

    Attributes:
        network: In the form that is exported.
        tile_px: Side of the patches it was trained on.
        tiling: How frames are divided for it.
        precision: Its arithmetic.
        threshold: Score from which a pixel is defective.
        calibration: For int8.
    """

    network: SurfaceUNet
    tile_px: int
    tiling: Tiling
    precision: Precision
    threshold: float
    calibration: Calibration | None


Write = Callable[[Path, Source], tuple[str, ...]]
"""Writes a network into a folder; gives the layers that int8 would have harmed and that stay float."""


def write_networks(
    folder: Path, checkpoint: Checkpoint, wanted: Wanted, calibration: Calibration | None
) -> tuple[str, ...]:
    """Write a network for each runtime that is wanted, and for OpenVINO.

    Args:
        folder: Where to.
        checkpoint: A trained network.
        wanted: Precision, tiles and runtimes.
        calibration: Only int8 needs it.

    Returns:
        The layers that int8 would have harmed and that stay float, sorted.

    Raises:
        BundleError: This cannot be made.
    """
    facts, network = checkpoint.facts, rewritten(checkpoint.network())
    if wanted.strip_px is not None and not network.encoder.any_size:
        raise _bound_to_squares(facts.tile_px)
    form = network if wanted.strip_px is None else localised(network, facts.tile_px)
    tiling = wanted.tiling(facts.tile_px)
    source = Source(form, facts.tile_px, tiling, wanted.precision, facts.threshold_in_force, calibration)
    # OpenVINO last: the others know at once what they cannot do, and quantising takes minutes.
    kept = [layer for name in reversed(runtimes_of(wanted)) for layer in WRITERS[name](folder, source)]
    return tuple(sorted(set(kept)))


def runtimes_of(wanted: Wanted) -> tuple[RuntimeName, ...]:
    """The runtimes of a bundle: OpenVINO, and the others that are wanted."""
    return tuple(dict.fromkeys(("openvino", *wanted.runtimes)))


def _write_openvino(folder: Path, source: Source) -> tuple[str, ...]:
    model = _named(openvino_model(source.network, source.tile_px))
    if source.tiling.width_px is None:
        _check_strips(model, source)
    kept: tuple[str, ...] = ()
    if source.precision == "int8":
        model, kept = _quantised(model, source)
    openvino.save_model(model, folder / NETWORK, compress_to_fp16=False)
    return kept


def _check_strips(model: openvino.Model, source: Source) -> None:
    """Refuse what OpenVINO cannot give another size: attention with tables and grids made for the training size."""
    height = source.tiling.height_px
    try:
        model.clone().reshape([1, height, height + STRIDE, 3])
    except RuntimeError as error:
        raise _bound_to_squares(source.tile_px) from error


def _bound_to_squares(side_px: int) -> BundleError:
    return BundleError(
        f"this network is bound to squares of {side_px} px by its encoder, and cannot see strips; export it without "
        "--strips, or train one with an encoder of convolutions alone, such as efficientnet_lite0 or resnet34"
    )


def _named(model: openvino.Model, prefix: str = "") -> openvino.Model:
    """Name layers by their kind and place, where OpenVINO counts through all that the process has made so far."""
    model.set_friendly_name("network")
    for number, layer in enumerate(model.get_ordered_ops()):
        if re.search(r"_\d+$", layer.get_friendly_name()):
            layer.set_friendly_name(f"{prefix}{layer.get_type_name()}.{number}")
    return model


def _quantised(model: openvino.Model, source: Source) -> tuple[openvino.Model, tuple[str, ...]]:
    from scuff.export.quantise import quantised

    if source.calibration is None:
        raise BundleError("int8 needs patches to calibrate with; cut them with `scuff patches`")
    made = quantised(model, source.calibration.training, source.calibration.validation, source.threshold)
    return _named(made.model, "int8."), made.kept_float


def _write_onnx(folder: Path, source: Source) -> tuple[str, ...]:
    from scuff.export.onnx import write_onnx

    patches = source.calibration.training if source.calibration else ()
    write_onnx(folder / ONNX, source.network, source.tiling, source.precision, patches)
    return ()


def _write_torch(folder: Path, source: Source) -> tuple[str, ...]:
    write_program(folder / PROGRAM, source.network, source.tiling, source.precision)
    return ()


# NNCF and ONNX take seconds to import, and most bundles need neither.
WRITERS: Final[dict[RuntimeName, Write]] = {
    "openvino": _write_openvino,
    "onnxruntime": _write_onnx,
    "torch": _write_torch,
}
"""What writes the network for each runtime; whatever is written passes the same gate."""
