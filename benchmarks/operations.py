"""What a network asks of a processor."""

import torch
from torch import nn


def multiplications(network: nn.Module, tile_px: int) -> int:
    """Multiplications (each with an addition) of the convolutions of a network, for one tile."""
    counted = 0

    def count(module: nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal counted
        if isinstance(module, nn.ConvTranspose2d):
            taps = module.kernel_size[0] * module.kernel_size[1] // (module.stride[0] * module.stride[1])
            counted += output[0].numel() * module.in_channels * taps
        elif isinstance(module, nn.Conv2d):
            counted += output[0].numel() * module.weight[0].numel()

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    with torch.no_grad():
        network(torch.zeros(1, 3, tile_px, tile_px))
    for hook in hooks:
        hook.remove()
    return counted
