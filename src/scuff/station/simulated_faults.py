"""Faults of simulated cameras and lights: those that a test asks for, and those that happen by chance."""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np

from scuff.core.station_recipe import Fault

BY_CHANCE = 2
"""What a random number is for; noise and parts have seeds of their own."""


class Faults:
    """Decides which fault happens next; the same in each run, as long as each device is asked the same."""

    def __init__(self, shares: Mapping[Fault, float], seed: int) -> None:
        """Begin.

        Args:
            shares: How often each happens by chance.
            seed: Of the chance.
        """
        self._shares, self._seed, self._lock = dict(shares), seed, Lock()
        self._asked: Counter[tuple[Fault, str]] = Counter()
        self._random: dict[str, np.random.Generator] = {}
        self._unplugged: set[str] = set()

    def inject(self, fault: Fault, device: str, count: int = 1) -> None:
        """Let a fault happen the next times that it can; 0 takes it back."""
        with self._lock:
            self._asked[fault, device] = count

    def take(self, fault: Fault, device: str) -> bool:
        """Whether a fault that was asked for happens now; it is used up by that."""
        with self._lock:
            happens = self._asked[fault, device] > 0
            self._asked[fault, device] -= happens
            return happens

    def draw(self, device: str, faults: Sequence[Fault]) -> Fault | None:
        """The fault that happens to a device now, asked for or by chance: the first of those that can."""
        chances = self._chances(device, len(faults))
        for fault, chance in zip(faults, chances, strict=True):
            if self.take(fault, device) or chance < self._shares.get(fault, 0):
                return fault
        return None

    def unplug(self, device: str) -> None:
        """Take a device away, until it is plugged in again."""
        with self._lock:
            self._unplugged.add(device)

    def plug(self, device: str) -> None:
        """Bring a device back; it must be opened again."""
        with self._lock:
            self._unplugged.discard(device)

    def is_unplugged(self, device: str) -> bool:
        """Whether a device is away."""
        with self._lock:
            return device in self._unplugged

    def _chances(self, device: str, count: int) -> list[float]:
        """Numbers in [0, 1) for each fault, drawn whether or not it can happen, so that one does not move others."""
        with self._lock:
            if device not in self._random:
                seed = self._seed, BY_CHANCE, zlib.crc32(device.encode())
                self._random[device] = np.random.default_rng(seed)
            return [float(number) for number in self._random[device].random(count)]
