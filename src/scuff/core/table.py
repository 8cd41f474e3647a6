"""Tables that open in any spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from scuff.core.picture import write_whole


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table, which appears whole or not at all; ``None`` is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_whole(path, text.getvalue())
