"""Waits that grow."""

from scuff.station.backoff import Backoff


def is_due(backoff: Backoff) -> bool:
    return backoff.is_due


def test_waits_double_up_to_a_limit_and_begin_anew() -> None:
    now = [0.0]
    backoff = Backoff(first_s=1.0, most_s=4.0, clock=lambda: now[0])
    assert is_due(backoff)
    waits = []
    for _ in range(4):
        backoff.failed()
        begun = now[0]
        while not is_due(backoff):
            now[0] += 0.5
        waits.append(now[0] - begun)
    assert waits == [1.0, 2.0, 4.0, 4.0]
    backoff.succeeded()
    assert is_due(backoff)
    backoff.failed()
    now[0] += 1.0
    assert is_due(backoff)
