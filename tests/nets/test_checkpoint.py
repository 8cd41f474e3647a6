import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from scuff.core.errors import CheckpointError
from scuff.core.tile import squares
from scuff.inspection.tiling import score_frame
from scuff.nets.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from scuff.nets.runtime import TorchRuntime

MakeCheckpoint = Callable[..., Checkpoint]


def test_what_is_saved_is_loaded(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    checkpoint = make_checkpoint()
    save_checkpoint(tmp_path / "checkpoint.pt", checkpoint)
    loaded = load_checkpoint(tmp_path / "checkpoint.pt")
    assert loaded.facts == checkpoint.facts
    tile = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    before, after = (score_frame(tile, TorchRuntime(each.network()), squares(64)) for each in (checkpoint, loaded))
    np.testing.assert_array_equal(before.score, after.score)


def test_tiles_are_those_of_training(make_checkpoint: MakeCheckpoint) -> None:
    assert make_checkpoint().facts.tile_px == 64


def test_a_checkpoint_from_before_there_was_evidence_is_loaded(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> None:
    checkpoint = make_checkpoint()
    facts = json.loads(checkpoint.facts.model_dump_json())
    del facts["operating_point"]
    torch.save({"facts": json.dumps(facts), "state": checkpoint.state}, tmp_path / "checkpoint.pt")
    assert load_checkpoint(tmp_path / "checkpoint.pt").facts == checkpoint.facts


def test_a_missing_checkpoint_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        load_checkpoint(tmp_path / "checkpoint.pt")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_damaged_checkpoint_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged, or not a checkpoint of scuff"):
        load_checkpoint(path)


def test_a_checkpoint_of_another_version_is_said(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({"facts": '{"format": 99}', "state": {}}, path)
    with pytest.raises(CheckpointError, match="written by another version of scuff"):
        load_checkpoint(path)
