import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.errors import ScuffError
from scuff.core.verdict import Outcome
from scuff.inspection import run
from scuff.inspection.pipeline import Inspector
from scuff.inspection.ranking import Worst
from scuff.inspection.records import REPORT, TABLE
from scuff.inspection.result import TableRow
from scuff.inspection.run import Job, finish_run, inspect_frame
from scuff.inspection.sources import Source, find_sources

WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]
Finish = Callable[[], dict[str, int]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def sources(write_picture_file: WritePicture, plate: Pixels, tmp_path: Path, out: Path) -> list[Source]:
    """Two sound pictures, one with two defects, one that is damaged."""
    for name, pixels in (("b.png", plate[:5]), ("c.png", plate), ("d.png", plate[:6])):
        write_picture_file(name, pixels)
    (tmp_path / "in" / "a.png").write_bytes(b"no picture")
    return find_sources([str(tmp_path / "in")], out)


@pytest.fixture
def job(inspector: Inspector, out: Path) -> Job:
    return Job.of(inspector, out, "defects")


@pytest.fixture
def finish(inspector: Inspector, sources: list[Source], job: Job) -> Callable[[], dict[str, int]]:
    """A function that inspects what is not done and finishes the run; gives the pictures by outcome."""

    def inspect_and_finish() -> dict[str, int]:
        for source in reversed(sources):
            inspect_frame(inspector, job, source)
        counts = finish_run(job, sources)
        return {outcome.value: count for outcome, count in counts.items()}

    return inspect_and_finish


def rows(out: Path) -> list[dict[str, str]]:
    with (out / TABLE).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_frame_is_inspected_once(inspector: Inspector, sources: list[Source], job: Job, out: Path) -> None:
    assert [inspect_frame(inspector, job, source) for source in sources] == [True] * 4
    written = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    assert [inspect_frame(inspector, job, source) for source in sources] == [False] * 4
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == written


def test_table_has_a_row_for_each_picture_in_their_order(finish: Finish, out: Path) -> None:
    assert finish() == {"not-inspected": 1, "pass": 2, "fail": 1}
    unread, good, defective, other = rows(out)
    assert list(defective) == list(TableRow.model_fields)
    assert [row["file"] for row in (unread, good, defective, other)] == ["a.png", "b.png", "c.png", "d.png"]
    assert (defective["outcome"], defective["defects"], defective["classes"]) == ("fail", "2", "dent:1;scratch:1")
    assert (defective["area_px"], defective["longest_px"], defective["longest_mm"]) == ("29", "20.0", "")
    assert (good["outcome"], good["defects"], good["highest_score"]) == ("pass", "0", "")
    assert (unread["outcome"], unread["defects"], unread["area_px"]) == ("not-inspected", "", "")
    assert unread["error"].startswith("not a picture that can be read")


def test_finishing_again_writes_equal_bytes(finish: Finish, out: Path) -> None:
    finish()
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    finish()
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == first


def test_missing_record_is_an_error_and_leaves_no_table(
    inspector: Inspector, sources: list[Source], job: Job, out: Path
) -> None:
    for source in sources[1:]:
        inspect_frame(inspector, job, source)
    with pytest.raises(ScuffError, match=r"has no record of a\.png any more; the same command inspects what is miss"):
        finish_run(job, sources)
    assert not (out / TABLE).exists()
    assert not (out / REPORT).exists()


def test_report_shows_the_worst_and_says_how_many(finish: Finish, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "Worst", lambda: Worst(2, 1))
    finish()
    page = (out / REPORT).read_text(encoding="utf-8")
    assert "This page shows the worst 2 of 4 pictures." in page
    assert page.index('data-file="a.png"') < page.index('data-file="c.png"')
    assert 'data-file="b.png"' not in page
    assert len(rows(out)) == 4


@pytest.mark.parametrize("change", ["gone", "other bytes"])
def test_picture_that_changed_meanwhile_is_listed_without_its_picture(
    inspector: Inspector, sources: list[Source], job: Job, out: Path, change: str
) -> None:
    for source in sources:
        inspect_frame(inspector, job, source)
    path = sources[2].path
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"\0")
    assert finish_run(job, sources)[Outcome.FAIL] == 1
    page = (out / REPORT).read_text(encoding="utf-8")
    assert "picture gone, or changed since it was inspected" in page
    assert page.count("data:image/jpeg") == 4  # two each of the two sound pictures
