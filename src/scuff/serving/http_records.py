"""What the HTTP server is sent and what it answers."""

from typing import Annotated, Literal

from pydantic import Field

from scuff.core.frozen import Frozen
from scuff.serving.messages import Printable
from scuff.serving.port import State
from scuff.serving.report import PartReport, ReportError, read_report
from scuff.store.records import StoredPart

Name = Annotated[Printable, Field(max_length=200)]
"""A text that can be printed."""


class TriggerIn(Frozen):
    """A part is there."""

    id: Name = Field("", description="Identifies the trigger: the same again is the same part. Empty: a new one.")
    part: Name = Field("", description="Serial number of the part; empty: the station gives it one.")


class AcceptedOut(Frozen):
    """The part is in the store, and will have a verdict whatever happens."""

    id: int = Field(description="Its number in the store.")
    part: str = Field(description="Its serial number.")
    trigger: str = Field(description="Identifies the trigger.")
    is_new: bool = Field(description="Whether the trigger had not been seen before.")


class PictureOut(Frozen):
    """A picture of a part."""

    camera: str
    lighting: str
    sha256: str = Field(description="What it is called in the folder of pictures.")
    removed: bool = Field(description="Whether the rules of retention have deleted it.")


class PartOut(Frozen):
    """A part of the store."""

    id: int = Field(description="Its number in the store.")
    part: str = Field(description="Its serial number.")
    trigger: str = Field(description="Identifies its trigger.")
    source: str = Field(description="The port that the trigger came through.")
    triggered_at: str = Field(description="UTC, ISO 8601.")
    state: Literal["waiting", "finished"]
    report: PartReport | None = Field(description="What was published; null while it waits, or if it cannot be read.")
    report_error: str = Field(description="Why the report cannot be read; empty: it can, or there is none yet.")
    pictures: tuple[PictureOut, ...]

    @classmethod
    def of(cls, part: StoredPart) -> "PartOut":
        """Say what the store says."""
        pictures = tuple(
            PictureOut(
                camera=frame.camera,
                lighting=frame.lighting,
                sha256=frame.picture_sha256,
                removed=frame.picture_sha256 in part.removed,
            )
            for frame in part.frames
        )
        report, report_error = _read(part)
        return cls(
            id=part.id,
            part=part.part,
            trigger=part.trigger,
            source=part.source,
            triggered_at=part.triggered_at.isoformat(),
            state="waiting" if part.verdict is None else "finished",
            report=report,
            report_error=report_error,
            pictures=pictures,
        )


def _read(part: StoredPart) -> tuple[PartReport | None, str]:
    """The report of a part, or why it cannot be read: others are listed with it."""
    try:
        return (read_report(part.id, part.report) if part.report else None), ""
    except ReportError as error:
        return None, str(error)


class StatusOut(Frozen):
    """How the line is."""

    state: State
    error: str = Field(description="What is wrong where the state is error; empty: nothing.")
    recipe: str = Field(description="The product that is inspected.")
    recipes: tuple[str, ...] = Field(description="The products that can be chosen.")
    waiting: int = Field(description="Parts without a verdict yet.")
    faults: dict[str, str] = Field(description="What is wrong, by the name of the camera, light, store or port.")


class RecipeIn(Frozen):
    """A choice of a product."""

    recipe: str = Field(description="Its name.")
    operator: Name = Field("", description="Who chooses; empty: the store notes the port.")
