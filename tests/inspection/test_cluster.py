import importlib.util
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.fixtures.ray_cluster import Nodes

from scuff.core.bundle import Bundle
from scuff.core.errors import ScuffError
from scuff.core.ray_cluster import ADDRESS, QUIET
from scuff.core.recipe import Inspection, Recipe
from scuff.inspection.cluster import Worker, run_on_cluster
from scuff.inspection.pipeline import Inspector
from scuff.inspection.run import Job
from scuff.inspection.sources import Source, find_sources

MakeBundle = Callable[..., Bundle]
TOKEN = ".token"
FRAMES = 240

WORKER = "ray::MapWorker"
"""What Ray calls the processes in which the actors of a dataset live."""

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is missing: pip install scuff[cluster]"
)


def add_pictures(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        pixels = np.full((40, 60), 128, np.uint8)
        pixels[5 : 5 + 8 * (number % 3) : 8, 10:40] = 255
        Image.fromarray(pixels).save(folder / f"{number:04}.png")


def batch_of(sources: list[Source]) -> dict[str, NDArray[Any]]:
    """What Ray gives to a worker."""
    return {
        "path": np.array([os.fsencode(source.path) for source in sources], object),
        "file": np.array([source.file for source in sources], object),
        "frame": np.array([source.frame for source in sources], object),
        "also": np.array(["[]"] * len(sources), object),
        "problem": np.array([""] * len(sources), object),
    }


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    add_pictures(tmp_path / "in", 3)
    return find_sources([str(tmp_path / "in")], tmp_path / "out")


@pytest.fixture
def job(make_bundle: MakeBundle, tmp_path: Path) -> Job:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / TOKEN).touch()
    bundle = make_bundle()
    return Job.of(Inspector(bundle, Recipe()), tmp_path / "out", "defects")


@pytest.mark.parametrize("address", ["auto", "local", "10.0.0.7:6379", "head:6379"])
def test_addresses(address: str) -> None:
    assert ADDRESS.fullmatch(address)


def test_worker_inspects_what_is_not_done(job: Job, sources: list[Source]) -> None:
    first = Worker(job, TOKEN)(batch_of(sources[:1]))
    assert (first["inspected"].tolist(), first["problem"].tolist()) == ([True], [""])
    worker = Worker(job, TOKEN)
    assert sorted(worker(batch_of(sources))["inspected"].tolist()) == [False, True, True]
    assert {path.name for path in job.out.glob("*.json")} == {"0000.json", "0001.json", "0002.json"}
    assert worker(batch_of(sources))["inspected"].tolist() == [False] * 3


def test_worker_that_sees_another_folder_says_so_and_writes_nothing(job: Job, sources: list[Source]) -> None:
    (job.out / TOKEN).unlink()
    problem = str(Worker(job, TOKEN)(batch_of(sources))["problem"][0])
    assert f"--out {job.out}: on " in problem
    assert "name one that all machines share, at the same path" in problem
    assert list(job.out.iterdir()) == []


def test_worker_that_has_another_bundle_says_so(job: Job, sources: list[Source], make_bundle: MakeBundle) -> None:
    other = Job(make_bundle(name="other", product="Other"), job.recipe, job.out, job.terms)
    assert "this is another bundle" in Worker(other, TOKEN)(batch_of(sources))["problem"][0]


def test_worker_that_cannot_read_the_bundle_says_so(job: Job, sources: list[Source], tmp_path: Path) -> None:
    without = Job(Bundle(tmp_path / "gone", job.bundle.manifest), job.recipe, job.out, job.terms)
    assert "gone: not a bundle" in Worker(without, TOKEN)(batch_of(sources))["problem"][0]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:99999"])
def test_cluster_that_does_not_answer_is_an_error(
    job: Job, sources: list[Source], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(sys.modules, "ray", ModuleType("ray"))
    for name in QUIET:
        monkeypatch.setenv(name, "1")  # put back afterwards
    with pytest.raises(ScuffError, match=f"--ray-address {address}: no Ray cluster can be reached there"):
        run_on_cluster(job, sources, address, lambda _: None)
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert [path.name for path in job.out.iterdir()] == [TOKEN]


def command(bundle: Bundle, folder: Path, out: Path, *options: str) -> list[str]:
    arguments = ["inspect", str(bundle.folder), str(folder), "--out", str(out), *options]
    return [sys.executable, "-m", "scuff.cli.main", *arguments]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wait_for(out: Path, records: int, run: subprocess.Popen[bytes]) -> None:
    """Wait until a run has written some records."""
    while len(list(out.glob("*.json"))) < records:
        assert run.poll() is None, "the run ended too early"
        select.select([], [], [], 0.01)


@needs_ray
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_every_frame_once_whatever_dies(nodes: Nodes, make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle()
    folder, undisturbed, out = tmp_path / "in", tmp_path / "undisturbed", tmp_path / "out"
    add_pictures(folder, FRAMES)
    assert subprocess.run(command(bundle, folder, undisturbed)).returncode == 1
    on_cluster = command(bundle, folder, out, "--ray-address", nodes.address)

    # The one who gave the job is killed, and begins again; then a worker dies, then a node with its worker.
    with subprocess.Popen(on_cluster) as run:
        wait_for(out, FRAMES // 10, run)
        run.kill()
    assert len(list(out.glob("*.json"))) < FRAMES
    with subprocess.Popen(on_cluster) as run:
        wait_for(out, FRAMES // 4, run)
        nodes.kill_a_worker(WORKER)
        wait_for(out, FRAMES // 2, run)
        nodes.kill_a_working_node(WORKER)
    assert run.returncode == 1
    assert contents(out) == contents(undisturbed)


@needs_ray
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_this_machine_alone_is_a_cluster_too(
    make_bundle: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # where Ray keeps its token
    bundle = make_bundle("[inspection]\nlanes = 1\n")
    folder, undisturbed, out = tmp_path / "in", tmp_path / "undisturbed", tmp_path / "out"
    add_pictures(folder, 20)
    assert subprocess.run(command(bundle, folder, undisturbed)).returncode == 1
    for options in (["--ray-address", "local"], ["--ray-address", "local", "--set", "inspection.lanes=3"], []):
        assert subprocess.run(command(bundle, folder, out, *options)).returncode == 1
        assert contents(out) == contents(undisturbed)


def test_lanes_of_the_recipe_are_a_workers_lanes(
    job: Job, sources: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes: list[int] = []

    def run_one_by_one(work: Callable[[Source], bool], items: list[Source], count: int, done: Any) -> None:
        lanes.append(count)
        for item in items:
            done(work(item))

    monkeypatch.setattr("scuff.inspection.cluster.run_lanes", run_one_by_one)
    recipe = Recipe(inspection=Inspection(lanes=5))
    assert Worker(Job(job.bundle, recipe, job.out, job.terms), TOKEN)(batch_of(sources))["inspected"].all()
    assert lanes == [5]
