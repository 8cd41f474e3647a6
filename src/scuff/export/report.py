"""Where an exported network differs from its checkpoint: tables of figures, and pictures."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from scuff.core.bundle import Agreement, RuntimeName
from scuff.core.errors import BundleError
from scuff.core.picture import write_whole
from scuff.evaluation.tables import show
from scuff.export.checks import checks
from scuff.export.comparison import Figures
from scuff.export.limits import Limits
from scuff.export.parity import Parity
from scuff.export.place_picture import draw_place, say_place

REPORT = "report.txt"
TITLE = "The exported network does not agree with its checkpoint"
"""First line of a report; by it a folder of reports is told from a folder of somebody else's."""


def disagreement_folder(bundle: Path) -> Path:
    """Where the report on a refused bundle goes."""
    return bundle.with_name(f"{bundle.name}.disagreement")


def check_disagreement_folder(bundle: Path) -> None:
    """Make sure that a report may be written.

    Raises:
        BundleError: There is something else in its place.
    """
    folder = disagreement_folder(bundle)
    if folder.exists() and not _is_report(folder):
        raise BundleError(
            f"{folder}: is where scuff reports on an export that it refuses, but is no such report; move it away"
        )


def remove_disagreement(bundle: Path) -> None:
    """Remove the report on an earlier export to the same place, if there is one."""
    if _is_report(disagreement_folder(bundle)):
        shutil.rmtree(disagreement_folder(bundle))


def write_disagreement(bundle: Path, parities: Mapping[RuntimeName, Parity], source: str, limits: Limits) -> Path:
    """Write all figures, and pictures of the places where a refused bundle differs most from its checkpoint.

    Args:
        bundle: Where the bundle should have been.
        parities: By runtime.
        source: Which frames were compared, in words.
        limits: What they are held against.

    Returns:
        The folder.
    """
    folder = disagreement_folder(bundle)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)  # of an export that was killed
    try:
        for name, parity in parities.items():
            for number, place in enumerate(parity.worst.places, 1):
                write_whole(draft / f"{name}-{number}.png", draw_place(place, number))
        write_whole(draft / REPORT, _report(parities, source, limits))
        remove_disagreement(bundle)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # is gone already where all went well
    return folder


def figures_table(stated: Agreement) -> str:
    """Lay the figures of all frames out as aligned plain text, without a line break at its end."""
    lines = [
        (check.name, check.said, f"allowed: {check.allowed}" + (", MISSED" if check.missed else ""))
        for check in checks(stated)
    ]
    return _aligned(lines)


def _is_report(folder: Path) -> bool:
    report = folder / REPORT
    return report.is_file() and report.read_text(encoding="utf-8", errors="replace").startswith(TITLE)


def _report(parities: Mapping[RuntimeName, Parity], source: str, limits: Limits) -> str:
    lines = [TITLE, f"Compared on {source}."]
    for name, parity in parities.items():
        table = figures_table(parity.agreement(source, limits))
        lines += ["", f"{name}: {parity.runtime}", "", table, "", _frames_table(parity.frames)]
        lines += [
            "",
            *(f"{name}-{number}.png: {say_place(place)}" for number, place in enumerate(parity.worst.places, 1)),
        ]
    return "\n".join(lines) + "\n"


def _frames_table(frames: Mapping[str, Figures]) -> str:
    headings = "frame", "F1", "checkpoint's F1", "defects", "by both", "mean difference", "largest", "other verdict px"
    return _aligned([headings, *(_frame_line(name, figures) for name, figures in frames.items())])


def _frame_line(name: str, figures: Figures) -> tuple[str, ...]:
    checkpoint, bundle = figures.f1 or (None, None)
    return (
        name,
        show(bundle, 4),
        show(checkpoint, 4),
        f"{figures.matches.defects:,}",
        f"{figures.matches.matched:,}",
        f"{figures.distance:.5f}",
        f"{figures.largest:.3f}",
        f"{figures.differing_px:,}",
    )


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = ("  ".join(entry.ljust(width) for entry, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(text.rstrip() for text in texts)
