"""The trainings of a plan in MLflow, for those who look at their experiments there."""

import csv
import os
from pathlib import Path
from typing import Any

from scuff.bench.plan import Cell
from scuff.bench.results import Result
from scuff.core.errors import ScuffError
from scuff.training.history import HISTORY

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
"""MLflow tells its makers nothing."""

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
        self._client: Any = mlflow.MlflowClient(uri)
        try:
            found = self._client.get_experiment_by_name(experiment)
            self._experiment = found.experiment_id if found else self._client.create_experiment(experiment)
        except Exception as error:  # MLflow and its database raise dozens of unrelated types
            raise ScuffError(f"--mlflow {uri}: cannot be used ({error})") from error

    def log(self, result: Result, folder: Path) -> None:
        """Write one training with its settings, its course and its figures, unless that was done before."""
        cell = result.cell
        if self._client.search_runs([self._experiment], f"tags.`mlflow.runName` = '{cell.name}'"):
            return
        run = self._client.create_run(self._experiment, run_name=cell.name).info.run_id
        for key, value in _parameters(cell).items():
            self._client.log_param(run, key, value)
        for epoch, line in enumerate(_course(folder / HISTORY), 1):
            for name, value in line.items():
                self._client.log_metric(run, name, value, step=epoch)
        for name, figure in result.figures.items():
            if figure is not None:
                self._client.log_metric(run, f"test/{name}", figure)
        self._client.set_terminated(run)


def _parameters(cell: Cell) -> dict[str, object]:
    settings = {"network": cell.network, "loss": cell.loss, "seed": cell.seed}
    return settings | {f"training.{key}": value for key, value in cell.recipe.training.model_dump().items()}


def _course(table: Path) -> list[dict[str, float]]:
    with table.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    return [{name: float(text) for name, text in line.items() if text and name not in WHOLE_NUMBERS} for line in lines]
