"""The report of a run: one HTML file that needs nothing else and reaches for nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from scuff.core.bundle import Manifest
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
        counts: Pictures by outcome, also those that the page does not show.
        shown: The same, of those that it shows.
    """

    manifest: Manifest
    bundle: BundleReference
    settings: Settings
    counts: Counter[Outcome]
    shown: Counter[Outcome]


def write_report(file: TextIO, entries: Iterable[Entry], facts: Facts) -> None:
    """Write the page, one picture after the other, so that memory does not grow with them.

    Args:
        file: Where to.
        entries: The pictures, in the order in which the page lists them.
        facts: Of the run.
    """
    environment = Environment(
        loader=PackageLoader("scuff.inspection", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    outcomes = [outcome for outcome in reversed(SEVERITY) if facts.counts[outcome]]
    page = environment.get_template("report.html.j2").generate(
        entries=entries,
        total=facts.counts.total(),
        shown=facts.shown.total(),
        outcomes=[(outcome.value, facts.counts[outcome], facts.shown[outcome]) for outcome in outcomes],
        classes=[(name, css(class_colour(value))) for value, name in enumerate(facts.manifest.classes, 1)],
        manifest=facts.manifest,
        bundle=facts.bundle,
        settings=facts.settings,
    )
    file.writelines(page)
