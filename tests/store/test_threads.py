"""Many threads, and many stations, at once."""

from concurrent.futures import ThreadPoolExecutor

from tests.fixtures.stores import BUNDLE, DEFECT, NOW, RECIPE, Open, frame, verdict

from scuff.core.verdict import Outcome
from scuff.store.store import Store

THREADS = 12
PARTS = 48


def inspect(store: Store, trigger: str) -> int:
    begun = store.begin(trigger, "", "http", RECIPE, BUNDLE, NOW)
    if begun.is_new:
        picture = store.pictures.put(trigger.encode(), ".raw")
        store.keep_frames(begun.id, [frame("left", picture), frame("right", picture)])
        store.finish(begun.id, verdict(Outcome.FAIL), "", trigger, [DEFECT], NOW)
        store.delivered(begun.id, "mqtt")
    return begun.id


def test_threads_lose_nothing_and_do_nothing_twice(store: Store) -> None:
    """Every trigger comes twice, at about the same time."""
    triggers = [f"T{number // 2}" for number in range(PARTS)]
    with ThreadPoolExecutor(THREADS) as pool:
        numbers = list(pool.map(inspect, [store] * PARTS, triggers))
    assert numbers[::2] == numbers[1::2]
    assert len(set(numbers)) == PARTS // 2
    assert store.unfinished() == []
    assert store.undelivered("mqtt", 0, PARTS) == []
    parts = store.latest(PARTS)
    assert sorted(part.trigger for part in parts) == sorted(set(triggers))
    assert all((len(part.frames), len(part.defects), part.report) == (2, 1, part.trigger) for part in parts)


def test_stations_write_into_one_database_at_once(url: str, open_at: Open) -> None:
    stores = [open_at(url, station) for station in ("left", "right")]
    with ThreadPoolExecutor(THREADS) as pool:
        numbers = list(pool.map(inspect, stores * (PARTS // 2), [f"T{number // 2}" for number in range(PARTS)]))
    assert len(set(numbers)) == PARTS
    for index, store in enumerate(stores):
        assert sorted(part.id for part in store.latest(PARTS)) == sorted(numbers[index::2])
        assert store.counts().outcomes[Outcome.FAIL] == PARTS // 2


def test_stations_that_open_an_empty_database_at_once_make_its_tables_once(url: str, open_at: Open) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda station: open_at(url, station), ["a", "b", "c", "d"]))
    assert [inspect(store, "T1") for store in stores] == [1, 2, 3, 4]
