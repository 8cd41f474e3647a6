"""Runs a network in torch on tiles, with the interface that inspection gives its runtimes."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from scuff.nets.unet import probabilities


class TorchRuntime:
    """The reference that exported networks are compared with; computes in 32 bit."""

    def __init__(self, network: nn.Module, device: str | torch.device = "cpu") -> None:
        """Take a network.

        Args:
            network: Gives N×K×H×W logits of N×3×H×W pixels in [0, 255]; is put into evaluation mode.
            device: Where to compute.
        """
        self._device = torch.device(device)
        self._network = network.eval().to(self._device).to(memory_format=torch.channels_last)

    def scores(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score B×H×W×3 tiles; gives B×C×H×W probabilities of the defect classes."""
        pixels = torch.tensor(tiles, device=self._device).permute(0, 3, 1, 2)  # to B×3×H×W
        # On a GPU, cuDNN would round the factors of convolutions to 10 bits unless told not to.
        with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            scores = probabilities(self._network(pixels)).float().contiguous()
        return np.asarray(scores.cpu().numpy())
