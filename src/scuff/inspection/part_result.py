"""What is written down about a part: the verdict, and all that it was made of; the file per part and its table row."""

from typing import Literal

from pydantic import Field

from scuff.core.frozen import Frozen
from scuff.core.recipe import Recipe, Tolerances
from scuff.core.rules import Rule, Zone
from scuff.core.verdict import Finding, Outcome, Verdict
from scuff.inspection.capture_set import CaptureSet
from scuff.inspection.limits import Numbered
from scuff.inspection.result import BundleReference, Result
from scuff.inspection.sightings import Seen, Sighting
from scuff.inspection.tolerance import Judge


class Place(Frozen):
    """Where a defect was seen."""

    frame: str = Field(description="Name of the frame.")
    number: int = Field(description="Its number among the defects of that frame, from 1.")


class DefectOfPart(Frozen):
    """A defect of a part; its measures are those of the frame that shows most of it."""

    number: int = Field(description="Its number among the defects of the part, from 1.")
    label: str = Field(description="Class of the defect.")
    score: float = Field(description="As in the frame's file.")
    length_px: float = Field(description="As in the frame's file.")
    length_mm: float | None = Field(description="As in the frame's file.")
    area_px: int = Field(description="As in the frame's file.")
    area_mm2: float | None = Field(description="As in the frame's file.")
    zones: dict[str, float] = Field(description="Zones that it touches, each with the share of its pixels there.")
    seen: Place = Field(description="The frame that shows most of it.")
    also: tuple[Place, ...] = Field(description="The same defect in other frames.")


class Standard(Frozen):
    """By what a part was judged, as in the recipe."""

    tolerances: Tolerances
    rules: tuple[Rule, ...]
    zones: tuple[Zone, ...]


class PartResult(Frozen):
    """All that is known of one part; the file `parts/PART.json`."""

    schema_version: Literal[1] = Field(1, description="Grows when a field changes its meaning or goes.")
    part: str = Field(description="Serial number; the frame's name where it is not known.")
    frames: tuple[str, ...] = Field(description="Names of its frames.")
    missing: tuple[str, ...] = Field(description="Frames that it lacks, in words.")
    errors: dict[str, str] = Field(description="Why frames could not be inspected, by their names.")
    bundle: BundleReference = Field(description="Which bundle inspected it.")
    standard: Standard = Field(description="The recipe's tolerances, rules and zones that it was judged by.")
    outcome: Outcome = Field(description="`pass`, `fail`, `review` or `not-inspected`.")
    rule: str = Field(description="The rule that decided, with the value and the limit.")
    findings: tuple[Finding, ...] = Field(description="Every limit that was looked at.")
    ignored: tuple[int, ...] = Field(description="Numbers of the defects that a rule ignores.")
    defects: tuple[DefectOfPart, ...] = Field(description="Each once, however many frames show it.")

    @property
    def verdict(self) -> Verdict:
        """The verdict alone."""
        return Verdict(outcome=self.outcome, rule=self.rule, findings=self.findings, ignored=self.ignored)


class PartRow(Frozen):
    """One part in a line; the file `verdicts.csv`."""

    part: str = Field(description="As in the part's file.")
    outcome: Outcome = Field(description="As in the part's file.")
    rule: str = Field(description="As in the part's file.")
    frames: int = Field(description="Number of its frames.")
    defects: int | None = Field(description="Number of its defects; empty if not inspected.")
    ignored: int | None = Field(description="Those of them that a rule ignores; empty if not inspected.")
    file: str = Field(description="The part's file.")


def part_row(result: PartResult, file: str) -> PartRow:
    """Condense a part's result into its row of the table."""
    inspected = result.outcome is not Outcome.NOT_INSPECTED
    return PartRow(
        part=result.part,
        outcome=result.outcome,
        rule=result.rule,
        frames=len(result.frames),
        defects=len(result.defects) if inspected else None,
        ignored=len(result.ignored) if inspected else None,
        file=file,
    )


def standard_of(recipe: Recipe) -> Standard:
    """What a recipe says on verdicts."""
    return Standard(tolerances=recipe.tolerances, rules=recipe.rules, zones=recipe.zones)


def judge_part(capture_set: CaptureSet, results: tuple[Result, ...], judge: Judge, standard: Standard) -> PartResult:
    """Judge a part by what its frames show; a part of which anything could not be inspected never passes.

    Args:
        capture_set: Its frames.
        results: Of these frames, in their order.
        judge: Knows the tolerances.
        standard: The same, to be written down.
    """
    seen = [
        Seen(result.frame, result.camera, (result.height_px, result.width_px), result.defects)
        for result in results
        if result.height_px is not None and result.width_px is not None
    ]
    errors = {result.frame: result.error for result in results if result.error is not None}
    judgement = judge.judge(seen)
    verdict = judgement.verdict
    if problems := [*capture_set.missing, *(f"{frame}: {error}" for frame, error in errors.items())]:
        verdict = Verdict(outcome=Outcome.NOT_INSPECTED, rule=_not_inspected(capture_set, problems))
    return PartResult(
        part=capture_set.part,
        frames=capture_set.frames,
        missing=capture_set.missing,
        errors=errors,
        bundle=results[0].bundle,
        standard=standard,
        defects=tuple(map(_described, judgement.defects)),
        **dict(verdict),
    )


def _not_inspected(capture_set: CaptureSet, problems: list[str]) -> str:
    lacks = "the part has " if capture_set.missing else ""
    more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"what cannot be inspected never passes: {lacks}{problems[0]}{more}"


def _described(numbered: Numbered) -> DefectOfPart:
    defect = numbered.defect.shown.defect
    return DefectOfPart(
        number=numbered.number,
        label=defect.label,
        score=defect.score,
        length_px=defect.length_px,
        length_mm=defect.length_mm,
        area_px=defect.area_px,
        area_mm2=defect.area_mm2,
        zones={name: round(share, 4) for name, share in numbered.zones.items()},
        seen=_place(numbered.defect.shown),
        also=tuple(map(_place, numbered.defect.also)),
    )


def _place(sighting: Sighting) -> Place:
    return Place(frame=sighting.frame, number=sighting.number)
