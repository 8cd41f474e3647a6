"""The trainings of a plan, spread over the machines of a Ray cluster; this machine alone is one, too."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scuff.bench.task import Task, is_done, note_failure, run_task
from scuff.core.ray_cluster import connected, smallest_node

RETRIES = 4
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


def share_of(node: Mapping[str, float], at_once: int | None = None) -> Share:
    """Say what a training gets of a machine.

    Two trainings on the same cores are far slower than one after the other, so a machine without a GPU runs one at a
    time; with GPUs it runs one on each, which share cores and memory.

    Args:
        node: What the smallest machine has, as ``core.ray_cluster.smallest_node`` gives it.
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
    os.environ.setdefault("RAY_task_oom_retries", str(RETRIES))
    with connected(address) as ray:
        share = share_of(smallest_node(ray), at_once)
        # One training to a process: what torch has taken of a GPU or of memory is given back only at its end.
        run: Any = ray.remote(max_calls=1)(run_task).options(
            num_cpus=share.cores, num_gpus=share.gpus, memory=share.memory, max_retries=RETRIES
        )
        waiting = {run.remote(task, share.cores): task for task in tasks}
        problems: dict[str, str] = {}
        while waiting:
            finished, _ = ray.wait(list(waiting), num_returns=1, timeout=TICK_S)
            for reference in finished:
                task = waiting.pop(reference)
                if problem := _problem(ray, reference, task):
                    problems[task.trial.name] = problem
            tick()
    return problems


def _problem(ray: Any, reference: Any, task: Task) -> str:
    """What went wrong with a training, in words; empty if it has its figures, where this machine sees them."""
    try:
        problem = str(ray.get(reference))
    except ray.exceptions.RayTaskError as error:
        return note_failure(task.folder, f"it could not be run: {error.cause}")
    except ray.exceptions.RayError as error:
        return note_failure(
            task.folder, f"its process or its machine died {RETRIES + 1} times ({type(error).__name__})"
        )
    if problem or is_done(task.folder):
        return problem
    return f"it ended well, but {task.folder} has no figures here; name an --out that all machines share"
