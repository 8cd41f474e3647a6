"""What the values of picture files mean, where the files do not say it themselves."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FULL_SCALE_16 = 65535

BayerPattern = Literal["", "RG", "GR", "GB", "BG"]
"""The first two pixels of a colour filter's first row, as in GenICam's BayerRG8; empty: no filter."""


class PixelFormat(BaseModel):
    """What the values of picture files mean; part of a recipe, and of all that is read by one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    white_level: int = Field(FULL_SCALE_16, ge=1, le=FULL_SCALE_16, description="The 16-bit value that is white.")
    bayer: BayerPattern = Field(
        "", description="Colour filter of grey pictures, by the first two pixels of the first row; empty: none."
    )
    raw_width_px: int | None = Field(
        None, ge=1, le=65535, description="Width of .raw files, which have no header, in pixels; unset: none are read."
    )
    raw_height_px: int | None = Field(
        None, ge=1, le=65535, description="Height of .raw files, which have no header, in pixels; unset: none are read."
    )

    @model_validator(mode="after")
    def _has_both_sides(self) -> "PixelFormat":
        if (self.raw_width_px is None) != (self.raw_height_px is None):
            raise ValueError("raw_width_px and raw_height_px go together: set both of them, or none")
        return self

    @property
    def raw_hw(self) -> tuple[int, int] | None:
        """Height and width of .raw files, in pixels; ``None``: not known."""
        if self.raw_height_px is None or self.raw_width_px is None:
            return None
        return self.raw_height_px, self.raw_width_px

    def pixel_keys(self) -> dict[str, Any]:
        """The keys of the format alone, for another model that it is part of."""
        return self.model_dump(include=set(PixelFormat.model_fields))


PLAIN = PixelFormat()
"""All 16 bits are used, and grey is grey."""
