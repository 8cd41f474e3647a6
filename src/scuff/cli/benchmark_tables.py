"""What `scuff benchmark-inspect` measured, as text."""

import math
from collections.abc import Callable, Sequence
from functools import partial

from scuff.core.bundle import Manifest
from scuff.inspection.benchmark import Measured
from scuff.inspection.measuring import STAGES, FrameTimes, Stages
from scuff.inspection.runtime import cores

ABOUT = {
    "read": "read and decode the file",
    "checksum": "SHA-256 of the file",
    "network": "cut tiles, network, score map",
    "label": "find and measure defects",
    "write": "record; with a defect, overlay and mask",
}
"""What happens in a stage."""


def facts(manifest: Manifest, stages: Stages, pictures: int) -> list[str]:
    """Say what was measured on what.

    Args:
        manifest: Of the bundle.
        stages: What was measured.
        pictures: Number of picture files; 0: a simulated frame.
    """
    tiles = f"tiles of {manifest.tile_px} px" if manifest.strip_px is None else f"strips of {manifest.strip_px} px"
    screened = ", screened" if stages.screened else ""
    megapixels = stages.typical(lambda frame: frame.megapixels)
    frames = _count(pictures, "picture") if pictures else "a simulated frame"
    return [
        f"{manifest.product}: {manifest.precision}, {tiles}{screened}",
        f"On {stages.name}; {_count(cores(), 'core')}",
        f"With {frames} of {megapixels:.4g} megapixels, {len(stages.frames)} times, one after the other:",
        "",
    ]


def stage_table(stages: Stages) -> list[str]:
    """Say what a frame's time goes into; medians."""
    whole_ms = stages.typical(lambda frame: frame.whole_ms)
    tiles, scored = (stages.typical(lambda frame: frame.tiles), stages.typical(lambda frame: frame.tiles_scored))
    rows = [f"{'stage':<9}{'ms':>9}{'ms/MP':>9}{'share':>7}"]
    for stage in STAGES:
        about = ABOUT[stage] + (f" ({scored:g} of {tiles:g} tiles)" if stage == "network" else "")
        rows.append(_stage_row(stages, stage, partial(_stage_ms, stage), whole_ms) + about)
    rows.append(_stage_row(stages, "whole", lambda frame: frame.whole_ms, whole_ms) + f"{_per_minute(whole_ms)}/min")
    return [*rows, "", f"Peak memory {_memory(stages.peak_mb)}", ""]


def setting_table(tried: Sequence[Measured], best: Measured) -> list[str]:
    """Say how fast each setting is, and what is wrong with those that cannot be used."""
    screens = len({each.setting.screening for each in tried}) > 1
    column = f"{'screening':>11}" if screens else ""
    rows = [f"{'runtime':<12}{'streams':>8}{'lanes':>7}{column}{'ms/frame':>11}{'frames/min':>12}{'memory':>9}"]
    for each in tried:
        setting = each.setting
        if screens:
            column = f"{'on' if setting.screening else 'off':>11}"
        chosen = f"{setting.runtime:<12}{setting.streams or '–':>8}{setting.lanes:>7}{column}"
        rows.append(chosen + _measured(each) + ("  best" if each is best else ""))
    untried = sum(not each.rounds and not each.problem for each in tried)
    more = [f"Not tried: {untried}; allow more with --seconds"] if untried else []
    return [*rows, *more]


def _measured(each: Measured) -> str:
    if each.problem:
        return f"  cannot be used: {each.problem}"
    if math.isinf(each.frame_ms):
        return f"{'–':>11}{'–':>12}{'–':>9}"
    return f"{each.frame_ms:>11.1f}{_per_minute(each.frame_ms):>12}{_memory(each.peak_mb):>9}"


def _stage_ms(stage: str, frame: FrameTimes) -> float:
    return frame.stage_ms[stage]


def _stage_row(stages: Stages, name: str, value_ms: Callable[[FrameTimes], float], whole_ms: float) -> str:
    ms = stages.typical(value_ms)
    pixel_ms = stages.typical(lambda frame: value_ms(frame) / frame.megapixels)
    return f"{name:<9}{ms:>9.1f}{pixel_ms:>9.2f}{ms / whole_ms:>7.0%}  "


def _per_minute(frame_ms: float) -> str:
    return f"{60e3 / frame_ms:.{1 if frame_ms > 1000 else 0}f}"


def _memory(peak_mb: float | None) -> str:
    return "unknown" if peak_mb is None else f"{peak_mb:.0f} MB"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
