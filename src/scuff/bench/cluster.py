"""The trainings of a plan, spread over the machines of a Ray cluster; this machine alone is one, too."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from scuff.bench.share import Share, share_of
from scuff.bench.task import Task, is_done, note_failure, run_task
from scuff.core.ray_cluster import connected, living_nodes

RETRIES = 4
"""Times that a training is begun again after its process or its machine died; each goes on where it stood."""

TICK_S = 1.0
"""How often states are shown while trainings run, in seconds."""


def run_tasks(
    tasks: Sequence[Task],
    address: str,
    at_once: int | None = None,
    tick: Callable[[], object] = lambda: None,
    say: Callable[[str], object] = lambda _: None,
) -> dict[str, str]:
    """Run trainings, and wait for all of them.

    A training whose process or machine dies goes on elsewhere after its last finished epoch. Stopping this function
    stops them all; they can be run again, and go on likewise.

    Args:
        tasks: The trainings.
        address: Of the cluster, see ``core.ray_cluster``.
        at_once: Trainings on a machine at the same time; see ``share_of``.
        tick: Called about once a second, and at the end.
        say: Told, once, when there is no machine any more on which a training could run; they wait for one.

    Returns:
        What went wrong, by the name of the training; without those where nothing did.

    Raises:
        ScuffError: Ray is not installed, or no cluster answers.
    """
    os.environ.setdefault("RAY_task_oom_retries", str(RETRIES))
    with connected(address) as ray:
        share = share_of(living_nodes(ray), at_once)
        # One training to a process: what torch has taken of a GPU or of memory is given back only at its end.
        run: Any = ray.remote(max_calls=1)(run_task).options(
            num_cpus=share.cores, num_gpus=share.gpus, memory=share.memory, max_retries=RETRIES
        )
        waiting = {run.remote(task, share.threads): task for task in tasks}
        problems, possible = dict[str, str](), True
        while waiting:
            finished, _ = ray.wait(list(waiting), num_returns=1, timeout=TICK_S)
            for reference in finished:
                task = waiting.pop(reference)
                if problem := _problem(ray, reference, task):
                    problems[task.trial.name] = problem
            tick()
            was_possible, possible = possible, any(map(share.fits, living_nodes(ray)))
            if waiting and was_possible and not possible:
                say(_no_machine(share))
    return problems


def _no_machine(share: Share) -> str:
    return (
        f"No machine of the cluster is left on which a training can run: each takes {share}. They go on when such a "
        "machine joins it; for machines of another kind, stop with Ctrl-C and give the same command again"
    )


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
