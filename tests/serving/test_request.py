from scuff.serving.request import Request
from scuff.serving.signals import Code

FREE = Code.NONE


def test_four_phases() -> None:
    asked = Request().set(True, FREE)
    assert (asked.pending, asked.accepted, asked.refused) == (True, False, False)
    answered = asked.answer()
    assert (answered.pending, answered.accepted, answered.refused) == (False, True, False)
    assert not answered.set(False, FREE).accepted


def test_a_level_is_no_edge() -> None:
    answered = Request().set(True, FREE).answer()
    assert answered.set(True, FREE) == answered
    assert answered.set(True, Code.FULL) == answered


def test_an_edge_against_an_obstacle_is_refused_and_counted() -> None:
    refused = Request().set(True, Code.FULL)
    assert (refused.pending, refused.refused, refused.refusal, refused.refusals) == (False, True, Code.FULL, 1)
    fallen = refused.set(False, FREE)
    assert (fallen.refused, fallen.refusal) == (False, Code.FULL)
    assert fallen.set(True, FREE).refusal is Code.NONE


def test_a_signal_that_falls_early_still_has_its_answer() -> None:
    early = Request().set(True, FREE).set(False, FREE)
    assert early.pending
    assert early.answer() == Request(granted=True)
    assert early.answer(Code.NOT_TAKEN) == Request(refusal=Code.NOT_TAKEN, refusals=1)


def test_a_second_edge_before_the_answer_is_refused_though_the_first_is_granted() -> None:
    second = Request().set(True, FREE).set(False, FREE).set(True, FREE)
    assert (second.pending, second.refusal) == (True, Code.TOO_SOON)
    answered = second.answer()
    assert (answered.accepted, answered.refused, answered.refusals) == (False, True, 1)
    assert second.answer(Code.NOT_TAKEN).refusals == 2
