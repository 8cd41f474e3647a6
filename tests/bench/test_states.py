from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fixtures.holder import held_elsewhere

from scuff.bench.plan import Plan, Trial, trials_of
from scuff.bench.states import Stage, State, state_of
from scuff.bench.task import FAILED
from scuff.dataset.patches import Patches
from scuff.training.assess import COUNTS, METRICS, figures_folder
from scuff.training.history import COLUMNS, HISTORY
from scuff.training.run import RECORD, begin_run

LINE = "3,12,0.5,0.4,0.25,0.3,0.2,0.01,9.5,1.50"
COURSE = f"{','.join(COLUMNS)}\n{LINE}\n"
COUNTED = '"tp_px": 1, "fp_px": 1, "fn_px": 1, "tn_px": 9'
FIGURES = f'{{"rows": {{"defect": {{"precision": 0.5, "recall": 0.5, "f1": 0.5, "iou": 0.3, {COUNTED}}}}}}}'
PIXELS = "frame,part,class,tp_px,fp_px,fn_px,tn_px\nF0,P0,defect,1,1,1,9\n"


@pytest.fixture
def trial(make_plan: Callable[..., Plan]) -> Trial:
    return trials_of(make_plan())[0]


@pytest.fixture
def run(trial: Trial, patches: Patches, tmp_path: Path) -> Path:
    """The folder of a training that was begun, and got through three epochs."""
    folder = begin_run(tmp_path / "run", patches, trial.recipe).folder
    (folder / HISTORY).write_text(COURSE)
    return folder


@pytest.fixture
def done(run: Path) -> Path:
    """The same, with its figures."""
    folder = figures_folder(run)
    folder.mkdir(parents=True)
    (folder / COUNTS).write_text(PIXELS)
    (folder / METRICS).write_text(FIGURES)
    return run


def test_one_that_was_interrupted_waits_where_it_stands(trial: Trial, run: Path) -> None:
    assert state_of(trial, run) == State(Stage.WAITING, 3, 0.25, 1.5)


def test_one_that_a_process_works_on_trains_until_that_ends_in_whatever_way(trial: Trial, run: Path) -> None:
    with held_elsewhere(run) as holder:
        assert state_of(trial, run) == State(Stage.TRAINING, 3, 0.25, 1.5)
        holder.kill()
        holder.wait()
    assert state_of(trial, run).stage == Stage.WAITING


def test_one_that_is_done(trial: Trial, done: Path) -> None:
    assert state_of(trial, done) == State(Stage.DONE, 3, 0.25, 1.5)


@pytest.mark.parametrize("course", ["", "epoch\n", COURSE.replace("0.25", ""), COURSE[:-12], "\0" * 40])
def test_a_damaged_course_of_one_that_goes_on_is_no_course(trial: Trial, run: Path, course: str) -> None:
    (run / HISTORY).write_text(course)
    assert state_of(trial, run) == State(Stage.WAITING)


def test_figures_that_a_power_cut_left_empty_are_none(trial: Trial, done: Path) -> None:
    (figures_folder(done) / METRICS).write_text("")
    assert state_of(trial, done).stage == Stage.WAITING


@pytest.mark.parametrize(
    ("file", "text", "to_delete"),
    [
        (f"evaluation/test/{METRICS}", FIGURES[:20], "evaluation/test"),
        (f"evaluation/test/{METRICS}", '{"rows": {}}', "evaluation/test"),
        (f"evaluation/test/{COUNTS}", PIXELS.replace("1,1", "1,"), "evaluation/test"),
        (f"evaluation/test/{COUNTS}", PIXELS.splitlines()[0], "evaluation/test"),  # its lines are gone
        (f"evaluation/test/{COUNTS}", PIXELS.partition("\n")[2], "evaluation/test"),  # its heading is
        (HISTORY, "", ""),
        (HISTORY, COURSE[:-5], ""),
        (HISTORY, "\0" * 40, ""),
    ],
)
def test_one_whose_figures_are_damaged_has_failed(
    trial: Trial, done: Path, file: str, text: str, to_delete: str
) -> None:
    (done / file).write_text(text)
    state = state_of(trial, done)
    assert state.stage == Stage.FAILED
    assert f"{done / file}: damaged (" in state.problem
    assert f"delete the folder {done / to_delete}, and `scuff bench`" in state.problem


def test_a_record_that_is_no_text(trial: Trial, done: Path) -> None:
    (done / RECORD).write_bytes(b"\xff")
    assert f"{done / RECORD}: damaged (UnicodeDecodeError" in state_of(trial, done).problem


def test_a_reason_of_failure_that_cannot_be_read(trial: Trial, run: Path) -> None:
    (run / FAILED).write_bytes(b"no memory \xff\nmore")
    assert state_of(trial, run).problem == "no memory \N{REPLACEMENT CHARACTER}"
