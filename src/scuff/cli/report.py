"""`scuff report`: what a quality manager signs."""

from pathlib import Path

import click

from scuff.cli.audit_progress import AuditProgress
from scuff.core.errors import ScuffError
from scuff.dataset.audit.audit import audit
from scuff.dataset.split import load_division
from scuff.reporting.facts import counted, gather
from scuff.reporting.page import REPORT, write_report
from scuff.reporting.pdf import find_browser, print_pdf

EXAMPLES = """\b
Examples:
  scuff report run
  scuff report run --pdf
  scuff report run --out reports/sink.html"""


@click.command("report", epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; RUN/report.html, if not given.")
@click.option("--pdf", is_flag=True, help="Print it as PDF, too, beside it; needs Chromium, Chrome or Edge.")
def command(run: Path, out: Path | None, pdf: bool) -> None:
    """Report on RUN in one HTML file: what was trained on what, how well it does on unseen parts, and how sure that is.

    RUN is finished and evaluated: what is told is what `scuff evaluate` has counted. The data is audited, and pictures
    of the worst misses and false alarms are cut from it.
    """
    browser = find_browser() if pdf else None
    if pdf and browser is None:
        raise ScuffError("--pdf: no Chromium, Chrome or Edge is installed; open the HTML file and print it there")
    facts = gather(run)
    page = out or run / REPORT
    counted(facts)  # before the audit, which takes a while
    found = audit(facts.catalogue, load_division(facts.run.split), AuditProgress())
    write_report(page, facts, found)
    click.echo(f"Wrote {page}")
    if browser is not None:
        print_pdf(page, page.with_suffix(".pdf"), browser)
        click.echo(f"Wrote {page.with_suffix('.pdf')}")
