import csv
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fixtures.holder import held_elsewhere

from scuff.bench.plan import Plan, Trial, trials_of
from scuff.bench.results import group_results, read_result
from scuff.bench.states import Stage, state_of, states_table, summary
from scuff.bench.tables import csv_text, latex, markdown
from scuff.bench.task import FAILED, LOG, Task, is_done, run_task
from scuff.core.recipe import Network
from scuff.dataset.patches import Patches
from scuff.dataset.split import Side, load_division
from scuff.nets.losses import WeightedLoss


@pytest.fixture
def make_task(make_plan: Callable[..., Plan], patches: Patches, tmp_path: Path) -> Callable[..., Task]:
    """Make the task of one trial of a plan."""

    def make(number: int = 0, **keys: object) -> Task:
        trial: Trial = trials_of(make_plan(**keys))[number]
        return Task(trial, patches.folder, tmp_path / "runs" / trial.name)

    return make


def test_from_patches_to_figures(make_task: Callable[..., Task], patches: Patches) -> None:
    task = make_task()
    assert state_of(task.trial, task.folder).stage == Stage.WAITING
    assert run_task(task) == ""
    state = state_of(task.trial, task.folder)
    assert (state.stage, state.epoch) == (Stage.DONE, 2)
    assert is_done(task.folder)
    assert "Epoch 2: loss" in (task.folder / LOG).read_text()
    result = read_result(task.trial, task.folder)
    assert result is not None
    assert result.epochs == 2
    assert set(result.counts) == set(load_division(patches.folder / "split.csv").parts(Side.TEST))
    with (task.folder / "evaluation" / "test" / "counts.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["class"] == "defect"]
    assert sum(counts.tp for counts in result.counts.values()) == sum(int(row["tp_px"]) for row in rows)


def test_what_a_killed_command_left_behind_is_waited_for(
    make_task: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task()
    with held_elsewhere(task.folder) as holder:

        def end_it(line: str) -> None:
            sys.stdout.write(f"{line}\n")
            holder.kill()

        monkeypatch.setattr("builtins.print", end_it)
        assert run_task(task) == ""
        assert holder.wait() == -signal.SIGKILL
    log = (task.folder / LOG).read_text()
    assert log.index("waits for another process") < log.index("Epoch 1: loss")


def test_what_is_done_is_not_done_again(make_task: Callable[..., Task], monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task()
    assert run_task(task) == ""

    def refuse(*_: object) -> None:
        raise AssertionError("trained again")

    for step in ("fit", "assess"):
        monkeypatch.setattr(f"scuff.bench.task.{step}", refuse)
    assert run_task(task) == ""


def test_one_that_fails_says_why_and_can_be_tried_again(
    make_task: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task()
    with monkeypatch.context() as patched:
        patched.setattr(WeightedLoss, "forward", lambda self, logits, truth: 1 / 0)
        assert run_task(task) == "ZeroDivisionError: division by zero"
    assert "Traceback" in (task.folder / FAILED).read_text()
    state = state_of(task.trial, task.folder)
    assert (state.stage, state.problem) == (Stage.FAILED, "ZeroDivisionError: division by zero")
    assert read_result(task.trial, task.folder) is None
    assert run_task(task) == ""
    assert state_of(task.trial, task.folder).stage == Stage.DONE


def test_what_a_user_did_wrong_is_said_without_a_traceback(make_task: Callable[..., Task]) -> None:
    task = make_task(networks=["no_such_network"])
    problem = run_task(task)
    assert "'no_such_network' is no timm model" in problem
    assert (task.folder / FAILED).read_text() == f"{problem}\n"


def test_what_changed_since_the_cut_is_found_before_training(make_task: Callable[..., Task], patches: Patches) -> None:
    task = make_task()
    (patches.folder / "split.csv").write_text("part,side\nP00,training\n")
    assert "has changed since" in run_task(task)
    assert not (task.folder / "metrics.csv").exists()


def test_a_folder_that_cannot_be_written_is_said(make_task: Callable[..., Task]) -> None:
    task = make_task()
    task.folder.parent.write_text("a file where the runs should be")
    assert "NotADirectoryError" in run_task(task) or "FileExistsError" in run_task(task)


def test_states_in_words(make_task: Callable[..., Task], make_plan: Callable[..., Plan]) -> None:
    task = make_task()
    run_task(task)
    trials = trials_of(make_plan())
    states = [state_of(trial, task.folder.parent / trial.name) for trial in trials]
    first, second = states_table(trials, states)
    assert first.startswith("test_efficientnet_dice_seed-0  done      epoch   2 of 2  validation F1 ")
    assert second == "test_resnet_dice_seed-0        waiting"
    assert summary(states) == "1 waiting, 1 done"


def test_tables_of_two_networks_and_two_seeds(make_task: Callable[..., Task]) -> None:
    tasks = [make_task(number, seeds=[0, 1]) for number in range(4)]
    assert [run_task(task) for task in tasks] == [""] * 4
    results = [result for task in tasks if (result := read_result(task.trial, task.folder))]
    groups = group_results(results, {"test_efficientnet": 12.0})
    assert [(group.title, len(group.results), group.ms_per_mp) for group in groups] == [
        ("test_efficientnet", 2, 12.0),
        ("test_resnet", 2, None),
    ]
    values = [result.figures["f1"] or 0.0 for result in groups[0].results]
    spread = groups[0].spread("f1")
    assert spread is not None
    assert spread.mean == pytest.approx(sum(values) / 2)
    assert spread.deviation == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    table = markdown(groups)
    assert f"{spread.mean:.3f} ± {spread.deviation or 0:.3f}" in table
    assert "has the highest F1. 2 test parts are too few to tell any other from it: it takes 6." in table
    assert len(csv_text(groups).splitlines()) == 5
    assert "test\\_efficientnet & dice &" in latex(groups)


def test_networks_of_a_plan_start_as_it_says(make_plan: Callable[..., Plan]) -> None:
    assert trials_of(make_plan(networks=["resnet18"], weights=None))[0].recipe.network == Network(encoder="resnet18")
    assert trials_of(make_plan(networks=["unet"], weights=None))[0].recipe.network.weights == "none"
