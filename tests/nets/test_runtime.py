import numpy as np
import torch
from torch import Tensor, nn

from scuff.nets.runtime import TorchRuntime


class Echo(nn.Module):
    """Gives each channel of a pixel as the logit of a class, the first being sound metal's."""

    def forward(self, pixels: Tensor) -> Tensor:
        return pixels.float()


def test_axes_and_classes() -> None:
    tiles = np.zeros((2, 4, 5, 3), np.uint8)
    tiles[1, 3, 4] = (0, 200, 0)
    scores = TorchRuntime(Echo()).scores(tiles)
    assert scores.shape == (2, 2, 4, 5)
    assert scores.dtype == np.float32
    assert scores[1, :, 3, 4].tolist() == [1.0, 0.0]
    np.testing.assert_allclose(scores[0], 1 / 3, atol=1e-6)


def test_gives_no_gradients_and_leaves_training_mode() -> None:
    network = Echo().train()
    TorchRuntime(network).scores(np.zeros((1, 2, 2, 3), np.uint8))
    assert not network.training
    assert torch.is_grad_enabled()
