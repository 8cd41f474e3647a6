"""A line with a fake rig, a real store and a tiny network."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fixtures.fake_rig import FakeRig
from tests.fixtures.opcua_peer import Station

from scuff.core.bundle import Bundle
from scuff.core.recipe import Product as CoreProduct
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import StoreSettings
from scuff.core.verdict import Outcome
from scuff.serving.port import PublishError, Trigger
from scuff.serving.product import Product, open_product
from scuff.serving.report import PartReport
from scuff.serving.service import Service
from scuff.serving.watchdog import Watchdog
from scuff.store.opening import open_store
from scuff.store.records import StoredPart
from scuff.store.store import Store


class FakePort:
    """A port that keeps what is published.

    Attributes:
        reports: What it took.
        refuses: Why it takes nothing; empty: it does.
        offered: How often it was offered something.
    """

    def __init__(self, name: str = "plc") -> None:
        self.name = name
        self.reports: list[PartReport] = []
        self.refuses = ""
        self.offered = 0

    async def run(self, line: object) -> None:
        await asyncio.Event().wait()

    async def publish(self, report: PartReport) -> None:
        self.offered += 1
        if self.refuses:
            raise PublishError(self.refuses)
        self.reports.append(report)


class Bench:
    """A service that runs, and what is around it."""

    def __init__(
        self, service: Service, rig: FakeRig, store: Store, port: FakePort, task: "asyncio.Future[None]"
    ) -> None:
        self.service, self.rig, self.store, self.port = service, rig, store, port
        self.line, self._task = service.line, task

    async def trigger(self, part: str, name: str = "") -> int:
        """Trigger a part, and give its number in the store."""
        return (await self.line.trigger(Trigger(name or f"t-{part}", part, "test"))).id

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; the test's own time limit ends it otherwise."""
        while not condition() and not self._task.done():
            await asyncio.sleep(0.005)

    async def finished(self, number: int) -> StoredPart:
        """Wait for a verdict, and give all that the store knows of the part."""
        await self.until(lambda: self.store.part(number).verdict)
        return self.store.part(number)

    async def part(self, part: str) -> StoredPart:
        """Trigger a part and wait for its verdict."""
        return await self.finished(await self.trigger(part))


Running = Callable[..., AbstractAsyncContextManager[Bench]]


def outcome_of(part: StoredPart) -> Outcome:
    """The outcome of a part that has its verdict."""
    assert part.verdict is not None
    return part.verdict.outcome


def on(running: Running, work: Callable[[Bench], Awaitable[None]], **changes: object) -> None:
    """Do something with a line that runs."""

    async def run() -> None:
        async with running(**changes) as bench:
            await work(bench)

    asyncio.run(run())


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """A recipe whose line is quick to find faults, and patient with parts."""
    settings = {
        "product": {"name": "plate"},
        "line": {"health_s": 0.02, "part_timeout_s": 20.0},
        "store": {
            "url": f"sqlite:///{tmp_path}/scuff.db",
            "pictures": str(tmp_path / "pictures"),
            "least_free_gb": 0.0,
        },
        "http": {"port": 0},
    }
    return Recipe.model_validate(settings)


@pytest.fixture
def product(recipe: Recipe, make_bundle: Callable[..., Bundle]) -> Product:
    """What the line inspects."""
    return open_product(recipe, make_bundle().folder)


@pytest.fixture
def settings(recipe: Recipe) -> StoreSettings:
    """Where the store is."""
    return recipe.store


@pytest.fixture
def store(settings: StoreSettings) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(settings)
    yield opened
    opened.close()


@pytest.fixture
def rig() -> FakeRig:
    """A rig whose captures succeed."""
    return FakeRig()


@pytest.fixture
def running(product: Product, store: Store, rig: FakeRig) -> Running:
    """A function that runs the service while a block lasts; it takes settings of the line."""

    @asynccontextmanager
    async def run(**changes: object) -> AsyncIterator[Bench]:
        recipe = product.recipe.model_copy(update={"line": product.recipe.line.model_copy(update=changes)})
        own = Product(recipe, product.inspector, product.judge, product.bundle)
        other = replace(own, recipe=recipe.model_copy(update={"product": CoreProduct(name="lid")}))
        port = FakePort()
        service = Service({own.name: own, other.name: other}, rig, store, [port], Watchdog())
        task = asyncio.ensure_future(service.run())
        bench = Bench(service, rig, store, port, task)
        await bench.until(lambda: bench.line.status.state != "starting")
        try:
            yield bench
        finally:
            rig.gate.set()
            service.stop()
            await task

    return run


@pytest.fixture(scope="module")
def station() -> Iterator[Station]:
    station = Station()
    station.start()
    yield station
    station.stop()
