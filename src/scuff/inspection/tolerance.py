"""The rules that turn the defects of a part into a verdict."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from scuff.core.errors import RecipeError
from scuff.core.plane import Planes
from scuff.core.recipe import Recipe, Tolerances
from scuff.core.rules import LIMITS, OF_ONE_DEFECT, Rule, check_rules, rule_names
from scuff.core.verdict import Finding, Outcome, Verdict
from scuff.inspection.outlines import Outline
from scuff.inspection.sightings import PartDefect, Seen, Sighting, across_mm, part_defects, share_mm
from scuff.inspection.zones import Zones

OTHERS = "any other defect"
"""What verdicts call the rule for defects that none of the recipe's rules is about."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A defect of a part.

    Attributes:
        number: Among the part's defects, from 1.
        defect: The defect, and where it was seen.
        shares: For each of its sightings, the zones that it touches, each with the share of its pixels there.
    """

    number: int
    defect: PartDefect
    shares: tuple[Mapping[str, float], ...]

    @property
    def zones(self) -> dict[str, float]:
        """The zones that any sighting touches, each with the largest share of its pixels there."""
        names = dict.fromkeys(name for shares in self.shares for name in shares)
        return {name: max(shares.get(name, 0.0) for shares in self.shares) for name in names}

    @property
    def score(self) -> float:
        """The highest score of any sighting."""
        return max(sighting.defect.score for sighting in self.defect.sightings)


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
        sightings = [sighting for each in found for sighting in each.defect.sightings]
        odd = [
            each for each in sightings if not (_is_finite(each.defect.length_mm) and _is_finite(each.defect.area_mm2))
        ]
        if odd:
            return f"{name}: {limit} is in mm, and defect {odd[0].number} of {odd[0].frame} was not measured in mm"
        return ""

    def _is_ignored(self, each: Numbered) -> bool:
        """Whether all that was seen of a defect may be ignored."""
        rules = [rule for rule in self._rules if rule.outcome == "ignore"]
        seen = zip(each.defect.sightings, each.shares, strict=True)
        return all(any(_ignores(rule, sighting, shares) for rule in rules) for sighting, shares in seen)

    def _by_rules(self, counted: Sequence[Numbered], frames: Sequence[Seen]) -> list[Finding]:
        findings = []
        for name, rule in zip(self._names, self._rules, strict=True):
            if rule.outcome == "ignore":
                continue
            own = [each for each in counted if _is_about(rule, each)]
            for limit, allowed in (rule.limits or {"max_count": 0}).items():
                value = self._measured(limit, rule, own, frames)
                beyond = [each for each in own if limit in OF_ONE_DEFECT and _size(each, limit) > allowed] or own
                findings.append(_finding(name, Outcome(rule.outcome), limit, value, allowed, beyond))
        return findings

    def _of_others(self, counted: Sequence[Numbered]) -> Finding:
        rules = [rule for rule in self._rules if rule.outcome != "ignore"]
        own = [each for each in counted if not any(_is_about(rule, each) for rule in rules)]
        return _finding(OTHERS if rules else "", Outcome.FAIL, "max_count", len(own), self._tolerances.max_defects, own)

    def _measured(self, limit: str, rule: Rule, own: Sequence[Numbered], frames: Sequence[Seen]) -> float | None:
        if limit == "max_count":
            return len(own)
        if limit == "max_per_dm2":
            area_dm2 = self._zones.area_dm2(rule.zones, frames)
            return len(own) / area_dm2 if area_dm2 else None  # no camera sees the zones, and so no defect in them
        if limit in OF_ONE_DEFECT:
            return max((_size(each, limit) for each in own), default=None)
        return _closest(own, limit)


def _is_about(rule: Rule, each: Numbered) -> bool:
    """Whether a rule is about a defect that, as any frame shows it, touches its zones."""
    if rule.classes and each.defect.shown.defect.label not in rule.classes:
        return False
    return not rule.zones or any(zone in each.zones for zone in rule.zones)


def _ignores(rule: Rule, sighting: Sighting, shares: Mapping[str, float]) -> bool:
    """Whether what one frame shows of a defect lies wholly in a zone of a rule, and within its limits."""
    if rule.classes and sighting.defect.label not in rule.classes:
        return False
    if rule.zones and not any(shares.get(zone, 0.0) >= 1.0 for zone in rule.zones):
        return False
    return all(_measure(sighting, name) <= limit for name, limit in rule.limits.items())


def _size(each: Numbered, limit: str) -> float:
    """How large a defect is: as the frame shows it that shows most of it, or from end to end of all that is seen."""
    largest = max(_measure(sighting, limit) for sighting in each.defect.sightings)
    return max(largest, across_mm(each.defect)) if limit == "max_length_mm" else largest


def _measure(sighting: Sighting, limit: str) -> float:
    value: float | None = getattr(sighting.defect, limit.removeprefix("max_"))
    if value is None:
        raise ValueError(f"{limit} of a defect that was not measured in mm")
    return value


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _closest(own: Sequence[Numbered], limit: str) -> float | None:
    """The least distance between any two defects; ``None`` where there are no two whose distance is known."""
    least = math.inf
    for one, other in combinations([each.defect.shown for each in own], 2):
        pair = _outlines(one, other, limit)
        if pair is not None and pair[0].box_distance(pair[1]) < least:
            least = min(least, pair[0].distance(pair[1]))
    return least if math.isfinite(least) else None


def _outlines(one: Sighting, other: Sighting, limit: str) -> tuple[Outline, Outline] | None:
    """The outlines of two defects where distances between them mean something; ``None`` where they do not."""
    if limit.endswith("_px"):
        return (
            (one.outline_px, other.outline_px) if one.frame == other.frame or one.camera == other.camera != "" else None
        )
    if one.outline_mm is None or other.outline_mm is None or not (one.frame == other.frame or share_mm(one, other)):
        return None
    return one.outline_mm, other.outline_mm


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
    found = "none" if finding.value is None else f"{finding.value:.4g}{unit}"
    bound = "at least" if finding.measure == "distance" else "at most"
    return f"{name}{finding.measure} {found}, {bound} {finding.limit:g}{unit}"


def _defects(count: int) -> str:
    return "1 defect" if count == 1 else f"{count or 'no'} defects"
