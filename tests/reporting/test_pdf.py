from pathlib import Path

import pytest

from scuff.core.errors import ScuffError
from scuff.reporting.pdf import find_browser, print_pdf


@pytest.fixture
def browser() -> str:
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium, Chrome or Edge is installed")
    return found


def test_a_page_is_printed(browser: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>A page</title><p>Words")
    print_pdf(tmp_path / "page.html", tmp_path / "page.pdf", browser)
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "page.pdf"]


def test_a_browser_that_prints_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>")
    with pytest.raises(ScuffError, match=r"/bin/false: does not print"):
        print_pdf(tmp_path / "page.html", tmp_path / "page.pdf", "/bin/false")
    assert not (tmp_path / "page.pdf").exists()
