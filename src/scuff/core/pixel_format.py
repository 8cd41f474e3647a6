"""What the values of picture files mean, where the files do not say it themselves."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

from scuff.core.errors import PictureError

FULL_SCALE_16 = 65535

FEWEST_FUSED, MOST_FUSED = 2, 3
"""Lightings of a fused picture: it has three channels."""

GENICAM_NAME = re.compile(r"(?:Mono|RGB|Bayer(?P<bayer>RG|GR|GB|BG))(?P<bits>8|10|12|14|16)(?:p|Packed)?")
"""The pixel formats of cameras that scuff reads, once their values have a byte or two each."""

BayerPattern = Literal["", "RG", "GR", "GB", "BG"]
"""The first two pixels of a colour filter's first row, as in GenICam's BayerRG8; empty: no filter."""


class PixelFormat(BaseModel):
    """What the values of picture files mean; part of a recipe, and of all that is read by one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    white_level: int = Field(FULL_SCALE_16, ge=1, le=FULL_SCALE_16, description="The 16-bit value that is white.")
    bayer: BayerPattern = Field(
        "", description="Colour filter of grey pictures, by the first two pixels of the first row; empty: none."
    )
    fused: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Strict(False)] = Field(
        (),
        max_length=MOST_FUSED,
        description="Two or three lightings whose grey values become the channels of one picture, in this order; "
        "empty: each lighting gives a picture of its own.",
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

    @model_validator(mode="after")
    def _fuses_several(self) -> "PixelFormat":
        if self.fused and not FEWEST_FUSED <= len(set(self.fused)) == len(self.fused):
            raise ValueError(
                f"fused = {list(self.fused)}: name {FEWEST_FUSED} or {MOST_FUSED} different lightings, or none"
            )
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


def genicam_format(name: str) -> PixelFormat:
    """What the values of a camera's frame mean, by the name that GenICam has for it.

    Args:
        name: Such as ``BayerRG8``, ``Mono12`` or ``RGB8``. Values of more than 8 bits fill the lower ones of 16.

    Raises:
        PictureError: A format that scuff does not read.
    """
    found = GENICAM_NAME.fullmatch(name)
    if found is None:
        raise PictureError(
            f"pixel format {name!r}: is none that scuff reads; set the camera to BayerRG8 or Mono8, or to one of "
            "BayerRG, BayerGR, BayerGB, BayerBG, Mono or RGB with 8 to 16 bits"
        )
    bits = int(found["bits"])
    return PixelFormat(white_level=FULL_SCALE_16 if bits == 8 else 2**bits - 1, bayer=found["bayer"] or "")
