from pathlib import Path

import pytest

from scuff.cli.main import main
from scuff.reporting.pdf import find_browser
from scuff.training.run import Run


def report(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["report", *map(str, arguments)])
    code = stopped.value.code or 0
    assert isinstance(code, int)
    return code


def test_the_page_lies_in_the_run(counted_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(counted_run.folder) == 0
    page = counted_run.folder / "report.html"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert f"Wrote {page}" in capsys.readouterr().out


def test_a_run_that_was_not_evaluated_is_told_how(finished_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(finished_run.folder) == 2
    assert f"run `scuff evaluate {finished_run.folder}` first" in capsys.readouterr().err
    assert not (finished_run.folder / "report.html").exists()


def test_without_a_browser_there_is_no_pdf(
    counted_run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scuff.cli.report.find_browser", lambda: None)
    assert report(counted_run.folder, "--pdf") == 2
    assert "no Chromium, Chrome or Edge is installed" in capsys.readouterr().err


def test_the_page_is_printed(counted_run: Run, tmp_path: Path) -> None:
    if find_browser() is None:
        pytest.skip("no Chromium, Chrome or Edge is installed")
    assert report(counted_run.folder, "--out", tmp_path / "page.html", "--pdf") == 0
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
