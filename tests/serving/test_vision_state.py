import pytest

from scuff.serving.port import State
from scuff.serving.vision_state import Answer, Automatic, Mode, Top, automatic_of, halted, reset, selected, top_of


@pytest.mark.parametrize(
    ("state", "top", "automatic"),
    [
        (State.STARTING, Top.PREOPERATIONAL, Automatic.INITIALIZED),
        (State.READY, Top.OPERATIONAL, Automatic.READY),
        (State.BUSY, Top.OPERATIONAL, Automatic.SINGLE_EXECUTION),
        (State.FULL, Top.OPERATIONAL, Automatic.SINGLE_EXECUTION),
        (State.ERROR, Top.ERROR, Automatic.INITIALIZED),
        (State.STOPPING, Top.HALTED, Automatic.INITIALIZED),
    ],
)
def test_the_machine_follows_the_line(state: State, top: Top, automatic: Automatic) -> None:
    assert top_of(state, Mode.AUTOMATIC) is top
    assert automatic_of(top, state) is automatic


@pytest.mark.parametrize("state", State)
def test_no_job_starts_unless_the_client_wants_automatic_mode(state: State) -> None:
    for mode in (Mode.PREOPERATIONAL, Mode.HALTED):
        top = top_of(state, mode)
        assert top is not Top.OPERATIONAL
        assert automatic_of(top, state) is Automatic.INITIALIZED


def test_methods_are_answered_by_state() -> None:
    assert [halted(top) for top in Top] == [(Mode.HALTED, Answer.DONE)] * 3 + [None]
    assert [selected(top) is not None for top in Top] == [True, False, False, False]
    assert reset(Top.HALTED, State.READY) == (Mode.PREOPERATIONAL, Answer.DONE)
    assert reset(Top.OPERATIONAL, State.BUSY) == (Mode.PREOPERATIONAL, Answer.DONE)
    assert reset(Top.ERROR, State.ERROR) == (Mode.PREOPERATIONAL, Answer.REFUSED)
    assert reset(Top.PREOPERATIONAL, State.READY) is None
    assert reset(Top.HALTED, State.STOPPING) is None
