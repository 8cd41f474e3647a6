"""The reference of a station's light, in a folder."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from scuff.core.errors import StationError
from scuff.core.frozen import Frozen
from scuff.core.picture import write_whole
from scuff.station.flat_field import FlatField

FILE = "reference.json"


class Reference(Frozen):
    """How a station's cameras saw the card under each luminaire; the file ``reference.json``."""

    schema_version: Literal[1] = Field(1, description="Grows when a field changes its meaning or goes.")
    taken_at: str = Field(description="When it was taken (ISO 8601, UTC).")
    simulated: bool = Field(description="Whether the card lay in the simulated booth.")
    fields: tuple[FlatField, ...] = Field(description="By camera and luminaire.")


def load_reference(folder: Path) -> Reference:
    """Read a reference.

    Raises:
        StationError: There is none, or it is damaged.
    """
    path = folder / FILE
    try:
        return Reference.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise StationError(
            f"{path}: there is no reference of the light; lay the card into the booth and take one with --reference"
        ) from error
    except (OSError, ValidationError) as error:
        raise StationError(f"{path}: cannot be read ({error}); take the reference again with --reference") from error


def save_reference(folder: Path, reference: Reference) -> None:
    """Write a reference; it appears whole or not at all."""
    write_whole(folder / FILE, reference.model_dump_json(indent=1) + "\n")
