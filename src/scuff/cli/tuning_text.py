"""What `scuff station tune` says: how far it is, and what it tried."""

from collections.abc import Sequence

import click

from scuff.cli.progress import Progress
from scuff.core.station_recipe import ExposureControl
from scuff.station.candidate import Tried
from scuff.station.expectation import Worth
from scuff.station.tuning import Watch

HEADINGS = ("light", "predicted", "captured", "recall", "found", "false alarms", "clipped")
"""Worth by predicted and by real frames; the rest is of the real ones where there are any."""


class TuningProgress(Watch):
    """Says what begins, and how far it is."""

    def __init__(self) -> None:
        """Begin."""
        self._bar: Progress | None = None

    def phase(self, name: str, pictures: int) -> None:
        """Something begins that goes over a number of pictures."""
        self.end()
        click.echo(f"{name}{f': {pictures} pictures' if pictures else ''}", err=True)
        self._bar = Progress(pictures) if pictures else None

    def step(self) -> None:
        """A picture is done."""
        if self._bar is not None:
            self._bar.step(inspected=True)

    def end(self) -> None:
        """Nothing more comes."""
        if self._bar is not None:
            self._bar.finish()
        self._bar = None


def tried_lines(tried: Sequence[Tried], settings: ExposureControl) -> list[str]:
    """The table of what was tried, the best first, and how the cameras are set for it."""
    rows = [HEADINGS, *(_row(each) for each in tried)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    known = tried[0].expected.recall is not None
    meaning = "expected recall less false alarms" if known else "certainty of the network, for want of known defects"
    return [
        f"Worth of light, by predicted and by captured frames: {meaning}",
        "",
        *table,
        "",
        *exposed_lines(tried[:1], settings),
    ]


def exposed_lines(tried: Sequence[Tried], settings: ExposureControl) -> list[str]:
    """How the cameras are set, and what of that is worth a remark."""
    lines = []
    for each in tried:
        for camera, setting in each.candidate.settings.items():
            lines.append(
                f"{each.candidate.name}, {camera}: {setting.exposure_us:,.0f} µs, {setting.gain_db:.1f} dB, level "
                f"{each.level(camera):.2f} (± {100 * each.spread(camera):.0f} % between parts), "
                f"{100 * each.clipped_share(camera):.2g} % clipped"
            )
            lines += [f"  {remark}" for remark in _remarks(each, camera, settings)]
    return lines


def _remarks(tried: Tried, camera: str, settings: ExposureControl) -> list[str]:
    """What a person should know before the station runs like this."""
    remarks = []
    setting = tried.candidate.settings[camera]
    if tried.level(camera) < settings.level * tried.candidate.share * (1 - 2 * settings.tolerance):
        is_longest = setting.exposure_us >= settings.longest_us
        why = "exposure.longest_us allows no more" if is_longest else "more of the metal would be clipped"
        remarks.append(f"darker than exposure.level = {settings.level:g}: {why}")
    if tried.clipped_share(camera) > settings.clipped_share:
        remarks.append(f"more is clipped than exposure.clipped_share = {settings.clipped_share:g}: give more parts")
    if tried.spread(camera) > settings.tolerance:
        remarks.append(
            f"parts differ by more than exposure.tolerance = {settings.tolerance:g}: raise it, or differences of parts "
            "are taken for drift"
        )
    return remarks


def _row(tried: Tried) -> tuple[str, ...]:
    captured = tried.captured
    shares = [tried.clipped_share(camera) for camera in tried.candidate.settings] if tried.shots else []
    return (
        tried.candidate.name,
        f"{tried.expected.value:.3f}",
        f"{captured.value:.3f}" if captured else "",
        *_recall(captured or tried.expected),
        f"{100 * max(shares):.2g} %" if shares else "",
    )


def _recall(worth: Worth) -> tuple[str, str, str]:
    if worth.recall is None:
        return "", "", ""
    return f"{worth.recall:.3f}", f"{worth.hits} of {worth.defects}", f"{worth.false_alarms:.2f}"
