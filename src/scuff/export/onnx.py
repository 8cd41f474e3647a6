"""A trained network becomes an ONNX file, for ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.transformers.float16 import convert_float_to_float16

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.picture import write_whole
from scuff.core.tile import Tiling
from scuff.export.program import station_program
from scuff.nets.unet import SurfaceUNet

TILES, SCORES = "tiles", "scores"
HEIGHT, WIDTH = "height", "width"
"""Names of the input, of the output, and of the sides of a tile where they are free."""


def write_onnx(
    path: Path,
    network: SurfaceUNet,
    tiling: Tiling,
    precision: Precision,
    patches: Sequence[NDArray[np.uint8]],
) -> None:
    """Write a network as ONNX, for ``inspection.onnx_runtime``; equal networks give equal bytes.

    Args:
        path: The ``.onnx`` file.
        network: A trained one.
        tiling: The tiles that it will see.
        precision: What it shall compute in.
        patches: Training patches, S×S×3 each, to calibrate int8 with; else unused.

    Raises:
        BundleError: ONNX Runtime does not compute in this precision, or there is no patch to calibrate with.
    """
    if precision == "bf16":
        raise BundleError(
            "ONNX Runtime has no bf16 convolutions; export with --precision fp32 or int8 for a CPU, fp16 for a GPU, or "
            "leave out --runtime onnxruntime"
        )
    model = onnx_model(network, tiling)
    if precision == "fp16":
        model = convert_float_to_float16(model)
    if precision == "int8":
        from scuff.export.onnx_int8 import quantised_onnx  # NNCF takes seconds to import

        model = quantised_onnx(model, patches)
    write_whole(path, model.SerializeToString(deterministic=True))


def onnx_model(network: SurfaceUNet, tiling: Tiling) -> onnx.ModelProto:
    """Convert a network with all that a station needs around it.

    Args:
        network: A trained one.
        tiling: The tiles that it will see; see ``station_program``.

    Returns:
        A model from 1×H×W×3 bytes to 1×K×h×w bytes, in 32 bit.

    Raises:
        BundleError: A layer of the encoder has no form in ONNX.
    """
    try:
        program = torch.onnx.export(
            station_program(network, tiling), dynamo=True, input_names=[TILES], output_names=[SCORES], verbose=False
        )
    except torch.onnx.OnnxExporterError as error:
        raise BundleError(
            "torch cannot write this network as ONNX, since a layer of its encoder has no form there; leave out "
            "--runtime onnxruntime, or train one with another encoder"
        ) from error
    if program is None:
        raise RuntimeError("torch.onnx.export gave nothing, although it was given no file to write to")
    return _tidied(program.model_proto)


def _tidied(model: onnx.ModelProto) -> onnx.ModelProto:
    """Take out where the source code lies, and give free sides their names instead of the exporter's formulas."""
    graph = model.graph
    for entry in [*graph.node, *graph.input, *graph.output, *graph.initializer, graph, model]:
        del entry.metadata_props[:]
    del graph.value_info[:]
    for port, first, names in ((graph.input[0], 1, (HEIGHT, WIDTH)), (graph.output[0], 2, ("rows", "columns"))):
        for side, name in zip(port.type.tensor_type.shape.dim[first:], names, strict=False):
            if side.dim_param:
                side.dim_param = name
    return model
