"""A process that inspects until it is killed; it says each thing that the store has taken, once that has returned."""

import os
import sys
from collections.abc import Callable
from itertools import count

from tests.fixtures.stores import BUNDLE, DEFECT, NOW, RECIPE, frame, verdict

from scuff.core.station_recipe import StoreSettings
from scuff.core.verdict import Outcome, Verdict
from scuff.store.opening import open_store
from scuff.store.records import DefectRecord, FrameRecord


def main(url: str, pictures: str, run: str) -> None:
    """Finish what the last run has left, then take parts on; each picture is another one."""
    store = open_store(StoreSettings(url=url, pictures=pictures, least_free_gb=0.0))
    for left in store.unfinished():
        store.finish(left.id, Verdict(outcome=Outcome.NOT_INSPECTED, rule="crash"), "crash", "{}", [], NOW)
        say("closed", left.id)
    for number in count():
        begun = store.begin(f"{run}-{number}", "", "http", RECIPE, BUNDLE, NOW)
        say("begun", begun.id)
        frames = [keep(store.pictures.put, f"{run} {number} {camera} ", camera) for camera in ("left", "right")]
        store.keep_frames(begun.id, frames)
        say("kept", begun.id)
        store.finish(begun.id, verdict(Outcome.FAIL), "", f"report {begun.id}", defects(), NOW)
        say("finished", begun.id)
        store.delivered(begun.id, "mqtt")
        store.act("Ada", "confirm", begun.id, "", NOW)
        say("acted", begun.id)


def keep(put: Callable[[bytes, str], str], text: str, camera: str) -> FrameRecord:
    """Store a picture of some 100 kB: more than one write of the system's."""
    return frame(camera, put(text.encode() * 10_000, ".raw"))


def defects() -> list[DefectRecord]:
    return [DEFECT, DefectRecord(2, "dent", 0.5, "right", None, None, 4.0, 9.0, (0, 0, 4, 4), False)]


def say(what: str, number: int) -> None:
    os.write(1, f"{what} {number}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
