"""Pictures that are old enough go; rows stay, and say that the picture is gone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile

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

    def apply(self, now: datetime, go_on: Callable[[], bool]) -> Removed:
        """Remove what is old enough, as long as ``go_on`` gives true.

        First the database says that a picture is gone, then it goes: nobody is ever promised one that is not there.
        What a run that was killed between the two has left goes at the next time.

        Raises:
            StoreError: Database or folder fail; what has been removed by then is noted.
        """
        old = self._batches(Picture.removed_at.is_(None), self._is_needed(now))
        sizes = [
            self._remove(batch, noted_at)
            for batches, noted_at in ((self._batches(self._is_last_removed(), false()), None), (old, now))
            for batch in takewhile(lambda _: go_on(), batches)
        ]
        found = [size for batch in sizes for size in batch if size]
        return Removed(len(found), sum(found))

    def _remove(self, batch: list[str], noted_at: datetime | None) -> list[int]:
        """Remove pictures and give their sizes; ``None``: the database says already that they are gone."""
        if not batch:
            return []
        with self._pictures.locked():
            gone = [checksum for checksum in batch if not self._pictures.is_in_use(checksum)]
            if noted_at is not None:
                self._note(gone, noted_at)
            return [self._pictures.remove(checksum) for checksum in gone]

    def _is_last_removed(self) -> ColumnElement[bool]:
        """Of a picture: it went with the last removal, which may have been cut short."""
        with self._database.reading() as session:
            last = session.scalar(select(func.max(Picture.removed_at)).where(Picture.station == self._station))
        # Compared with no time at all, SQL would mean all pictures that are still there.
        return false() if last is None else Picture.removed_at == last

    def _batches(self, which: ColumnElement[bool], is_needed: ColumnElement[bool]) -> Iterator[list[str]]:
        for found in self._slices(which, is_needed):
            for start in range(0, len(found) or 1, BATCH):  # an empty one where all are needed: to ask on the way
                yield found[start : start + BATCH]

    def _slices(self, which: ColumnElement[bool], is_needed: ColumnElement[bool]) -> Iterator[list[str]]:
        """Checksums of pictures that are not needed, in order; the database is asked about a slice at a time."""
        after = ""
        wanted = select(Picture.sha256, is_needed).where(Picture.station == self._station, which)
        # The order of the index, though its column in the middle is the same for all of them.
        wanted = wanted.order_by(Picture.removed_at, Picture.sha256).limit(SLICE)
        while True:
            with self._database.reading() as session:
                found = session.execute(wanted.where(Picture.sha256 > after)).all()
            if not found:
                return
            yield [checksum for checksum, needed in found if not needed]
            after = found[-1][0]

    def _is_needed(self, now: datetime) -> ColumnElement[bool]:
        """Of a picture: it belongs to a part that keeps its pictures."""
        return (
            select(Frame.id)
            .join(Part)
            .outerjoin(Verdict)
            .where(Frame.picture_sha256 == Picture.sha256, Part.station == self._station, ~self._is_old(now))
            .exists()
        )

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
