"""The verdicts of a run: parts are judged by the records of their frames, as often as one likes."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from scuff.core.errors import ScuffError
from scuff.core.recipe import Recipe
from scuff.core.verdict import Outcome
from scuff.core.whole_file import whole_file, whole_text
from scuff.inspection.capture_set import Taken, capture_sets
from scuff.inspection.part_result import PartResult, PartRow, judge_part, part_row, standard_of
from scuff.inspection.result import Result
from scuff.inspection.tolerance import Judge

PARTS = "parts"
"""Folder of the parts' files, in that of the run."""

VERDICTS = "verdicts.csv"

PLAIN_NAME = re.compile(r"[\w.+=@ -]{1,100}", re.ASCII)


def judge_parts(
    taken: Sequence[Taken], record: Callable[[str], Result], recipe: Recipe, classes: Sequence[str]
) -> Iterator[PartResult]:
    """Judge the parts of a run, one after the other.

    Args:
        taken: The frames of the run.
        record: Gives the result of a frame by its name.
        recipe: Says what parts may have.
        classes: Those that defects may have.

    Raises:
        RecipeError: As ``Judge``.
    """
    judge, standard = Judge(recipe, classes), standard_of(recipe)
    for capture_set in capture_sets(taken, recipe.frames):
        yield judge_part(capture_set, tuple(map(record, capture_set.frames)), judge, standard)


def write_verdicts(out: Path, results: Iterable[PartResult]) -> Counter[Outcome]:
    """Write a file for each part, and then the table.

    Args:
        out: The folder of the run; files of parts that an earlier run left there are removed.
        results: The parts.

    Returns:
        The parts by outcome.
    """
    folder, counts = out / PARTS, Counter[Outcome]()
    folder.mkdir(parents=True, exist_ok=True)
    remove_verdicts(out)
    used: set[str] = set()
    with whole_text(out / VERDICTS) as file:
        table = csv.DictWriter(file, list(PartRow.model_fields), lineterminator="\n")
        table.writeheader()
        for result in results:
            name = _unused(f"{file_name(result.part)}.json", used)
            with whole_file(folder / name, lasting=False) as part:  # all are written again by the next run
                part.write(f"{result.model_dump_json(indent=2)}\n".encode())
            table.writerow(part_row(result, f"{PARTS}/{name}").model_dump())
            counts[result.outcome] += 1
    return counts


def _unused(name: str, used: set[str]) -> str:
    """Number a name that is used.

    Some file systems do not tell upper from lower case, and a frame of no known part may be called like a part.
    """
    numbered, number = name, 1
    while numbered.casefold() in used:
        number += 1
        numbered = f"{name.removesuffix('.json')}~{number}.json"
    used.add(numbered.casefold())
    return numbered


def remove_verdicts(out: Path) -> None:
    """Remove the table and the parts' files of an earlier run; what scuff did not write stays."""
    (out / VERDICTS).unlink(missing_ok=True)
    for path in (out / PARTS).glob("*.json") if (out / PARTS).is_dir() else ():
        if _is_part_result(path):
            path.unlink(missing_ok=True)


def file_name(part: str) -> str:
    """Name a part's file: by its serial number, with a checksum behind it where a file system may change that."""
    if PLAIN_NAME.fullmatch(part) and not part.startswith("."):
        return part
    shown = re.sub(r"[^\w.+=@ -]", "_", part, flags=re.ASCII)[:60].lstrip(".") or "part"
    return f"{shown}~{hashlib.sha256(part.encode()).hexdigest()[:12]}"


def load_part(path: Path) -> PartResult:
    """Read a part's file.

    Raises:
        ScuffError: It cannot be read, or is something else.
    """
    try:
        return PartResult.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ScuffError(f"{path}: cannot be read ({error.strerror}); name a file of DIR/{PARTS}/") from error
    except ValidationError as error:
        raise ScuffError(f"{path}: is not the file of a part, as `scuff inspect` writes to DIR/{PARTS}/") from error


def _is_part_result(path: Path) -> bool:
    try:
        load_part(path)
    except ScuffError:
        return False
    return True
