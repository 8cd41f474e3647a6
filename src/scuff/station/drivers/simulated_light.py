"""The light controller of the simulated booth."""

from collections.abc import Mapping

from scuff.core.errors import StationError
from scuff.core.station_recipe import LIGHT
from scuff.station.acquisition_error import LightError
from scuff.station.camera import Health
from scuff.station.simulated_pool import ALL_ON
from scuff.station.simulated_world import World


class SimulatedLight:
    """Switches the luminaires of the simulated booth; a strobe looks like a light that is on."""

    def __init__(self, world: World) -> None:
        """Stand beside the booth.

        Raises:
            StationError: The station has a luminaire that the booth has not.
        """
        self._world, self._is_open = world, False
        if unknown := sorted(set(world.luminaires) - set(ALL_ON.intensities)):
            raise StationError(
                f"light.luminaires: the simulated booth has no luminaire {unknown[0]!r}; it has "
                f"{', '.join(ALL_ON.intensities)}"
            )

    @property
    def luminaires(self) -> tuple[str, ...]:
        """Their names, as in the recipe."""
        return self._world.luminaires

    def open(self) -> None:
        """Connect; see ``LightController``."""
        self._is_open = True
        self._check_answers()

    def close(self) -> None:
        """Switch all off; see ``LightController``."""
        if self._is_open and not self._world.faults.is_unplugged(LIGHT):
            self._world.switch(dict.fromkeys(self.luminaires, 0.0))
        self._is_open = False

    def set(self, intensities: Mapping[str, float], strobe: bool = False) -> dict[str, float]:
        """Set every luminaire; see ``LightController``."""
        self._check_answers()
        if unknown := sorted(set(intensities) - set(self.luminaires)):
            raise LightError(unknown[0], f"is no luminaire of the station, which has {', '.join(self.luminaires)}")
        if self._world.faults.draw(LIGHT, ["light"]):
            raise LightError(LIGHT, "a luminaire reports a fault")
        wanted = {name: float(intensities.get(name, 0.0)) for name in self.luminaires}
        self._world.switch(wanted)
        return wanted

    def health(self) -> Health:
        """Say how it is; see ``LightController``."""
        wrong = "" if self._is_open else "it is closed"
        if self._world.faults.is_unplugged(LIGHT):
            wrong = "does not answer"
        return Health(not wrong, wrong)

    def _check_answers(self) -> None:
        if not (health := self.health()).is_well:
            raise LightError(LIGHT, health.message)
