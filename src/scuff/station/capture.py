"""What a rig takes of a part."""

from dataclasses import dataclass

from scuff.station.acquisition_error import AcquisitionError
from scuff.station.raw_frame import RawFrame

REFERENCE_CARD = "reference-card"
"""What lies in the booth instead of a part when the light is checked, in place of a serial number."""


@dataclass(frozen=True, slots=True)
class Capture:
    """The frames of one part.

    Attributes:
        part: Serial number of the part.
        frames: What came, by light step and then by camera.
        errors: What did not; a part is only inspected where there are none.
        began_ns: When the first trigger was given, by this machine's clock (since 1970, UTC).
        ended_ns: When the last frame was there, or was given up.
    """

    part: str
    frames: tuple[RawFrame, ...]
    errors: tuple[AcquisitionError, ...]
    began_ns: int
    ended_ns: int

    @property
    def is_complete(self) -> bool:
        """Whether every camera took a frame under every light step."""
        return not self.errors
