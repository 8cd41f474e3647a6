"""What a table of results does not say by itself: what is missing, and what its figures were measured on."""

from collections.abc import Sequence

from scuff.bench.plan import Trial
from scuff.bench.results import Result
from scuff.bench.states import Stage, State
from scuff.dataset.patches import PatchRecord

DIGITS = 12
"""Of a checksum, to know it by."""


def notes(
    trials: Sequence[Trial], states: Sequence[State], results: Sequence[Result], patches: PatchRecord, machine: str
) -> list[str]:
    """Write a paragraph on each.

    Args:
        trials: All of the plan.
        states: How far each is.
        results: What came of those that are done.
        patches: What they were trained on.
        machine: Where the speeds were measured; empty if they were not.
    """
    missing = [_missing(trial, state) for trial, state in zip(trials, states, strict=True) if state.stage != Stage.DONE]
    parts = {part for result in results for part in result.counts}
    commits = sorted({result.commit[:DIGITS] for result in results if result.commit})
    found = [
        f"{len(missing)} of {len(trials)} trainings are not in this table: {'; '.join(missing)}." if missing else "",
        f"{len(parts)} test parts. Patches of {patches.size_px} px; split {patches.split_sha256[:DIGITS]}, catalogue "
        f"{patches.catalogue_sha256[:DIGITS]} (SHA-256)" + (f"; commit {', '.join(commits)}." if commits else "."),
        f"ms / MP: OpenVINO in fp32 on {machine}." if machine else "",
    ]
    return [paragraph for paragraph in found if paragraph]


def _missing(trial: Trial, state: State) -> str:
    return f"{trial.name} ({state.stage}{f': {state.problem}' if state.problem else ''})"
