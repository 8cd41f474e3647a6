"""The rules that turn the defects of a part into a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from scuff.core.errors import RecipeError
from scuff.core.plane import Planes
from scuff.core.recipe import Recipe, Tolerances
from scuff.core.rules import LIMITS, OF_ONE_DEFECT, Rule, check_rules, rule_names
from scuff.core.verdict import Finding, Outcome, Verdict
from scuff.inspection.limits import Numbered, closest, ignores, is_about, size
from scuff.inspection.sightings import Seen, part_defects
from scuff.inspection.zones import Zones

OTHERS = "any other defect"
"""What verdicts call the rule for defects that none of the recipe's rules is about."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the defects that its numbers mean."""

    verdict: Verdict
    defects: tuple[Numbered, ...]


class Judge:
    """Judges parts by the tolerances of a recipe."""

    def __init__(self, recipe: Recipe, classes: Sequence[str] = ()) -> None:
        """Take ``tolerances``, ``rules``, ``zones``, ``calibration`` and what they need of a recipe.

        Args:
            recipe: The recipe.
            classes: Those that defects may have, where they are known.

        Raises:
            RecipeError: A rule is in mm, and no camera has a scale; or a rule is about a class that there is not.
        """
        self._tolerances, self._rules = recipe.tolerances, recipe.rules
        self._planes = Planes(recipe.calibration, recipe.frames.pixel_mm)
        self._zones = Zones(recipe.zones, recipe.inspection.region, self._planes)
        self._names = rule_names(recipe.rules)
        try:
            check_rules(recipe.rules, recipe.zones, classes)
        except ValueError as error:
            raise RecipeError(str(error)) from error
        self._in_mm = [(name, rule.in_mm[0]) for name, rule in zip(self._names, self._rules, strict=True) if rule.in_mm]
        if self._in_mm and not self._planes.any:
            raise RecipeError(
                f"[[rules]], {self._in_mm[0][0]!r}: {self._in_mm[0][1]} is in mm, and no camera has a scale; set "
                "frames.pixel_mm, or measure one with `scuff calibrate camera`"
            )

    def judge(self, frames: Sequence[Seen]) -> Judgement:
        """Judge a part by the defects that its frames show.

        Args:
            frames: All frames of the part, each inspected.

        Returns:
            The verdict; not-inspected where a rule is in mm and a camera has no scale.
        """
        found = tuple(
            Numbered(number, defect, tuple(map(self._zones.shares, defect.sightings)))
            for number, defect in enumerate(part_defects(frames, self._planes), 1)
        )
        if problem := self._not_measured(frames, found):
            return Judgement(Verdict(outcome=Outcome.NOT_INSPECTED, rule=problem), found)
        ignored = {each.number for each in found if self._is_ignored(each)}
        counted = [each for each in found if each.number not in ignored]
        findings = [*self._by_rules(counted, frames), self._of_others(counted)]
        verdict = _decide(findings, counted, self._tolerances)
        return Judgement(verdict.model_copy(update={"ignored": tuple(sorted(ignored))}), found)

    def _not_measured(self, frames: Sequence[Seen], found: Sequence[Numbered]) -> str:
        if not self._in_mm:
            return ""
        name, limit = self._in_mm[0]
        without = sorted({seen.camera for seen in frames if self._planes.of(seen.camera) is None})
        if without:
            return f"{name}: {limit} is in mm, and camera {without[0]!r} has no scale"
        if odd := [sighting for each in found for sighting in each.unmeasured]:
            return f"{name}: {limit} is in mm, and defect {odd[0].number} of {odd[0].frame} was not measured in mm"
        return ""

    def _is_ignored(self, each: Numbered) -> bool:
        """Whether all that was seen of a defect may be ignored."""
        rules = [rule for rule in self._rules if rule.outcome == "ignore"]
        seen = zip(each.defect.sightings, each.shares, strict=True)
        return all(any(ignores(rule, sighting, shares) for rule in rules) for sighting, shares in seen)

    def _by_rules(self, counted: Sequence[Numbered], frames: Sequence[Seen]) -> list[Finding]:
        findings = []
        for name, rule in zip(self._names, self._rules, strict=True):
            if rule.outcome == "ignore":
                continue
            own = [each for each in counted if is_about(rule, each)]
            for limit, allowed in (rule.limits or {"max_count": 0}).items():
                value = self._measured(limit, rule, own, frames)
                beyond = [each for each in own if limit in OF_ONE_DEFECT and size(each, limit) > allowed] or own
                findings.append(_finding(name, Outcome(rule.outcome), limit, value, allowed, beyond))
        return findings

    def _of_others(self, counted: Sequence[Numbered]) -> Finding:
        rules = [rule for rule in self._rules if rule.outcome != "ignore"]
        own = [each for each in counted if not any(is_about(rule, each) for rule in rules)]
        return _finding(OTHERS if rules else "", Outcome.FAIL, "max_count", len(own), self._tolerances.max_defects, own)

    def _measured(self, limit: str, rule: Rule, own: Sequence[Numbered], frames: Sequence[Seen]) -> float | None:
        if limit == "max_count":
            return len(own)
        if limit == "max_per_dm2":
            area_dm2 = self._zones.area_dm2(rule.zones, frames)
            return len(own) / area_dm2 if area_dm2 else None  # no camera sees the zones, and so no defect in them
        if limit in OF_ONE_DEFECT:
            return max((size(each, limit) for each in own), default=None)
        return closest(own, limit)


