"""A defect: a connected region of defective pixels."""

from pydantic import BaseModel, ConfigDict, Field


class Defect(BaseModel):
    """A connected region of one class, in pixels and, where the scale is known, in mm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = Field(description="Class of the defect.")
    score: float = Field(description="Highest score of its pixels, in [0, 1].")
    box_xyxy: tuple[int, int, int, int] = Field(
        description="Left, top, right, bottom in pixels; right and bottom are the first ones outside."
    )
    area_px: int = Field(description="Number of its pixels.")
    length_px: float = Field(description="Long side of the smallest rotated rectangle around it, in pixels.")
    area_mm2: float | None = Field(default=None, description="Area in mm²; null without a scale.")
    length_mm: float | None = Field(default=None, description="Length in mm; null without a scale.")
