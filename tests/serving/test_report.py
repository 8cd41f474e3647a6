import json
from pathlib import Path

from scuff.serving.report import PartReport

SCHEMA = Path(__file__).parents[2] / "docs" / "station" / "part-report.schema.json"
HOW = "json.dumps(PartReport.model_json_schema(), indent=2)"


def test_the_published_schema_is_that_of_the_reports() -> None:
    published = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert published == PartReport.model_json_schema(), f"it is written by: {HOW}"
