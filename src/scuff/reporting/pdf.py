"""A page printed as PDF, by a browser that is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from scuff.core.errors import ScuffError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge")

QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)
"""The page needs no network, and the browser shall not look for its updates either."""

LONGEST_S = 120


def find_browser() -> str | None:
    """A browser that prints; ``None`` where none is installed."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_pdf(page: Path, out: Path, browser: str) -> None:
    """Print a page; the PDF appears whole or not at all.

    Args:
        page: An HTML file.
        out: The PDF to write.
        browser: As ``find_browser`` gives it.

    Raises:
        ScuffError: The browser does not print it.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "page.pdf"
        command = [
            browser,
            *QUIET,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={draft}",
            page.resolve().as_uri(),
        ]
        try:
            done = _run(command)
            if done.returncode and not draft.is_file():  # as root, a browser wants to be told that it has no sandbox
                done = _run([*command[:1], "--no-sandbox", *command[1:]])
        except subprocess.TimeoutExpired as error:
            raise ScuffError(f"{browser}: has not printed {page} within {LONGEST_S} s") from error
        if not draft.is_file():
            raise ScuffError(f"{browser}: does not print {page} ({_last_line(done.stderr)})")
        part = out.with_name(f".{out.name}.part")
        shutil.copyfile(draft, part)
        part.replace(out)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or "it says nothing"
