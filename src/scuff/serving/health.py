"""Looks at cameras, light and store again and again, whether parts come or not."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

from scuff.core.errors import StoreError
from scuff.serving.equipment import STORE, Equipment, now
from scuff.serving.logs import tell
from scuff.serving.workers import HEALTH, RETENTION
from scuff.serving.workers import STORE as IN_STORE

RETAIN_S = 3600.0
"""Time between two looks at what may be deleted."""


async def watch_rig(equipment: Equipment) -> None:
    """Take down how cameras and light are, until cancelled."""
    while True:
        for name, health in (await equipment.workers.call(HEALTH, "the rig", equipment.rig.health)).items():
            if health.is_well:
                equipment.faults.clear(name)
            else:
                equipment.faults.note(name, health.message or "is not well")
        await asyncio.sleep(equipment.settings.health_s)


async def watch_store(equipment: Equipment, back: Callable[[], Awaitable[None]]) -> None:
    """Take down how the store is, until cancelled.

    Args:
        equipment: Of the line.
        back: Called when the store is well again.
    """
    while True:
        try:
            await equipment.workers.call(IN_STORE, "the store", equipment.store.check)
            if STORE in equipment.faults.now:
                await back()
            equipment.faults.clear(STORE)
        except StoreError as error:
            equipment.faults.note(STORE, str(error))
        await asyncio.sleep(equipment.settings.health_s)


async def retain(equipment: Equipment, period_s: float = RETAIN_S) -> None:
    """Delete the pictures that the recipe's rules let go, now and then, until cancelled."""
    ended = threading.Event()
    try:
        while True:
            await _retain(equipment, lambda: not ended.is_set())
            await asyncio.sleep(period_s)
    finally:
        ended.set()  # nobody waits for the thread, and the first time it may have much to do


async def _retain(equipment: Equipment, go_on: Callable[[], bool]) -> None:
    try:
        removed = await equipment.workers.call(RETENTION, "pictures", equipment.store.retain, now(), go_on)
    except StoreError as error:
        tell(logging.ERROR, "retention-failed", str(error), reason=str(error))
        return
    if removed.pictures:
        told = {"pictures": removed.pictures, "bytes": removed.bytes}
        tell(logging.INFO, "retained", f"{removed.pictures} pictures deleted by the rules of [store]", **told)
