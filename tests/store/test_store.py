from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.fixtures.stores import BUNDLE, DEFECT, NOW, RECIPE, Open, begin, finish, frame, verdict

from scuff.core.errors import FinishedError, StoreError
from scuff.core.verdict import Finding, Outcome, Verdict
from scuff.store.records import Act, Delivery
from scuff.store.store import Store


def test_a_trigger_is_taken_on_once(store: Store) -> None:
    first = store.begin("T1", "SN7", "http", RECIPE, BUNDLE, NOW)
    again = store.begin("T1", "another", "mqtt", RECIPE, BUNDLE, NOW + timedelta(seconds=1))
    assert (first.part, first.is_new) == ("SN7", True)
    assert (again.id, again.part, again.is_new) == (first.id, "SN7", False)
    assert [(part.trigger, part.source, part.triggered_at) for part in store.unfinished()] == [("T1", "http", NOW)]


def test_a_part_without_a_serial_number_gets_its_number_in_the_store(store: Store) -> None:
    begun = store.begin("T1", "", "keyboard", RECIPE, "", NOW)
    assert begun.part == f"N{begun.id:06d}"
    assert store.begin("T1", "", "keyboard", RECIPE, "", NOW).part == begun.part
    assert store.part(begun.id).bundle == ""


def test_what_goes_in_comes_out(store: Store) -> None:
    number = begin(store)
    picture = store.pictures.put(b"pixels", ".raw")
    frames = [frame("left", picture), frame("right")]
    store.keep_frames(number, frames)
    limit = Finding(
        rule="r", outcome=Outcome.FAIL, measure="length", value=3.25, limit=2.5, unit="mm", broken=True, defects=(1,)
    )
    failed = Verdict(outcome=Outcome.FAIL, rule="r: length 3.25 mm, at most 2.5 mm", findings=(limit,))
    store.finish(number, failed, "", '{"id": 1}', [DEFECT], NOW)
    part = store.part(number)
    assert (part.station, part.trigger, part.part, part.source) == ("station", "T1", "SN7", "keyboard")
    assert (part.recipe, part.recipe_sha256, part.bundle) == ("sink", RECIPE.sha256, BUNDLE)
    assert (part.triggered_at, part.finished_at, part.verdict) == (NOW, NOW, failed)
    assert (part.report, part.error, part.removed) == ('{"id": 1}', "", frozenset())
    assert part.frames == tuple(frames)
    assert part.defects == (DEFECT,)


def test_a_verdict_is_given_once(store: Store) -> None:
    number = begin(store)
    finish(store, number, Outcome.FAIL)
    with pytest.raises(FinishedError, match=rf"part {number}: has its verdict already \(fail\)"):
        store.finish(number, verdict(), "", "other", [DEFECT], NOW)
    with pytest.raises(FinishedError):
        store.keep_frames(number, [frame()])
    part = store.part(number)
    assert part.verdict == verdict(Outcome.FAIL)
    assert (part.defects, part.frames) == ((), ())


def test_frames_can_be_kept_again(store: Store) -> None:
    """As after a failure of which nobody knows whether it came before or after the commit."""
    number = begin(store)
    store.keep_frames(number, [frame("left"), frame("right")])
    store.keep_frames(number, [frame("left"), frame("right")])
    assert len(store.part(number).frames) == 2


def test_two_frames_of_one_camera_and_light_are_refused_and_nothing_is_kept(store: Store) -> None:
    number = begin(store)
    store.keep_frames(number, [frame("left")])
    with pytest.raises(StoreError, match=r"(?i)unique"):
        store.keep_frames(number, [frame("right"), frame("right")])
    assert [each.camera for each in store.part(number).frames] == ["left"]


@pytest.mark.parametrize("work", ["keep_frames", "finish", "delivered", "act", "part"])
def test_a_part_that_is_not_there_is_refused(store: Store, work: str) -> None:
    calls: dict[str, Callable[[], object]] = {
        "keep_frames": lambda: store.keep_frames(99, [frame()]),
        "finish": lambda: finish(store, 99),
        "delivered": lambda: store.delivered(99, "mqtt"),
        "act": lambda: store.act("Ada", "confirm", 99, "", NOW),
        "part": lambda: store.part(99),
    }
    with pytest.raises(StoreError, match="part 99: is not in the store"):
        calls[work]()


