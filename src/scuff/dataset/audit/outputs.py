"""The files of an audit: JSON of everything, and tables that open in a spreadsheet."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from scuff.core.picture import write_whole
from scuff.core.table import write_table
from scuff.dataset.audit.audit import Audit, united_parts
from scuff.dataset.audit.pairs import Pair
from scuff.dataset.audit.report import write_report
from scuff.dataset.audit.statistics import class_statistics, size_statistics
from scuff.dataset.balance import part_of

REPORT, JSON = "audit.html", "audit.json"
PAIRS, SHARED, GROUPS, FINDINGS, PARTS = "pairs.csv", "shared_parts.csv", "groups.csv", "findings.csv", "parts.csv"

PAIR_COLUMNS = ("first", "second", "agreeing", "seen", "correlation", "motion", "first_side", "second_side")


def write_outputs(out: Path, found: Audit) -> None:
    """Write an audit into a folder; files of an earlier one are replaced."""
    shared = [pair for pair in found.pairs if pair.kind == "part"]
    write_table(out / PAIRS, PAIR_COLUMNS, _pair_rows(found, found.scenes))
    write_table(out / SHARED, PAIR_COLUMNS, _pair_rows(found, shared))
    numbered = list(enumerate(found.groups, 1))
    part = {row.frame: part_of(row) for row in found.catalogue.rows}
    rows = [
        (_name(number), frame, part[frame], found.sides.get(frame, "")) for number, group in numbered for frame in group
    ]
    write_table(out / GROUPS, ("group", "frame", "part", "side"), rows)
    findings = [(each.kind, each.frame, each.other, each.detail) for each in found.findings]
    write_table(out / FINDINGS, ("kind", "frame", "other", "detail"), findings)
    write_table(out / PARTS, ("image", "part"), _part_rows(found))
    content = {
        "summary": found.summary(),
        "counts": found.counts(),
        "pairs": [asdict(pair) for pair in found.scenes],
        "shared_parts": [asdict(pair) for pair in shared],
        "groups": {_name(number): group for number, group in numbered},
        "runs_by_file_names": found.by_names,
        "left_apart": [asdict(pair) for pair in found.left_apart],
        "crossing": [[pair.first, pair.second, pair.kind] for pair in found.crossing],
        "findings": [asdict(finding) for finding in found.findings],
        "classes": class_statistics(found),
        "sizes": size_statistics(found),
    }
    write_whole(out / JSON, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    write_report(out / REPORT, found)


def _pair_rows(found: Audit, pairs: Sequence[Pair]) -> Iterable[tuple[object, ...]]:
    for pair in pairs:
        sides = found.sides.get(pair.first, ""), found.sides.get(pair.second, "")
        yield (pair.first, pair.second, pair.agreeing, pair.seen, pair.correlation, pair.motion, *sides)


def _part_rows(found: Audit) -> Iterable[tuple[str, str]]:
    """A table for `scuff import --parts`: parts that share a scene are one; the others stay what they are."""
    united = united_parts(found.catalogue, found.groups)
    for row in found.catalogue.rows:
        yield row.frame, united[part_of(row)]


def _name(number: int) -> str:
    return f"group-{number:05d}"
