"""The trainings of a plan, spread over the machines of a Ray cluster; this machine alone is one, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scuff.bench.task import Task, run_task
from scuff.core.ray_cluster import connected, smallest_node

ATTEMPTS = 4
"""Times that a training is begun again after its process or its machine died; each goes on where it stood."""

TICK_S = 1.0
"""How often states are shown while trainings run, in seconds."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one training gets of a machine.

    Attributes:
        cores: CPU cores.
        gpus: GPUs, or the share of one.
        memory: Bytes.
    """

    cores: int
    gpus: float
    memory: int


def share_of(node: dict[str, float], at_once: int | None = None) -> Share:
    """Say what a training gets of a machine.

    Two trainings on the same cores are far slower than one after the other, so a machine without a GPU runs one at a
    time; with GPUs it runs one on each, which share cores and memory.

    Args:
        node: What the machine has, as Ray calls it.
        at_once: Trainings on it at the same time, instead.
    """
    gpus = int(node.get("GPU", 0))
    count = at_once or max(1, gpus)
    cores = max(1, int(node["CPU"]) // count)
    return Share(cores, min(1.0, gpus / count), int(node.get("memory", 0)) // count)


def run_tasks(
    tasks: Sequence[Task], address: str, at_once: int | None = None, tick: Callable[[], object] = lambda: None
) -> dict[str, str]:
    """Run trainings, and wait for all of them.

    A training whose process or machine dies goes on elsewhere after its last finished epoch. Stopping this function
    stops them all; they can be run again, and go on likewise.

    Args:
        tasks: The trainings.
        address: Of the cluster, see ``core.ray_cluster``.
        at_once: Trainings on a machine at the same time; ``None``: as ``share_of`` says.
        tick: Called about once a second, and at the end.

    Returns:
        What went wrong, by the name of the training; without those where nothing did.

    Raises:
        ScuffError: Ray is not installed, or no cluster answers.
    """
    with connected(address) as ray:
        share = share_of(smallest_node(ray), at_once)
        run: Any = ray.remote(run_task).options(
            num_cpus=share.cores, num_gpus=share.gpus, memory=share.memory, max_retries=ATTEMPTS
        )
        waiting = {run.remote(task, share.cores): task.cell.name for task in tasks}
        problems: dict[str, str] = {}
        while waiting:
            finished, _ = ray.wait(list(waiting), num_returns=1, timeout=TICK_S)
            for reference in finished:
                problem = _outcome(ray, reference)
                name = waiting.pop(reference)
                if problem:
                    problems[name] = problem
            tick()
    return problems


def _outcome(ray: Any, reference: Any) -> str:
    """What a training says went wrong; or that its process died again and again."""
    try:
        return str(ray.get(reference))
    except ray.exceptions.RayError as error:
        return f"its process or its machine died {ATTEMPTS + 1} times ({type(error).__name__})"
