from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from scuff.core.errors import CheckpointError
from scuff.core.picture import sha256
from scuff.core.recipe import Recipe
from scuff.dataset.patches import Patches
from scuff.nets.checkpoint import Checkpoint, save_checkpoint
from scuff.nets.screen import ScreenNetwork
from scuff.nets.screen_file import SCREEN_FILE, load_screen
from scuff.training import distil as distilling
from scuff.training.distil import distil, screening_loss, teach
from scuff.training.lessons import Lesson
from scuff.training.run import Run, begin_run


def steps(count: int) -> Callable[[], float]:
    """A clock that goes on by one step each time it is looked at."""
    looked = iter(range(count + 1))
    return lambda: next(looked) / count


def lessons(count: int = 24) -> list[Lesson]:
    """Dark squares of 6 px on noise, each somewhere in one of 3×3 cells."""
    generator, made = np.random.default_rng(0), []
    for _ in range(count):
        pixels, wanted = generator.integers(100, 160, (48, 48, 3)).astype(np.uint8), np.zeros((3, 3), np.float32)
        row, column, y, x = (int(generator.integers(limit)) for limit in (3, 3, 10, 10))
        pixels[16 * row + y : 16 * row + y + 6, 16 * column + x : 16 * column + x + 6] = 20
        wanted[row, column] = 1
        made.append(Lesson(pixels, wanted))
    return made


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distilling, "BATCH_PX", 8 * 48 * 48)


@pytest.fixture
def run(patches: Patches, make_checkpoint: Callable[..., Checkpoint], tmp_path: Path) -> Run:
    """A run whose network was never trained."""
    begun = begin_run(tmp_path / "run", patches, Recipe(seed=7))
    save_checkpoint(begun.checkpoint, make_checkpoint())
    return begun


def test_a_missed_defect_costs_twenty_times_a_false_call() -> None:
    unsure = torch.zeros(1, 1, 1)  # costs ln 2 either way
    assert screening_loss(unsure, torch.zeros(1, 1, 1)).item() == pytest.approx(np.log(2))
    assert screening_loss(unsure, torch.ones(1, 1, 1)).item() == pytest.approx(20 * np.log(2))


def test_a_network_learns_where_to_look() -> None:
    torch.manual_seed(0)
    network = ScreenNetwork()
    assert teach(network, lessons(), np.random.default_rng(0), steps(60)) == 60
    unseen = lessons(36)[24:]
    with torch.no_grad():
        logits = network(torch.from_numpy(np.stack([lesson.pixels for lesson in unseen])))
    wanted = torch.from_numpy(np.stack([lesson.wanted for lesson in unseen])) > 0
    assert logits[wanted].min() > logits[~wanted].median()
    assert (logits[wanted] > 0).all()


def test_the_same_seed_teaches_the_same() -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(0)
        network = ScreenNetwork()
        teach(network, lessons(), np.random.default_rng(5), steps(3))
        states.append(network.state_dict())
    for name, value in states[0].items():
        torch.testing.assert_close(value, states[1][name], msg=name)


def test_a_loss_that_is_no_number_is_said() -> None:
    broken = [Lesson(lesson.pixels, lesson.wanted * np.float32(np.nan)) for lesson in lessons()]
    with pytest.raises(CheckpointError, match="no number"):
        teach(ScreenNetwork(), broken, np.random.default_rng(0), steps(5))


def test_what_was_taught_lies_in_the_folder_of_the_run(run: Run, patches: Patches) -> None:
    told: list[float] = []
    screen = distil(run, patches, minutes=0.01, say=told.append)
    loaded = load_screen(run.folder / SCREEN_FILE)
    assert loaded.facts == screen.facts
    assert loaded.facts.checkpoint_sha256 == sha256(run.checkpoint)
    assert (loaded.facts.seed, loaded.facts.threshold, loaded.facts.min_area_px) == (7, 0.5, 1)
    assert loaded.facts.lessons >= 16
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_run_without_a_checkpoint_is_refused(patches: Patches, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        distil(begin_run(tmp_path / "run", patches, Recipe()), patches, minutes=0.01)
