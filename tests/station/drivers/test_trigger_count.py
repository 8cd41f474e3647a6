import pytest

from scuff.station.drivers.trigger_count import TriggerCount


def triggered(count: TriggerCount, times: int) -> TriggerCount:
    for _ in range(times):
        count.triggered()
    return count


def test_frames_have_the_numbers_of_their_triggers() -> None:
    count = triggered(TriggerCount(1, "software"), 2)
    assert (count.next, count.number(1), count.lost_before(1), count.is_stale(1)) == (1, 1, 0, False)
    count.settle(1)
    assert (count.next, count.number(2), count.lost_before(2), count.is_stale(2)) == (2, 2, 0, False)


def test_a_frame_that_is_missing_is_counted() -> None:
    count = triggered(TriggerCount(1, "software"), 2)
    assert count.lost_before(count.number(2)) == 1


def test_a_frame_that_was_given_up_is_stale() -> None:
    count = triggered(TriggerCount(1, "software"), 1)
    count.give_up()
    count.triggered()
    assert count.is_stale(count.number(1))
    assert not count.is_stale(count.number(2))


def test_no_more_is_given_up_than_was_triggered() -> None:
    count = triggered(TriggerCount(1, "software"), 1)
    count.give_up()
    count.give_up()
    count.triggered()
    assert count.next == 2


@pytest.mark.parametrize(("first", "device_ids"), [(0, (0, 1)), (1, (65_000, 65_001)), (None, (7, 8))])
def test_a_device_may_begin_to_count_anywhere(first: int | None, device_ids: tuple[int, int]) -> None:
    count = triggered(TriggerCount(first, "software"), 2)
    assert count.number(device_ids[0]) == 1
    count.settle(1)
    assert count.number(device_ids[1]) == 2


def test_a_frame_that_nobody_asked_for_does_not_count() -> None:
    count = TriggerCount(1, "software")
    assert count.drop_unasked(count.number(1))
    count.triggered()
    number = count.number(2)
    assert (number, count.drop_unasked(number)) == (1, False)


def test_triggers_by_wire_are_not_counted() -> None:
    count = TriggerCount(1, "hardware")
    number = count.number(1)
    assert (number, count.drop_unasked(number), count.is_stale(number)) == (1, False, False)
    count.settle(1)
    count.give_up()
    assert (count.number(2), count.lost_before(3)) == (2, 1)


def test_a_device_that_runs_by_itself_is_counted_by_what_is_asked_for() -> None:
    count = TriggerCount(1, "free")
    assert count.drop_unasked(count.number(17))
    count.triggered()
    number = count.number(90)
    assert (number, count.drop_unasked(number), count.lost_before(number)) == (1, False, 0)
