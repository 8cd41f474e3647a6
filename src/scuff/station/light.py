"""A light controller: what every driver does."""

from collections.abc import Mapping
from typing import Protocol

from scuff.station.camera import Health


class LightController(Protocol):
    """The luminaires of a station. Used by one thread at a time."""

    @property
    def luminaires(self) -> tuple[str, ...]:
        """Their names, as in the recipe."""
        ...

    def open(self) -> None:
        """Connect.

        Raises:
            LightError: The controller does not answer.
        """
        ...

    def close(self) -> None:
        """Switch all off where that is possible, and let go; never raises."""
        ...

    def set(self, intensities: Mapping[str, float], strobe: bool = False) -> dict[str, float]:
        """Set every luminaire, and return once the light is steady.

        Args:
            intensities: From 0 (off) to 1 (full), by name; those that are not named go off.
            strobe: They flash with an exposure instead of being on.

        Returns:
            What was really set, for every luminaire.

        Raises:
            LightError: A luminaire is not known, did not take it, reports a fault; or the controller is gone.
        """
        ...

    def health(self) -> Health:
        """Ask it how it is: at most a second. Never raises."""
        ...
