"""How many processes prepare patches: a GPU must not wait for them, and on a CPU they would take training's cores."""

import os

import torch

from scuff.training.precision import Device

MOST = 8
"""Two more than kept a GPU busy with a small network, see docs/benchmarks.md."""


def choose_workers(asked: int | None, device: Device, cores: int) -> int:
    """Say how many processes prepare patches.

    Args:
        asked: What the recipe says; ``None``: nothing.
        device: Where training computes.
        cores: That training may use, on a GPU too.
    """
    if asked is not None:
        return asked
    return 0 if device == "cpu" else max(1, min(MOST, cores - 1))


def cores_for(processes: int) -> int:
    """Cores that each of some processes that train together on this machine may use.

    PyTorch's number of threads says what a plan gives a training of its own; torchrun and Lightning set it as they
    like where there are several.
    """
    if processes == 1:
        return torch.get_num_threads()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // processes)
