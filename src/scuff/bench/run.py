"""A plan carried out: trainings, speeds, tables, a picture."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from scuff.bench.cluster import run_tasks
from scuff.bench.notes import notes
from scuff.bench.plan import Plan, Trial, trials_of
from scuff.bench.plot import draw_results
from scuff.bench.results import Result, group_results, read_result
from scuff.bench.speed import Speeds, milliseconds_per_megapixel, this_machine
from scuff.bench.states import Stage, State, state_of
from scuff.bench.tables import csv_text, latex, markdown
from scuff.bench.task import Task, is_done
from scuff.core.errors import ScuffError
from scuff.core.picture import write_whole
from scuff.dataset.patches import load_patches
from scuff.training.run import RECORD, begin_run

RUNS, SPEEDS = "runs", "speed.json"
RESULTS = ("results.md", "results.csv", "results.tex", "results.png")

Show = Callable[[Sequence[Trial], Sequence[State]], object]
"""Told how far the trainings are."""

Publish = Callable[[Sequence[Result]], object]
"""Told which trainings are newly done."""

Say = Callable[[str], object]
"""Told something in words."""


class Bench:
    """The trainings of a plan in a folder; what is done stays done."""

    def __init__(self, plan: Plan, patches: Path, folder: Path) -> None:
        """Take a plan.

        Args:
            plan: What to train.
            patches: On which patches.
            folder: Where to.

        Raises:
            RecipeError: The plan asks for something that a recipe cannot have.
            CatalogueError: These are no patches.
            CheckpointError: The folder holds a run of another plan or of other patches.
        """
        self.trials = trials_of(plan)
        self._name = plan.name
        self.folder = folder.absolute()
        self._patches = patches.absolute()
        self._states: dict[str, State] = {}
        cut = load_patches(self._patches)
        self._cut = cut.record
        for trial in self.trials:
            if (self.run_of(trial) / RECORD).is_file():
                begin_run(self.run_of(trial), cut, trial.recipe)

    def run_of(self, trial: Trial) -> Path:
        """The folder of one training."""
        return self.folder / RUNS / trial.name

    def train(self, address: str, at_once: int | None, show: Show, publish: Publish, say: Say) -> dict[str, str]:
        """Run what is not done yet; see ``cluster.run_tasks``.

        Args:
            address: Of the cluster.
            at_once: Trainings on a machine at the same time.
            show: Called about once a second.
            publish: Called with each result once, when it is there.
            say: Told what keeps all trainings from going on.

        Returns:
            What went wrong, by the name of the training.
        """
        tasks = [Task(trial, self._patches, self.run_of(trial)) for trial in self.trials]
        left = [task for task in tasks if not is_done(task.folder)]
        published: set[str] = {task.trial.name for task in tasks if task not in left}

        def tick() -> None:
            states = self.states()
            show(self.trials, states)
            done = [trial for trial, state in zip(self.trials, states, strict=True) if state.stage == Stage.DONE]
            new = [trial for trial in done if trial.name not in published]
            published.update(trial.name for trial in new)
            if new:
                publish(self._results_of(new))

        problems = run_tasks(left, address, at_once, tick, say) if left else {}
        # One that was done before, but whose figures are damaged, was not run.
        failed = {trial.name: state.problem for trial, state in zip(self.trials, self.states(), strict=True)}
        return {name: problem for name, problem in failed.items() if problem} | problems

    def states(self) -> list[State]:
        """How far each training is; the files of one that is done are read once."""
        for trial in self.trials:
            known = self._states.get(trial.name)
            if known is None or known.stage != Stage.DONE:
                self._states[trial.name] = state_of(trial, self.run_of(trial))
        return [self._states[trial.name] for trial in self.trials]

    def results(self) -> list[Result]:
        """What came of the trainings that are done."""
        return self._results_of(self.trials)

    def measure_speeds(self) -> dict[str, str]:
        """Measure how fast each network that is done scores, one after the other, unless that is known.

        Returns:
            What went wrong, by the name of the network.
        """
        speeds, problems = self._speeds(), dict[str, str]()
        for name, network in {result.trial.network: result.trial.recipe.network for result in self.results()}.items():
            if name in speeds.ms_per_mp:
                continue
            try:
                speeds.ms_per_mp[name] = milliseconds_per_megapixel(network, self._cut.size_px)
            except Exception as error:  # of a network that OpenVINO or torch refuses: the table is there without it
                problems[name] = str(error) if isinstance(error, ScuffError) else f"{type(error).__name__}: {error}"
            write_whole(self.folder / SPEEDS, speeds.model_dump_json(indent=2) + "\n")
        return problems

    def write_results(self) -> str:
        """Write the tables and the picture of what is done so far, and give the table to read."""
        results, speeds = self.results(), self._speeds()
        groups = group_results(results, speeds.ms_per_mp)
        about = notes(self.trials, self.states(), results, self._cut, speeds.machine if speeds.ms_per_mp else "")
        text = "\n\n".join([f"# {self._name}", markdown(groups), *about]) + "\n"
        contents: tuple[str | bytes, ...] = (text, csv_text(groups), latex(groups), draw_results(groups))
        for name, content in zip(RESULTS, contents, strict=True):
            write_whole(self.folder / name, content)
        return text

    def _results_of(self, trials: Sequence[Trial]) -> list[Result]:
        found = []
        for trial in trials:
            with suppress(ScuffError):  # a damaged one has failed, as its state says; the others make the table
                found.append(read_result(trial, self.run_of(trial)))
        return [result for result in found if result is not None]

    def _speeds(self) -> Speeds:
        """Those that are known; none where they are another machine's, which would not be comparable."""
        here = this_machine()
        try:
            known = Speeds.model_validate_json((self.folder / SPEEDS).read_bytes())
        except (OSError, ValueError):  # not there yet, or damaged: they are measured again
            return Speeds(machine=here)
        return known if known.machine == here else Speeds(machine=here)
