"""A part's defects held against a limit: which ones a rule is about, how large they are, how far apart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from scuff.core.rules import Rule
from scuff.inspection.outlines import Outline
from scuff.inspection.sightings import PartDefect, Sighting, across_mm, share_mm


@dataclass(frozen=True, slots=True)
class Numbered:
    """A defect of a part.

    Attributes:
        number: Among the part's defects, from 1.
        defect: The defect, and where it was seen.
        shares: For each of its sightings, the zones that it touches, each with the share of its pixels there.
    """

    number: int
    defect: PartDefect
    shares: tuple[Mapping[str, float], ...]

    @property
    def zones(self) -> dict[str, float]:
        """The zones that any sighting touches, each with the largest share of its pixels there."""
        names = dict.fromkeys(name for shares in self.shares for name in shares)
        return {name: max(shares.get(name, 0.0) for shares in self.shares) for name in names}

    @property
    def score(self) -> float:
        """The highest score of any sighting."""
        return max(sighting.defect.score for sighting in self.defect.sightings)

    @property
    def unmeasured(self) -> list[Sighting]:
        """The sightings of which nobody knows length or area in mm."""
        return [each for each in self.defect.sightings if not _is_measured(each)]


def is_about(rule: Rule, each: Numbered) -> bool:
    """Whether a rule is about a defect that, as any frame shows it, touches its zones."""
    if rule.classes and each.defect.shown.defect.label not in rule.classes:
        return False
    return not rule.zones or any(zone in each.zones for zone in rule.zones)


def ignores(rule: Rule, sighting: Sighting, shares: Mapping[str, float]) -> bool:
    """Whether what one frame shows of a defect lies wholly in a zone of a rule, and within its limits."""
    if rule.classes and sighting.defect.label not in rule.classes:
        return False
    if rule.zones and not any(shares.get(zone, 0.0) >= 1.0 for zone in rule.zones):
        return False
    return all(_measure(sighting, name) <= limit for name, limit in rule.limits.items())


def size(each: Numbered, limit: str) -> float:
    """How large a defect is: as the frame shows it that shows most of it, or from end to end of all that is seen."""
    largest = max(_measure(sighting, limit) for sighting in each.defect.sightings)
    return max(largest, across_mm(each.defect)) if limit == "max_length_mm" else largest


def _measure(sighting: Sighting, limit: str) -> float:
    value: float | None = getattr(sighting.defect, limit.removeprefix("max_"))
    if value is None:
        raise ValueError(f"{limit} of a defect that was not measured in mm")
    return value


def closest(own: Sequence[Numbered], limit: str) -> float | None:
    """The least distance between any two defects; ``None`` where there are no two whose distance is known."""
    least = math.inf
    for one, other in combinations([each.defect.shown for each in own], 2):
        pair = _outlines(one, other, limit)
        if pair is not None and pair[0].box_distance(pair[1]) < least:
            least = min(least, pair[0].distance(pair[1]))
    return least if math.isfinite(least) else None


def _outlines(one: Sighting, other: Sighting, limit: str) -> tuple[Outline, Outline] | None:
    """The outlines of two defects where distances between them mean something; ``None`` where they do not."""
    if limit.endswith("_px"):
        return (
            (one.outline_px, other.outline_px) if one.frame == other.frame or one.camera == other.camera != "" else None
        )
    if one.outline_mm is None or other.outline_mm is None or not (one.frame == other.frame or share_mm(one, other)):
        return None
    return one.outline_mm, other.outline_mm


def _is_measured(sighting: Sighting) -> bool:
    sizes = sighting.defect.length_mm, sighting.defect.area_mm2
    return all(size is not None and math.isfinite(size) for size in sizes)
