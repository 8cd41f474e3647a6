"""Squeeze-and-excitation that looks around each place, so that a network scores tiles of any size alike.

The gate of a squeeze-and-excitation block is made of the mean over the whole input. A network trained on patches of 384
pixels has only ever seen means over 384 pixels; on a wider tile it scores otherwise, and worse. With the mean over a
window of the training size around each place, wide strips score as patches did.
"""

import copy
from collections.abc import Callable

import torch
from timm.layers.squeeze_excite import SEModule
from timm.models._efficientnet_blocks import SqueezeExcite
from torch import Tensor, nn

from scuff.nets.encoder import STRIDES
from scuff.nets.unet import SurfaceUNet

CELL_PX = STRIDES[-1]
"""Gates are the same within cells of this many pixels, as coarse as the deepest features."""


def localised(network: SurfaceUNet, tile_px: int) -> SurfaceUNet:
    """Give a copy of a trained network whose gates look at windows of the training size.

    Args:
        network: A trained one; one without squeeze-and-excitation comes back as it is.
        tile_px: Side of the patches it was trained on; a multiple of 32.
    """
    copied = copy.deepcopy(network).eval()
    strides = _strides(copied, tile_px)
    for name, stride in strides.items():
        parent, _, child = name.rpartition(".")
        gate = copied.get_submodule(name)
        setattr(copied.get_submodule(parent), child, LocalGate(gate, CELL_PX // stride, tile_px // CELL_PX))
    return copied


def _strides(network: SurfaceUNet, tile_px: int) -> dict[str, int]:
    """The names of the gates, and at which stride each works."""
    found: dict[str, int] = {}

    def note(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def hook(module: nn.Module, given: tuple[Tensor, ...]) -> None:
            found[name] = tile_px // given[0].shape[-1]

        return hook

    gates = [(name, module) for name, module in network.named_modules() if isinstance(module, SqueezeExcite | SEModule)]
    hooks = [module.register_forward_pre_hook(note(name)) for name, module in gates]
    with torch.no_grad():
        network(torch.zeros(1, 3, tile_px, tile_px))
    for hook in hooks:
        hook.remove()
    return found


class LocalGate(nn.Module):
    """One squeeze-and-excitation block with a window."""

    def __init__(self, gate: nn.Module, cell: int, window: int) -> None:
        """Take over a block.

        Args:
            gate: The block as it was trained.
            cell: Side of a cell, in pixels of the features it works on.
            window: Side of the window, in cells; taken as the next odd number, so that it has a middle.
        """
        super().__init__()
        self.cell, self.window = cell, window | 1
        efficient = isinstance(gate, SqueezeExcite)
        names = ("conv_reduce", "act1", "conv_expand", "gate") if efficient else ("fc1", "bn", "act", "fc2", "gate")
        self.excite = nn.Sequential(*(gate.get_submodule(name) for name in names))

    def forward(self, x: Tensor) -> Tensor:
        """N×C×h×w in and out; at the border of the input the window is cut off."""
        cells = nn.functional.avg_pool2d(x, self.cell) if self.cell > 1 else x
        reach = self.window // 2
        # The mean over a rectangle is the mean of the means of its rows, and far fewer additions.
        squeezed = nn.functional.avg_pool2d(cells, (self.window, 1), 1, (reach, 0), count_include_pad=False)
        squeezed = nn.functional.avg_pool2d(squeezed, (1, self.window), 1, (0, reach), count_include_pad=False)
        gates = self.excite(squeezed)
        if self.cell > 1:
            gates = nn.functional.interpolate(gates, scale_factor=self.cell, mode="nearest")
        y: Tensor = x * gates
        return y
