"""Figures against their limits."""

from dataclasses import dataclass

from scuff.core.bundle import Agreement
from scuff.export.comparison import RELEVANT, Figures
from scuff.export.limits import Limits
from scuff.export.matching import MARGIN

DIGITS = 6
"""Of the figures that a bundle states; what is stated is what is judged."""

ROUNDING = 1e-9
"""What two equal numbers may differ by."""


@dataclass(frozen=True, slots=True)
class Check:
    """One figure and its limit.

    Attributes:
        name: Of the figure.
        said: What was measured, in words.
        allowed: What is allowed, in words.
        deviation: From full agreement.
        limit: Of the deviation; ``None``: none.
    """

    name: str
    said: str
    allowed: str
    deviation: float
    limit: float | None

    @property
    def missed(self) -> bool:
        """Whether the limit is exceeded."""
        return self.limit is not None and self.deviation > self.limit + ROUNDING


def agreement(figures: Figures, limits: Limits, runtime: str, frames: int, source: str) -> Agreement:
    """State figures and limits as a bundle does.

    Args:
        figures: Of all frames together, or of one.
        limits: What they are held against.
        runtime: What the bundle ran on, in words.
        frames: Number of frames.
        source: Which they are, in words.
    """
    f1_checkpoint, f1_bundle = (round(value, DIGITS) for value in figures.f1) if figures.f1 else (None, None)
    return Agreement(
        runtime=runtime,
        frames=frames,
        source=source,
        f1_checkpoint=f1_checkpoint,
        f1_bundle=f1_bundle,
        f1_tolerance=limits.f1,
        defects=figures.matches.defects,
        matched=figures.matches.matched,
        marginal=figures.matches.marginal,
        matched_tolerance=limits.matched,
        marginal_tolerance=limits.marginal,
        score_distance=round(figures.distance, DIGITS),
        score_tolerance=limits.distance,
        differing_pixels=round(figures.differing, DIGITS + 3),
        differing_tolerance=limits.differing,
        largest_difference=round(figures.largest, DIGITS),
        largest_tolerance=None if limits.largest is None else round(limits.largest, DIGITS),
    )


def checks(stated: Agreement) -> tuple[Check, ...]:
    """Hold figures against their limits; always the same ones in the same order."""
    return (
        _f1(stated),
        _matched(stated),
        _marginal(stated),
        _plain(f"mean difference of scores from {RELEVANT:g} up", stated.score_distance, stated.score_tolerance),
        _plain("share of pixels with another verdict", stated.differing_pixels, stated.differing_tolerance),
        _plain("largest difference of a score", stated.largest_difference, stated.largest_tolerance),
    )


def _f1(stated: Agreement) -> Check:
    checkpoint, bundle = stated.f1_checkpoint, stated.f1_bundle
    if checkpoint is None or bundle is None:
        said, deviation = "– (no pixel is truly defective)", 0.0
    else:
        said, deviation = f"{bundle:.4f} against the checkpoint's {checkpoint:.4f}", abs(bundle - checkpoint)
    return Check("pixel F1", said, f"a difference of {stated.f1_tolerance:g}", deviation, stated.f1_tolerance)


def _matched(stated: Agreement) -> Check:
    clear = stated.defects - stated.marginal
    share = stated.matched / clear if clear else 1.0
    said, allowed = f"{stated.matched} of {clear} ({share:.4f})", f"at least {stated.matched_tolerance:g}"
    return Check(
        "defects found by both, the marginal ones left out", said, allowed, 1 - share, 1 - stated.matched_tolerance
    )


def _marginal(stated: Agreement) -> Check:
    """Which of these are found is a matter of rounding; many of them would be no rounding any more."""
    count, limit = stated.marginal, stated.marginal_tolerance
    allowed = f"a share of {limit:g}" + (", or a single one" if stated.defects * limit < 1 else "")
    deviation = count / stated.defects if count > 1 else 0.0
    name = f"marginal defects ({MARGIN:g} around the threshold) that one finds"
    return Check(name, f"{count} of {stated.defects}", allowed, deviation, limit)


def _plain(name: str, value: float, limit: float | None) -> Check:
    return Check(name, f"{value:.2g}", "any" if limit is None else f"{limit:.2g}", value, limit)
