"""A trained network becomes an OpenVINO model."""

import openvino
import torch

from scuff.export.quietly import quietly
from scuff.nets.station import StationNetwork
from scuff.nets.unet import SurfaceUNet


def openvino_model(network: SurfaceUNet, tile_px: int) -> openvino.Model:
    """Convert a network with all that a station needs around it.

    Args:
        network: A trained one.
        tile_px: Side of the tiles; a multiple of 32. The model can be reshaped to other multiples.

    Returns:
        A model from 1×H×W×3 bytes to 1×K×h×w bytes, see ``StationNetwork``.
    """
    example = torch.zeros((1, tile_px, tile_px, 3), dtype=torch.uint8)
    with torch.no_grad():
        program = torch.export.export(StationNetwork(network).eval(), (example,))
    with quietly():
        return openvino.convert_model(program)
