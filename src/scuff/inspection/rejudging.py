"""Parts of an earlier run judged by other rules, from its records alone."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from scuff.core.errors import ScuffError
from scuff.core.recipe import Inspection, Recipe
from scuff.core.verdict import Outcome
from scuff.inspection.capture_set import Taken
from scuff.inspection.outputs import RECORD
from scuff.inspection.part_result import PartResult
from scuff.inspection.records import TABLE, frames_of
from scuff.inspection.result import Result
from scuff.inspection.tolerance import Judge
from scuff.inspection.verdicts import PARTS, judge_parts, load_part

Change = tuple[Outcome, Outcome]
"""An outcome before and after."""


class Rejudging:
    """The records of a run, and a recipe to judge them by."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        """Read the records.

        Args:
            folder: Where `scuff inspect` wrote them.
            recipe: Gives tolerances, rules and zones; and, where it says so, which frames a part must have. All else,
                such as how frames were read, where parts lie in them, and their scale, is as it was.

        Raises:
            RecipeError: A rule cannot be applied.
            ScuffError: There are none, the run was not finished, one is missing, or they are of several bundles or
                settings.
        """
        if not (folder / TABLE).is_file():
            raise ScuffError(f"{folder}: no finished run of `scuff inspect` there (no {TABLE})")
        self._folder = folder
        records = [_read(folder / f"{frame}{RECORD}") for frame in frames_of(folder / TABLE)]
        self._taken = [Taken.of(record) for record in records]
        if not records:
            raise ScuffError(f"{folder}: has no record of any picture")
        first = records[0]
        if other := [each for each in records if (each.bundle, each.settings) != (first.bundle, first.settings)]:
            raise ScuffError(
                f"{folder}: {other[0].frame}{RECORD} is of another bundle or of other settings; inspect again"
            )
        self._classes = first.bundle.classes
        was, now = first.settings.frames, recipe.frames
        frames = was.model_copy(
            update={"cameras": now.cameras or was.cameras, "per_part": now.per_part or was.per_part}
        )
        self._recipe = recipe.model_copy(
            update={
                "frames": frames,
                "inspection": Inspection(region=first.settings.region),
                "calibration": first.settings.calibration,
            }
        )
        Judge(self._recipe, self._classes)  # refuses rules that cannot be applied, before anything is written
        self.changes = Counter[Change]()

    def judged(self) -> Iterator[PartResult]:
        """Judge the parts again, one after the other, and count how their outcomes change."""
        before = {part.part: part.outcome for part in map(load_part, sorted((self._folder / PARTS).glob("*.json")))}

        def record(frame: str) -> Result:
            return _read(self._folder / f"{frame}{RECORD}")

        for part in judge_parts(self._taken, record, self._recipe, self._classes):
            self.changes[before.get(part.part, Outcome.NOT_INSPECTED), part.outcome] += 1
            yield part


def _read(path: Path) -> Result:
    try:
        return Result.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ScuffError(f"{path}: is no record of this version of scuff; inspect again ({error})") from error
