"""A trained network becomes a torch program: one file that runs without our code, and what other files are made of."""

import io
from pathlib import Path
from typing import Any

import torch
from torch.export import Dim, ExportedProgram

from scuff.core.bundle import Precision
from scuff.core.errors import BundleError
from scuff.core.picture import write_whole
from scuff.core.tile import STRIDE, Tiling
from scuff.nets.station import StationNetwork
from scuff.nets.unet import SurfaceUNet

MIN_SIDE_PX = 2 * STRIDE
"""Of what a network for strips takes: torch treats a size of 1, here of the deepest features, as a constant."""


def write_program(path: Path, network: SurfaceUNet, tiling: Tiling, precision: Precision) -> None:
    """Write a network as a torch program, for ``inspection.torch_runtime``; equal networks give equal bytes.

    Args:
        path: The ``.pt2`` file.
        network: A trained one.
        tiling: The tiles that it will see.
        precision: What it will compute in; the file holds 32-bit weights in any case.

    Raises:
        BundleError: torch does not compute in this precision.
    """
    if precision == "int8":
        raise BundleError(
            "torch does not run int8 networks; export with --precision fp32, bf16 or fp16, or leave out --runtime torch"
        )
    content = io.BytesIO()
    torch.export.save(station_program(network, tiling), content)
    write_whole(path, content.getvalue())


def station_program(network: SurfaceUNet, tiling: Tiling) -> ExportedProgram:
    """Trace a network with all that a station needs around it, see ``StationNetwork``.

    Args:
        network: A trained one.
        tiling: The tiles that it will see. Squares are fixed in the program; a network for strips takes any height
            and width that are multiples of 32, from ``MIN_SIDE_PX``, since it also sees the patches that it is
            quantised on.

    Returns:
        A program from 1×H×W×3 bytes to 1×K×h×w bytes.
    """
    height, width = tiling.height_px, tiling.width_px or MIN_SIDE_PX
    sizes: dict[int, Any] = {}
    if tiling.width_px is None:
        least = MIN_SIDE_PX // STRIDE
        sizes = {1: STRIDE * Dim("rows", min=least), 2: STRIDE * Dim("columns", min=least)}
    example = torch.zeros((1, height, width, 3), dtype=torch.uint8)
    with torch.no_grad():
        program = torch.export.export(StationNetwork(network).eval(), (example,), dynamic_shapes=(sizes,))
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # lines of source code, with the folders they lie in
    return program
