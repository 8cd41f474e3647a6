"""The evidence behind a threshold: what the verdicts on calibration parts say of it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scuff.core.recipe import Recipe, Tolerances

Method = Literal["fixed-sequence test", "conformal risk control", "least cost"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Costs(_Strict):
    """What wrong verdicts cost, where the threshold was chosen by that."""

    escape: float = Field(description="Cost of an escape, in any unit.")
    reject: float = Field(description="Cost of a false reject, in the same unit.")
    defect_share: float = Field(description="Share of defective parts in production that was reckoned with.")
    share_source: str = Field(description="Where that share comes from.")
    per_part: float = Field(description="Expected cost per part at the threshold, in the same unit.")
    per_part_interval: tuple[float, float] = Field(description="Of that cost, by resampling parts.")
    threshold_interval: tuple[float, float] = Field(description="Thresholds that resampled parts would have chosen.")


class Evidence(_Strict):
    """What a threshold was chosen on and by, and what it does there.

    Parts are counted, never frames. The intervals are those of Clopper and Pearson at this threshold taken by itself;
    only the claim allows for the fact that it was chosen among many.
    """

    threshold: float = Field(description="Score from which a pixel is defective.")
    claim: str = Field(description="What may be said of it, in a sentence.")
    method: Method = Field(description="How it was chosen.")
    max_escape: float | None = Field(None, description="Largest escape rate that is claimed; null: none is claimed.")
    confidence: float = Field(description="Confidence of the claim, where its method has one, and of the intervals.")
    costs: Costs | None = Field(None, description="What it was chosen by, if by costs.")
    defective_parts: int = Field(description="Defective parts among the calibration parts.")
    escapes: int = Field(description="Those of them that pass.")
    escape_bound: float = Field(description="Upper bound of the escape rate, at this threshold by itself.")
    sound_parts: int = Field(description="Sound parts among the calibration parts.")
    false_rejects: int = Field(description="Those of them that do not pass.")
    false_reject_interval: tuple[float, float] = Field(description="Of the false-reject rate, two-sided.")
    parts_source: str = Field(description="Which the calibration parts are.")
    catalogue_sha256: str = Field(description="Checksum of the catalogue that they are in.")
    strict: bool = Field(description="Whether nothing else, such as the epoch, was chosen on these parts.")
    min_area_px: int = Field(description="Smaller regions were no defects.")
    tolerances: Tolerances = Field(description="What a part might have and still pass.")

    def against(self, recipe: Recipe) -> str:
        """Say why this is no evidence for a recipe; empty where it is.

        Whether a part passes also depends on the tolerances, the smallest area, the region of interest (whole frames
        are counted) and a threshold of the recipe's own.
        """
        inspection = recipe.inspection
        pairs: dict[str, tuple[object, object]] = {
            "inspection.threshold": (self.threshold, inspection.threshold or self.threshold),
            "inspection.min_area_px": (self.min_area_px, inspection.min_area_px),
            "inspection.region": ({}, inspection.region),
            "tolerances": (self.tolerances, recipe.tolerances),
        }
        changed = [f"{key} ({then} then, {now} now)" for key, (then, now) in pairs.items() if then != now]
        return f"it was calibrated with another {' and '.join(changed)}" if changed else ""
