import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scuff.bench import run as bench_run
from scuff.bench import task as bench_task
from scuff.bench.run import RESULTS
from scuff.bench.task import Task, run_task
from scuff.cli.main import main
from scuff.dataset.patches import Patches

PLAN = """\
name = "tiny"
networks = ["test_efficientnet", "test_resnet"]
weights = "none"
[losses]
bce = { bce_weight = 1.0 }
dice = { dice_weight = 1.0 }
[recipe.training]
epochs = 1
batch_size = 4
precision = "fp32"
"""

Scuff = Callable[..., str]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(PLAN)
    return path


@pytest.fixture
def scuff(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scuff:
    """Type `scuff bench`, with the trainings in this process instead of Ray's; give what it prints."""
    monkeypatch.chdir(tmp_path)

    def run_here(
        tasks: Sequence[Task],
        address: str,
        at_once: int | None,
        tick: Callable[[], object],
        say: Callable[[str], object],
    ) -> dict[str, str]:
        problems = {}
        for task in tasks:
            if problem := bench_task.run_task(task):
                problems[task.trial.name] = problem
            tick()
        return problems

    monkeypatch.setattr(bench_run, "run_tasks", run_here)

    def typed(*arguments: str | Path, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["bench", *map(str, arguments)])
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed.err
        return printed.out + printed.err

    return typed


def test_a_plan_becomes_a_table_and_goes_on_where_it_was(
    scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path
) -> None:
    printed = scuff(plan, "--patches", patches.folder)
    assert "4 trainings in" in printed
    assert "4 done" in printed
    out = tmp_path / "bench-tiny"
    assert (out / "results.md").read_text() in printed
    with (out / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == [
        f"{network}_{loss}_seed-0" for network in ("test_efficientnet", "test_resnet") for loss in ("bce", "dice")
    ]
    assert all(float(row["ms_per_mp"]) > 0 and int(row["parameters"]) > 100_000 for row in rows)
    assert (out / "results.png").read_bytes().startswith(b"\x89PNG")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("checkpoint.pt")}
    assert len(before) == 4
    assert (out / "results.md").read_text() in scuff(plan, "--patches", patches.folder)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("checkpoint.pt")} == before


def test_one_that_fails_harms_no_other(scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path) -> None:
    plan.write_text(PLAN.replace('"test_resnet"', '"no_such_net"'))
    printed = scuff(plan, "--patches", patches.folder, code=1)
    assert "2 done, 2 failed" in printed
    assert "scuff: no_such_net_bce_seed-0: network.encoder: 'no_such_net' is no timm model" in printed
    assert "What failed is tried again by the same command" in printed


def test_a_plan_without_patches_says_what_to_do(scuff: Scuff, plan: Path) -> None:
    assert "say --patches FOLDER, or --smoke" in scuff(plan, code=2)


def test_a_folder_of_another_plan_is_refused(scuff: Scuff, plan: Path, patches: Patches) -> None:
    plan.write_text(PLAN.replace(', "test_resnet"', ""))
    scuff(plan, "--patches", patches.folder)
    plan.write_text(plan.read_text().replace("epochs = 1", "epochs = 2"))
    printed = scuff(plan, "--patches", patches.folder, code=2)
    assert "holds a run with other settings (recipe.training.epochs was 1, is now 2)" in printed


