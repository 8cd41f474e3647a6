"""How soon a station notices that something is gone, and how soon it inspects again once it is back."""

import asyncio
import resource
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from scuff.core.errors import ScuffError
from scuff.core.recipe import Recipe
from scuff.serving.logs import set_up
from scuff.serving.port import Trigger
from scuff.serving.ports import open_ports
from scuff.serving.product import open_product
from scuff.serving.service import Service
from scuff.station.opening import open_rig
from scuff.store.opening import open_store
from station_peers import Broker, Mes

GONE_S = 3.0
"""How long each thing is away."""

EACH_S = 0.5
"""Time between two parts meanwhile."""

POLL_S = 0.005

PATIENCE_S = 1.0
"""A verdict that has not come by then was published while the MES had not yet found the broker again."""


@dataclass(frozen=True)
class Trouble:
    """Something that is taken away.

    Attributes:
        name: What.
        fault: What the status calls it.
        take: Takes it away.
        give: Gives it back.
    """

    name: str
    fault: str
    take: Callable[[], object]
    give: Callable[[], object]


def recoveries(folder: Path, recipe: Recipe, bundle: Path, broker: Broker) -> None:
    """Take one thing after the other away from a station without other faults, and print what happens."""
    calm = recipe.simulation.model_copy(update={"faults": {}})
    store = recipe.store.model_copy(update={"url": f"sqlite:///{folder}/recovery.db"})
    modbus = recipe.modbus.model_copy(update={"port": 0})
    own = recipe.model_copy(update={"simulation": calm, "store": store, "modbus": modbus})
    with (folder / "recovery.jsonl").open("w", encoding="utf-8") as log:
        set_up(log, as_json=True)
        asyncio.run(_recoveries(folder, own, bundle, broker))


async def _recoveries(folder: Path, recipe: Recipe, bundle: Path, broker: Broker) -> None:
    rig, store, product = open_rig(recipe), open_store(recipe.store), open_product(recipe, bundle)
    assert rig.world is not None
    faults, lock = rig.world.faults, _Lock(folder / "recovery.db")
    service = Service({product.name: product}, rig, store, open_ports(recipe))
    running = asyncio.ensure_future(service.run())
    mes = Mes(broker.port)
    station = Station(service, mes)
    await station.inspected()
    for trouble in (
        Trouble("camera killed", "left", lambda: faults.unplug("left"), lambda: faults.plug("left")),
        Trouble("light gone", "light", lambda: faults.unplug("light"), lambda: faults.plug("light")),
        Trouble("database gone", "store", lock.take, lock.give),
        Trouble("disk full", "store", _fill_disk, _free_disk),
        Trouble("broker gone", "mqtt", broker.kill, broker.start),
    ):
        await station.survive(trouble)
    service.stop()
    await running
    mes.close()
    store.close()


class Station:
    """A station from outside."""

    def __init__(self, service: Service, mes: Mes) -> None:
        """Watch a service that runs."""
        self._service, self._mes, self._count = service, mes, 0

    async def survive(self, trouble: Trouble) -> None:
        """Take something away and give it back, and print how soon that was noticed and got over."""
        await asyncio.to_thread(trouble.take)
        began = time.perf_counter()
        meanwhile = [await self._trigger()]
        while trouble.fault not in self._service.line.status.faults:
            await asyncio.sleep(POLL_S)
        noticed_s = time.perf_counter() - began
        while time.perf_counter() < began + GONE_S:
            meanwhile.append(await self._trigger())
            await asyncio.sleep(EACH_S)
        await asyncio.to_thread(trouble.give)
        began = time.perf_counter()
        await self.inspected()
        back_s = time.perf_counter() - began
        while trouble.fault in self._service.line.status.faults:
            await asyncio.sleep(POLL_S)
        well_s = time.perf_counter() - began
        said = ", ".join(sorted({self._became(name) for name in meanwhile}))
        click.echo(
            f"{trouble.name:<14} noticed after {noticed_s:5.2f} s; parts meanwhile: {said}; once it is back: first "
            f"verdict published after {back_s:5.2f} s, no fault after {well_s:5.2f} s"
        )

    async def inspected(self) -> None:
        """Trigger parts until one is inspected, and its verdict has been published."""
        while True:
            name, until = await self._trigger(), time.perf_counter() + PATIENCE_S
            while name and name not in self._mes.came and time.perf_counter() < until:
                await asyncio.sleep(POLL_S)
            if name in self._mes.came and self._mes.came[name][1].inspection_ms is not None:
                return
            await asyncio.sleep(POLL_S)

    def _became(self, name: str) -> str:
        """What became of a trigger: refused, or its part's error or outcome."""
        if name not in self._mes.came:
            return "published before the MES was back" if name else "refused"
        report = self._mes.came[name][1]
        return report.error or "inspected"

    async def _trigger(self) -> str:
        self._count += 1
        name = f"recovery-{self._count}"
        try:
            await self._service.line.trigger(Trigger(name, "", "benchmark"))
        except ScuffError:
            return ""
        return name


class _Lock:
    """Another program that holds a database of SQLite, so that nobody else can write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self) -> None:
        self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def give(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


def _fill_disk() -> None:
    """Let the system refuse every byte that is written to a file, as a full disk does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _free_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
