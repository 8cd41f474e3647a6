"""Ports: the ways into and out of the line, such as HTTP, MQTT and OPC UA; and the line as they see it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scuff.core.errors import ScuffError
from scuff.serving.report import PartReport


class PublishError(ScuffError):
    """A result could not be handed over; it stays in the store, and is tried again."""


class State(StrEnum):
    """What the line is doing, as a PLC asks for it."""

    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    FULL = "full"
    ERROR = "error"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A part is there.

    Attributes:
        id: Identifies it: a second trigger with the same one is the same trigger, and nothing is inspected twice.
        part: Serial number of the part; empty: the line gives it one.
        source: Name of the port that it came through.
    """

    id: str
    part: str
    source: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A trigger is in the store, and its part will have a verdict whatever happens.

    Attributes:
        id: Number of the part in the store.
        part: Its serial number.
        is_new: Whether the trigger had not been seen before.
    """

    id: int
    part: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How the line is.

    Attributes:
        state: What it is doing.
        error: What is wrong where it is ``ERROR``, in words; empty: nothing.
        recipe: Name of the product that is inspected.
        waiting: Parts that were triggered and have no verdict yet.
        faults: What is wrong now, by the name of the camera, light, store or port.
    """

    state: State
    error: str
    recipe: str
    waiting: int
    faults: Mapping[str, str]


class LineControl(Protocol):
    """The line as a port sees it."""

    @property
    def status(self) -> Status:
        """How it is now."""
        ...

    @property
    def recipes(self) -> tuple[str, ...]:
        """Names of the products that can be chosen."""
        ...

    def changes(self) -> AsyncIterator[Status]:
        """Give the status now, and then whenever it changes."""
        ...

    async def trigger(self, trigger: Trigger) -> Accepted:
        """Take a part on; returns when the trigger is in the store.

        A part for which there is no room is taken on, too, and not inspected.

        Raises:
            ScuffError: The trigger could not be stored: nobody took it on, and it must be given again.
        """
        ...

    async def select(self, recipe: str, operator: str) -> None:
        """Inspect another product from the next trigger on; the store keeps who has asked for it.

        Args:
            recipe: Name of the product.
            operator: Who asks; the port, where nobody knows more.

        Raises:
            ScuffError: There is no such recipe, parts are still waiting, or the store cannot note it.
        """
        ...


class Entrance(Protocol):
    """A way into the line."""

    @property
    def name(self) -> str:
        """What logs and metrics call it."""
        ...

    async def run(self, line: LineControl) -> None:
        """Listen, until cancelled; a peer that goes away is waited for again, and what is wrong meanwhile is logged."""
        ...


class Port(Entrance, Protocol):
    """A way into and out of the line; its name also tells its deliveries apart in the store."""

    async def publish(self, report: PartReport) -> None:
        """Hand a result over; returns when the peer has it. Reports come in the order of their ``id``.

        Raises:
            PublishError: The peer did not take it; the line tries again later.
        """
        ...