def test_the_table_is_there_while_the_rest_still_trains(
    scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, lines = tmp_path / "bench-tiny", list[int]()

    def observed(task: Task) -> str:
        table = out / "results.csv"
        lines.append(len(table.read_text().splitlines()) if table.is_file() else 0)
        if len(lines) == 3:
            raise KeyboardInterrupt
        return run_task(task)

    monkeypatch.setattr("scuff.bench.task.run_task", observed)
    assert "Stopped; the same command goes on" in scuff(plan, "--patches", patches.folder, code=130)
    assert lines == [0, 2, 3]
    assert all((out / name).is_file() for name in RESULTS)


def test_a_table_that_cannot_be_written_yet_stops_no_training(
    scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bench-tiny" / "results.md").mkdir(parents=True)

    def make_room(task: Task) -> str:
        if task.trial.name == "test_resnet_dice_seed-0":
            (tmp_path / "bench-tiny" / "results.md").rmdir()
        return run_task(task)

    monkeypatch.setattr("scuff.bench.task.run_task", make_room)
    printed = scuff(plan, "--patches", patches.folder)
    assert printed.count("results.md'; tried again when all are done") == 3
    assert "4 done" in printed
    assert (tmp_path / "bench-tiny" / "results.md").is_file()


def test_an_error_that_nobody_expects_stops_no_training(
    scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan.write_text(PLAN.replace("bce = { bce_weight = 1.0 }\n", ""))
    monkeypatch.setattr("scuff.bench.run.milliseconds_per_megapixel", lambda *_: 1 / 0)
    with monkeypatch.context() as patched:
        patched.setattr("scuff.bench.run.draw_results", lambda groups: 1 / 0)
        printed = scuff(plan, "--patches", patches.folder, code=70)
    assert printed.count("scuff: division by zero; tried again when all are done") == 2
    assert "2 done" in printed
    printed = scuff(plan, "--patches", patches.folder, code=1)
    assert "scuff: test_resnet: ZeroDivisionError: division by zero" in printed
    assert len((tmp_path / "bench-tiny" / "results.csv").read_text().splitlines()) == 3


def test_one_damaged_training_fails_and_the_table_is_made_of_the_others(
    scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path
) -> None:
    plan.write_text(PLAN.replace("bce = { bce_weight = 1.0 }\n", ""))
    scuff(plan, "--patches", patches.folder)
    out = tmp_path / "bench-tiny"
    figures = out / "runs" / "test_resnet_dice_seed-0" / "evaluation" / "test"
    (figures / "metrics.json").write_text("{")
    (out / "speed.json").write_text("{")
    printed = scuff(plan, "--patches", patches.folder, code=1)
    assert f"scuff: test_resnet_dice_seed-0: {figures / 'metrics.json'}: damaged (JSONDecodeError: " in printed
    assert f"delete the folder {figures}" in printed
    assert len((out / "results.csv").read_text().splitlines()) == 2
    shutil.rmtree(figures)
    assert "2 done" in scuff(plan, "--patches", patches.folder)
    assert len((out / "results.csv").read_text().splitlines()) == 3


def test_an_address_of_mlflow_that_is_a_plan(scuff: Scuff, plan: Path) -> None:
    assert f"--mlflow {plan}: this is a plan, no address; write --mlflow after PLAN" in scuff("--mlflow", plan, code=2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")  # MLflow 3.17's
def test_without_an_address_mlflow_gets_a_database_beside_the_runs(
    scuff: Scuff, plan: Path, patches: Patches, tmp_path: Path
) -> None:
    mlflow = pytest.importorskip("mlflow", reason="MLflow is missing: pip install scuff[mlflow]")
    for _ in range(2):
        scuff(plan, "--patches", patches.folder, "--mlflow")
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'bench-tiny' / 'mlflow.db'}")
    runs = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert len(runs) == 4


@pytest.mark.parametrize("address", ["here", "head:port"])
def test_an_address_that_is_none(scuff: Scuff, plan: Path, address: str) -> None:
    assert "must be auto, local or HOST:PORT" in scuff(plan, "--ray-address", address, code=2)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_published_comparison_in_small_through_ray(tmp_path: Path) -> None:
    plan, out = Path(__file__).parents[2] / "benchmarks" / "paper.toml", tmp_path / "out"
    command = [sys.executable, "-m", "scuff.cli.main", "bench", str(plan), "--smoke", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "15 done" in done.stderr
    assert (out / "results.md").read_text() in done.stdout
    with (out / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    networks, losses = ("unet", "res50-unet", "effunet-b0", "effunet-b3", "effunet-b7"), ("bce", "dice", "wbd")
    assert [(row["network"], row["loss"]) for row in rows] == [(name, loss) for name in networks for loss in losses]
    assert all(float(row["ms_per_mp"]) > 0 for row in rows)