def test_unfinished_parts_come_back_with_their_recipe_in_order(store: Store) -> None:
    numbers = [begin(store, f"T{number}") for number in (3, 1, 2)]
    finish(store, numbers[1])
    left = store.unfinished()
    assert [part.id for part in left] == [numbers[0], numbers[2]]
    assert (left[0].recipe, left[0].bundle, left[0].part) == (RECIPE, BUNDLE, "SN7")


def test_reports_are_delivered_once_to_each_port_in_order(store: Store) -> None:
    first, second, third, fourth = (begin(store, f"T{number}") for number in range(4))
    for number in (third, first, second):
        finish(store, number)
    store.delivered(second, "mqtt")
    store.delivered(second, "mqtt")
    assert store.undelivered("mqtt", 0, 10) == [
        Delivery(first, f'{{"id":{first}}}'),
        Delivery(third, f'{{"id":{third}}}'),
    ]
    assert [each.id for each in store.undelivered("opcua", 0, 2)] == [first, second]
    assert [each.id for each in store.undelivered("opcua", second, 10)] == [third]
    assert fourth not in [each.id for each in store.undelivered("opcua", 0, 10)]


def test_parts_are_found_by_serial_number_and_by_age(store: Store) -> None:
    numbers = [begin(store, f"T{number}", serial) for number, serial in enumerate(("SN1", "SN2", "SN1"))]
    assert [part.id for part in store.find("SN1")] == [numbers[2], numbers[0]]
    assert [part.id for part in store.latest(2)] == [numbers[2], numbers[1]]
    assert store.find("SN3") == []


def test_counts(store: Store) -> None:
    for number, outcome in enumerate((Outcome.PASS, Outcome.PASS, Outcome.NOT_INSPECTED)):
        finish(store, begin(store, f"T{number}"), outcome)
    begin(store, "T9")
    counts = store.counts()
    assert counts.unfinished == 1
    assert dict(counts.outcomes) == {
        Outcome.PASS: 2, Outcome.FAIL: 0, Outcome.REVIEW: 0, Outcome.NOT_INSPECTED: 1
    }  # fmt: skip


def test_actions_hang_on_their_part(store: Store) -> None:
    number = begin(store)
    store.act("Ada", "confirm", number, "is a water spot", NOW)
    store.act("Ada", "log-in", None, "", NOW)
    confirmed, logged_in = Act("Ada", "confirm", "is a water spot", NOW), Act("Ada", "log-in", "", NOW)
    assert store.part(number).acts == (confirmed,)
    assert store.acts(9) == [logged_in, confirmed]
    assert store.acts(1) == [logged_in]


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(store: Store) -> None:
    number = store.begin("T1", "", "http", RECIPE, "", NOW.astimezone(timezone(timedelta(hours=5)))).id
    assert store.part(number).triggered_at == NOW
    assert store.part(number).triggered_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="is a time without a zone; give it in UTC"):
        store.begin("T1", "", "http", RECIPE, "", datetime(2026, 5, 4))
    assert store.unfinished() == []


def test_stations_share_a_database_and_keep_to_their_own_parts(url: str, open_at: Open) -> None:
    left, right = open_at(url, "left"), open_at(url, "right")
    one, other = begin(left, "T1"), begin(right, "T1")
    assert one != other
    finish(left, one)
    assert (left.unfinished(), [part.id for part in right.unfinished()]) == ([], [other])
    assert ([each.id for each in left.undelivered("mqtt", 0, 9)], right.undelivered("mqtt", 0, 9)) == ([one], [])
    assert (left.counts().unfinished, right.counts().unfinished) == (0, 1)
    assert [part.id for part in right.latest(9)] == [other]
    assert [part.station for part in left.find("SN7")] == ["right", "left"]


def test_a_new_port_gets_no_results_of_before_and_an_old_one_all_that_it_lacks(store: Store) -> None:
    assert store.join("mqtt") == 0
    one = begin(store, "T1")
    assert (store.join("mqtt"), store.join("opcua")) == (0, one)
    begin(store, "T2")
    assert (store.join("mqtt"), store.join("opcua")) == (0, one)
