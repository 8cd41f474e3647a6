"""docs/inspection.md says what is written; these tests keep it true."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from scuff.core.defect import Defect
from scuff.core.verdict import Outcome
from scuff.inspection.result import BundleReference, Result, Settings, TableRow

PAGE = (Path(__file__).parents[2] / "docs" / "inspection.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Result, BundleReference, Settings, Defect, TableRow])
def test_page_explains_every_field(model: type[BaseModel]) -> None:
    table = "\n".join(f"| `{name}` | {field.description} |" for name, field in model.model_fields.items())
    assert table in PAGE


def test_page_names_every_outcome() -> None:
    assert all(f"`{outcome.value}`" in PAGE for outcome in Outcome)
