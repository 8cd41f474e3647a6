from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import CheckpointError
from scuff.core.picture import read_picture
from scuff.training.curves import Course, draw_curves, read_courses

HEADER = "epoch,lr,step,train/loss,val/f1,val/loss,val/precision,val/recall\n"
TABLE = (
    HEADER
    + "0,,9,,0.25,0.9,0.3,0.2\n0,0.0001,9,0.95,,,,\n"
    + "1,,19,,0.75,0.6,0.8,0.7\n1,0.0001,19,0.7,,,,\n"
    + "2,,29,,0.75,0.5,0.8,0.7\n2,0.0001,29,0.5,,,,\n"
    + "3,,39,,0.5,0.7,0.8,0.4\n"
)


def _table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "metrics.csv"
    path.write_text(text)
    return path


def test_a_sparse_table_is_read(tmp_path: Path) -> None:
    assert read_courses(_table(tmp_path, TABLE)) == {
        "train/loss": Course((0, 1, 2), (0.95, 0.7, 0.5)),
        "val/loss": Course((0, 1, 2, 3), (0.9, 0.6, 0.5, 0.7)),
        "val/f1": Course((0, 1, 2, 3), (0.25, 0.75, 0.75, 0.5)),
    }


def test_the_best_epoch_is_the_first_of_equals(tmp_path: Path) -> None:
    assert read_courses(_table(tmp_path, TABLE))["val/f1"].best == 1


def test_of_an_epoch_logged_twice_the_later_value_counts(tmp_path: Path) -> None:
    courses = read_courses(_table(tmp_path, TABLE + "2,,29,,0.8,0.4,0.8,0.8\n"))
    assert courses["val/f1"] == Course((0, 1, 2, 3), (0.25, 0.75, 0.8, 0.5))


def test_curves_are_drawn_the_same_byte_for_byte(tmp_path: Path) -> None:
    table = _table(tmp_path, TABLE)
    draw_curves(table, tmp_path / "one.png")
    draw_curves(table, tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert _inked(tmp_path / "one.png", (0, 114, 178)) > 0  # training
    assert _inked(tmp_path / "one.png", (213, 94, 0)) > 0  # validation


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEADER + "0,,9,,0.25,0.9,0.3,0.2\n", id="one epoch"),
        pytest.param("epoch,step,train/loss\n0,9,0.9\n1,19,0.8\n", id="no validation"),
        pytest.param("epoch,step,val/f1\n0,9,0.9\n1,19,0.8\n", id="no loss"),
    ],
)
def test_a_table_that_lacks_something_is_drawn_as_far_as_it_goes(tmp_path: Path, text: str) -> None:
    draw_curves(_table(tmp_path, text), tmp_path / "curves.png")
    assert _inked(tmp_path / "curves.png", (0, 114, 178)) + _inked(tmp_path / "curves.png", (213, 94, 0)) > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(HEADER, r"no epoch was finished .* train longer", id="no epoch"),
        pytest.param("", r"no epoch was finished", id="empty"),
        pytest.param(HEADER + "0,,9,,x,,,\n", r"line 2: epoch '0' and val/f1 'x' are not numbers", id="no number"),
        pytest.param("step,val/f1\n9,0.5\n", r"line 2: epoch None and val/f1 '0.5'", id="no epoch column"),
    ],
)
def test_a_damaged_table_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        draw_curves(_table(tmp_path, text), tmp_path / "curves.png")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"metrics\.csv: there is no such file; `scuff train`"):
        draw_curves(tmp_path / "metrics.csv", tmp_path / "curves.png")


def _inked(picture: Path, colour: tuple[int, int, int]) -> int:
    return int(np.all(read_picture(picture) == colour, axis=2).sum())
