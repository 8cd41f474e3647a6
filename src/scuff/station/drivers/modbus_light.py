"""A light controller over Modbus TCP: a holding register for each luminaire's intensity."""

import time
from collections.abc import Mapping
from threading import Lock

from scuff.core.errors import RecipeError
from scuff.core.station_recipe import Light
from scuff.station.acquisition_error import LightError
from scuff.station.camera import Health
from scuff.station.drivers.modbus_link import ModbusLink

HIGHEST_ADDRESS = 65535

HEALTH_S = 0.3
"""What an answer may take when a controller is asked how it is, and what may be waited for a call that is under way."""


class ModbusLight:
    """The luminaires of a controller, by the register map of ``[light]``.

    What is written is read back. A connection that was lost is made anew by the next call.
    """

    def __init__(self, settings: Light) -> None:
        """Check the register map; nothing is connected yet.

        Raises:
            RecipeError: A luminaire has no register, or an address cannot be.
        """
        _check(settings)
        self._settings = settings
        self._link = ModbusLink(settings)
        self._lock = Lock()
        self._steady: tuple[Mapping[str, int], bool] | None = None
        self._sets = self._failures = 0

    @property
    def luminaires(self) -> tuple[str, ...]:
        """Their names, as in the recipe."""
        return self._settings.luminaires

    def open(self) -> None:
        """Connect, and read every register once.

        Raises:
            LightError: The controller does not answer, lacks a register, or tells of a fault.
        """
        with self._lock:
            self._steady = None
            for name in self.luminaires:
                self._link.read_register(name, self._settings.registers[name])
            self._check_faults()

    def close(self) -> None:
        """Switch all off where that is possible, and let go; never raises."""
        with self._lock:
            try:
                if self._link.is_connected:
                    self._write(dict.fromkeys(self.luminaires, 0), strobe=False)
            except LightError:
                pass  # whoever closes it has no more use for it
            finally:
                self._link.close()

    def set(self, intensities: Mapping[str, float], strobe: bool = False) -> dict[str, float]:
        """Set every luminaire, and return once the light is steady.

        Args:
            intensities: From 0 (off) to 1 (full), by name; those that are not named go off.
            strobe: They flash with an exposure instead of being on.

        Returns:
            What was really set, for every luminaire: the nearest that its register can hold.

        Raises:
            LightError: A luminaire is not known, cannot flash, did not take it, reports a fault; or the controller is
                gone.
        """
        with self._lock:
            try:
                values = self._values(intensities, strobe)
                self._write(values, strobe)
                self._check_taken(values)
                self._check_faults()
            except LightError:
                self._steady = None
                self._failures += 1
                raise
            if self._steady != (values, strobe):
                time.sleep(self._settings.settle_ms / 1000)
            self._steady = values, strobe
            self._sets += 1
        return {name: value / self._settings.full_scale for name, value in values.items()}

    def health(self) -> Health:
        """Ask it how it is: at most a second. Never raises."""
        trouble = ""
        if self._lock.acquire(timeout=HEALTH_S):  # else it is being set, which tells its troubles itself
            try:
                with self._link.patience(HEALTH_S):
                    self._link.read_register(self.luminaires[0], self._settings.registers[self.luminaires[0]])
                    self._check_faults()
            except LightError as error:
                trouble = str(error)
            finally:
                self._lock.release()
        return Health(is_well=not trouble, message=trouble, frames=self._sets, failures=self._failures)

    def _values(self, intensities: Mapping[str, float], strobe: bool) -> dict[str, int]:
        """What each register shall hold."""
        for name, intensity in intensities.items():
            if name not in self.luminaires:
                raise LightError(name, f"is none of light.luminaires, which are {', '.join(self.luminaires)}")
            if not 0 <= intensity <= 1:
                raise LightError(name, f"an intensity of {intensity:g} cannot be; give one from 0 (off) to 1 (full)")
            if strobe and intensity and name not in self._settings.strobe_coils:
                raise LightError(name, "shall flash, but no coil makes it; name one in light.strobe_coils")
        return {name: round(intensities.get(name, 0) * self._settings.full_scale) for name in self.luminaires}

    def _write(self, values: Mapping[str, int], strobe: bool) -> None:
        for name, coil in self._settings.strobe_coils.items():
            self._link.write_coil(name, coil, strobe and values[name] > 0)
        for name, value in values.items():
            self._link.write_register(name, self._settings.registers[name], value)

    def _check_taken(self, values: Mapping[str, int]) -> None:
        for name, value in values.items():
            register = self._settings.registers[name]
            if (held := self._link.read_register(name, register)) != value:
                raise LightError(
                    name,
                    f"register {register} holds {held} after {value} was written; see to light.full_scale "
                    f"({self._settings.full_scale}), to a limit set at the controller, and to who else writes there",
                )

    def _check_faults(self) -> None:
        for name, address in self._settings.fault_inputs.items():
            if self._link.read_input(name, address):
                raise LightError(
                    name,
                    f"the controller reports a fault (input {address} is 1); see to the luminaire, its cable and its "
                    "fuse, and clear the fault at the controller",
                )


def _check(settings: Light) -> None:
    """Refuse a register map that cannot be."""
    if missing := [name for name in settings.luminaires if name not in settings.registers]:
        raise RecipeError(
            f"light.registers: has no register of luminaire {missing[0]!r}; add one, as in {{ {missing[0]} = 0 }}"
        )
    tables = {name: getattr(settings, name) for name in ("registers", "strobe_coils", "fault_inputs")}
    for table, addresses in tables.items():
        for name, address in addresses.items():
            where = f"light.{table}, {name} = {address}"
            if name not in settings.luminaires:
                raise RecipeError(f"{where}: {name!r} is none of light.luminaires ({', '.join(settings.luminaires)})")
            if not 0 <= address <= HIGHEST_ADDRESS:
                raise RecipeError(f"{where}: must be an address from 0 to {HIGHEST_ADDRESS}")
            if alike := [other for other in addresses if other != name and addresses[other] == address]:
                raise RecipeError(f"{where}: {alike[0]!r} has it too; each luminaire has an address of its own")
