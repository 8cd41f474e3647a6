"""The report of a run: one HTML file that needs nothing else and reaches for nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from scuff.core.bundle import Manifest
from scuff.core.plane import Planes
from scuff.core.recipe import Recipe
from scuff.core.rules import LIMITS, Rule, rule_names
from scuff.core.templates import templates
from scuff.core.verdict import Outcome
from scuff.inspection.entry import Entry, css
from scuff.inspection.ranking import SEVERITY
from scuff.inspection.result import BundleReference, Settings
from scuff.inspection.view import class_colour


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says of the run as a whole.

    Attributes:
        manifest: Of the bundle that inspected the pictures.
        bundle: The same, as in the records.
        settings: As in the records.
        recipe: What the parts were judged by.
        counts: Pictures by outcome of their parts, also those that the page does not show.
        shown: The same, of those that it shows.
    """

    manifest: Manifest
    bundle: BundleReference
    settings: Settings
    recipe: Recipe
    counts: Counter[Outcome]
    shown: Counter[Outcome]


def write_report(file: TextIO, entries: Iterable[Entry], facts: Facts) -> None:
    """Write the page, one picture after the other, so that memory does not grow with them.

    Args:
        file: Where to.
        entries: The pictures, in the order in which the page lists them.
        facts: Of the run.
    """
    names = rule_names(facts.recipe.rules)
    outcomes = [outcome for outcome in reversed(SEVERITY) if facts.counts[outcome]]
    page = (
        templates("scuff.inspection")
        .get_template("report.html.j2")
        .generate(
            entries=entries,
            total=facts.counts.total(),
            shown=facts.shown.total(),
            outcomes=[(outcome.value, facts.counts[outcome], facts.shown[outcome]) for outcome in outcomes],
            classes=[(name, css(class_colour(value))) for value, name in enumerate(facts.manifest.classes, 1)],
            manifest=facts.manifest,
            bundle=facts.bundle,
            settings=facts.settings,
            tolerances=facts.recipe.tolerances,
            rules=[_rule_in_words(name, rule) for name, rule in zip(names, facts.recipe.rules, strict=True)],
            in_mm=Planes(facts.recipe.calibration, facts.recipe.frames.pixel_mm).any,
        )
    )
    file.writelines(page)


def _rule_in_words(name: str, rule: Rule) -> tuple[str, str]:
    """A rule as a person reads it: its name; and what it is about, its limits, and what happens else."""
    about = " or ".join(rule.classes) or "any defect"
    where = f" in {' or '.join(rule.zones)}" if rule.zones else ""
    limits = ", ".join(_limit_in_words(key, value) for key, value in rule.limits.items())
    if rule.outcome == "ignore":
        return name, f"{about}{where}{f' of {limits}' if limits else ''} is ignored"
    return name, f"{about}{where}: {limits or 'none allowed'}, or else {rule.outcome}"


def _limit_in_words(key: str, value: float) -> str:
    measure, unit = LIMITS[key]
    return f"{measure} {'at least' if measure == 'distance' else 'at most'} {value:g}{f' {unit}' if unit else ''}"
