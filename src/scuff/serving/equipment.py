"""What a line works with."""

from dataclasses import dataclass
from datetime import UTC, datetime

from scuff.core.station_recipe import Line
from scuff.serving.faults import Faults
from scuff.serving.metrics import Metrics
from scuff.serving.workers import Workers
from scuff.station.rig import Rig
from scuff.store.store import Store

STORE = "store"
"""What the store is called among what can be wrong."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a line works with; one for each line.

    Attributes:
        settings: ``[line]`` of the recipe.
        rig: Cameras and light.
        store: Parts and pictures.
        workers: Threads.
        faults: What is wrong now.
        metrics: What has been counted.
    """

    settings: Line
    rig: Rig
    store: Store
    workers: Workers
    faults: Faults
    metrics: Metrics


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)
