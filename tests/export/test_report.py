from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scuff.core.errors import BundleError
from scuff.evaluation.counts import Counts
from scuff.export.comparison import Figures
from scuff.export.limits import limits_of
from scuff.export.matching import Matches
from scuff.export.parity import Parity
from scuff.export.places import Place, WorstPlaces
from scuff.export.report import check_disagreement_folder, figures_table, remove_disagreement, write_disagreement

LIMITS = limits_of("fp32", strips=False)


@pytest.fixture
def parity() -> Parity:
    """One frame good, one bad, and a place."""
    good = Figures(Counts(tp=10), Counts(tp=10), Matches(2, 2), scored=20, px=100)
    bad = Figures(
        Counts(tp=10), Counts(tp=5, fn=5), Matches(2, 1), scored=20, difference_sum=508, px=100, largest_byte=127
    )
    mask = np.zeros((40, 50), np.uint8)
    mask[10:20, 10:20] = 1
    place = Place("P2-top", 100, 200, 9, np.full((40, 50, 3), 128, np.uint8), mask, mask * 0, mask * 127)
    return Parity("by hand", {"P1-top": good, "P2-top": bad}, WorstPlaces([place]))


def test_a_report_has_all_figures_and_pictures(tmp_path: Path, parity: Parity) -> None:
    folder = write_disagreement(tmp_path / "bundle", {"openvino": parity}, "two frames", LIMITS)
    assert folder == tmp_path / "bundle.disagreement"
    assert sorted(path.name for path in folder.iterdir()) == ["openvino-1.png", "report.txt"]
    lines = (folder / "report.txt").read_text().splitlines()
    assert lines[1] == "Compared on two frames."
    assert lines[3] == "openvino: by hand"
    for words in (
        ["pixel", "F1", "0.8571", "against", "the", "checkpoint's", "1.0000", "allowed:", "a", "difference", "of"],
        ["P1-top", "1.0000", "1.0000", "2", "2", "0.00000", "0.000", "0"],
        ["P2-top", "0.6667", "1.0000", "2", "1", "0.10000", "0.500", "0"],
    ):
        assert any(line.split()[: len(words)] == words for line in lines), words
    assert lines[-1] == (
        "openvino-1.png: frame P2-top, rows 100–139, columns 200–249: scores differ by 0.50 at most, "
        "100 px get another verdict"
    )


def test_a_picture_shows_both_masks_and_the_difference(tmp_path: Path, parity: Parity) -> None:
    folder = write_disagreement(tmp_path / "bundle", {"openvino": parity}, "two frames", LIMITS)
    with Image.open(folder / "openvino-1.png") as opened:
        shown = np.asarray(opened.convert("RGB")).astype(int)
    panels = np.array_split(shown[shown.shape[0] // 2 :], 4, axis=1)
    red = [int(((panel[..., 0] > 200) & (panel[..., 1] < 60)).sum()) for panel in panels]
    bright = [int((panel[..., 0] > 240).sum() - (panel.min(axis=2) > 240).sum()) for panel in panels]
    assert red[1] > 1000
    assert red[0] == red[2] == 0
    assert bright[3] > 1000


def test_equal_reports_have_equal_bytes(tmp_path: Path, parity: Parity) -> None:
    first, second = (
        write_disagreement(tmp_path / name / "bundle", {"openvino": parity}, "two", LIMITS) for name in ("a", "b")
    )
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_an_older_report_is_replaced_or_removed(tmp_path: Path, parity: Parity) -> None:
    bundle = tmp_path / "bundle"
    folder = write_disagreement(bundle, {"openvino": parity}, "two frames", LIMITS)
    (folder / "openvino-2.png").write_bytes(b"old")
    check_disagreement_folder(bundle)
    write_disagreement(bundle, {"openvino": parity}, "two frames", LIMITS)
    assert not (folder / "openvino-2.png").exists()
    remove_disagreement(bundle)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_stays(tmp_path: Path) -> None:
    foreign = tmp_path / "bundle.disagreement"
    foreign.mkdir()
    (foreign / "report.txt").write_text("My own report")
    with pytest.raises(BundleError, match=r"bundle\.disagreement: .* is no such report; move it away"):
        check_disagreement_folder(tmp_path / "bundle")
    remove_disagreement(tmp_path / "bundle")
    assert (foreign / "report.txt").read_text() == "My own report"


def test_what_missed_its_limit_is_marked(parity: Parity) -> None:
    lines = figures_table(parity.agreement("two frames", LIMITS)).splitlines()
    assert [line.endswith("MISSED") for line in lines] == [True, True, False, True, False, True]
