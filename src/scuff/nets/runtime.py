"""Runs a network in torch on tiles, with the interface that inspection gives its runtimes."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from scuff.nets.station import StationNetwork
from scuff.nets.unet import SurfaceUNet


class TorchRuntime:
    """The reference that exported networks are compared with; computes in 32 bit."""

    def __init__(self, network: SurfaceUNet, device: str | torch.device = "cpu") -> None:
        """Take a network.

        Args:
            network: A trained one; is put into evaluation mode.
            device: Where to compute.
        """
        self._device = torch.device(device)
        self._network = StationNetwork(network).eval().to(self._device).to(memory_format=torch.channels_last)
        self.planes, self.step = network.planes, network.step

    @property
    def name(self) -> str:
        """Library, device and arithmetic."""
        return f"torch {torch.__version__} on {self._device}, arithmetic f32"

    def score(self, tiles: Iterable[NDArray[np.uint8]], take: Callable[[int, NDArray[np.uint8]], object]) -> None:
        """Score H×W×3 tiles one after the other; ``take`` gets the number of each and its K×h×w bytes."""
        for number, tile in enumerate(tiles):
            pixels = torch.tensor(tile, device=self._device)[None]
            # On a GPU, cuDNN would round the factors of convolutions to 10 bits unless told not to.
            with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
                scores = self._network(pixels)[0]
            take(number, np.asarray(scores.cpu().numpy()))
