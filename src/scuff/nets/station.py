"""A network as a station runs it: camera pixels in, bytes out, nothing left to be done outside of it."""

import torch
from torch import Tensor, nn

from scuff.nets.unet import SurfaceUNet

FULL = 254
"""The byte of score 1."""

INVALID = 255
"""The byte of what is no number, which must never look like sound metal."""


class StationNetwork(nn.Module):
    """Normalisation before, scores after: what an exported network is, and what the reference runs in torch.

    Letters: B tiles, H×W pixels, h×w pixels of the score map (H×W, or half of it where the head is at half
    resolution), K planes: the score, and with several classes the value of the likeliest one.
    """

    def __init__(self, network: SurfaceUNet) -> None:
        """Take a trained network."""
        super().__init__()
        self.network = network

    def forward(self, tiles: Tensor) -> Tensor:
        """B×H×W×3 bytes become B×K×h×w bytes: round(254·p), or 255 where p is no number."""
        logits = self.network.coarse(tiles.permute(0, 3, 1, 2))
        if logits.shape[1] == 1:
            return _byte(logits.sigmoid())
        shares = logits.softmax(dim=1)
        label = shares[:, 1:].argmax(dim=1, keepdim=True) + 1
        return torch.cat((_byte(1 - shares[:, :1]), label.to(torch.uint8)), dim=1)


def _byte(shares: Tensor) -> Tensor:
    scaled = (shares * FULL).round()
    return torch.where(scaled == scaled, scaled, INVALID).to(torch.uint8)
