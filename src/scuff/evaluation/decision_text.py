"""An operating point in words, for those who answer for it."""

from scuff.core.evidence import Costs, Evidence
from scuff.evaluation.decision import Decision
from scuff.evaluation.tables import percent


def decision_text(decision: Decision, evidence: Evidence, before: float) -> str:
    """Say what was chosen, what it does on the calibration parts, and what may be claimed.

    Args:
        decision: What was chosen.
        evidence: The same as it is kept.
        before: The threshold that was in force until now.
    """
    low, high = evidence.false_reject_interval
    rows = [
        ("", "counted", "rate", f"with {percent(evidence.confidence)} confidence *"),
        (
            "escapes: defective parts that pass",
            f"{evidence.escapes} of {evidence.defective_parts}",
            percent(evidence.escapes / evidence.defective_parts),
            f"at most {percent(evidence.escape_bound)}",
        ),
        (
            "false rejects: sound parts that do not",
            f"{evidence.false_rejects} of {evidence.sound_parts}",
            percent(evidence.false_rejects / evidence.sound_parts),
            f"{percent(low)} to {percent(high)}",
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    claim = f"Claim: {evidence.claim}." if evidence.costs is None else f"Chosen for {evidence.claim}."
    return "\n".join(
        [
            f"Threshold {decision.threshold:.3f}{_range(decision)}",
            "",
            *table,
            "",
            claim,
            *([] if evidence.costs is None else [_costs(evidence.costs, evidence.confidence)]),
            f"Counted on {evidence.parts_source}.",
            f"* At this threshold taken by itself{'' if evidence.costs else '; only the claim allows for the choice'}.",
            _before(decision, before),
        ]
    )


def source_text(evidence: Evidence) -> str:
    """Say in a line where a threshold comes from, as a checkpoint and a bundle do."""
    return (
        f"{evidence.claim}: {evidence.escapes} of {evidence.defective_parts} defective parts passed and "
        f"{evidence.false_rejects} of {evidence.sound_parts} sound ones did not, of {evidence.parts_source}"
    )


def _range(decision: Decision) -> str:
    if decision.max_escape is None:
        return ""
    carrying = decision.trial.thresholds[decision.may_be]
    return f"; those from {carrying[0]:.3f} to {carrying[-1]:.3f} carry the claim"


def _costs(costs: Costs, confidence: float) -> str:
    (least, most), (low, high) = costs.per_part_interval, costs.threshold_interval
    return (
        f"Expected cost per part: {costs.per_part:.3g} ({least:.3g} to {most:.3g}). Other parts of this kind would "
        f"have chosen {low:.3f} to {high:.3f} ({percent(confidence)} of resamplings).\n"
        f"Share of defective parts: {percent(costs.defect_share)}, {costs.share_source}."
    )


def _before(decision: Decision, before: float) -> str:
    trial = decision.trial
    place = trial.place(before)
    return (
        f"With the threshold of before, {before:.3f}: {trial.escapes[place]} of {len(trial.passed)} escape, "
        f"{trial.false_rejects[place]} of {len(trial.rejected)} sound parts are rejected."
    )
