"""Sums and normalisation over all processes of a distributed training, so that it computes what a single one would.

A batch is divided over the processes. Losses that are fractions of sums, and batch normalisation, would see a part of
the batch in each process, and mean something else with every number of processes; here they see all of it.
"""

from typing import Any

import torch
import torch.distributed as dist
from timm.layers.norm_act import BatchNormAct2d
from torch import Tensor, nn


def processes() -> int:
    """Number of processes that train together; 1 where nothing is distributed."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def summed(values: Tensor) -> Tensor:
    """Add what all processes have; gradients go back to each of them."""
    if processes() == 1:
        return values
    added: Tensor = _Sum.apply(values)
    return added


class _Sum(torch.autograd.Function):
    """The sum over processes. Each of them gives its loss to all others' values, so gradients are summed as well."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        added = values.clone()
        dist.all_reduce(added)
        return added

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        added = gradient.clone()
        dist.all_reduce(added)
        return added


class SharedBatchNorm(nn.BatchNorm2d):
    """Batch normalisation over the batches of all processes, on any device; torch's own needs a GPU."""

    def forward(self, input: Tensor) -> Tensor:
        """N×C×h×w in and out."""
        return _normalised(self, input) if self.training and processes() > 1 else super().forward(input)


class SharedBatchNormAct(BatchNormAct2d):
    """The same for the normalisations of timm that have an activation built in."""

    def forward(self, x: Tensor) -> Tensor:
        """N×C×h×w in and out."""
        shared = self.training and processes() > 1
        y: Tensor = self.act(self.drop(_normalised(self, x) if shared else nn.BatchNorm2d.forward(self, x)))
        return y


def share_batch_norms(network: nn.Module) -> None:
    """Let a network normalise over the batches of all processes; names and values of its weights stay."""
    for module in network.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = SharedBatchNorm
        elif type(module) is BatchNormAct2d:
            module.__class__ = SharedBatchNormAct


def _normalised(norm: nn.BatchNorm2d, given: Tensor) -> Tensor:
    """Normalise N×C×h×w by the statistics of all processes, and keep these as torch does."""
    x = given.float()
    over = (0, 2, 3)
    count = summed(x.new_tensor(float(x[:, 0].numel())))
    mean = summed(x.sum(over)) / count
    centred = x - mean[:, None, None]
    # Not as the mean of squares less the square of the mean, which rounding can make negative.
    variance = summed((centred * centred).sum(over)) / count
    _remember(norm, mean.detach(), variance.detach() * count / (count - 1))
    scale = norm.weight * torch.rsqrt(variance + norm.eps)
    y = centred * scale[:, None, None] + norm.bias[:, None, None]
    return y.to(given.dtype)


def _remember(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Update the running statistics; without a momentum they are the average of all batches so far."""
    if norm.running_mean is None or norm.running_var is None or norm.num_batches_tracked is None:
        return
    norm.num_batches_tracked += 1
    share = 1 / int(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    norm.running_mean.lerp_(mean, share)
    norm.running_var.lerp_(variance, share)
