"""A station that is killed at a random moment loses nothing, tells nothing twice, and leaves nothing half."""

import hashlib
import random
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from tests.fixtures.broker import Broker
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.station_process import StationProcess

from scuff.core.bundle import Bundle
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import Simulation
from scuff.serving.report import PartReport
from scuff.store.opening import open_store
from scuff.store.records import StoredPart

LONGEST_S = 0.8
"""Within that time after the first trigger of a round, the station is killed."""


class Subscriber:
    """Keeps what the broker was given, also while nobody listens."""

    def __init__(self, port: int) -> None:
        self.reports: list[PartReport] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "mes", clean_session=False)
        self._client.on_message = self._came
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("scuff/station/result", qos=1)
        self._client.loop_start()

    def _came(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        self.reports.append(PartReport.model_validate_json(message.payload))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def subscribed(broker: Broker) -> Iterator[Subscriber]:
    subscriber = Subscriber(broker.port)
    try:
        yield subscriber
    finally:
        subscriber.close()


def trigger_until_it_is_gone(station: StationProcess, names: list[str], accepted: dict[str, int]) -> None:
    for name in names:
        try:
            accepted[name] = station.trigger(name, name.upper())
        except (OSError, HTTPException):  # it was killed meanwhile
            return


def kill_in_rounds(station: StationProcess, rounds: int, chance: random.Random) -> dict[str, int]:
    """Kill the station so many times while parts go through it; give the parts that were accepted, by trigger."""
    accepted: dict[str, int] = {}
    for each in range(rounds):
        station.start()
        names = [f"r{each}-{number}" for number in range(1000)]
        triggering = threading.Thread(target=trigger_until_it_is_gone, args=(station, names, accepted))
        triggering.start()
        triggering.join(chance.uniform(0, LONGEST_S))
        station.kill()
        triggering.join()
    return accepted


def check(recipe: Recipe, station: StationProcess, subscriber: Subscriber, accepted: dict[str, int]) -> None:
    """See that every accepted part has its verdict, its pictures and its delivery."""
    with closing(open_store(recipe.store)) as store:
        station.start()
        while store.unfinished() or store.undelivered("mqtt", 0, 1):
            station.get("/status")
        assert station.stop() == 0
        parts = {part.id: part for part in store.latest(10**6)}
        check_parts(parts.values(), accepted)
        for frame in [frame for part in parts.values() for frame in part.frames]:
            store.pictures.verify(frame.picture_sha256)
        for path in store.pictures.folder.glob("*/*/*.tif"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    told = {report.id: report for report in subscriber.reports}
    assert told == {number: PartReport.model_validate_json(part.report) for number, part in parts.items()}
    assert all(report == told[report.id] for report in subscriber.reports)


def check_parts(parts: Collection[StoredPart], accepted: dict[str, int]) -> None:
    """See that no part that was accepted lacks, and that none is there twice or without a verdict."""
    numbers = {part.trigger: part.id for part in parts}
    assert len(numbers) == len(parts)
    assert accepted.items() <= numbers.items()
    for part in parts:
        assert part.verdict is not None
        assert part.error in {"", "stopped", "queue-full"}
        assert part.frames or part.error


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle]) -> Path:
    return make_bundle().folder


def recipe_at(url: str, tmp_path: Path, simulation: Simulation, broker: Broker) -> Recipe:
    settings = {
        "frames": {"bayer": "RG"},
        "store": {"url": url, "pictures": str(tmp_path / "pictures"), "least_free_gb": 0.0},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
    }
    return Recipe.model_validate(settings).model_copy(update={"simulation": simulation})


def run(rounds: int, url: str, tmp_path: Path, simulation: Simulation, broker: Broker, bundle: Path) -> None:
    recipe = recipe_at(url, tmp_path, simulation, broker)
    station = StationProcess(tmp_path, recipe, bundle)
    with subscribed(broker) as subscriber:
        accepted = kill_in_rounds(station, rounds, random.Random(rounds))
        check(recipe, station, subscriber, accepted)
    assert len(accepted) >= rounds


def test_killed_three_times(tmp_path: Path, simulation: Simulation, broker: Broker, bundle: Path) -> None:
    run(3, f"sqlite:///{tmp_path}/scuff.db", tmp_path, simulation, broker, bundle)


def test_killed_on_postgresql(
    tmp_path: Path, simulation: Simulation, broker: Broker, bundle: Path, postgres: PostgresServer
) -> None:
    run(2, postgres.make_database(), tmp_path, simulation, broker, bundle)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_a_hundred_times(tmp_path: Path, simulation: Simulation, broker: Broker, bundle: Path) -> None:
    run(100, f"sqlite:///{tmp_path}/scuff.db", tmp_path, simulation, broker, bundle)
