"""The simulated booth as a station finds it: which part lies in it, what is lit, and what goes wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock

from scuff.booth.layers import Layers
from scuff.booth.lighting import Lighting
from scuff.booth.settings import serial_of
from scuff.booth.truth import Truth, truth_of
from scuff.core.errors import StationError
from scuff.core.station_recipe import Fault, Simulation
from scuff.station.simulated_faults import Faults
from scuff.station.simulated_pool import ALL_ON, VIEWS, Pool

MIN_VISIBILITY = 1.0
"""Contrast to noise from which a flaw counts as seen, as `scuff booth render` marks them."""


class World:
    """The booth and what is in it. Cameras and lights of several threads may ask it at once.

    Attributes:
        pool: The parts that there are.
        faults: What goes wrong.
        luminaires: Those that the station has.
        seed: Of everything random.
    """

    def __init__(self, simulation: Simulation, luminaires: Sequence[str]) -> None:
        """Set the booth up with every luminaire on, as it is where nobody controls the light.

        Args:
            simulation: Parts and faults.
            luminaires: Names of those that there are; the booth's others are off.

        Raises:
            StationError: The frames have an odd side, or a luminaire that ages is none of the booth's.
        """
        self.pool = Pool.of(simulation)
        self.faults = Faults(simulation.faults, simulation.seed)
        self.luminaires = tuple(luminaires)
        self.seed = simulation.seed
        self._serial = serial_of(simulation.first)
        self._intensities = {name: float(name in luminaires) for name in ALL_ON.intensities}
        self._ageing: dict[str, float] = {}
        self._frames: Counter[str] = Counter()
        self._lock = Lock()
        self._layers = lru_cache(maxsize=len(VIEWS))(self.pool.layers)  # large, and a part has several lightings
        for name, share in simulation.ageing.items():
            self.age(name, share)

    @property
    def serial(self) -> str:
        """Serial number of the part in the booth."""
        return self._serial

    def place(self, serial: str) -> None:
        """Put a part into the booth."""
        self._serial = serial

    @property
    def intensities(self) -> Mapping[str, float]:
        """What each luminaire really gives, from 0 to 1: as it is set, and as it has aged."""
        with self._lock:
            return {name: value * self._ageing.get(name, 1.0) for name, value in self._intensities.items()}

    def switch(self, intensities: Mapping[str, float]) -> None:
        """Set luminaires, as their controller does; the others stay as they are."""
        with self._lock:
            self._intensities = {name: intensities.get(name, value) for name, value in self._intensities.items()}

    def age(self, luminaire: str, share: float) -> None:
        """Leave a luminaire only a share of its light.

        Raises:
            StationError: There is no such luminaire.
        """
        if luminaire not in ALL_ON.intensities:
            raise StationError(
                f"simulation.ageing: there is no luminaire {luminaire!r}; the simulated booth has "
                f"{', '.join(ALL_ON.intensities)}"
            )
        with self._lock:
            self._ageing[luminaire] = share

    def layers(self, camera: str) -> Layers:
        """The light that a camera of the booth gets from the part in it; rendered now if it is not in the pool.

        Raises:
            StationError: The pool is damaged.
        """
        return self._layers(self.pool.number_of(self._serial), camera)

    def truth(self, serial: str, camera: str, intensities: Mapping[str, float] | None = None) -> Truth:
        """What is wrong with a part, as a camera of the booth can see it.

        Args:
            serial: Serial number of the part.
            camera: Name of the booth's camera.
            intensities: Of the luminaires by name; without any, all are full.
        """
        lighting = (
            Lighting({name: intensities.get(name, 0.0) for name in ALL_ON.intensities}) if intensities else ALL_ON
        )
        return truth_of(self.pool.rendering(self.pool.number_of(serial), camera), lighting, MIN_VISIBILITY)

    def next_frame(self, camera: str) -> int:
        """Count the frames of a camera, from 1; each has noise of its own, and a run like this one has the same."""
        with self._lock:
            self._frames[camera] += 1
            return self._frames[camera]

    def inject(self, fault: Fault, camera: str, count: int = 1) -> None:
        """Let a fault happen to a camera of the recipe, or to the ``light``, the next times that it can."""
        self.faults.inject(fault, camera, count)
