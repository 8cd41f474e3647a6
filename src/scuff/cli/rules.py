"""`scuff rules`: what decided on a part, and what other rules would have decided."""

from collections import Counter
from pathlib import Path

import click

from scuff.core.errors import ScuffError
from scuff.core.recipe_file import load_recipe
from scuff.core.verdict import Finding, Outcome
from scuff.inspection.part_result import DefectOfPart, PartResult
from scuff.inspection.ranking import SEVERITY
from scuff.inspection.records import TABLE
from scuff.inspection.rejudging import Change, Rejudging
from scuff.inspection.tolerance import in_words
from scuff.inspection.verdicts import VERDICTS, load_part, write_verdicts

EXAMPLES = """\b
Examples:
  scuff rules explain inspected/parts/SN7.json
  scuff rules apply inspected --recipe stricter.toml --out stricter"""


@click.group("rules", epilog=EXAMPLES)
def command() -> None:
    """Say why a part was rejected, and judge inspected parts by other rules."""


@command.command(epilog="\b\nExample:\n  scuff rules explain inspected/parts/SN7.json")
@click.argument("result", type=click.Path(path_type=Path))
def explain(result: Path) -> None:
    """Say what decided on the part whose file RESULT is, and list every limit that was looked at."""
    click.echo(_explained(load_part(result)))


@command.command(epilog="\b\nExample:\n  scuff rules apply inspected --recipe stricter.toml --out stricter")
@click.argument("run", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--recipe", required=True, type=click.Path(path_type=Path), help="Gives tolerances, rules and zones.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the new verdicts.")
def apply(run: Path, recipe: Path, out: Path) -> None:
    """Judge the parts of DIR, which `scuff inspect` wrote, by the rules of another recipe; nothing is inspected again.

    Needs neither bundle nor pictures. Writes parts/ and verdicts.csv to the folder of --out, and says which outcomes
    change.
    """
    if (out / TABLE).is_file():
        raise ScuffError(f"--out {out}: holds the verdicts that a line got; name another folder")
    rejudging = Rejudging(run, load_recipe(recipe))
    counts = write_verdicts(out, rejudging.judged())
    click.echo("\n".join(_changes(rejudging.changes)))
    click.echo(", ".join(f"{counts[outcome]} {outcome.value}" for outcome in reversed(SEVERITY) if counts[outcome]))
    click.echo(f"Wrote {out / VERDICTS}")


def _changes(changes: Counter[Change]) -> list[str]:
    changed = {change: count for change, count in changes.items() if change[0] is not change[1]}
    if not changed:
        return [f"The outcome of none of {changes.total()} parts changes"]
    lines = [f"The outcome of {sum(changed.values())} of {changes.total()} parts changes:"]
    return lines + [
        f"  {count} from {before.value} to {after.value}" for (before, after), count in sorted(changed.items())
    ]


def _explained(part: PartResult) -> str:
    lines = [f"Part {part.part}: {part.outcome.value}", f"  {part.rule}"]
    lines += [f"  missing: {text}" for text in part.missing]
    lines += [f"  {frame}: {error}" for frame, error in part.errors.items()]
    if part.findings:
        lines += ["", "Limits:", *(_limit(finding) for finding in part.findings)]
    if part.defects:
        lines += ["", "Defects:", *(_defect(each, part) for each in part.defects)]
    return "\n".join(lines)


def _limit(finding: Finding) -> str:
    kept = "NOT KEPT" if finding.broken else "kept"
    numbers = f" (defects {', '.join(map(str, finding.defects))})" if finding.defects and finding.broken else ""
    consequence = f", or else {finding.outcome.value}" if finding.outcome is not Outcome.FAIL else ""
    return f"  {kept:<9}{in_words(finding)}{consequence}{numbers}"


def _defect(each: DefectOfPart, part: PartResult) -> str:
    size = f"{each.length_px:.4g} px" if each.length_mm is None else f"{each.length_mm:.4g} mm"
    where = f" in {', '.join(each.zones)}" if each.zones else ""
    also = f", seen in {len(each.also)} more" if each.also else ""
    ignored = ", ignored" if each.number in part.ignored else ""
    return (
        f"  {each.number:>3}  {each.label}, {size} long{where}, score {each.score:.3f}: "
        f"{each.seen.frame}, number {each.seen.number} there{also}{ignored}"
    )
