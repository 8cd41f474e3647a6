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
        _defects(stated),
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


def _defects(stated: Agreement) -> Check:
    found, matched, marginal = stated.defects, stated.matched, stated.marginal
    lost = found - matched
    said = f"{matched} of {found}"
    if lost:
        said += f" ({matched / found:.4f}; {marginal} of the other {lost} within {MARGIN:g} of the threshold)"
    # A share of few defects is coarse: what rounding alone may turn round, once, tells nothing about the network.
    excused = lost == marginal == 1
    deviation = 0.0 if excused or not found else lost / found
    allowed = f"at least {stated.matched_tolerance:g}"
    return Check("defects found by both", said, allowed, deviation, 1 - stated.matched_tolerance)


def _plain(name: str, value: float, limit: float | None) -> Check:
    return Check(name, f"{value:.2g}", "any" if limit is None else f"{limit:.2g}", value, limit)
