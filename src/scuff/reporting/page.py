"""The report of a run: one HTML file that needs nothing else and reaches for nothing."""

import base64
import json
from pathlib import Path

from scuff.core.picture import write_whole
from scuff.core.recipe_file import recipe_text
from scuff.core.templates import templates
from scuff.dataset.audit.audit import Audit
from scuff.dataset.split import Side
from scuff.reporting import words
from scuff.reporting.crops import show, worst
from scuff.reporting.facts import RunFacts, counted
from scuff.reporting.versions import versions
from scuff.training.assess import DEFECTS, FROC, ROC
from scuff.training.calibration import PICTURE, POINT

REPORT = "report.html"
CURVES = "curves.png"


def write_report(out: Path, facts: RunFacts, audit: Audit) -> None:
    """Write the report of a run.

    Args:
        out: The file.
        facts: What is known of the run.
        audit: What was found in its data.

    Raises:
        CatalogueError: A frame that is to be shown has changed.
        CheckpointError: The test parts have not been counted.
        PictureError: A frame cannot be read.
    """
    figures = counted(facts)
    missed, alarms = worst(facts.evaluation / DEFECTS)
    template = words.with_words(templates("scuff.reporting")).get_template("page.html.j2")
    page = template.render(
        facts=facts,
        checkpoint=facts.checkpoint,
        figures=figures,
        evidence=facts.checkpoint.operating_point,
        audit=audit,
        leaks=[pair for pair in audit.crossing if Side.TEST in (audit.sides[pair.first], audit.sides[pair.second])],
        in_short=words.in_short(figures),
        plural=words.plural,
        missed=show(missed, facts.catalogue),
        alarms=show(alarms, facts.catalogue),
        curves=_png(facts.run.folder / CURVES),
        froc=_png(facts.evaluation / FROC),
        roc=_png(facts.evaluation / ROC),
        point=_point(facts),
        recipe=recipe_text(facts.checkpoint.recipe),
        versions=versions(),
    )
    write_whole(out, page)


def _point(facts: RunFacts) -> str:
    """The plot of the operating point, if it is that of the checkpoint as it is now."""
    path = facts.run.folder / POINT
    if not path.is_file() or json.loads(path.read_text())["checkpoint_sha256"] != facts.checkpoint_sha256:
        return ""
    return _png(facts.run.folder / PICTURE)


def _png(path: Path) -> str:
    """A picture as a data URI; empty where there is none."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}" if path.is_file() else ""
