"""A station as a service: everything is opened, watched, and closed again in order."""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager

from scuff.core.errors import ScuffError
from scuff.serving.backoff import Backoff
from scuff.serving.equipment import Equipment
from scuff.serving.faults import Faults
from scuff.serving.following import Following
from scuff.serving.health import retain, watch_rig, watch_store
from scuff.serving.line import Line
from scuff.serving.logs import tell
from scuff.serving.metrics import Metrics
from scuff.serving.port import Entrance, Port
from scuff.serving.product import Product
from scuff.serving.systemd import READY, STOPPING, notify
from scuff.serving.watchdog import LOOK_S, Watchdog
from scuff.serving.workers import CAPTURE, OPENING, Workers
from scuff.station.rig import Rig
from scuff.store.store import Store

HANGS = 2
"""What takes so many times as long as a part may take hangs."""

AGAIN_S, LONGEST_S = 1.0, 30.0
"""Time until an entrance that failed is opened again, and at most."""

GRACE_S = 5.0
"""What a station that is told to stop waits for cameras that are still being opened."""


class Service:
    """Runs the line of a station until it is told to stop."""

    def __init__(
        self,
        products: Mapping[str, Product],
        rig: Rig,
        store: Store,
        ports: Sequence[Port],
        watchdog: Watchdog | None = None,
    ) -> None:
        """Put it together; nothing is opened.

        Args:
            products: What is inspected, by name; the station's settings are those of the first.
            rig: Cameras and light; opened and closed here.
            store: Open.
            ports: Where results go, and triggers come from.
            watchdog: Ends the process when it hangs.
        """
        self._recipe = next(iter(products.values())).recipe
        self._rig, self._ports, self._watchdog = rig, tuple(ports), watchdog or Watchdog()
        settings = self._recipe.line
        self.metrics, self._stopping = Metrics(), asyncio.Event()
        workers = Workers(self._watchdog, HANGS * settings.part_timeout_s)
        self._equipment = Equipment(settings, rig, store, workers, Faults(self._noticed), self.metrics)
        self.line = Line(self._equipment, products, ports, Following(products.values(), rig.adjust).look)
        self.entrances: list[Entrance] = []

    def stop(self) -> None:
        """Stop in order; told a second time, give parts up that are not done."""
        if self._stopping.is_set():
            self.line.abandon()
        self._stopping.set()

    async def run(self) -> None:
        """Open, work, and close; returns when it was told to stop and is done.

        Raises:
            StoreError: The store cannot be used at the start.
        """
        with self._signals():
            self._watchdog.start()
            beating = asyncio.create_task(self._beat())
            try:
                await self._open()
                await self._work()
            finally:
                await self._equipment.workers.call(CAPTURE, "closing", self._rig.close)
                await asyncio.to_thread(self._equipment.workers.close)
                self._watchdog.stop()
                beating.cancel()
                tell(logging.INFO, "stopped", "the station has stopped")

    async def _open(self) -> None:
        opening = asyncio.ensure_future(self._equipment.workers.call(OPENING, "cameras and light", self._rig.open))
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({opening, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not opening.done():
            await asyncio.wait({opening}, timeout=GRACE_S)
        if not opening.done():
            _leave()
        for error in await opening:
            self._equipment.faults.note(error.camera, error.reason)
        await self.line.prepare()

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(work) for work in (self.line.run(), *self._watched())]
            for each in [*self.entrances, *self._ports]:
                working.append(tasks.create_task(self._keep(each), name=each.name))
            self._tell_ready()
            await self._stopping.wait()
            notify(STOPPING)
            tell(logging.INFO, "stopping", "the station stops: no more triggers, waiting parts are finished")
            await self.line.stop(self._recipe.line.part_timeout_s)
            await _end(working)

    def _watched(self) -> list[Coroutine[None, None, None]]:
        back = "the store failed while the trigger was taken on"
        return [
            watch_rig(self._equipment),
            watch_store(self._equipment, lambda: self.line.adopt(back)),
            retain(self._equipment),
        ]

    async def _beat(self) -> None:
        while True:
            self._watchdog.beat()
            await asyncio.sleep(LOOK_S)

    async def _keep(self, entrance: Entrance) -> None:
        """Keep an entrance open, whatever happens to it."""
        backoff = Backoff(AGAIN_S, LONGEST_S)
        while True:
            try:
                await entrance.run(self.line)
            except ScuffError as error:
                self._equipment.faults.note_peer(entrance.name, str(error))
            except Exception as error:
                logging.getLogger(__name__).exception("%s: a defect of scuff", entrance.name)
                self._equipment.faults.note_peer(entrance.name, f"a defect of scuff, see its log: {error!r}")
            else:
                return
            await backoff.wait()

    def _noticed(self, name: str, is_well: bool) -> None:
        self.metrics.well.labels(name).set(is_well)
        self.line.notice()

    def _tell_ready(self) -> None:
        names = ", ".join(each.name for each in [*self.entrances, *self._ports]) or "none"
        told = {"station": self._recipe.line.station, "recipe": self.line.status.recipe, "ports": names}
        tell(logging.INFO, "started", f"the station inspects {told['recipe']}; ports: {names}", **told)
        notify(READY)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Stop at SIGTERM and SIGINT."""
        loop, signals = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)
        for each in signals:
            loop.add_signal_handler(each, self.stop)
        try:
            yield
        finally:
            for each in signals:
                loop.remove_signal_handler(each)


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Cancel tasks until all have ended: a group in which one fails meanwhile forgets that it was cancelled."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        _, slow = await asyncio.wait(left, timeout=LOOK_S)
        if slow:
            names = ", ".join(task.get_name() for task in slow)
            tell(logging.WARNING, "slow-to-stop", f"waits for the end of: {names}", reason=names)


def _leave() -> None:
    """End the process though a thread hangs: nobody can stop that, and at its end Python would wait for it."""
    reason = f"cameras or light were still being opened {GRACE_S:g} s after the station was told to stop"
    tell(logging.WARNING, "stopped", f"the station has stopped; {reason}", reason=reason)
    os._exit(0)
