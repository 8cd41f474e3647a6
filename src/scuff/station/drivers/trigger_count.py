"""Tells which trigger a frame belongs to, by the device's own count of frames."""

from typing import Literal


class TriggerCount:
    """Counts triggers and frames from the moment a device was armed.

    A device counts its frames, also those that do not arrive. So the number of a frame is that of its trigger, and a
    frame that comes late is not taken for the next part.
    """

    def __init__(self, first: int | None, trigger: Literal["software", "hardware", "free"]) -> None:
        """Begin to count.

        Args:
            first: The device's number of its first frame; ``None``: the first that comes is the first.
            trigger: What starts an exposure. Triggers that come by wire are not known here; and of a device that
                runs by itself only the frames that are asked for count.
        """
        self._first, self._trigger = first, trigger
        self._given = self._settled = 0

    @property
    def is_by_wire(self) -> bool:
        """Whether nobody here knows when a trigger is given."""
        return self._trigger == "hardware"

    def triggered(self) -> None:
        """Count a trigger."""
        self._given += 1

    @property
    def next(self) -> int:
        """The number of the frame that is due, from 1."""
        return self._settled + 1

    def number(self, device_id: int) -> int:
        """The number of a frame since the device was armed, from 1."""
        if self._trigger == "free":
            return self.next
        if self._first is None or not (self._settled or self._can_be(device_id - self._first + 1)):
            # The device counts on where it stood, instead of anew: it cannot have taken so many frames.
            self._first = device_id - self._settled
        return device_id - self._first + 1

    def is_stale(self, number: int) -> bool:
        """Whether the trigger of a frame was given up before."""
        return number <= self._settled

    def lost_before(self, number: int) -> int:
        """How many frames should have come before this one, and did not."""
        return max(0, number - self._settled - 1)

    def drop_unasked(self, number: int) -> bool:
        """Whether nobody asked for a frame, for its trigger was before the device was armed; then it does not count."""
        is_unasked = self._trigger != "hardware" and number > self._given == self._settled
        if is_unasked and self._first is not None and self._trigger == "software":
            self._first += number - self._given
        return is_unasked

    def settle(self, number: int) -> None:
        """Note that the frame of a number came, or some of it."""
        self._settled = max(self._settled, number)

    def give_up(self) -> None:
        """Note that the next frame was waited for in vain."""
        if self._trigger != "hardware":
            self._settled = min(self._given, self._settled + 1)

    def _can_be(self, number: int) -> bool:
        return number >= 1 and (self._trigger == "hardware" or number <= self._given)
