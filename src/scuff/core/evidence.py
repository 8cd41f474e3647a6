"""The evidence behind a threshold: what the verdicts on calibration parts say of it."""

from typing import Literal

from pydantic import Field, JsonValue

from scuff.core.frozen import Frozen
from scuff.core.recipe import Recipe

Method = Literal["fixed-sequence test", "conformal risk control", "least cost"]

RUNNING = frozenset({"threshold", "screening", "runtime", "streams", "lanes"})
"""Keys of a recipe's inspection that make no other verdicts, or that are looked at by themselves."""

WORKSTATION = frozenset({"seed", "product", "frames", "patches", "split", "augmentation", "network", "training"})
"""Sections that say how a network is made, and on which frames."""


class Costs(Frozen):
    """What wrong verdicts cost, where the threshold was chosen by that."""

    escape: float = Field(description="Cost of an escape, in any unit.")
    reject: float = Field(description="Cost of a false reject, in the same unit.")
    defect_share: float = Field(description="Share of defective parts in production that was reckoned with.")
    share_source: str = Field(description="Where that share comes from.")
    per_part: float = Field(description="Expected cost per part at the threshold, in the same unit.")
    per_part_interval: tuple[float, float] = Field(description="Of that cost, by resampling parts.")
    threshold_interval: tuple[float, float] = Field(description="Thresholds that resampled parts would have chosen.")


class Evidence(Frozen):
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
    settings: dict[str, JsonValue] = Field(description="What verdicts were made with beside the threshold, by key.")

    def against(self, recipe: Recipe) -> str:
        """Say why this is no evidence for a recipe; empty where it is.

        Whether a part passes also depends on the tolerances, on what makes a defect, on the region of interest, and on
        a threshold of the recipe's own.
        """
        own = recipe.inspection.threshold or self.threshold
        then = {"inspection.threshold": self.threshold, **self.settings}
        now = {"inspection.threshold": own, **verdict_settings(recipe)}
        changed = [
            f"{key} ({then.get(key)} then, {now.get(key)} now)" for key in (then | now) if then.get(key) != now.get(key)
        ]
        return f"it was calibrated with another {' and '.join(changed)}" if changed else ""


def verdict_settings(recipe: Recipe) -> dict[str, JsonValue]:
    """The settings of a recipe that verdicts depend on, beside the threshold, by their keys."""
    content = recipe.model_dump(mode="json")
    inspection = {f"inspection.{key}": value for key, value in content["inspection"].items() if key not in RUNNING}
    sections = {name: value for name, value in content.items() if name not in {*WORKSTATION, "inspection"}}
    return {**inspection, **sections, "frames.pixel_mm": recipe.frames.pixel_mm}
