"""Sums and normalisation over all processes of a distributed training, so that it computes what a single one would.

A batch is divided over the processes. Losses that are fractions of sums, and batch normalisation, would see a part of
the batch in each process, and mean something else with every number of processes; here they see all of it.
"""

import torch
import torch.distributed as dist
from timm.layers import BatchNormAct2d
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce


def processes() -> int:
    """Number of processes that train together; 1 where nothing is distributed."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def summed(values: Tensor) -> Tensor:
    """Add what all processes have; gradients go back to each of them."""
    if processes() == 1:
        return values
    added: Tensor = all_reduce(values)  # type: ignore[no-untyped-call]
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
        if not self.training or processes() == 1:
            whole: Tensor = super().forward(x)
            return whole
        y: Tensor = self.act(self.drop(_normalised(self, x)))
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
    channels = x.shape[1]
    own = torch.cat((x.sum((0, 2, 3)), (x * x).sum((0, 2, 3)), x.new_tensor([x.numel() / channels])))
    sums = summed(own)
    count = sums[-1].detach()
    mean = sums[:channels] / count
    variance = sums[channels:-1] / count - mean * mean
    for kept, new in ((norm.running_mean, mean), (norm.running_var, variance * count / (count - 1))):
        if kept is not None:
            kept.lerp_(new.detach(), norm.momentum or 0.0)
    if norm.num_batches_tracked is not None:
        norm.num_batches_tracked += 1
    scale = norm.weight * torch.rsqrt(variance + norm.eps)
    y = x * scale[:, None, None] + (norm.bias - mean * scale)[:, None, None]
    return y.to(given.dtype)
