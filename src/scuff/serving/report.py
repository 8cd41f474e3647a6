"""What leaves the line for a part: the same record for every way out."""

from typing import Literal

from pydantic import Field, ValidationError

from scuff.core.errors import ScuffError
from scuff.core.frozen import Frozen
from scuff.core.verdict import Outcome


class ReportError(ScuffError):
    """A stored report is none that this version of scuff reads."""


class FoundDefect(Frozen):
    """A defect of a part, in short."""

    number: int = Field(description="Its number among the defects of the part, from 1.")
    label: str = Field(description="Its class.")
    score: float = Field(description="Its score, from 0 to 1.")
    length_mm: float | None = Field(description="Its length, in mm; null without a scale.")
    area_mm2: float | None = Field(description="Its area, in mm²; null without a scale.")
    camera: str = Field(description="The camera that shows most of it.")
    box_xyxy: tuple[int, int, int, int] = Field(description="Where, in pixels of that camera's frame.")


class PartReport(Frozen):
    """The verdict of a part, as it is published; the store has it before anybody else."""

    schema_version: Literal[1] = Field(1, description="Grows when a field changes its meaning or goes.")
    id: int = Field(description="Number of the part in the store; each is published under one number, once or again.")
    trigger: str = Field(description="Identifier of the trigger.")
    part: str = Field(description="Serial number of the part.")
    station: str = Field(description="Name of the station.")
    recipe: str = Field(description="Name of the recipe's product.")
    recipe_sha256: str = Field(description="Checksum of the recipe's file.")
    bundle: str = Field(description="Identifier of the bundle; empty where there was none.")
    outcome: Outcome = Field(description="The verdict.")
    rule: str = Field(description="The rule that decided, or why the part could not be inspected.")
    error: str = Field(description="Kind of error that kept it from being inspected; empty: none.")
    defects: tuple[FoundDefect, ...] = Field(description="The defects that count, the largest score first.")
    simulated: bool = Field(description="Whether no real part was before a real camera.")
    triggered_at: str = Field(description="When the trigger came, UTC, ISO 8601.")
    finished_at: str = Field(description="When the verdict was stored, UTC, ISO 8601.")
    inspection_ms: float | None = Field(description="Time that finding and judging took; null if not inspected.")


def read_report(number: int, text: str) -> PartReport:
    """Read a report as the store has it.

    Args:
        number: Of the part.
        text: JSON.

    Raises:
        ReportError: Another version of scuff has written it, or it was changed.
    """
    try:
        return PartReport.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "JSON"
        raise ReportError(
            f"part {number}: its stored report cannot be read ({where}: {first['msg']}); "
            "use the version of scuff that wrote it"
        ) from error
