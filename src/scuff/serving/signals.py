"""What a PLC and the station tell each other, whatever carries it: signals, numbers and codes."""

from dataclasses import dataclass
from enum import IntEnum

from scuff.serving.port import State

LONGEST_SERIAL = 64


class Code(IntEnum):
    """What is wrong, as a number that a PLC reads."""

    NONE = 0
    LINE_ERROR = 1
    ACK_TIMEOUT = 2
    ACK_STUCK = 3
    STARTING = 10
    FULL = 11
    IN_ERROR = 12
    STOPPING = 13
    TOO_SOON = 14
    NOT_TAKEN = 15
    BAD_VALUE = 16
    OTHER_PART = 17
    TRIGGER_STUCK = 18
    NO_SUCH_RECIPE = 20
    RECIPE_REFUSED = 21


MEANINGS = {
    Code.NONE: "nothing",
    Code.LINE_ERROR: "the line is in error: camera, light, store or bundle",
    Code.ACK_TIMEOUT: "a result was not acknowledged in time; it is offered again",
    Code.ACK_STUCK: "Ack was still on when a result waited; it is offered again",
    Code.STARTING: "refused: the line is starting",
    Code.FULL: "refused: as many parts are waiting as there is room for",
    Code.IN_ERROR: "refused: the line is in error",
    Code.STOPPING: "refused: the line is stopping",
    Code.TOO_SOON: "refused: the request before has no answer yet",
    Code.NOT_TAKEN: "refused: the trigger could not be stored",
    Code.BAD_VALUE: "refused: serial number, trigger id or recipe number cannot be read",
    Code.OTHER_PART: "refused: the trigger id was that of a part with another serial number",
    Code.TRIGGER_STUCK: "refused: Trigger, without a trigger id, may be on since before the station's start",
    Code.NO_SUCH_RECIPE: "refused: no recipe has that number",
    Code.RECIPE_REFUSED: "refused: the recipe cannot be changed now",
}

REFUSALS = {
    State.STARTING: Code.STARTING,
    State.FULL: Code.FULL,
    State.ERROR: Code.IN_ERROR,
    State.STOPPING: Code.STOPPING,
}
"""Why a part cannot be taken on in a state; in the others it can."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the PLC sets.

    Attributes:
        trigger: A part is there; None: the PLC has not said since the station's start.
        ack: The result on offer has been read; None: as with trigger.
        select: Inspect the product of ``recipe`` from now on.
        serial: Serial number of the part; empty: the line gives it one; None: what is there cannot be read.
        trigger_id: A number that the PLC never gives twice; 0: none. With one, a repeated trigger is one part.
        recipe: Number of the recipe, from 1, in the order of the line's recipes.
    """

    trigger: bool | None = None
    ack: bool | None = None
    select: bool = False
    serial: str | None = ""
    trigger_id: int = 0
    recipe: int = 0


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the station sets; results and texts go beside it.

    Attributes:
        ready: A trigger is taken on now.
        busy: A part that this PLC triggered has no result yet.
        accepted: The trigger is in the store: its part will have a result whatever happens. Falls with it.
        known: It was in the store before: the same trigger id; no second part. Falls with the trigger.
        refused: The trigger was refused; ``refusal`` says why. Falls with it.
        result_valid: A result is on offer, until it is acknowledged or the time for that is over.
        ok: It has passed.
        ng: It has failed.
        review: A person must look.
        not_inspected: It could not be inspected; never together with ``ok``.
        recipe_accepted: The recipe was changed. Falls with the selection.
        recipe_refused: It was not; ``recipe_refusal`` says why. Falls with the selection.
        error: Something is wrong; ``error_code`` says what.
        error_code: What is wrong now.
        refusal: Why the last trigger was refused, until the next one.
        recipe_refusal: Why the last selection was refused, until the next one.
        refusals: How many triggers were refused since the station started.
    """

    ready: bool
    busy: bool
    accepted: bool
    known: bool
    refused: bool
    result_valid: bool
    ok: bool
    ng: bool
    review: bool
    not_inspected: bool
    recipe_accepted: bool
    recipe_refused: bool
    error: bool
    error_code: Code
    refusal: Code
    recipe_refusal: Code
    refusals: int


def serial_of(text: object) -> str | None:
    """Give a serial number as it was set; None: it is none, since it is too long or cannot be printed."""
    fits = isinstance(text, str) and len(text) <= LONGEST_SERIAL and text.isprintable()
    return text.strip() if isinstance(text, str) and fits else None
