import re
from pathlib import Path

import pytest

from scuff.core.errors import CheckpointError
from scuff.dataset.audit.audit import audit
from scuff.dataset.split import load_division
from scuff.reporting.facts import gather
from scuff.reporting.page import write_report
from scuff.training.run import Run


def written(run: Run, out: Path) -> str:
    facts = gather(run.folder)
    write_report(out, facts, audit(facts.catalogue, load_division(run.split)))
    return out.read_text(encoding="utf-8")


def test_page_needs_nothing_else_and_tells_where_it_comes_from(counted_run: Run, tmp_path: Path) -> None:
    html = written(counted_run, tmp_path / "report.html")
    facts = gather(counted_run.folder)
    assert not re.search(r"https?://|url\(|@import|<script", html)
    assert all(source.startswith("data:image/") for source in re.findall(r'src="([^"]*)"', html))
    for told in (
        facts.checkpoint_sha256,
        facts.checkpoint.catalogue_sha256,
        "No escape rate is claimed",
        "[tolerances]",
    ):
        assert told in html
    assert str(tmp_path) not in html


def test_figures_of_the_page_are_those_of_the_evaluation(counted_run: Run, tmp_path: Path) -> None:
    html = written(counted_run, tmp_path / "report.html")
    figures = gather(counted_run.folder).figures
    assert figures is not None
    rate = figures["parts"]["escape_rate"]
    assert f"<td>{rate['hits']} of {rate['parts']}</td>" in html
    recall = figures["defects"]["recall"]
    assert f"<td>{recall['found']} of {recall['annotated']}</td>" in html


def test_equal_runs_give_equal_bytes(counted_run: Run, tmp_path: Path) -> None:
    assert written(counted_run, tmp_path / "one.html") == written(counted_run, tmp_path / "two.html")


def test_a_run_that_was_not_counted_has_no_report(finished_run: Run, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"its test parts have not been counted by the network and threshold"):
        written(finished_run, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_figures_of_another_threshold_are_not_told(counted_run: Run, tmp_path: Path) -> None:
    counted_run.checkpoint.write_bytes(
        counted_run.checkpoint.read_bytes() + b"\0"
    )  # another file, though still a checkpoint
    with pytest.raises(CheckpointError, match=r"run `scuff evaluate"):
        written(counted_run, tmp_path / "report.html")
