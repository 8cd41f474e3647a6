"""The split: which part trains, which stops the training, and which gives the final figures."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from scuff.core import recipe
from scuff.core.errors import SplitError
from scuff.core.picture import write_whole
from scuff.dataset.balance import even_out, holdings, part_of
from scuff.dataset.catalogue import Catalogue, Row

COLUMNS = ("part", "side")


class Side(StrEnum):
    """The three sides of a split."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Division:
    """A side for each part; since a part has one side, it cannot be on two.

    Attributes:
        sides: Side by serial number.
        path: The file that it was read from, for messages.
    """

    sides: Mapping[str, Side]
    path: Path | None = field(default=None, compare=False)

    def parts(self, side: Side) -> list[str]:
        """Serial numbers on a side, sorted."""
        return sorted(part for part, its_side in self.sides.items() if its_side is side)

    def rows(self, catalogue: Catalogue, side: Side) -> list[Row]:
        """Frames on a side, sorted by name.

        Raises:
            SplitError: As ``check``.
        """
        self.check(catalogue)
        rows = (row for row in catalogue.rows if self.sides[part_of(row)] is side)
        return sorted(rows, key=lambda row: row.frame)

    def check(self, catalogue: Catalogue) -> None:
        """Make sure that this is a division of the catalogue's parts.

        Raises:
            SplitError: A part of the catalogue has no side, or a part that has one is not in the catalogue.
        """
        where = self.path or "this split"
        parts = {part_of(row) for row in catalogue.rows}
        if missing := parts - self.sides.keys():
            raise SplitError(
                f"{where}: gives no side to {_named(missing)} of the catalogue {catalogue.folder}; "
                "divide it again with `scuff split`, or add a line for each"
            )
        if unknown := self.sides.keys() - parts:
            raise SplitError(
                f"{where}: names {_named(unknown)}, which the catalogue {catalogue.folder} does not have; "
                "divide this catalogue with `scuff split`, or remove the lines"
            )

    def text(self) -> str:
        """The division as a CSV table, sorted by part."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((part, self.sides[part].value) for part in sorted(self.sides))
        return table.getvalue()

    def checksum(self) -> str:
        """SHA-256 of the file that ``save_division`` writes, whatever an editor made of it since."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def divide(
    catalogue: Catalogue,
    shares: recipe.Split,
    seed: int,
    each_image: bool = False,
    united: Mapping[str, str] | None = None,
) -> Division:
    """Divide the parts of a catalogue, balanced in parts, frames, defective area and classes.

    How many parts a side gets follows from its share; which parts these are begins as a draw with the seed
    and is then mended by exchanging parts between sides for as long as that makes them more even.

    Args:
        catalogue: What to divide; the order of its rows makes no difference.
        shares: Share of the parts for each side; a share of 0 leaves a side empty.
        seed: Another seed gives another division, as even as the first; very few parts may leave no choice.
        each_image: The user's word that each image shows a part of its own.
        united: For each part the one that stands for all that must be on its side, since they share a scene; an audit
            finds them. Without it each part is divided by itself.

    Raises:
        SplitError: The parts are unknown, too few, or not what ``each_image`` says.
    """
    check_parts(catalogue, each_image)
    wanted = {side: share for side in Side if (share := float(getattr(shares, side.value))) > 0}
    head = united or {part: part for part in map(part_of, catalogue.rows)}
    held = holdings(replace(catalogue, rows=tuple(replace(row, part=head[part_of(row)]) for row in catalogue.rows)))
    if len(held.parts) < len(wanted):
        alone = " that share no scene" if united else ""
        raise SplitError(
            f"{catalogue.folder}: has {len(held.parts)} part(s){alone}, and {', '.join(wanted)} need at least "
            f"{len(wanted)}; import more parts, or set the share of a side in [split] to 0"
        )
    generator = np.random.default_rng(seed)
    amounts = _amounts(len(held.parts), list(wanted.values()))
    drawn = generator.permutation(np.repeat(np.arange(len(wanted)), amounts))
    numbers = even_out(held.counts, drawn, list(wanted.values()), generator)
    sides = list(wanted)
    side_of = {part: sides[number] for part, number in zip(held.parts, numbers, strict=True)}
    return Division({part: side_of[its_head] for part, its_head in head.items()})


