"""The trainings of a plan in MLflow, for those who look at their experiments there."""

import csv
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scuff.bench.mlflow_address import knock_at, without_password
from scuff.bench.plan import Trial
from scuff.bench.results import Result
from scuff.core.errors import ScuffError
from scuff.core.picture import sha256
from scuff.training.history import HISTORY
from scuff.training.run import CHECKPOINT, load_run

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
"""MLflow tells its makers nothing."""

PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "PGCONNECT_TIMEOUT": "10"}
"""The patience of MLflow and of PostgreSQL's client, which is minutes by itself; what a user sets stays."""

TAG = "checkpoint_sha256"
"""By which a training is known again: another training of the same name is another one."""

WHOLE_NUMBERS = ("epoch", "step")

MOST_METRICS = 1000
"""That MLflow takes at once."""


class Tracker:
    """Writes trainings that are done into an MLflow experiment, each once."""

    def __init__(self, uri: str, experiment: str) -> None:
        """Connect.

        Args:
            uri: Of a server (``http://…``), or of a database, as in ``sqlite:///runs.db``.
            experiment: Its name; made if it is new.

        Raises:
            ScuffError: MLflow is not installed, or nobody answers.
        """
        os.environ.update(QUIET)
        for name, value in PATIENCE.items():
            os.environ.setdefault(name, value)
        try:
            import mlflow
        except ModuleNotFoundError as error:
            raise ScuffError(
                f"--mlflow needs the package {error.name!r}; install it with: pip install 'scuff[mlflow]'"
            ) from error
        self._uri, self._mlflow = uri, mlflow
        with self._explained():
            self._client: Any = mlflow.MlflowClient(uri)
            found = self._client.get_experiment_by_name(experiment)
            self._experiment = found.experiment_id if found else self._client.create_experiment(experiment)

    def log(self, result: Result, folder: Path) -> None:
        """Write one training with its settings, its course and its figures, unless that was done before.

        Raises:
            ScuffError: Nobody answers any more.
        """
        with self._explained():
            tags = {TAG: sha256(folder / CHECKPOINT)} | _comparable(folder)
            if not self._is_logged(tags[TAG]):
                self._log(result, folder, tags)

    def _is_logged(self, checkpoint: str) -> bool:
        """Whether a training is there; what was cut short while it was written is removed."""
        runs = self._client.search_runs([self._experiment], f"tags.{TAG} = '{checkpoint}'")
        unfinished = [run.info.run_id for run in runs if run.info.status != "FINISHED"]
        for run_id in unfinished:
            self._client.delete_run(run_id)
        return len(unfinished) < len(runs)

    def _log(self, result: Result, folder: Path, tags: dict[str, str]) -> None:
        kinds, now = self._mlflow.entities, int(time.time() * 1000)
        lines = enumerate(_course(folder / HISTORY), 1)
        metrics = [kinds.Metric(name, value, now, epoch) for epoch, line in lines for name, value in line.items()]
        figures = {name: figure for name, figure in result.figures.items() if figure is not None}
        metrics += [kinds.Metric(f"test/{name}", figure, now, 0) for name, figure in figures.items()]
        params = [kinds.Param(key, str(value)) for key, value in _parameters(result.trial).items()]
        run = self._client.create_run(self._experiment, run_name=result.trial.name, tags=tags).info.run_id
        self._client.log_batch(run, params=params)
        for first in range(0, len(metrics), MOST_METRICS):
            self._client.log_batch(run, metrics[first : first + MOST_METRICS])
        self._client.set_terminated(run)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """See that somebody answers, and say in words what goes wrong then."""
        try:
            knock_at(self._uri)
            yield
        except Exception as error:  # MLflow and its databases raise dozens of unrelated types
            problem = without_password(f"{self._uri}: cannot be used ({error})", self._uri)
            raise ScuffError(f"--mlflow {problem}; what is done without it is written later") from error


def _comparable(folder: Path) -> dict[str, str]:
    """What two trainings must have in common, that their figures can be compared; as the tags of a run."""
    record = load_run(folder).record
    cut = record.patch_record
    return {
        "catalogue_sha256": cut.catalogue_sha256,
        "split_sha256": cut.split_sha256,
        "scuff": record.scuff,
        "commit": record.commit,
    }


def _parameters(trial: Trial) -> dict[str, object]:
    settings: dict[str, object] = {"network": trial.network, "loss": trial.loss, "seed": trial.seed}
    settings |= dict(setting.split("=", 1) for setting in trial.settings)
    return settings | {f"training.{key}": value for key, value in trial.recipe.training.model_dump().items()}


def _course(table: Path) -> list[dict[str, float]]:
    with table.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    return [{name: float(text) for name, text in line.items() if text and name not in WHOLE_NUMBERS} for line in lines]
