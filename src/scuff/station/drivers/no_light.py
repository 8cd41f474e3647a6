"""Light that nobody controls: luminaires that are always on."""

from collections.abc import Mapping

from scuff.station.acquisition_error import LightError
from scuff.station.camera import Health

FULL = 1.0


class NoLight:
    """Stands where a station has no light controller."""

    def __init__(self, luminaires: tuple[str, ...]) -> None:
        """Name the luminaires that are on."""
        self._luminaires = luminaires

    @property
    def luminaires(self) -> tuple[str, ...]:
        """Their names, as in the recipe."""
        return self._luminaires

    def open(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def set(self, intensities: Mapping[str, float], strobe: bool = False) -> dict[str, float]:
        """Refuse what would need a controller; see ``LightController``."""
        for name in self._luminaires:
            if strobe or intensities.get(name, 0.0) != FULL:
                raise LightError(
                    name,
                    'has no controller (light.driver = "none"): it can only be full; write a lighting without '
                    "intensities and strobe",
                )
        return dict.fromkeys(self._luminaires, FULL)

    def health(self) -> Health:
        """Say that nothing is known to be wrong."""
        return Health(is_well=True, message="nobody controls it")
