from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scuff.core.picture import read_picture
from scuff.core.tile import squares
from scuff.dataset.catalogue import Catalogue
from scuff.evaluation.figures import draw_examples
from scuff.evaluation.frames import evaluate_frames
from scuff.evaluation.outcome import COLOURS, FALSE_ALARM, MISSED, RIGHT, WRONG_CLASS
from scuff.inspection.runtime import Runtime

if TYPE_CHECKING:
    from tests.evaluation.conftest import MakeCatalogue

TILING = squares(12)

FOUND = ([[1, 1, 0, 0]], [[1, 1, 0, 0]])
MISSED_BUT_FALSE = ([[1, 1, 0, 0]], [[0, 0, 0, 1]])
CONFUSED = ([[2, 2, 0, 0]], [[1, 1, 0, 0]])
QUIET = ([[0, 0, 0, 0]], [[0, 0, 0, 0]])
ALARM = ([[0, 0, 0, 0]], [[0, 0, 0, 1]])


def _draw(catalogue: Catalogue, runtime: Runtime, folder: Path, count: int = 6) -> list[str]:
    evaluation = evaluate_frames(catalogue, catalogue.rows, runtime, TILING, 0.5)
    paths = folder / "best.png", folder / "worst.png"
    return [path.name for path in draw_examples(catalogue, evaluation, runtime, TILING, *paths, count=count)]


def _share(picture: Path, kind: int) -> float:
    """Share of a picture's lower part, without title and legend, that has the colour of an outcome."""
    pixels = read_picture(picture)[100:]
    return float((pixels == COLOURS[kind]).all(axis=2).mean())


def test_best_and_worst_are_drawn_in_their_colours(
    make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path
) -> None:
    catalogue = make_catalogue({"found": FOUND, "lost": MISSED_BUT_FALSE})
    assert _draw(catalogue, painted, tmp_path, count=1) == ["best.png", "worst.png"]
    best, worst = tmp_path / "best.png", tmp_path / "worst.png"
    assert _share(best, MISSED) == _share(best, FALSE_ALARM) == 0
    # Two of four pixels are missed and one is a false alarm, in a panel each of the same size.
    assert _share(worst, MISSED) == pytest.approx(2 * _share(worst, FALSE_ALARM), rel=0.05)
    assert _share(worst, FALSE_ALARM) > 0.03
    # The page is white too; what is whiter about the best are the two pixels that were found.
    assert _share(best, RIGHT) - _share(worst, RIGHT) == pytest.approx(2 * _share(worst, FALSE_ALARM), rel=0.1)


def test_the_wrong_class_has_a_colour_of_its_own(
    make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path
) -> None:
    _draw(make_catalogue({"confused": CONFUSED}), painted, tmp_path)
    assert _share(tmp_path / "best.png", WRONG_CLASS) > 0.03
    assert _share(tmp_path / "best.png", MISSED) == 0


def test_pictures_are_the_same_byte_for_byte(make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path) -> None:
    catalogue = make_catalogue({"found": FOUND, "alarm": ALARM})
    _draw(catalogue, painted, tmp_path / "one")
    _draw(catalogue, painted, tmp_path / "two")
    for name in ("best.png", "worst.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_each_frame_adds_a_row(make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path) -> None:
    frames = {f"frame{number}": FOUND for number in range(3)}
    catalogue = make_catalogue(frames)
    heights = []
    for count in (1, 2, 3, 4):
        _draw(catalogue, painted, tmp_path, count)
        heights.append(len(read_picture(tmp_path / "best.png")))
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_nothing_to_show_is_no_picture_not_an_old_one(
    make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path
) -> None:
    (tmp_path / "best.png").write_bytes(b"of an earlier evaluation")
    (tmp_path / "worst.png").write_bytes(b"of an earlier evaluation")
    assert _draw(make_catalogue({"alarm": ALARM, "quiet": QUIET}), painted, tmp_path) == ["worst.png"]
    assert not (tmp_path / "best.png").exists()
    assert _share(tmp_path / "worst.png", FALSE_ALARM) > 0.03


def test_a_large_frame_is_scaled_down_without_losing_a_thin_scratch(
    make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path
) -> None:
    truth = np.zeros((300, 1000), np.uint8)
    truth[150] = 1
    _draw(make_catalogue({"large": (truth.tolist(), np.zeros_like(truth).tolist())}), painted, tmp_path)
    assert _share(tmp_path / "worst.png", MISSED) > 0


@pytest.mark.parametrize("name", ["a$b$c_{", "größe", "金属"])
def test_frame_names_of_any_kind_are_drawn(
    make_catalogue: "MakeCatalogue", painted: Runtime, tmp_path: Path, name: str
) -> None:
    assert _draw(make_catalogue({name: FOUND}), painted, tmp_path) == ["best.png", "worst.png"]
