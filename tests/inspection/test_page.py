"""docs/inspection.md and docs/tolerances.md say what is written; these tests keep it true."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from scuff.core.defect import Defect
from scuff.core.rules import LIMITS
from scuff.core.verdict import Finding, Outcome
from scuff.inspection.part_result import DefectOfPart, PartResult, PartRow
from scuff.inspection.result import BundleReference, Result, Settings, TableRow

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "inspection.md").read_text(encoding="utf-8")
TOLERANCES = (DOCS / "tolerances.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Result, BundleReference, Settings, Defect, TableRow])
def test_page_explains_every_field(model: type[BaseModel]) -> None:
    table = "\n".join(f"| `{name}` | {field.description} |" for name, field in model.model_fields.items())
    assert table in PAGE


def test_page_names_every_outcome() -> None:
    assert all(f"`{outcome.value}`" in PAGE for outcome in Outcome)


@pytest.mark.parametrize("model", [PartResult, Finding, DefectOfPart, PartRow])
def test_page_of_tolerances_explains_every_field(model: type[BaseModel]) -> None:
    table = "\n".join(f"| `{name}` | {field.description} |" for name, field in model.model_fields.items())
    assert table in TOLERANCES


def test_page_of_tolerances_names_every_limit() -> None:
    assert all(f"`{limit}`" in TOLERANCES for limit in LIMITS)
