"""What is wrong with a station now; each fault is told once when it begins and once when it is over."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from scuff.serving.logs import tell


class Faults:
    """The faults, by the name of the camera, light, store or port; used by one thread."""

    def __init__(self, changed: Callable[[str, bool], None]) -> None:
        """Begin without any.

        Args:
            changed: Called with a name, and whether it is well now, when that or the reason changes.
        """
        self._changed, self._reasons, self._peers = changed, dict[str, str](), set[str]()

    @property
    def now(self) -> Mapping[str, str]:
        """Why each is wrong, by name."""
        return MappingProxyType(self._reasons)

    @property
    def blocking(self) -> Mapping[str, str]:
        """Those that keep parts from being inspected: cameras, light and store, but no port whose peer is gone."""
        return {name: reason for name, reason in self._reasons.items() if name not in self._peers}

    def note_peer(self, name: str, reason: str) -> None:
        """Take down that something is wrong with a port, which harms no part."""
        self._peers.add(name)
        self.note(name, reason)

    def note(self, name: str, reason: str) -> None:
        """Take down that something is not well.

        Args:
            name: Of what.
            reason: Why.
        """
        if self._reasons.get(name) != reason:
            if name not in self._reasons:
                tell(logging.ERROR, "fault", f"{name}: {_without(name, reason)}", device=name, reason=reason)
            self._reasons[name] = reason
            self._changed(name, False)

    def clear(self, name: str) -> None:
        """Take down that something is well (again)."""
        if name in self._reasons:
            reason = self._reasons.pop(name)
            tell(logging.INFO, "recovered", f"{name}: is well again", device=name, reason=reason)
        self._changed(name, True)


def _without(name: str, reason: str) -> str:
    """A reason without the name that it may begin with."""
    return reason.removeprefix(f"{name}: ")
