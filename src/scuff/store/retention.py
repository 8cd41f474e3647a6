"""Pictures that are old enough go; rows stay, and say that the picture is gone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update

from scuff.core.station_recipe import StoreSettings
from scuff.core.verdict import Outcome
from scuff.store.database import Database
from scuff.store.pictures import Pictures
from scuff.store.records import Removed
from scuff.store.tables import Frame, Part, Picture, Verdict

BATCH = 20
"""Pictures that are removed while nobody else may name one: few enough that a camera hardly waits."""

SLICE = 2000
"""Pictures that the database is asked about at once: few enough that it answers within a moment."""


class Retention:
    """Removes the pictures of a station that no part needs any more."""

    def __init__(self, database: Database, pictures: Pictures, settings: StoreSettings, station: str) -> None:
        self._database, self._pictures, self._settings, self._station = database, pictures, settings, station

    def apply(self, now: datetime) -> Removed:
        """Remove what is old enough.

        First the database says that a picture is gone, then it goes: nobody is ever promised one that is not there.
        What a run that was killed between the two has left goes at the next time.

        Raises:
            StoreError: Database or folder fail; what has been removed by then is noted.
        """
        files = total = 0
        for batch in self._batches(now):
            with self._pictures.locked():
                gone = [checksum for checksum in batch if not self._pictures.is_in_use(checksum)]
                self._note(gone, now)
                sizes = [self._pictures.remove(checksum) for checksum in gone]
            files, total = files + sum(size > 0 for size in sizes), total + sum(sizes)
        return Removed(files, total)

    def _batches(self, now: datetime) -> Iterator[list[str]]:
        """Pictures that may go: those of the last removal, which may have been cut short, and those that are old."""
        last = select(func.max(Picture.removed_at)).where(Picture.station == self._station).scalar_subquery()
        for found in self._slices(Picture.removed_at == last):
            yield from _cut(found)
        for found in self._slices(Picture.removed_at.is_(None)):
            yield from _cut(self._without_needed(found, now))

    def _slices(self, *where: ColumnElement[bool]) -> Iterator[list[str]]:
        """Checksums of the pictures that something is true of, in order, a slice at a time."""
        last = ""
        wanted = select(Picture.sha256).where(Picture.station == self._station, *where)
        while True:
            with self._database.reading() as session:
                after = wanted.where(Picture.sha256 > last).order_by(Picture.sha256).limit(SLICE)
                found = list(session.scalars(after))
            if not found:
                return
            yield found
            last = found[-1]

    def _without_needed(self, checksums: list[str], now: datetime) -> list[str]:
        """Those that no part needs."""
        wanted = (
            select(Frame.picture_sha256)
            .join(Part)
            .outerjoin(Verdict)
            .where(Frame.picture_sha256.in_(checksums), Part.station == self._station, ~self._is_old(now))
        )
        with self._database.reading() as session:
            needed = set(session.scalars(wanted))
        return [checksum for checksum in checksums if checksum not in needed]

    def _is_old(self, now: datetime) -> ColumnElement[bool]:
        """Of a part: its pictures may go. One without a verdict keeps them."""
        passed = Verdict.outcome == Outcome.PASS.value
        limits = ((passed, self._settings.keep_pass_days), (~passed, self._settings.keep_other_days))
        olds = [
            and_(which, Verdict.finished_at < now - timedelta(days=days)) for which, days in limits if days is not None
        ]
        return func.coalesce(or_(false(), *olds), false())

    def _note(self, gone: list[str], now: datetime) -> None:
        with self._database.writing() as session:
            session.execute(
                update(Picture).where(Picture.station == self._station, Picture.sha256.in_(gone)).values(removed_at=now)
            )


def _cut(checksums: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(checksums), BATCH):
        yield checksums[start : start + BATCH]
