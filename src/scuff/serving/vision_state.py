"""Where the state machine of OPC 40100-1 stands, given what the line is doing and what its client has asked for."""

from enum import IntEnum, StrEnum

from scuff.serving.port import State


class Mode(StrEnum):
    """What the client wants."""

    AUTOMATIC = "automatic"
    PREOPERATIONAL = "preoperational"
    HALTED = "halted"


class Top(StrEnum):
    """States of the VisionStateMachine, as the nodeset names them."""

    PREOPERATIONAL = "Preoperational"
    OPERATIONAL = "Operational"
    ERROR = "Error"
    HALTED = "Halted"


class Automatic(StrEnum):
    """States of the AutomaticModeStateMachine; the line does not know a job without an end, so none is continuous."""

    INITIALIZED = "Initialized"
    READY = "Ready"
    SINGLE_EXECUTION = "SingleExecution"


class Answer(IntEnum):
    """What methods give as ``Error``; 0 is done."""

    DONE = 0
    WRONG_STATE = 1
    NOT_SUPPORTED = 2
    REFUSED = 3
    NOT_KNOWN = 4
    BAD_VALUE = 5


def top_of(state: State, mode: Mode) -> Top:
    """Give the state of the VisionStateMachine."""
    if state is State.STOPPING or mode is Mode.HALTED:
        return Top.HALTED
    if state is State.ERROR:
        return Top.ERROR
    return Top.PREOPERATIONAL if state is State.STARTING or mode is Mode.PREOPERATIONAL else Top.OPERATIONAL


def automatic_of(top: Top, state: State) -> Automatic:
    """Give the state of the AutomaticModeStateMachine."""
    if top is not Top.OPERATIONAL:
        return Automatic.INITIALIZED
    return Automatic.READY if state is State.READY else Automatic.SINGLE_EXECUTION


def halted(top: Top) -> tuple[Mode, Answer] | None:
    """Answer Halt: from any state but itself."""
    return None if top is Top.HALTED else (Mode.HALTED, Answer.DONE)


def reset(top: Top, state: State) -> tuple[Mode, Answer] | None:
    """Answer Reset: leave every other state; an error of the line stays until its cause is gone."""
    if top is Top.PREOPERATIONAL or state is State.STOPPING:
        return None
    return Mode.PREOPERATIONAL, Answer.REFUSED if state is State.ERROR else Answer.DONE


def selected(top: Top) -> tuple[Mode, Answer] | None:
    """Answer SelectModeAutomatic: from Preoperational."""
    return (Mode.AUTOMATIC, Answer.DONE) if top is Top.PREOPERATIONAL else None
