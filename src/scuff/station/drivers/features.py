"""What a GenICam device can be told, whatever it is reached through."""

from typing import Protocol


class DeviceFault(Exception):  # noqa: N818 - not an error of a user: a driver turns it into one
    """A device, or the library it is reached through, refuses something.

    Attributes:
        is_silence: Whether it did not answer at all.
    """

    def __init__(self, reason: str, is_silence: bool = False) -> None:
        """Keep what it said."""
        self.is_silence = is_silence
        super().__init__(reason)


class Features(Protocol):
    """The features of a device, by name. Every method raises a ``DeviceFault`` when the device refuses."""

    def has(self, name: str) -> bool:
        """Whether the device has a feature, and it may be used now."""
        ...

    def read(self, name: str) -> str:
        """Read a value; numbers as GenICam writes them."""
        ...

    def write(self, name: str, value: str) -> None:
        """Write a value: a number, ``true`` or ``false``, a text, or an entry of an enumeration."""
        ...

    def execute(self, name: str) -> None:
        """Give a command."""
        ...

    def choices(self, name: str) -> tuple[str, ...]:
        """The entries of an enumeration that can be chosen now; none where it is no enumeration."""
        ...

    def bounds(self, name: str) -> tuple[float, float, float] | None:
        """Least value, greatest, and the step between values, 0 where there is none; ``None``: it is no number."""
        ...


def possible(features: Features, name: str) -> str:
    """Say what a feature can be set to."""
    if not features.has(name):
        return "the device does not have it, or not now"
    if choices := features.choices(name):
        return f"it can be {', '.join(choices)}"
    if bounds := features.bounds(name):
        least, greatest, step = bounds
        return f"it can be from {least:,.10g} to {greatest:,.10g}{f' in steps of {step:,.10g}' if step else ''}"
    return "the device refuses it"
