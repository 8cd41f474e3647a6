"""Arithmetic: which number type trains fastest here, and what must stay in 32 bit."""

import ctypes
import sys
from typing import Literal

import torch
from torch import Tensor, nn

from scuff.core.errors import RecipeError

Device = Literal["cpu", "cuda"]
Precision = Literal["fp32", "bf16"]


def choose_device(wanted: Literal["auto", "cpu", "gpu"]) -> Device:
    """Say where to compute; auto takes a GPU where there is one.

    Raises:
        RecipeError: A GPU is asked for, and torch sees none.
    """
    if wanted == "gpu" and not torch.cuda.is_available():
        raise RecipeError("--accelerator gpu: torch sees no GPU on this machine; leave the option out, or say cpu")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def choose_precision(wanted: Literal["auto", "fp32", "bf16"], device: Device) -> Precision:
    """Say what to compute in; auto takes bf16 where the hardware multiplies it natively.

    Args:
        wanted: As the recipe says.
        device: Where to compute.
    """
    if wanted != "auto":
        return wanted
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    capability = torch.cpu.get_capabilities()
    return "bf16" if capability.get("amx_bf16") or capability.get("avx512_bf16") else "fp32"


class _Conv2dFp32(nn.Conv2d):
    """A convolution that stays in 32 bit under autocast."""

    def forward(self, input: Tensor) -> Tensor:
        with torch.autocast(input.device.type, enabled=False):
            return super().forward(input.float())


def keep_depthwise_fp32(network: nn.Module) -> None:
    """Keep depthwise convolutions in 32 bit on a CPU, whose bf16 depthwise backward pass is slow.

    Measured with EfficientNet-B0: 9.3 pictures per second instead of 7.1. Names and values of the weights stay.
    """
    for module in network.modules():
        if type(module) is nn.Conv2d and module.groups == module.in_channels > 1:
            module.__class__ = _Conv2dFp32


def keep_large_blocks() -> bool:
    """Ask glibc to keep large freed blocks for the next step instead of returning them to the system.

    Every training step allocates the same activations; giving their pages back and faulting them in again takes
    up to half of the time on a CPU.

    Returns:
        Whether the C library could be asked (False on other systems, where nothing changes).
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    m_trim_threshold, m_top_pad, m_mmap_max, m_arena_max = -1, -2, -4, -8
    settings = ((m_trim_threshold, -1), (m_top_pad, 64 * 2**20), (m_mmap_max, 0), (m_arena_max, 1))
    return all(mallopt(key, value) == 1 for key, value in settings)
