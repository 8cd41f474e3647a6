"""What one training gets of a machine, so that as many run on each at a time as shall."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEPS = 10_000
"""Ray counts cores and GPUs in ten-thousandths; it rounds to the next, which three thirds of a GPU must not exceed."""

NO_MACHINE = [{"CPU": 1.0}]
"""What is waited for where a cluster has no machine that works."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one training gets of a machine.

    Attributes:
        cores: CPU cores, or the share of one.
        gpus: GPUs, or the share of one.
        memory: Bytes.
    """

    cores: float
    gpus: float
    memory: int

    @property
    def threads(self) -> int:
        """Threads that a training may compute with."""
        return max(1, int(self.cores))

    def fits(self, node: Mapping[str, float]) -> bool:
        """Whether a machine has as much, when nothing else runs on it."""
        return (
            self.cores <= node.get("CPU", 0)
            and self.gpus <= node.get("GPU", 0)
            and self.memory <= node.get("memory", 0)
        )

    def __str__(self) -> str:
        gpus = f"{self.gpus:g} GPU, " if self.gpus else ""
        return f"{gpus}{self.cores:g} CPU and {self.memory / 2**30:.1f} GiB of memory"


def share_of(nodes: Sequence[Mapping[str, float]], at_once: int | None = None) -> Share:
    """Say what a training gets: the same on every machine, since Ray knows only one share for all.

    Two trainings on the same cores are far slower than one after the other, so the smallest machine without a GPU runs
    one at a time, and a larger one as many as have the same share there. With GPUs a machine runs one on each. Where
    any machine has a GPU, those without do none of the work.

    Args:
        nodes: What the machines have, as ``core.ray_cluster.living_nodes`` gives it.
        at_once: Trainings at the same time, instead, on the machine of the fewest GPUs; others run the more, the more
            GPUs they have.
    """
    working = [node for node in nodes if node.get("GPU")] or nodes or NO_MACHINE
    gpus = [int(node.get("GPU", 0)) for node in working]
    fewest = max(1, min(gpus))
    at_least = at_once or fewest
    # Of a machine with many GPUs and few cores for each, a share of its own would leave GPUs idle: hence the minima.
    counts = [at_least * max(1, count) / fewest for count in gpus]
    cores = min(node["CPU"] / count for node, count in zip(working, counts, strict=True))
    memory = min(node.get("memory", 0) / count for node, count in zip(working, counts, strict=True))
    gpu = 1 / math.ceil(at_least / fewest) if min(gpus) else 0
    return Share(_steps(cores), _steps(gpu), int(memory))


def _steps(share: float) -> float:
    # The small amount is for quotients such as 0.29, which 0.29 * STEPS falls short of.
    return math.floor(share * STEPS + 1e-6) / STEPS
