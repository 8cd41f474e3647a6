"""The documents name what there is: every link leads somewhere, every command is told of."""

import re
from pathlib import Path

import pytest

from scuff.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "docs/architecture.md"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_told_of(page: str, command: str) -> None:
    assert f"scuff {command}" in (ROOT / page).read_text(encoding="utf-8")


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    decisions = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name for name in decisions if f"decisions/{name}" not in index] == []
    assert [name[:4] for name in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
