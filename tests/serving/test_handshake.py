from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import pytest

from scuff.core.verdict import Outcome
from scuff.serving.handshake import Handshake
from scuff.serving.port import State
from scuff.serving.signals import REFUSALS, Code, Inputs

STARTED = Handshake().line_is(State.READY)
READY = STARTED.set(Inputs(trigger=False, ack=False), recipes=2)


def told(
    handshake: Handshake,
    *,
    trigger: bool = False,
    ack: bool = False,
    select: bool = False,
    serial: str | None = "",
    trigger_id: int = 0,
    recipe: int = 0,
) -> Handshake:
    return handshake.set(Inputs(trigger, ack, select, serial, trigger_id, recipe), recipes=2)


def test_nothing_is_on_at_first() -> None:
    outputs = Handshake().outputs
    assert [outputs.ready, outputs.busy, outputs.result_valid, outputs.error] == [False] * 4


def test_a_part_from_trigger_to_acknowledged_result() -> None:
    assert READY.outputs.ready
    asked = told(READY, trigger=True)
    assert (asked.outputs.ready, asked.outputs.busy, asked.outputs.accepted) == (False, False, False)
    stored = asked.stored(1, is_new=True)
    assert (stored.outputs.ready, stored.outputs.busy, stored.outputs.accepted) == (False, True, True)
    low = told(stored)
    assert (low.outputs.ready, low.outputs.busy, low.outputs.accepted) == (True, True, False)
    shown = low.show(1, Outcome.PASS)
    assert (shown.outputs.busy, shown.outputs.result_valid, shown.outputs.ok) == (False, True, True)
    acknowledged = told(shown, ack=True)
    assert (acknowledged.outputs.result_valid, acknowledged.outputs.ok, acknowledged.offer) == (False, False, 0)
    assert told(acknowledged) == replace(READY, last=1, trigger=acknowledged.trigger)


@pytest.mark.parametrize(("state", "code"), REFUSALS.items())
def test_a_trigger_while_not_ready_is_refused_visibly(state: State, code: Code) -> None:
    waits = READY.line_is(state)
    assert not waits.outputs.ready
    refused = told(waits, trigger=True).outputs
    assert (refused.refused, refused.refusal, refused.refusals, refused.error) == (True, code, 1, True)
    assert refused.error_code is (Code.LINE_ERROR if state is State.ERROR else code)
    assert told(told(waits, trigger=True)).outputs.refusal is code


def test_parts_can_be_triggered_while_others_are_inspected() -> None:
    busy = told(told(READY, trigger=True).stored(1, is_new=True)).line_is(State.BUSY)
    assert busy.outputs.ready
    both = told(told(busy, trigger=True).stored(2, is_new=True))
    assert both.show(1, Outcome.FAIL).outputs.busy
    assert not both.show(1, Outcome.FAIL).show(2, Outcome.PASS).outputs.busy


def test_what_cannot_be_read_is_refused() -> None:
    assert told(READY, trigger=True, serial=None).outputs.refusal is Code.BAD_VALUE
    assert told(READY, trigger=True, trigger_id=-1).outputs.refusal is Code.BAD_VALUE


def test_a_trigger_that_cannot_be_stored_is_refused() -> None:
    refused = told(READY, trigger=True).not_stored().outputs
    assert (refused.accepted, refused.refused, refused.refusal, refused.busy) == (False, True, Code.NOT_TAKEN, False)


def test_a_known_trigger_is_accepted_and_told_and_nobody_waits_for_a_second_part() -> None:
    outputs = told(READY, trigger=True).stored(1, is_new=False).outputs
    assert (outputs.accepted, outputs.known, outputs.busy) == (True, True, False)


def test_a_result_that_comes_before_the_answer_to_its_trigger_leaves_nothing_busy() -> None:
    late = told(READY, trigger=True).show(1, Outcome.NOT_INSPECTED).stored(1, is_new=True)
    assert not late.outputs.busy


def test_an_ack_that_is_still_on_takes_no_other_result() -> None:
    acknowledged = told(READY.show(1, Outcome.PASS), ack=True)
    held = acknowledged.show(2, Outcome.FAIL)
    assert not held.outputs.result_valid
    assert told(held, ack=True) == held
    shown = told(held)
    assert (shown.outputs.result_valid, shown.outputs.ng) == (True, True)
    assert held.withdraw().outputs.error_code is Code.ACK_STUCK


def test_an_ack_that_may_be_older_than_the_start_takes_nothing_and_is_told_to_fall() -> None:
    offered = STARTED.show(2, Outcome.PASS)
    assert offered.outputs.result_valid
    assert offered.set(Inputs(trigger=False), recipes=2).offer == 2  # of Ack, the PLC has said nothing
    old = told(offered, ack=True)
    assert (old.offer, old.outputs.result_valid) == (2, False)
    assert told(old, ack=True) == old
    shown = told(old)
    assert (shown.offer, shown.outputs.ok) == (2, True)
    assert told(shown, ack=True).offer == 0
    assert not told(STARTED, ack=True).show(2, Outcome.PASS).outputs.result_valid


def test_a_trigger_that_may_be_older_than_the_start_is_no_edge() -> None:
    old = told(STARTED, trigger=True)
    assert (old.trigger.pending, old.outputs.refusal) == (False, Code.TRIGGER_STUCK)
    assert told(told(old), trigger=True).trigger.pending
    assert told(STARTED.set(Inputs(ack=False), recipes=2), trigger=True).outputs.refusal is Code.TRIGGER_STUCK


def test_with_a_trigger_id_it_is_asked_for_again() -> None:
    assert told(STARTED, trigger=True, trigger_id=7).stored(1, is_new=False).outputs.known


