"""What came of the trainings of a plan: figures of each, mean and spread over seeds."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import mean, stdev

from scuff.bench.plan import Trial
from scuff.bench.task import is_done
from scuff.core.errors import CheckpointError
from scuff.core.recipe import Network
from scuff.evaluation.counts import DEFECT, Counts
from scuff.evaluation.metrics import FIGURES
from scuff.nets.unet import bare_unet
from scuff.training.assess import COUNTS, METRICS, figures_folder
from scuff.training.history import HISTORY
from scuff.training.run import RECORD, load_run

PIXELS = ("tp_px", "fp_px", "fn_px", "tn_px")
"""What is counted, as the files call it."""


@dataclass(frozen=True, slots=True)
class Result:
    """One training.

    Attributes:
        trial: What was trained.
        figures: Precision, recall, F1 and IoU over all pixels of the test parts, all classes as one; ``None`` where a
            figure is not defined.
        counts: Pixels by part.
        epochs: That it trained.
        minutes: That took.
        commit: Of scuff's code that it began with; empty where scuff is not a checkout.
    """

    trial: Trial
    figures: Mapping[str, float | None]
    counts: Mapping[str, Counts]
    epochs: int
    minutes: float
    commit: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over seeds.

    Attributes:
        mean: Their mean.
        deviation: Their standard deviation, with n - 1 below the line; ``None`` for a single one.
        count: How many have the figure.
    """

    mean: float
    deviation: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """The trainings that differ by their seed alone.

    Attributes:
        results: One or more.
        parameters: Weights of the network.
        ms_per_mp: Milliseconds of inspection for a megapixel; ``None`` if not measured.
    """

    results: tuple[Result, ...]
    parameters: int
    ms_per_mp: float | None

    @property
    def title(self) -> str:
        """Network and settings, without the loss."""
        network, _, settings = self.results[0].trial.group
        return " ".join([network, *settings])

    @property
    def full_title(self) -> str:
        """Network, settings and loss."""
        return f"{self.title} with {self.loss}"

    @property
    def loss(self) -> str:
        """Name of the loss."""
        return self.results[0].trial.loss

    def spread(self, figure: str) -> Spread | None:
        """Mean and deviation of a figure over the trainings that have it; ``None`` where none has."""
        values = [value for result in self.results if (value := result.figures[figure]) is not None]
        return Spread(mean(values), stdev(values) if len(values) > 1 else None, len(values)) if values else None

    @property
    def f1(self) -> float:
        """Mean F1; 0 for a training where nothing is true and nothing found."""
        return mean(result.figures["f1"] or 0.0 for result in self.results)

    @property
    def minutes(self) -> float:
        """Mean minutes of training."""
        return mean(result.minutes for result in self.results)

    @property
    def seeds(self) -> set[int]:
        """Those that are done."""
        return {result.trial.seed for result in self.results}

    @property
    def counts(self) -> list[Mapping[str, Counts]]:
        """Pixels by part of each training."""
        return [result.counts for result in self.results]

    def of_seeds(self, seeds: Set[int]) -> "Group":
        """Those trainings that have one of the seeds."""
        return replace(self, results=tuple(result for result in self.results if result.trial.seed in seeds))


def read_result(trial: Trial, folder: Path) -> Result | None:
    """Read what came of one training; ``None`` where it is not done.

    Raises:
        CheckpointError: One of its files is damaged; says which.
    """
    if not is_done(folder):
        return None
    figures = figures_folder(folder)
    again = f"delete the folder {figures}, and `scuff bench` counts again"
    with _damage_in(figures / METRICS, again) as path:
        row = json.loads(path.read_text(encoding="utf-8"))["rows"][DEFECT]
        values = {name: row[name] for name in FIGURES}
        whole = Counts(*(row[name] for name in PIXELS))
    with _damage_in(figures / COUNTS, again) as path:
        counts = _counts_by_part(path)
        if sum(counts.values(), Counts()) != whole:  # a table that lacks lines is a table, too
            raise ValueError(f"its lines do not add up to what {METRICS} says")
    anew = f"delete the folder {folder}, and `scuff bench` trains it again"
    with _damage_in(folder / HISTORY, anew) as path:
        with path.open(newline="", encoding="utf-8") as file:
            last = list(csv.DictReader(file))[-1]
        epochs, minutes = int(last["epoch"]), float(last["minutes"])
    with _damage_in(folder / RECORD, anew):
        commit = load_run(folder).record.commit
    return Result(trial, values, counts, epochs, minutes, commit)


@contextmanager
def _damage_in(path: Path, what_to_do: str) -> Iterator[Path]:
    """Give a file, and name it where what is read from it is not there or not what it should be."""
    try:
        yield path
    except (OSError, ValueError, LookupError, TypeError, csv.Error) as error:
        raise CheckpointError(f"{path}: damaged ({type(error).__name__}: {error}); {what_to_do}") from error


def group_results(results: Sequence[Result], speeds: Mapping[str, float]) -> list[Group]:
    """Put the trainings that differ by their seed alone together, in the order of the plan.

    Args:
        results: Of the trainings that are done.
        speeds: Milliseconds for a megapixel, by the name of the network.
    """
    together: dict[tuple[object, ...], list[Result]] = defaultdict(list)
    for result in results:
        together[result.trial.group].append(result)
    return [
        Group(tuple(each), count_parameters(each[0].trial.recipe.network), speeds.get(each[0].trial.network))
        for each in together.values()
    ]


@cache
def count_parameters(network: Network) -> int:
    """Count the weights of a network with one class."""
    return sum(weight.numel() for weight in bare_unet(network, 1).parameters())


def _counts_by_part(table: Path) -> dict[str, Counts]:
    pooled: dict[str, Counts] = defaultdict(Counts)
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["class"] == DEFECT:
                pooled[row["part"] or row["frame"]] += Counts(*(int(row[name]) for name in PIXELS))
    return dict(pooled)
