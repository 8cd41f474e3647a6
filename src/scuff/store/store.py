"""The store of a station: what has returned is durable, and whatever was triggered is found again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import text

from scuff.core.errors import StoreError, UnknownPartError
from scuff.core.station_recipe import StoreSettings
from scuff.core.verdict import Outcome, Verdict
from scuff.store import intake, reading
from scuff.store.database import Database
from scuff.store.holding import Hold, holds_of
from scuff.store.pictures import Pictures
from scuff.store.records import (
    Act,
    Begun,
    Counts,
    DefectRecord,
    Delivery,
    FrameRecord,
    RecipeVersion,
    Removed,
    StoredPart,
    Unfinished,
)
from scuff.store.retention import Retention
from scuff.store.tables import Action, Delivered, Part

GB = 10**9


class Store:
    """Parts, frames, verdicts and pictures of one station.

    Every method is one transaction: when it returns, all of it is on the disk; when it raises a ``StoreError``,
    nothing is. All may be called from any thread, and again after a failure: nothing has to be opened anew.

    Attributes:
        pictures: The folder of pictures.
    """

    def __init__(self, database: Database, pictures: Pictures, settings: StoreSettings, station: str) -> None:
        self.pictures = pictures
        self._database, self._settings, self._station = database, settings, station
        self._holds: Sequence[Hold] = ()
        self._retention = Retention(database, pictures, settings, station)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Work with the parts of the station alone; meanwhile ``begin`` and ``check`` make sure that it is so.

        A hold that is lost, with the connection to a server, is taken again by the next of them.

        Raises:
            StoreError: Another line works with them, or with the pictures, or the database fails.
        """
        holds = holds_of(self._database, self.pictures.folder, self._station)
        with ExitStack() as held:
            for each in holds:
                held.callback(each.release)
                each.take()
            self._holds = holds
            try:
                yield
            finally:
                self._holds = ()

    def begin(self, trigger: str, part: str, source: str, recipe: RecipeVersion, bundle: str, at: datetime) -> Begun:
        """Take a part on.

        Args:
            trigger: Identifies the trigger; the second time it gives what it gave the first time.
            part: Serial number; empty: it gets one made of its number in the store, as in ``N000123``.
            source: Name of the port that the trigger came through.
            recipe: By which it will be inspected.
            bundle: Identifier of the bundle; empty: none.
            at: When the trigger came.

        Raises:
            StoreError: The database fails, or another line has taken the station that this one held.
        """
        self._keep_hold()
        row = Part(
            station=self._station,
            trigger=trigger,
            serial=part,
            source=source,
            recipe_sha256=recipe.sha256,
            bundle_sha256=bundle or None,
            triggered_at=at,
        )
        with self._database.writing() as session:
            return intake.begin(session, row, recipe)

    def keep_frames(self, part_id: int, frames: Sequence[FrameRecord]) -> None:
        """Note a part's frames, whose pictures are in the folder already; a repetition changes nothing.

        Raises:
            FinishedError: It has its verdict already.
            StoreError: There is no such part, two frames are of one camera and light, or the database fails.
        """
        with self._database.writing() as session:
            intake.keep_frames(session, self._station, part_id, frames)

    def finish(
        self, part_id: int, verdict: Verdict, error: str, report: str, defects: Sequence[DefectRecord], at: datetime
    ) -> None:
        """Give a part its verdict, once.

        Args:
            part_id: Number of the part.
            verdict: The verdict.
            error: Kind of error that kept it from being inspected; empty: none.
            report: What will be published, JSON.
            defects: Its defects.
            at: When it was judged.

        Raises:
            FinishedError: It has one already, and keeps it.
            StoreError: There is no such part, or the database fails.
        """
        row = intake.verdict_row(part_id, verdict, error, report, at)
        with self._database.writing() as session:
            intake.finish(session, part_id, row, defects)

    def unfinished(self) -> list[Unfinished]:
        """Parts of this station without a verdict, in the order of their triggers.

        Raises:
            StoreError: The database fails.
        """
        with self._database.reading() as session:
            return reading.unfinished(session, self._station)

    def join(self, port: str) -> int:
        """Say that a port is there: results of parts that came before its first time are not for it.

        Returns:
            The largest number of a part then, whenever that was: what ``undelivered`` takes as ``after``.

        Raises:
            StoreError: The database fails.
        """
        with self._database.writing() as session:
            return intake.join(session, self._station, port)

    def undelivered(self, port: str, after: int, limit: int) -> list[Delivery]:
        """Reports of this station's finished parts that a port has not handed over, in the order of their numbers.

        Args:
            port: Name of the port.
            after: Only parts with a larger number.
            limit: So many at most.

        Raises:
            StoreError: The database fails.
        """
        with self._database.reading() as session:
            return reading.undelivered(session, self._station, port, after, limit)

    def delivered(self, part_id: int, port: str) -> None:
        """Note that a port has handed the report of a part over; a repetition changes nothing.

        Raises:
            StoreError: There is no such part, or the database fails.
        """
        with self._database.writing() as session:
            intake.require_part(session, part_id)
            intake.keep_first(session, Delivered, port=port, part_id=part_id, delivered_at=datetime.now(UTC))

    def part(self, part_id: int) -> StoredPart:
        """Tell of one part.

        Raises:
            UnknownPartError: There is no such part.
            StoreError: The database fails.
        """
        with self._database.reading() as session:
            found = reading.parts(session, Part.id == part_id)
        if not found:
            raise UnknownPartError(f"part {part_id}: is not in the store")
        return found[0]

    def find(self, serial: str) -> list[StoredPart]:
        """Tell of the parts with a serial number, at any station that shares the database, the newest first.

        Raises:
            StoreError: The database fails.
        """
        with self._database.reading() as session:
            return reading.parts(session, Part.serial == serial)

    def latest(self, limit: int, outcome: Outcome | None = None, before: int | None = None) -> list[StoredPart]:
        """Tell of the newest parts of this station, the newest first.

        Args:
            limit: So many at most.
            outcome: Only parts with this outcome.
            before: Only parts with a smaller number.

        Raises:
            StoreError: The database fails.
        """
        where = [Part.station == self._station]
        if outcome is not None:
            where.append(Part.verdict.has(outcome=outcome.value))
        if before is not None:
            where.append(Part.id < before)
        with self._database.reading() as session:
            return reading.parts(session, *where, limit=limit)

    def counts(self) -> Counts:
        """Count the parts of this station.

        Raises:
            StoreError: The database fails.
        """
        with self._database.reading() as session:
            return reading.counts(session, self._station)

    def act(self, operator: str, action: str, part_id: int | None, note: str, at: datetime) -> None:
        """Note what an operator did, for good.

        Raises:
            StoreError: There is no such part, or the database fails.
        """
        row = Action(station=self._station, part_id=part_id, operator=operator, action=action, note=note, at=at)
        with self._database.writing() as session:
            if part_id is not None:
                intake.require_part(session, part_id)
            session.add(row)

    def acts(self, limit: int) -> list[Act]:
        """Tell of what was done at this station, the newest first.

        Args:
            limit: So many at most.

        Raises:
            StoreError: The database fails.
        """
        with self._database.reading() as session:
            return reading.acts(session, self._station, limit)

    def retain(self, now: datetime, go_on: Callable[[], bool] = lambda: True) -> Removed:
        """Delete the pictures that the rules of the settings let go; the first time this may take minutes.

        Args:
            now: The time.
            go_on: Asked again and again; what is left when it gives false goes the next time.

        Raises:
            StoreError: Database or folder fail.
        """
        return self._retention.apply(now, go_on)

    def check(self) -> None:
        """Make sure that a part could be stored now.

        Raises:
            StoreError: Why not.
        """
        self._keep_hold()
        with self._database.writing() as session:
            session.execute(text("SELECT 1"))
        free = {self.pictures.folder: self.pictures.free_bytes(), **self._database.free_bytes()}
        for folder, room in free.items():
            if room < self._settings.least_free_gb * GB:
                raise StoreError(
                    f"{folder}: {room / GB:.1f} GB are free, and store.least_free_gb = "
                    f"{self._settings.least_free_gb:g}; make room, or let pictures go earlier by store.keep_pass_days"
                )

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _keep_hold(self) -> None:
        for each in self._holds:
            each.take()
