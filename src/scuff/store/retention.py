"""Pictures that are old enough go; rows stay, and say that the picture is gone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm import Session

from scuff.core.station_recipe import StoreSettings
from scuff.core.verdict import Outcome
from scuff.store.database import Database
from scuff.store.pictures import Pictures
from scuff.store.records import Removed
from scuff.store.tables import Frame, Part, Picture, Verdict

BATCH = 20
"""Pictures that are removed while nobody else may name one: few enough that a camera hardly waits."""


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
        with self._database.reading() as session:
            checksums = [*self._left_behind(session), *self._expired(session, now)]
        for start in range(0, len(checksums), BATCH):
            yield checksums[start : start + BATCH]

    def _left_behind(self, session: Session) -> list[str]:
        """Pictures of the last removal, which may have been cut short."""
        here = Picture.station == self._station
        last = select(func.max(Picture.removed_at)).where(here).scalar_subquery()
        return list(session.scalars(select(Picture.sha256).where(here, Picture.removed_at == last)))

    def _expired(self, session: Session, now: datetime) -> list[str]:
        """Pictures that are there and that no part needs."""
        is_needed = (
            select(Frame.id)
            .join(Part)
            .outerjoin(Verdict)
            .where(Frame.picture_sha256 == Picture.sha256, Part.station == self._station, ~self._is_old(now))
            .exists()
        )
        here = (Picture.station == self._station, Picture.removed_at.is_(None))
        return list(session.scalars(select(Picture.sha256).where(*here, ~is_needed)))

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
