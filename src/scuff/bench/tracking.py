"""The trainings of a plan in MLflow, for those who look at their experiments there."""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scuff.bench.plan import Trial
from scuff.bench.results import Result
from scuff.core.errors import ScuffError
from scuff.core.picture import sha256
from scuff.training.history import HISTORY
from scuff.training.run import CHECKPOINT

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
"""MLflow tells its makers nothing."""

TAG = "checkpoint_sha256"
"""By which a training is known again: another training of the same name is another one."""

WHOLE_NUMBERS = ("epoch", "step")


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
        try:
            import mlflow
        except ModuleNotFoundError as error:
            raise ScuffError(
                f"--mlflow needs the package {error.name!r}; install it with: pip install 'scuff[mlflow]'"
            ) from error
        self._uri = uri
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
            self._log(result, folder, sha256(folder / CHECKPOINT))

    def _log(self, result: Result, folder: Path, checkpoint: str) -> None:
        known = f"tags.{TAG} = '{checkpoint}' and attributes.status = 'FINISHED'"
        if self._client.search_runs([self._experiment], known):
            return
        run = self._client.create_run(self._experiment, run_name=result.trial.name, tags={TAG: checkpoint}).info.run_id
        for key, value in _parameters(result.trial).items():
            self._client.log_param(run, key, value)
        for epoch, line in enumerate(_course(folder / HISTORY), 1):
            for name, value in line.items():
                self._client.log_metric(run, name, value, step=epoch)
        for name, figure in result.figures.items():
            if figure is not None:
                self._client.log_metric(run, f"test/{name}", figure)
        self._client.set_terminated(run)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # MLflow and its databases raise dozens of unrelated types
            raise ScuffError(f"--mlflow {self._uri}: cannot be used ({error})") from error


def _parameters(trial: Trial) -> dict[str, object]:
    settings: dict[str, object] = {"network": trial.network, "loss": trial.loss, "seed": trial.seed}
    settings |= dict(setting.split("=", 1) for setting in trial.settings)
    return settings | {f"training.{key}": value for key, value in trial.recipe.training.model_dump().items()}


def _course(table: Path) -> list[dict[str, float]]:
    with table.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    return [{name: float(text) for name, text in line.items() if text and name not in WHOLE_NUMBERS} for line in lines]
