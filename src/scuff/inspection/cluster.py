"""The frames of a run inspected by the machines of a Ray cluster."""

import json
import logging
import os
import platform
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import open_bundle
from scuff.core.errors import ScuffError
from scuff.core.ray_cluster import connected, import_part, living_nodes
from scuff.core.whole_file import PART
from scuff.inspection.lanes import run_lanes
from scuff.inspection.pipeline import Inspector
from scuff.inspection.records import TABLE, Terms
from scuff.inspection.run import Job, inspect_frame
from scuff.inspection.sources import Source

MOST_FRAMES_PER_TASK = 64
"""A task that is repeated passes over what is done, so that more would do no harm but make the progress jump."""

TASKS_PER_WORKER = 8
"""At least, where there are frames enough: no worker shall be left alone with much at the end."""


class Worker:
    """Inspects frames on one machine of a cluster."""

    def __init__(self, job: Job, token: str) -> None:
        """Begin; all else waits for the first frames, because Ray tries an actor that cannot begin again for ever.

        Args:
            job: Of the run; all its paths are the same on every machine.
            token: A file in the folder for the outputs, by which it knows that this is the driver's folder.
        """
        self._job = job
        self._token = token
        self._inspector: Inspector | None = None

    def __call__(self, batch: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Inspect some frames.

        Args:
            batch: N paths (as bytes), files, frames and so on; see ``Source``.

        Returns:
            N times whether a frame was inspected now (``inspected``), and no ``problem``; or else one problem that a
            user can act on, in words.
        """
        try:
            inspected = self._inspect(_sources(batch))
        except ScuffError as error:
            return {"inspected": np.zeros(1, bool), "problem": np.array([str(error)])}
        return {"inspected": np.array(inspected, bool), "problem": np.array([""] * len(inspected))}

    def _inspect(self, sources: Sequence[Source]) -> list[bool]:
        if self._inspector is None:
            self._inspector = self._begin()
        inspected: list[bool] = []
        run_lanes(
            partial(inspect_frame, self._inspector, self._job),
            sources,
            self._job.recipe.inspection.lanes,
            inspected.append,
        )
        return inspected

    def _begin(self) -> Inspector:
        """Load the network; make sure that this machine has what the one that gave the job has."""
        job, here = self._job, platform.node()
        if not (job.out / self._token).is_file():
            raise ScuffError(
                f"--out {job.out}: on {here}, a machine of the cluster, this is another folder or none; name one that "
                "all machines share, at the same path"
            )
        inspector = Inspector(open_bundle(job.bundle.folder), job.recipe)
        if Terms.of(inspector, job.terms.pictures) != job.terms:
            raise ScuffError(
                f"{job.bundle.folder}: on {here}, a machine of the cluster, this is another bundle, or another scuff; "
                "make them the same"
            )
        return inspector


def run_on_cluster(job: Job, sources: Sequence[Source], address: str, done: Callable[[bool], object]) -> None:
    """Inspect frames on a Ray cluster.

    One worker takes as many cores as the smallest machine has. What a worker or a machine that dies leaves undone,
    another one does; what it had finished is not inspected again.

    Args:
        job: Of the run.
        sources: The frames.
        address: ``auto`` (the cluster that this machine belongs to), ``local`` (this machine alone) or ``HOST:PORT``.
        done: Called for each frame, with whether it was inspected now.

    Raises:
        ScuffError: Ray is not installed, no cluster answers, or its machines lack something.
    """
    token = f".{TABLE}.{secrets.token_hex(4)}{PART}"
    with connected(address) as ray, _present(job.out / token):
        batches = _inspected(ray, job, token, sources).iter_batches(batch_size=None, batch_format="numpy")
        for batch in batches:
            for inspected, problem in zip(batch["inspected"], batch["problem"], strict=True):
                if problem:
                    raise ScuffError(str(problem))
                done(bool(inspected))


@contextmanager
def _present(path: Path) -> Iterator[None]:
    """Have an empty file for a while."""
    path.touch()
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _inspected(ray: Any, job: Job, token: str, sources: Sequence[Source]) -> Any:
    """Describe the work to Ray Data; it begins when somebody takes what comes out."""
    data = import_part("ray.data")
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    cores = [int(node["CPU"]) for node in living_nodes(ray)]
    smallest = min(cores, default=1)
    workers = sum(count // smallest for count in cores) or 1
    size = max(1, min(MOST_FRAMES_PER_TASK, len(sources) // (workers * TASKS_PER_WORKER)))
    tasks = [_table(sources[start : start + size]) for start in range(0, len(sources), size)]
    return data.from_arrow(tasks).map_batches(
        Worker,
        fn_constructor_args=(job, token),
        batch_size=None,
        compute=data.ActorPoolStrategy(min_size=1, max_size=workers),
        num_cpus=smallest,
    )


def _table(sources: Sequence[Source]) -> Any:
    columns = {
        "path": [os.fsencode(source.path) for source in sources],
        "file": [source.file for source in sources],
        "frame": [source.frame for source in sources],
        "also": [json.dumps([os.fspath(path) for path in source.also]) for source in sources],
        "problem": [source.problem for source in sources],
    }
    return import_part("pyarrow").table(columns)


def _sources(batch: dict[str, NDArray[Any]]) -> list[Source]:
    """What ``_table`` made of them, turned back."""
    return [
        Source(Path(os.fsdecode(path)), str(file), str(frame), tuple(map(Path, json.loads(str(also)))), str(problem))
        for path, file, frame, also, problem in zip(
            *(batch[column] for column in ("path", "file", "frame", "also", "problem")), strict=True
        )
    ]
