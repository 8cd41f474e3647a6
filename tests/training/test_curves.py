from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import CheckpointError
from scuff.core.picture import read_picture
from scuff.training.curves import Course, draw_curves, read_course
from scuff.training.history import COLUMNS

LINES = (
    {"epoch": "1", "train/loss": "0.95", "val/loss": "0.9", "val/f1": "0.25"},
    {"epoch": "2", "train/loss": "0.7", "val/loss": "0.5", "val/f1": "0.75"},
    {"epoch": "3", "train/loss": "0.5", "val/loss": "0.5", "val/f1": "0.8"},
)


def table(tmp_path: Path, lines: tuple[dict[str, str], ...] = LINES) -> Path:
    path = tmp_path / "metrics.csv"
    rows = [",".join(line.get(column, "0") for column in COLUMNS) for line in lines]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return path


def test_the_table_of_a_run_is_read(tmp_path: Path) -> None:
    course = read_course(table(tmp_path))
    assert course == Course((1, 2, 3), (0.95, 0.7, 0.5), (0.9, 0.5, 0.5), (0.25, 0.75, 0.8))


def test_the_best_epoch_is_the_first_of_lowest_validation_loss(tmp_path: Path) -> None:
    assert read_course(table(tmp_path)).best == 1


@pytest.mark.parametrize("epochs", [1, 3])
def test_curves_are_drawn_the_same_byte_for_byte(tmp_path: Path, epochs: int) -> None:
    metrics = table(tmp_path, LINES[:epochs])
    draw_curves(metrics, tmp_path / "one.png")
    draw_curves(metrics, tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert inked(tmp_path / "one.png", (0, 114, 178)) > 0  # training
    assert inked(tmp_path / "one.png", (213, 94, 0)) > 0  # validation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "no epoch was finished", id="empty"),
        pytest.param(",".join(COLUMNS) + "\n", "no epoch was finished", id="no line"),
        pytest.param("epoch,val/f1\n1,0.5\n", "damaged", id="columns missing"),
        pytest.param("epoch,train/loss,val/loss,val/f1\n1,0.5,x,0.5\n", "damaged", id="no number"),
        pytest.param("epoch,train/loss,val/loss,val/f1\n1,0.5\n", "damaged", id="cut short"),
    ],
)
def test_a_table_that_cannot_be_drawn_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "metrics.csv").write_text(text)
    with pytest.raises(CheckpointError, match=said):
        draw_curves(tmp_path / "metrics.csv", tmp_path / "curves.png")
    assert not (tmp_path / "curves.png").exists()


def test_a_missing_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such file"):
        draw_curves(tmp_path / "metrics.csv", tmp_path / "curves.png")


def inked(path: Path, colour: tuple[int, int, int]) -> int:
    """Count the pixels of about a colour."""
    distance = np.abs(read_picture(path).astype(int) - np.array(colour)).max(axis=2)
    return int((distance < 8).sum())
