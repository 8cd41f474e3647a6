"""The reference of a station's light: taken once, and again each day to be compared."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from scuff.core.errors import StationError
from scuff.core.frozen import Frozen
from scuff.core.picture import write_whole
from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting
from scuff.station.capture import REFERENCE_CARD
from scuff.station.flat_field import FlatField, measure_field
from scuff.station.raw_frame import RawFrame
from scuff.station.studio import Studio, Taking

FILE = "reference.json"

FRAMES = 2
"""Of a lighting: what they share is structure, and what they do not is noise."""

LEAST_LEVEL = 0.1
"""Of the brightest part of a reference, as a share of full scale: below it, noise and steps of the sensor show."""

SAME = ("serial", "pixel_format", "width_px", "height_px")
"""What must be as it was, or levels cannot be compared."""


class Reference(Frozen):
    """How a station's cameras saw the card under each luminaire; the file ``reference.json``."""

    schema_version: Literal[1] = Field(1, description="Grows when a field changes its meaning or goes.")
    taken_at: str = Field(description="When it was taken (ISO 8601, UTC).")
    simulated: bool = Field(description="Whether the card lay in the simulated booth.")
    fields: tuple[FlatField, ...] = Field(description="By camera and luminaire.")


class CardViewer:
    """Takes the card under each luminaire alone."""

    def __init__(self, recipe: Recipe, open_rig: Callable[[Recipe], Taking]) -> None:
        """Begin; nothing is opened yet.

        Args:
            recipe: Of the station.
            open_rig: Makes the rig of a recipe; the card lies before it.

        Raises:
            StationError: Nobody controls the light.
        """
        if recipe.light.driver == "none":
            raise StationError(
                'light.driver = "none": luminaires cannot be looked at one by one where nobody controls them; check '
                "the light by hand, or connect its controller"
            )
        self._luminaires = recipe.light.luminaires
        self._strobe = any(lighting.strobe for lighting in recipe.lightings)
        self._studio = Studio(recipe, open_rig, lambda _: None)
        self._regions = Regions(recipe.inspection.region)
        self.simulated = False

    def new_fields(self) -> list[FlatField]:
        """Expose each luminaire for itself, and measure what each camera sees.

        Raises:
            AcquisitionError: The cameras or the light cannot be opened.
            StationError: Frames do not come, or show no light.
            PictureError: A region does not fit the frames.
        """
        views = self._studio.alone([self._only(name) for name in self._luminaires], [REFERENCE_CARD])
        fields = self._fields({(view.camera, name): frame for view in views for name, frame in view.frames.items()})
        for field in fields:
            if field.brightest < LEAST_LEVEL:
                raise StationError(
                    f"camera {field.camera}, luminaire {field.luminaire}: gives the card {field.brightest:.1%} of full "
                    f"scale at {field.exposure_us:,.0f} µs; see whether it is on and the card lies in the booth, in "
                    "inspection.region, or allow a longer exposure (exposure.longest_us)"
                )
        return fields

    def fields_as(self, reference: Reference) -> list[FlatField]:
        """Measure again with the exposures of a reference; raises as ``new_fields``."""
        return self._fields({(field.camera, field.luminaire): field for field in reference.fields})

    def _fields(self, exposed: "dict[tuple[str, str], RawFrame] | dict[tuple[str, str], FlatField]") -> list[FlatField]:
        steps = [
            step.model_copy(
                update={
                    "exposure_us": {camera: each.exposure_us for (camera, lit), each in exposed.items() if lit == name},
                    "gain_db": {camera: each.gain_db for (camera, lit), each in exposed.items() if lit == name},
                }
            )
            for name in self._luminaires
            for step in (self._only(name), self._without(name))
        ]
        taken: dict[tuple[str, str], list[RawFrame]] = {}
        for _, frames in self._studio.take(steps, [REFERENCE_CARD] * FRAMES):
            for frame in frames:
                taken.setdefault((frame.camera, frame.lighting), []).append(frame)
                self.simulated |= frame.simulated
        return [
            measure_field(
                frames, taken[camera, self._without(name).name][0], name, self._regions.of(camera, _hw(frames[0]))
            )
            for (camera, name), frames in taken.items()
            if name in self._luminaires
        ]

    def _only(self, luminaire: str) -> Lighting:
        return Lighting(name=luminaire, intensities={luminaire: 1.0}, strobe=self._strobe)

    def _without(self, luminaire: str) -> Lighting:
        """All off, exposed as under a luminaire."""
        return Lighting(name=f"without {luminaire}", intensities={luminaire: 0.0})


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


def paired(reference: Reference, today: Sequence[FlatField]) -> list[tuple[FlatField, FlatField]]:
    """Put what was seen then and now side by side.

    Raises:
        StationError: The station is another one: cameras or luminaires came, went or were exchanged.
    """
    then = {(field.camera, field.luminaire): field for field in reference.fields}
    now = {(field.camera, field.luminaire): field for field in today}
    if odd := sorted(then.keys() ^ now.keys()):
        camera, luminaire = odd[0]
        where = "only in the reference" if odd[0] in then else "not in the reference"
        raise StationError(f"camera {camera}, luminaire {luminaire}: is {where}; take a new one with --reference")
    for key, field in now.items():
        for name in SAME:
            if getattr(field, name) != getattr(then[key], name):
                raise StationError(
                    f"camera {field.camera}: {name} is {getattr(field, name)}, and was {getattr(then[key], name)} when "
                    "the reference was taken; take a new one with --reference"
                )
    return [(then[key], field) for key, field in now.items()]


def _hw(frame: RawFrame) -> tuple[int, int]:
    return frame.pixels.shape[0], frame.pixels.shape[1]
