"""Figures of a running station, as Prometheus reads them."""

import math
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

SECONDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60)
"""Limits of the classes that times are counted in."""


class Metrics:
    """Counts what a line does; each line has its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at nothing.

        Args:
            clock: Gives seconds.
        """
        self.registry = CollectorRegistry()
        self._clock, self._last = clock, math.nan
        self.parts = Counter("scuff_parts", "Parts with a verdict.", ["outcome"], registry=self.registry)
        self.errors = Counter("scuff_errors", "Parts not inspected, by error.", ["code"], registry=self.registry)
        self.refused = Counter("scuff_refused_triggers", "Triggers not taken on.", registry=self.registry)
        self.part_seconds = self._times("scuff_part_seconds", "From trigger to stored verdict.")
        self.stage_seconds = self._times("scuff_stage_seconds", "Time that a stage takes for a part.", "stage")
        self.publish_seconds = self._times("scuff_publish_seconds", "From trigger to published verdict.", "port")
        self.waiting = Gauge("scuff_waiting_parts", "Parts without a verdict yet.", registry=self.registry)
        self.well = Gauge("scuff_well", "1: well; 0: a fault.", ["device"], registry=self.registry)
        age = Gauge("scuff_last_part_age_seconds", "Time since the last verdict.", registry=self.registry)
        age.set_function(lambda: self._clock() - self._last)
        ProcessCollector(registry=self.registry)

    def finished(self, outcome: str, code: str, seconds: float) -> None:
        """Count a part.

        Args:
            outcome: Its verdict.
            code: Kind of error that kept it from being inspected; empty: none.
            seconds: From its trigger to its stored verdict.
        """
        self.parts.labels(outcome).inc()
        if code:
            self.errors.labels(code).inc()
        self.part_seconds.observe(seconds)
        self._last = self._clock()

    def text(self) -> bytes:
        """All figures, in Prometheus' text format."""
        return generate_latest(self.registry)

    def _times(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(name, about, labels, buckets=SECONDS, registry=self.registry)
