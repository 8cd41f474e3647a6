"""Which annotated defects were found, and which found ones are false alarms.

The rule is that of Chan et al., "SegmentMeIfYouCan" (NeurIPS Datasets and Benchmarks 2021), at the lowest of the limits
that they use. An annotated defect k is found if its adjusted intersection over union is more than ``LIMIT``:

    pixels of k that were found / (pixels of k + those of the found defects that touch k, on which nothing is annotated)

A found defect is a false alarm if at most ``LIMIT`` of its pixels lie on annotated ones. Classes play no role in it.
So a defect found in pieces is found, and so are neighbours that are found as one. Neither one pixel within a scratch
nor a mark over half of the frame finds anything: under ``export.matching``'s rule, which asks whether two networks
agree, both would.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scuff.core.defect import Defect
from scuff.evaluation.instances import Found

LIMIT = 0.25
"""A quarter: a scratch of two pixels that is marked with two pixels too many on either side is found, at a third."""


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of the defects of one frame.

    Attributes:
        overlaps: For each annotated defect, its adjusted intersection over union.
        finders: For each annotated defect, the place of the found one that covers most of it; ``None``: it is missed.
        false_alarms: For each found defect, whether it is a false alarm.
    """

    overlaps: tuple[float, ...]
    finders: tuple[int | None, ...]
    false_alarms: tuple[bool, ...]

    @property
    def hits(self) -> int:
        """Annotated defects that were found."""
        return sum(finder is not None for finder in self.finders)

    @property
    def alarms(self) -> int:
        """Found defects that are false alarms."""
        return sum(self.false_alarms)


def match(annotated: Sequence[Defect], found: Sequence[Found]) -> Matching:
    """Match the defects of one frame.

    Args:
        annotated: Those that are there.
        found: Those that were found.
    """
    common, beside = [0] * len(annotated), [defect.area_px for defect in annotated]
    best: list[tuple[int, int | None]] = [(0, None)] * len(annotated)
    for place, each in enumerate(found):
        for number, pixels in each.on_px.items():
            common[number - 1] += pixels
            beside[number - 1] += each.off_px
            if pixels > best[number - 1][0]:
                best[number - 1] = pixels, place
    overlaps = tuple(part / whole for part, whole in zip(common, beside, strict=True))
    return Matching(
        overlaps=overlaps,
        finders=tuple(place if overlap > LIMIT else None for overlap, (_, place) in zip(overlaps, best, strict=True)),
        false_alarms=tuple(each.defect.area_px - each.off_px <= LIMIT * each.defect.area_px for each in found),
    )
