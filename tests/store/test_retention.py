from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.fixtures.stores import NOW, Open, begin, finish, frame
from tests.store.test_pictures import age

from scuff.core.errors import StoreError
from scuff.core.verdict import Outcome
from scuff.store import retention
from scuff.store.pictures import RECENT_S, Pictures
from scuff.store.records import Removed
from scuff.store.store import Store

DAY = timedelta(days=1)


def keep(store: Store, number: int, content: bytes) -> str:
    """Give a part one picture, which is old enough to be in use no more."""
    checksum = store.pictures.put(content, ".raw")
    age(store.pictures.get(checksum))
    store.keep_frames(number, [frame("left", checksum)])
    return checksum


def is_there(pictures: Pictures, checksum: str) -> bool:
    try:
        pictures.verify(checksum)
    except StoreError:
        return False
    return True


def test_pictures_go_by_outcome_and_age_and_rows_stay(url: str, open_at: Open) -> None:
    store = open_at(url, keep_pass_days=1, keep_other_days=3)
    cases = [(Outcome.PASS, 0.5), (Outcome.PASS, 2), (Outcome.FAIL, 2), (Outcome.NOT_INSPECTED, 4), (None, 9)]
    numbers = [begin(store, f"T{case}") for case in range(len(cases))]
    pictures = [keep(store, number, b"%d" % number) for number in numbers]
    for number, (outcome, days) in zip(numbers, cases, strict=True):
        if outcome is not None:
            finish(store, number, outcome, NOW - days * DAY)
    assert store.retain(NOW) == Removed(2, len(b"%d" % numbers[1]) + len(b"%d" % numbers[3]))
    assert [is_there(store.pictures, picture) for picture in pictures] == [True, False, True, False, True]
    removed = [store.part(number).removed for number in numbers]
    assert removed == [frozenset(), {pictures[1]}, frozenset(), {pictures[3]}, frozenset()]
    assert [len(store.part(number).frames) for number in numbers] == [1] * 5
    assert store.retain(NOW) == Removed(0, 0)


def test_without_rules_everything_stays(url: str, open_at: Open) -> None:
    store = open_at(url)
    number = begin(store)
    picture = keep(store, number, b"pixels")
    finish(store, number, at=NOW - 10_000 * DAY)
    assert store.retain(NOW) == Removed(0, 0)
    store.pictures.verify(picture)


def test_a_picture_stays_while_any_part_needs_it(url: str, open_at: Open) -> None:
    store = open_at(url, keep_pass_days=1)
    first, second = begin(store, "T1"), begin(store, "T2")
    picture = keep(store, first, b"black")
    assert keep(store, second, b"black") == picture
    finish(store, first, at=NOW - 2 * DAY)
    finish(store, second, Outcome.FAIL, at=NOW - 2 * DAY)
    assert store.retain(NOW).pictures == 0
    store.pictures.verify(picture)


def test_a_picture_that_a_part_under_inspection_has_just_stored_stays(url: str, open_at: Open) -> None:
    """Its frames are not in the database yet, and an old part with the same picture would let it go."""
    store = open_at(url, keep_pass_days=1)
    number = begin(store)
    picture = keep(store, number, b"black")
    finish(store, number, at=NOW - 2 * DAY)
    store.pictures.put(b"black", ".raw")
    assert store.retain(NOW).pictures == 0
    store.pictures.verify(picture)


def test_a_picture_that_comes_back_is_there_again(url: str, open_at: Open) -> None:
    store = open_at(url, keep_pass_days=1)
    first, second = begin(store, "T1"), begin(store, "T2")
    picture = keep(store, first, b"black")
    finish(store, first, at=NOW - 2 * DAY)
    assert store.retain(NOW).pictures == 1
    assert store.part(first).removed == {picture}
    keep(store, second, b"black")
    store.pictures.verify(picture)
    assert store.part(first).removed == frozenset()


def test_each_station_removes_only_its_own(url: str, open_at: Open) -> None:
    left, right = (open_at(url, station, keep_pass_days=1) for station in ("left", "right"))
    picture = sha256(b"black").hexdigest()
    for store in (left, right):
        number = begin(store)
        keep(store, number, b"black")
        finish(store, number, at=NOW - 2 * DAY)
    assert left.retain(NOW).pictures == 1
    assert [is_there(store.pictures, picture) for store in (left, right)] == [False, True]
    assert [store.latest(1)[0].removed for store in (left, right)] == [{picture}, frozenset()]


def test_what_a_killed_run_has_noted_and_not_removed_goes_at_the_next_time(
    url: str, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_at(url, keep_pass_days=1)
    number = begin(store)
    picture = keep(store, number, b"pixels")
    finish(store, number, at=NOW - 2 * DAY)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _killed)
        with pytest.raises(KeyboardInterrupt):
            store.retain(NOW)
    assert store.part(number).removed == {picture}
    assert is_there(store.pictures, picture)
    assert store.retain(NOW + DAY) == Removed(1, 6)
    assert not is_there(store.pictures, picture)
    assert store.retain(NOW + 2 * DAY) == Removed(0, 0)


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_many_pictures_go_in_batches(url: str, open_at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "SLICE", 3)
    store = open_at(url, keep_pass_days=1)
    for number in range(5):
        part = begin(store, f"T{number}")
        keep(store, part, b"picture %d" % number)
        finish(store, part, at=NOW - 2 * DAY)
    assert store.retain(NOW) == Removed(5, 5 * 9)
    assert RECENT_S == 3600  # as the page on the store says


def test_what_is_left_when_it_is_told_to_end_goes_the_next_time(
    url: str, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    store = open_at(url, keep_pass_days=1)
    for number in range(5):
        part = begin(store, f"T{number}")
        keep(store, part, b"picture %d" % number)
        finish(store, part, at=NOW - 2 * DAY)
    answers = iter([True, False])
    assert store.retain(NOW, lambda: next(answers)) == Removed(2, 2 * 9)
    assert store.retain(NOW) == Removed(3, 3 * 9)
