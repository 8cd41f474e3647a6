"""The operating point: one threshold, chosen on calibration parts by a claim or by costs, and what it does there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import EvidenceError
from scuff.core.evidence import Costs, Evidence, Method, verdict_settings
from scuff.core.recipe import Recipe
from scuff.evaluation.choosing import Prices, Trial, costs, fewest_false_rejects, least_cost, spread
from scuff.evaluation.claim import Claim, Confident
from scuff.evaluation.rates import interval, upper_bound
from scuff.evaluation.tables import percent


@dataclass(frozen=True, slots=True)
class Source:
    """Which the calibration parts are.

    Attributes:
        parts: In words.
        catalogue_sha256: Checksum of the catalogue that they are in.
        strict: Whether nothing else, such as the epoch, was chosen on them.
    """

    parts: str
    catalogue_sha256: str
    strict: bool


@dataclass(frozen=True, eq=False)
class Decision:
    """A threshold among those that were tried.

    Attributes:
        trial: The verdicts on the calibration parts.
        chosen: Place of the threshold.
        may_be: T flags: which thresholds could have been chosen.
        confidence: Of the intervals, and of the claim, if its method has one.
        claim: What is claimed, in a sentence.
        method: How it was chosen.
        max_escape: The escape rate that is claimed; ``None``: none is.
        costs: What it was chosen by, if by costs.
        prices: The same, to reckon with.
    """

    trial: Trial
    chosen: int
    may_be: NDArray[np.bool_]
    confidence: float
    claim: str
    method: Method
    max_escape: float | None = None
    costs: Costs | None = None
    prices: Prices | None = None

    @classmethod
    def by_claim(cls, trial: Trial, claim: Claim, confidence: float) -> Self:
        """Choose the threshold with the fewest false rejects of those that carry a claim.

        Args:
            trial: The verdicts.
            claim: Of the escape rate.
            confidence: Of the intervals, and of the claim, if it has one.

        Raises:
            EvidenceError: None carries it, or there are no sound parts; says how many parts it takes.
        """
        certified = claim.certified(trial.passed)
        confident = isinstance(claim, Confident)
        most = f"at most {percent(claim.max_escape)} of the defective parts escape"
        said = f"{most}, with {percent(confidence)} confidence"
        if not confident:
            said = f"on the average over calibrations like this one, {most}"
        if not certified.any():
            raise EvidenceError(_refusal(trial, claim, said))
        _need_both(trial)
        return cls(
            trial,
            fewest_false_rejects(trial, certified),
            certified,
            confidence,
            said,
            "fixed-sequence test" if confident else "conformal risk control",
            claim.max_escape,
        )

    @classmethod
    def by_costs(cls, trial: Trial, prices: Prices, share_source: str, confidence: float) -> Self:
        """Choose the threshold of least expected cost.

        Args:
            trial: The verdicts.
            prices: What wrong verdicts cost.
            share_source: Where the share of defective parts comes from, in words.
            confidence: Of the intervals.

        Raises:
            EvidenceError: There are no defective or no sound parts.
        """
        _need_both(trial)
        chosen = least_cost(trial, prices)
        spreads = spread(trial, prices, chosen, confidence)
        reckoned = Costs(
            escape=prices.escape,
            reject=prices.reject,
            defect_share=prices.defect_share,
            share_source=share_source,
            per_part=float(costs(trial, prices)[chosen]),
            per_part_interval=spreads.per_part,
            threshold_interval=spreads.thresholds,
        )
        said = (
            f"the least cost where an escape costs {prices.escape:g}, a false reject {prices.reject:g}, and "
            f"{percent(prices.defect_share)} of the parts are defective; no escape rate is claimed"
        )
        everywhere = np.ones(len(trial.thresholds), bool)
        return cls(trial, chosen, everywhere, confidence, said, "least cost", costs=reckoned, prices=prices)

    @property
    def threshold(self) -> float:
        """The threshold that was chosen."""
        return float(self.trial.thresholds[self.chosen])

    def evidence(self, source: Source, recipe: Recipe) -> Evidence:
        """State what was found, as a checkpoint and a bundle keep it.

        Args:
            source: Which the parts are.
            recipe: What the verdicts were made with.
        """
        trial, place = self.trial, self.chosen
        escapes, false_rejects = int(trial.escapes[place]), int(trial.false_rejects[place])
        return Evidence(
            threshold=self.threshold,
            claim=self.claim,
            method=self.method,
            max_escape=self.max_escape,
            confidence=self.confidence,
            costs=self.costs,
            defective_parts=len(trial.passed),
            escapes=escapes,
            escape_bound=upper_bound(escapes, len(trial.passed), self.confidence),
            sound_parts=len(trial.rejected),
            false_rejects=false_rejects,
            false_reject_interval=interval(false_rejects, len(trial.rejected), self.confidence),
            parts_source=source.parts,
            catalogue_sha256=source.catalogue_sha256,
            strict=source.strict,
            settings=verdict_settings(recipe),
        )

    def curve(self) -> list[Mapping[str, float | int | bool]]:
        """What each threshold does, in values that JSON has."""
        trial = self.trial
        rows: list[Mapping[str, float | int | bool]] = []
        for place, threshold in enumerate(trial.thresholds):
            row: dict[str, float | int | bool] = {
                "threshold": float(threshold),
                "escapes": int(trial.escapes[place]),
                "false_rejects": int(trial.false_rejects[place]),
            }
            if self.max_escape is not None:
                row["certified"] = bool(self.may_be[place])
            if self.prices is not None:
                row["cost_per_part"] = float(costs(trial, self.prices)[place])
            rows.append(row)
        return rows


def _need_both(trial: Trial) -> None:
    for parts, kind in ((trial.passed, "defective"), (trial.rejected, "sound")):
        if not len(parts):
            raise EvidenceError(
                f"there is no {kind} part among the calibration parts, so nobody can say what a threshold costs; "
                f"add {kind} parts"
            )


def _refusal(trial: Trial, claim: Claim, said: str) -> str:
    """Why no threshold carries a claim, and how many parts it would take."""
    parts, escapes = len(trial.passed), int(trial.escapes[0])
    lowest = f"{trial.thresholds[0]:.3f}"
    text = f"{parts} defective calibration parts cannot carry the claim that {said}: "
    if not escapes:
        return text + (
            f"it takes {claim.needed(0)} of which none escapes, so {claim.needed(0) - parts} more (with one escape, "
            f"{claim.needed(1)}). Nothing was written; calibrate with more defective parts, or claim less"
        )
    text += (
        f"even at the strictest threshold, {lowest}, {escapes} escape{'s' if escapes == 1 else ''}. With so many it "
        f"takes {claim.needed(escapes)} defective parts, and with none {claim.needed(0)}. "
    )
    if escapes > claim.max_escape * parts:
        text += (
            f"{escapes} of {parts} are {percent(escapes / parts)}, so more parts of this kind will not help: the "
            "network does not see these defects. "
        )
    return text + "Nothing was written; train a better network, calibrate with more defective parts, or claim less"
