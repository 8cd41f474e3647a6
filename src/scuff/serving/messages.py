"""The messages of MQTT besides results; `docs/station/plc.md` has them as tables."""

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from scuff.core.frozen import Frozen
from scuff.serving.port import State

LONGEST_ID = 64
FORM = 'a trigger is {"id": "A-1", "part": "SERIAL"}, and part may be left out'


def printable(text: str) -> str:
    """Give a text as it is; what cannot be printed would break lines of logs, and PostgreSQL refuses some of it.

    Raises:
        ValueError: Something in it is a control character, or turns the direction of the text.
    """
    if not text.isprintable():
        raise ValueError(f"{text!r} has characters that cannot be printed")
    return text


Printable = Annotated[str, AfterValidator(printable)]


class TriggerMessage(Frozen):
    """A part is there."""

    id: Printable = Field(
        min_length=1, max_length=LONGEST_ID, description="Never given twice; repeated, it is one part."
    )
    part: Printable = Field("", max_length=LONGEST_ID, description="Serial number; empty: the line gives it one.")


class AcceptedMessage(Frozen):
    """A trigger is in the store, and its part will have a result."""

    id: str = Field(description="Of the trigger.")
    number: int = Field(description="Number of the part; its result has it as id.")
    part: str = Field(description="Serial number of the part.")
    is_new: bool = Field(description="False: the trigger had been accepted before.")


class RefusedMessage(Frozen):
    """A trigger was not taken on."""

    id: str = Field(description="Of the trigger; empty where it cannot be read.")
    reason: str = Field(description="Why, and what to do.")


class StatusMessage(Frozen):
    """How the line is."""

    state: State | Literal["offline"] = Field(description="What it is doing; offline: nobody is connected.")
    error: str = Field("", description="What is wrong, in words; empty: nothing.")
    recipe: str = Field("", description="The product that is inspected.")
    recipes: tuple[str, ...] = Field((), description="The products that can be chosen.")
    waiting: int = Field(0, description="Parts that were triggered and have no result yet.")
    faults: dict[str, str] = Field({}, description="What is wrong, by camera, light, store or port.")


def trigger_of(payload: bytes) -> TriggerMessage | RefusedMessage:
    """Read a trigger, or say what is wrong with it."""
    try:
        return TriggerMessage.model_validate_json(payload, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"])
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        return RefusedMessage(id=_id_of(payload), reason=f"{reason}; {FORM}")


def _id_of(payload: bytes) -> str:
    try:
        message = json.loads(payload)
    except ValueError:
        return ""
    return str(message.get("id", ""))[:LONGEST_ID] if isinstance(message, dict) else ""