def test_an_ack_without_a_result_takes_nothing() -> None:
    assert told(told(READY, ack=True)) == READY


def test_a_result_that_nobody_takes_is_an_error_until_the_next_is_taken() -> None:
    alone = READY.show(1, Outcome.PASS).withdraw()
    assert (alone.outputs.result_valid, alone.outputs.error_code) == (False, Code.ACK_TIMEOUT)
    again = alone.show(1, Outcome.PASS)
    assert (again.outputs.ok, again.outputs.error) == (True, True)
    assert not told(again, ack=True).outputs.error


def test_a_recipe_is_chosen() -> None:
    asked = told(READY, select=True, recipe=2)
    assert not asked.outputs.ready
    assert told(asked, select=True, recipe=2, trigger=True).outputs.refusal is Code.TOO_SOON
    assert asked.selected().outputs.recipe_accepted
    assert asked.selected(Code.RECIPE_REFUSED).outputs.recipe_refusal is Code.RECIPE_REFUSED
    assert asked.selected(Code.RECIPE_REFUSED).outputs.error_code is Code.RECIPE_REFUSED


@pytest.mark.parametrize("recipe", [0, 3])
def test_a_recipe_that_is_not_there_is_refused(recipe: int) -> None:
    outputs = told(READY, select=True, recipe=recipe).outputs
    assert (outputs.recipe_refused, outputs.recipe_refusal) == (True, Code.NO_SUCH_RECIPE)


Step = tuple[str, Callable[[], Handshake]]


def signals(handshake: Handshake, *names: str) -> Iterator[Step]:
    """Each combination of these signals, with a serial number and recipe that can be used and with one that cannot.

    None: the PLC has not said.
    """
    for levels in product((None, False, True), repeat=len(names)):
        for serial, recipe in (("P1", 1), (None, 9)):
            on = dict(zip(names, levels, strict=True))
            inputs = Inputs(on.get("trigger"), on.get("ack"), on.get("select") is True, serial, recipe=recipe)
            yield f"{inputs}", partial(handshake.set, inputs, recipes=1)


def line(handshake: Handshake) -> Iterator[Step]:
    """What the line can say to a trigger, and of itself."""
    for state in (State.READY, State.FULL):
        yield f"line {state}", partial(handshake.line_is, state)
    if handshake.trigger.pending:
        for is_new in (False, True):
            yield "stored", partial(handshake.stored, 1, is_new)
        yield "not stored", handshake.not_stored


def triggers_and_results(handshake: Handshake) -> Iterator[Step]:
    yield from signals(handshake, "trigger", "ack")
    yield from line(handshake)
    if handshake.offer:
        yield "withdraw", handshake.withdraw
        return
    for outcome in (Outcome.PASS, Outcome.NOT_INSPECTED):
        yield "show", partial(handshake.show, 1, outcome)


def triggers_and_recipes(handshake: Handshake) -> Iterator[Step]:
    yield from signals(handshake, "trigger", "select")
    yield from line(handshake)
    if handshake.select.pending:
        yield "selected", handshake.selected
        yield "not selected", partial(handshake.selected, Code.RECIPE_REFUSED)


def without_counts(handshake: Handshake) -> Handshake:
    trigger, select = replace(handshake.trigger, refusals=0), replace(handshake.select, refusals=0)
    return replace(handshake, trigger=trigger, select=select)


def check(before: Handshake, what: str, after: Handshake) -> None:
    old, new = before.outputs, after.outputs
    shown = [new.ok, new.ng, new.review, new.not_inspected]
    assert sum(shown) == new.result_valid, f"{what}: one outcome with a valid result, none without"
    assert not (new.accepted and new.refused), what
    assert new.error == (new.error_code is not Code.NONE), what
    assert not (new.ready and (after.trigger.on or after.trigger.pending)), what
    rose = after.trigger.on and not before.trigger.on
    if rose:
        taken = after.trigger.pending and not before.trigger.pending
        counted = after.trigger.refusals == before.trigger.refusals + 1
        assert taken != (new.refused and counted), f"{what}: an edge is taken, or refused and counted"
        reasons = (Code.BAD_VALUE, Code.TOO_SOON, *([] if before.met else [Code.TRIGGER_STUCK]))
        assert taken or not before.outputs.ready or new.refusal in reasons, what
        assert not taken or before.met, f"{what}: what was on at the start is no edge"
    elif not what.startswith("not stored"):
        assert after.trigger.refusals == before.trigger.refusals, what
    if old.result_valid and not new.result_valid:
        assert what == "withdraw" or (after.ack and not before.ack), f"{what}: valid until Ack or the time is over"
        assert what == "withdraw" or (before.ack is None) == (after.offer != 0), f"{what}: an old Ack takes nothing"
    if before.offer and not after.offer and what != "withdraw":
        assert old.result_valid, f"{what}: only what was shown can be acknowledged"
        assert before.ack is False, f"{what}: Ack was off while the result was shown"
    if new.busy and not old.busy:
        assert what.startswith("stored"), f"{what}: busy only once it is stored"


@pytest.mark.parametrize("steps", [triggers_and_results, triggers_and_recipes])
def test_in_every_state_that_can_be_reached(steps: Callable[[Handshake], Iterator[Step]]) -> None:
    first = Handshake()
    seen, todo = {first}, deque([first])
    while todo:
        before = todo.popleft()
        for what, step in steps(before):
            after = step()
            check(before, what, after)
            if (plain := without_counts(after)) not in seen:
                seen.add(plain)
                todo.append(plain)
    assert len(seen) > 500