def check_out(path: Path, overwrite: bool) -> None:
    """Check that a division may be written to a file.

    Args:
        path: The file.
        overwrite: Whether a split that is there already may be replaced; it may have been edited by hand.

    Raises:
        SplitError: It may not; what is no split is never replaced.
    """
    if not path.exists():
        return
    try:
        load_division(path)
    except SplitError as error:
        raise SplitError(f"{path}: is there already, and is no split; name another file ({error})") from error
    if not overwrite:
        raise SplitError(
            f"{path}: holds a split already, perhaps edited by hand; name another file, or give --overwrite"
        )


def save_division(path: Path, division: Division) -> None:
    """Write a division as a CSV table ``part,side``, sorted by part."""
    write_whole(path, division.text())


def load_division(path: Path) -> Division:
    """Read a division from its CSV table.

    Raises:
        SplitError: It is missing, or a line is not a part and its side, or a part comes twice; says the line.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")  # spreadsheets put a mark before the header
        header, *entries = list(csv.reader(io.StringIO(content, newline=""))) or [[]]
    except OSError as error:
        raise SplitError(f"{path}: cannot be read ({error.strerror}); `scuff split` makes a split") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SplitError(f"{path}: not a table ({error}); save it as CSV in UTF-8") from error
    if tuple(header) != COLUMNS:
        raise SplitError(f"{path}: its first line must be {','.join(COLUMNS)}, not {','.join(header)!r}")
    sides: dict[str, Side] = {}
    for line, entry in enumerate(entries, 2):
        if not entry:
            continue
        where = f"{path}, line {line}"
        part, side = _entry(entry, where)
        if part in sides:
            raise SplitError(f"{where}: part {part!r} is listed twice; keep one of its lines")
        sides[part] = side
    return Division(sides, path)


def _entry(entry: Sequence[str], where: str) -> tuple[str, Side]:
    if len(entry) != len(COLUMNS) or not entry[0]:
        raise SplitError(f"{where}: must be a part and its side with a comma between, not {','.join(entry)!r}")
    part, side = entry
    try:
        return part, Side(side.strip())
    except ValueError:
        allowed = ", ".join(Side)
        raise SplitError(f"{where}: part {part!r} must be on one of {allowed}, not {side!r}") from None


def check_parts(catalogue: Catalogue, each_image: bool) -> None:
    """Refuse a catalogue of which nobody knows that pictures of one part would stay together.

    Raises:
        SplitError: As ``divide``.
    """
    if not catalogue.rows:
        raise SplitError(f"{catalogue.folder}: the catalogue has no frames; `scuff import` adds them")
    if catalogue.record.parts_from == "unknown" and not each_image:
        raise SplitError(
            f"{catalogue.folder}: nobody said which part each picture shows, so a part could be on two "
            "sides, and the figures would be too good. Three ways out: set frames.part_pattern and import "
            "again; import again with --parts FILE.csv; or, where no two pictures show the same part, give "
            "--each-image-is-a-part"
        )
    nameless = [row.frame for row in catalogue.rows if not row.part]
    if nameless and not each_image:
        raise SplitError(
            f"{catalogue.folder}: the part of frame {nameless[0]!r} is empty; name it in the pattern or table of parts "
            "and import again"
        )
    part, frames = Counter(part_of(row) for row in catalogue.rows).most_common(1)[0]
    if each_image and frames > 1:
        raise SplitError(
            f"{catalogue.folder}: not each image is a part: {frames} pictures show part {part!r}; "
            "leave --each-image-is-a-part out, and pictures of a part stay together"
        )


def _named(parts: set[str], at_most: int = 5) -> str:
    names = ", ".join(repr(part) for part in sorted(parts)[:at_most])
    rest = f" and {len(parts) - at_most} more" if len(parts) > at_most else ""
    return f"part{'s' if len(parts) > 1 else ''} {names}{rest}"


def _amounts(parts: int, shares: Sequence[float]) -> list[int]:
    """Number of parts of each side: at least one, and else as near to its share as whole parts allow."""
    amounts = [1] * len(shares)
    for _ in range(parts - len(shares)):
        lacking = [parts * share - amount for share, amount in zip(shares, amounts, strict=True)]
        amounts[lacking.index(max(lacking))] += 1
    return amounts
