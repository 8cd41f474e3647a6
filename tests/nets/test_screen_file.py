import json
from pathlib import Path

import pytest
import torch

from scuff.core.errors import CheckpointError
from scuff.nets.screen import ScreenNetwork
from scuff.nets.screen_file import SCREEN_FILE, ScreenFacts, TaughtScreen, load_screen, save_screen

FACTS = ScreenFacts(
    checkpoint_sha256="abc", threshold=0.5, min_area_px=1, lessons=3, steps=2, minutes=3.0, seed=0, scuff="0"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_screen(tmp_path / SCREEN_FILE, TaughtScreen(FACTS, ScreenNetwork().state_dict()))
    return tmp_path / SCREEN_FILE


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    network = ScreenNetwork().eval()
    save_screen(tmp_path / SCREEN_FILE, TaughtScreen(FACTS, network.state_dict()))
    loaded = load_screen(tmp_path / SCREEN_FILE)
    frames = torch.randint(0, 256, (1, 32, 32, 3), dtype=torch.uint8)
    assert loaded.facts == FACTS
    torch.testing.assert_close(loaded.network()(frames), network(frames))


def test_a_missing_file_is_said_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=f"`scuff distil {tmp_path}` makes one"):
        load_screen(tmp_path / SCREEN_FILE)


def test_half_a_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(CheckpointError, match="damaged"):
        load_screen(file)


def test_another_format_is_refused(file: Path) -> None:
    facts = json.loads(FACTS.model_dump_json()) | {"format": 2}
    torch.save({"facts": json.dumps(facts), "state": {}}, file)
    with pytest.raises(CheckpointError, match="another version of scuff"):
        load_screen(file)
