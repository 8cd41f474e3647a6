"""A defect: a connected region of defective pixels."""

from pydantic import Field

from scuff.core.frozen import Frozen


class Defect(Frozen):
    """A connected region of one class, or pieces of one that lie close together; in pixels and, with a scale, in mm."""

    label: str = Field(description="Class of the defect.")
    score: float = Field(description="Highest score of its pixels, in [0, 1].")
    box_xyxy: tuple[int, int, int, int] = Field(
        description="Left, top, right, bottom in pixels; right and bottom are the first ones outside."
    )
    polygons: tuple[tuple[tuple[int, int], ...], ...] = Field(
        description="Outlines of its pieces as points x, y, through the outermost pixels."
    )
    area_px: int = Field(description="Number of its pixels.")
    length_px: float = Field(
        description="Along its middle where it is thin, else long side of the smallest rotated rectangle, in pixels."
    )
    width_px: float = Field(description="Area by length where it is thin, else short side of the rectangle, in pixels.")
    contrast: float | None = Field(
        default=None,
        description="How much brighter it is than the sound metal around it, as a share of white; null: there is none.",
    )
    area_mm2: float | None = Field(default=None, description="Area in mm²; null without a scale.")
    length_mm: float | None = Field(default=None, description="Length in mm; null without a scale.")
    width_mm: float | None = Field(default=None, description="Width in mm; null without a scale.")
