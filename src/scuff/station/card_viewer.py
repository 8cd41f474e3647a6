"""The reference card under each luminaire alone: seen once, and again each day to be compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scuff.core.errors import StationError
from scuff.core.recipe import Recipe
from scuff.core.region import Regions
from scuff.core.station_recipe import Lighting
from scuff.station.candidate import exposed
from scuff.station.capture import REFERENCE_CARD
from scuff.station.exposure import Setting
from scuff.station.flat_field import FlatField, measure_field
from scuff.station.light_reference import Reference
from scuff.station.raw_frame import RawFrame
from scuff.station.studio import Studio, Taking

FRAMES = 2
"""Of a lighting: what they share is structure, and what they do not is noise."""

LEAST_LEVEL = 0.1
"""Of the brightest part of a reference, as a share of full scale: below it, noise and steps of the sensor show."""


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
        self._studio = Studio(recipe, open_rig, lambda _: None, headroom=1.0)  # the card is always the same
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
        settings = {
            (view.camera, name): Setting(frame.exposure_us, frame.gain_db)
            for view in views
            for name, frame in view.frames.items()
        }
        fields = [
            measure_field(card.lit, card.dark, name, self._regions.of(camera, _hw(card.dark)))
            for (camera, name), card in self._take(settings).items()
        ]
        for field in fields:
            if field.brightest < LEAST_LEVEL:
                raise StationError(
                    f"camera {field.camera}, luminaire {field.luminaire}: gives the card {field.brightest:.1%} of full "
                    f"scale at {field.exposure_us:,.0f} µs; see whether it is on and the card lies in the booth, in "
                    "inspection.region, or allow a longer exposure (exposure.longest_us)"
                )
        return fields

    def fields_beside(self, reference: Reference) -> list[tuple[FlatField, FlatField]]:
        """Measure again, with the exposures and the cells of a reference.

        Returns:
            What was seen then, and what is seen now.

        Raises:
            AcquisitionError: The cameras or the light cannot be opened.
            StationError: Frames do not come; or cameras or luminaires came, went or were exchanged since.
        """
        then = {(field.camera, field.luminaire): field for field in reference.fields}
        lit = self._take({key: Setting(field.exposure_us, field.gain_db) for key, field in then.items()})
        if odd := sorted(then.keys() ^ lit.keys()):
            camera, luminaire = odd[0]
            where = "only in the reference" if odd[0] in then else "not in the reference"
            raise StationError(f"camera {camera}, luminaire {luminaire}: is {where}; take a new one with --reference")
        for key, card in lit.items():
            _check_same(then[key], card.lit[0])
        return [
            (then[key], measure_field(card.lit, card.dark, key[1], reference=then[key])) for key, card in lit.items()
        ]

    def _take(self, settings: Mapping[tuple[str, str], Setting]) -> "dict[tuple[str, str], _Card]":
        """Take the card with exposures by camera and luminaire; gives frames by the same."""
        steps = [
            exposed(step, {camera: setting for (camera, lit), setting in settings.items() if lit == name})
            for name in self._luminaires
            for step in (self._only(name), self._without(name))
        ]
        taken: dict[tuple[str, str], list[RawFrame]] = {}
        for _, frames in self._studio.take(steps, [REFERENCE_CARD] * FRAMES):
            for frame in frames:
                kept = taken.setdefault((frame.camera, frame.lighting), [])
                if frame.lighting in self._luminaires or not kept:  # one with all off is enough
                    kept.append(frame)
                self.simulated |= frame.simulated
        return {
            (camera, name): _Card(frames, taken[camera, self._without(name).name][0])
            for (camera, name), frames in taken.items()
            if name in self._luminaires
        }

    def _only(self, luminaire: str) -> Lighting:
        return Lighting(name=luminaire, intensities={luminaire: 1.0}, strobe=self._strobe)

    def _without(self, luminaire: str) -> Lighting:
        """All off, exposed as under a luminaire."""
        return Lighting(name=f"without {luminaire}", intensities={luminaire: 0.0})


@dataclass(frozen=True, slots=True)
class _Card:
    """The card as a camera sees it: under a luminaire, and with all off."""

    lit: list[RawFrame]
    dark: RawFrame


def _check_same(then: FlatField, frame: RawFrame) -> None:
    """Refuse a frame whose levels cannot be compared."""
    height, width = frame.pixels.shape[:2]
    now = {"serial": frame.serial, "pixel_format": frame.pixel_format, "width_px": width, "height_px": height}
    for name, value in now.items():
        if value != (was := getattr(then, name)):
            raise StationError(
                f"camera {then.camera}: {name} is {value}, and was {was} when the reference was taken; take a new one "
                "with --reference"
            )


def _hw(frame: RawFrame) -> tuple[int, int]:
    return frame.pixels.shape[0], frame.pixels.shape[1]
