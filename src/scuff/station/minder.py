"""Looks after the devices of a rig: opens them, asks how they are, and opens again what was lost."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

from scuff.station.acquisition_error import AcquisitionError
from scuff.station.camera import Health
from scuff.station.keeper import Keeper

REOPENING_S = 0.5
"""How long a look waits for a device that is being opened again; after that it goes on without it."""


class Minder:
    """Does for all devices at once what takes a while for each."""

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        """Look after devices that are closed."""
        self._keepers = tuple(keepers)
        self._threads = ThreadPoolExecutor(len(keepers), "minder")
        self._reopening: dict[str, Future[AcquisitionError | None]] = {}
        self._is_closed, self._at_work = False, Lock()

    def open(self) -> tuple[AcquisitionError, ...]:
        """Open all devices; what is wrong is returned, and tried again by ``health``."""
        return tuple(error for error in self._threads.map(Keeper.open, self._keepers) if error is not None)

    def close(self) -> None:
        """Close all devices, once those that are being opened are open; what is closed already stays so."""
        with self._at_work:
            self._is_closed = True
        self._threads.shutdown()
        for keeper in self._keepers:
            keeper.close()

    def health(self) -> dict[str, Health]:
        """Ask all devices how they are, and open again those that are absent and whose turn it is."""
        with self._at_work:
            return {keeper.name: keeper.known for keeper in self._keepers} if self._is_closed else self._looked_at()

    def _looked_at(self) -> dict[str, Health]:
        for keeper in self._keepers:
            if keeper.is_due and self._is_idle(keeper):
                self._reopening[keeper.name] = self._threads.submit(keeper.open)
        for future in wait(self._reopening.values(), REOPENING_S).done:
            future.result()  # raises what is no AcquisitionError, and so a defect
        idle = [keeper for keeper in self._keepers if self._is_idle(keeper)]
        asked = dict(zip([keeper.name for keeper in idle], self._threads.map(Keeper.health, idle), strict=True))
        return {keeper.name: asked.get(keeper.name, keeper.known) for keeper in self._keepers}

    def _is_idle(self, keeper: Keeper) -> bool:
        return keeper.name not in self._reopening or self._reopening[keeper.name].done()
