"""`scuff station parts`: what the store knows of the parts that a station has inspected."""

from collections.abc import Iterator
from pathlib import Path

import click

from scuff.core.errors import StoreError
from scuff.core.recipe_file import load_recipe
from scuff.core.table import write_table
from scuff.core.verdict import Outcome
from scuff.inspection.tolerance import in_words
from scuff.store.opening import open_store
from scuff.store.pictures import Pictures
from scuff.store.records import Act, DefectRecord, FrameRecord, StoredPart
from scuff.store.store import Store

PAGE = 500
"""Parts that are read from the database at once."""

UNFINISHED = "no verdict yet"

COLUMNS = (
    *("id", "station", "part", "trigger", "source", "triggered_at", "finished_at", "outcome", "rule", "error"),
    *("recipe", "recipe_sha256", "bundle", "defects", "pictures"),
)

EPILOG = """\
\b
Examples:
  scuff station parts recipe.toml
  scuff station parts recipe.toml --outcome fail --last 100
  scuff station parts recipe.toml --part SN4711
  scuff station parts recipe.toml --actions
  scuff station parts recipe.toml --last 100000 --csv parts.csv"""


@click.command(no_args_is_help=True, epilog=EPILOG)
@click.argument("recipe_file", metavar="RECIPE", type=click.Path(path_type=Path))
@click.option("--part", metavar="SERIAL", help="Tell all of the parts with this serial number, at any station.")
@click.option(
    "--outcome", type=click.Choice([outcome.value for outcome in Outcome]), help="Only parts of which this is said."
)
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many parts, at most.")
@click.option("--actions", is_flag=True, help="Tell what was done at the station instead: starts, stops, choices.")
@click.option(
    "--csv", "table", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a table instead."
)
def command(
    recipe_file: Path, part: str | None, outcome: str | None, last: int, actions: bool, table: Path | None
) -> None:
    """List the parts in the store of RECIPE, the newest first: verdict, rule, time and pictures.

    Nothing is changed; the line may be running. Times are UTC.
    """
    recipe = load_recipe(recipe_file)
    store = open_store(recipe.store, recipe.line.station, make=False)
    try:
        if actions:
            click.echo("\n".join(_act(each) for each in store.acts(last)) or "Nothing was done yet")
            return
        wanted = _wanted(store, part, Outcome(outcome) if outcome else None, last)
        if table is not None:
            write_table(table, COLUMNS, (_row(each, store.pictures) for each in wanted))
            click.echo(f"Wrote {table}")
        else:
            _list(wanted, store.pictures, is_detailed=part is not None)
    finally:
        store.close()


def _wanted(store: Store, serial: str | None, outcome: Outcome | None, last: int) -> Iterator[StoredPart]:
    if serial is None:
        yield from _newest(store, outcome, last)
        return
    parts = store.find(serial)
    if not parts:
        raise StoreError(f"--part {serial}: no part has this serial number; list the newest by leaving --part out")
    yield from [each for each in parts if outcome in {None, each.verdict and each.verdict.outcome}][:last]


def _newest(store: Store, outcome: Outcome | None, last: int) -> Iterator[StoredPart]:
    """The newest parts; only a page of them is in memory."""
    before = None
    while last > 0 and (page := store.latest(min(last, PAGE), outcome, before)):
        yield from page
        before, last = page[-1].id, last - len(page)


def _list(parts: Iterator[StoredPart], pictures: Pictures, is_detailed: bool) -> None:
    is_empty = True
    for part in parts:
        click.echo("\n".join([_line(part), *(_details(part, pictures) if is_detailed else [])]))
        is_empty = False
    if is_empty:
        click.echo("No such part is in the store")


def _line(part: StoredPart) -> str:
    outcome, rule = (part.verdict.outcome.value, part.verdict.rule) if part.verdict else (UNFINISHED, "")
    count = f"{len(part.frames)} picture{'s' * (len(part.frames) != 1)}"
    count += f", {len(part.removed)} removed" if part.removed else ""
    return (
        f"{part.id:>7}  {part.triggered_at:%Y-%m-%d %H:%M:%S}  {part.part:<12}  {outcome:<14}  {count}  {rule}".rstrip()
    )


def _details(part: StoredPart, pictures: Pictures) -> list[str]:
    """Everything else that is known of a part."""
    lines = [
        f"station {part.station}",
        f"recipe {part.recipe} ({part.recipe_sha256[:12]}), bundle {part.bundle[:12] or 'none'}",
        f"trigger {part.trigger} from {part.source}",
    ]
    if part.error:
        lines.append(f"error: {part.error}")
    lines += [f"picture: {_picture(frame, part, pictures)}" for frame in part.frames]
    lines += [f"defect {_defect(defect)}" for defect in part.defects]
    if part.verdict is not None:
        lines += [f"{'NOT KEPT' if each.broken else 'kept'}: {in_words(each)}" for each in part.verdict.findings]
    lines += [_act(act) for act in part.acts]
    return [f"         {line}" for line in lines]


def _act(act: Act) -> str:
    return f"{act.at:%Y-%m-%d %H:%M:%S}  {act.operator}: {act.action} {act.note}".rstrip()


def _picture(frame: FrameRecord, part: StoredPart, pictures: Pictures) -> str:
    place = _place(frame, part, pictures) or "not kept"
    return f"{frame.camera}, {frame.lighting}: {frame.exposure_us:g} µs, {frame.gain_db:g} dB, {place}"


def _place(frame: FrameRecord, part: StoredPart, pictures: Pictures) -> str:
    """Where a picture is; empty: it was not kept."""
    if not frame.picture_sha256:
        return ""
    if frame.picture_sha256 in part.removed:
        return "removed by the rules of retention"
    try:
        return str(pictures.get(frame.picture_sha256))
    except StoreError:
        return f"{frame.picture_sha256}, which is not in {pictures.folder}"


def _defect(defect: DefectRecord) -> str:
    size = f"{defect.length_px:.4g} px" if defect.length_mm is None else f"{defect.length_mm:.4g} mm"
    ignored = ", ignored" if defect.ignored else ""
    box = ", ".join(map(str, defect.box_xyxy))
    return f"{defect.number}: {defect.label}, {size} long, score {defect.score:.3f}, {defect.camera} at {box}{ignored}"


def _row(part: StoredPart, pictures: Pictures) -> tuple[object, ...]:
    """A part as a row of a table; see ``COLUMNS``."""
    return (
        *(part.id, part.station, part.part, part.trigger, part.source, part.triggered_at.isoformat()),
        part.finished_at.isoformat() if part.finished_at else None,
        part.verdict.outcome.value if part.verdict else None,
        part.verdict.rule if part.verdict else None,
        *(part.error, part.recipe, part.recipe_sha256, part.bundle, len(part.defects)),
        "; ".join(_place(frame, part, pictures) for frame in part.frames),
    )