def _finding(
    rule: str, outcome: Outcome, limit: str, value: float | None, allowed: float, own: Sequence[Numbered]
) -> Finding:
    measure, unit = LIMITS[limit]
    broken = value is not None and (value < allowed if measure == "distance" else value > allowed)
    shown = None if value is None else float(f"{value:.6g}")
    return Finding(
        rule=rule,
        outcome=outcome,
        measure=measure,
        value=shown,
        limit=allowed,
        unit=unit,
        broken=broken,
        defects=tuple(each.number for each in own),
    )


def _decide(findings: Sequence[Finding], counted: Sequence[Numbered], tolerances: Tolerances) -> Verdict:
    """The worst outcome of the limits that were not kept, in the words of the first of them."""
    broken = sorted((each for each in findings if each.broken), key=lambda each: each.outcome is not Outcome.FAIL)
    if not broken:
        words = in_words(findings[-1]) if len(findings) == 1 else f"within all {len(findings)} limits"
        return Verdict(outcome=Outcome.PASS, rule=words, findings=tuple(findings))
    outcome, words = broken[0].outcome, in_words(broken[0])
    if len(broken) > 1:
        words += f"; and {len(broken) - 1} more {'limit' if len(broken) == 2 else 'limits'}"
    if outcome is Outcome.FAIL and tolerances.review_score is not None:
        failing = {number for each in broken if each.outcome is Outcome.FAIL for number in each.defects}
        best = max(each.score for each in counted if each.number in failing)
        unsure = best < tolerances.review_score
        compared = "below" if unsure else "not below"
        words += f"; best score {best:.4f} is {compared} {tolerances.review_score:g} for review"
        outcome = Outcome.REVIEW if unsure else outcome
    return Verdict(outcome=outcome, rule=words, findings=tuple(findings))


def in_words(finding: Finding) -> str:
    """Say what was found, and what is allowed: ``long scratches: length 5.2 mm, at most 3 mm``."""
    name = f"{finding.rule}: " if finding.rule else ""
    if finding.measure == "count":
        return f"{name}{_defects(round(finding.value or 0))}, {finding.limit:g} allowed"
    unit = f" {finding.unit}" if finding.unit else ""
    found = "none" if finding.value is None else f"{finding.value:.6g}{unit}"
    bound = "at least" if finding.measure == "distance" else "at most"
    return f"{name}{finding.measure} {found}, {bound} {finding.limit:g}{unit}"


def _defects(count: int) -> str:
    return "1 defect" if count == 1 else f"{count or 'no'} defects"
