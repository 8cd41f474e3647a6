"""Pairs of pictures that show the same metal: proposed by two searches, decided pixel by pixel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from scuff.dataset.audit.alignment import align
from scuff.dataset.audit.candidates import alike_as_a_whole, alike_in_features
from scuff.dataset.audit.features import Features, find_features
from scuff.dataset.audit.groups import joined
from scuff.dataset.audit.motion import Matrix, in_words, resized, whole
from scuff.dataset.audit.overlap import Agreement, agreement
from scuff.dataset.audit.small import Small, without_common
from scuff.dataset.audit.texture import unpacked

SCENE_AGREES, SCENE_SEEN = 0.95, 0.9
"""From these shares on, of what both see and of the smaller picture, two pictures are the same scene."""

SHARES = 0.5
"""Share of the smaller picture from which two pictures share a part: the product of the two above."""

CLEARLY = 0.8
"""Correlation that a shared part has where it agrees; grooves of another part that look alike have 0.6 or 0.7."""

LANES = 2
"""Threads; OpenCV computes without holding Python up."""

T = TypeVar("T")

Kind = Literal["scene", "part"]
Step = Callable[[str, float], object]
"""Told what is being done and how far it is, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that show the same metal.

    Attributes:
        first: Name of a frame.
        second: Name of another one, later in the alphabet.
        kind: ``scene`` where the smaller one is in the other as a whole, ``part`` where they share a part.
        agreeing: Share of what both see that agrees.
        seen: Share of the smaller picture that both see.
        correlation: Of what both see.
        motion: What was done to the first to get the second, in words.
        matrix: The same in six numbers, row by row: from pixels of the second to pixels of the first.
    """

    first: str
    second: str
    kind: Kind
    agreeing: float
    seen: float
    correlation: float
    motion: str
    matrix: tuple[float, ...]

    @property
    def shared(self) -> float:
        """Share of the smaller picture that is the same in both."""
        return self.agreeing * self.seen


def find_pairs(copies: dict[str, Small], step: Step) -> list[Pair]:
    """Find the pairs among small copies of pictures.

    Copies that flips and turns explain are found first; one picture of each such group then stands for it when features
    are compared, since the others would find the same.

    Args:
        copies: By the name of the frame; of files that are not byte for byte the same.
        step: Told of the progress.

    Returns:
        Sorted by frames.
    """
    names = sorted(copies)
    small = without_common([copies[name] for name in names])
    if len(names) < 2:
        return []
    step("Comparing whole pictures", 0.0)
    with ThreadPoolExecutor(LANES) as lanes:
        proposed = [
            (pair, whole(turn, small[pair[0]].hw, small[pair[1]].hw)) for pair, turn in alike_as_a_whole(small).items()
        ]
        look = partial(_look, names, small)
        found = _kept(_told(lanes.map(look, proposed), len(proposed), partial(step, "Looking at candidates")))
        heads = _heads(names, found.values())
        step("Finding features", 0.0)
        features = list(
            _told(
                lanes.map(lambda index: find_features(unpacked(small[index].texture)), heads),
                len(heads),
                partial(step, "Finding features"),
            )
        )
        step("Comparing features", 0.0)
        by_features = _aligned(small, heads, features)
        seen = _told(lanes.map(look, by_features), len(by_features), partial(step, "Looking at candidates"))
        for key, pair in _kept(seen).items():
            if key not in found or found[key].shared < pair.shared:
                found[key] = pair
    return [found[key] for key in sorted(found)]


def _told(results: Iterable[T], total: int, tell: Callable[[float], object]) -> Iterator[T]:
    for number, result in enumerate(results, 1):
        if number % 64 == 0 or number == total:
            tell(number / total)
        yield result


def _kept(pairs: Iterable[Pair | None]) -> dict[tuple[str, str], Pair]:
    return {(pair.first, pair.second): pair for pair in pairs if pair is not None}


def _heads(names: Sequence[str], pairs: Iterable[Pair]) -> list[int]:
    """One picture of each group of copies that is known already."""
    joining = joined(names, ((pair.first, pair.second) for pair in pairs if pair.kind == "scene"))
    return [index for index, name in enumerate(names) if joining.of(name) == name]


def _aligned(
    small: Sequence[Small], heads: Sequence[int], features: Sequence[Features]
) -> list[tuple[tuple[int, int], Matrix]]:
    aligned = []
    for (a, b), (_, in_a_mirror) in sorted(alike_in_features(features).items()):
        first, second = heads[a], heads[b]
        matrix = align(features[a], features[b], in_a_mirror, small[second].hw[1])
        if matrix is not None:
            aligned.append(((first, second), matrix))
    return aligned


def _look(names: Sequence[str], small: Sequence[Small], proposed: tuple[tuple[int, int], Matrix]) -> Pair | None:
    """Look at a proposed pair pixel by pixel."""
    (a, b), matrix = proposed
    first, second = small[a], small[b]
    found = agreement(unpacked(first.texture), unpacked(second.texture), first.telling, second.telling, matrix)
    if found.agreeing * found.seen < SHARES:
        return None
    if _kind(found) == "part" and found.clear < CLEARLY:
        return None
    full = resized(matrix, _times(first), _times(second))
    return Pair(
        first=names[a],
        second=names[b],
        kind=_kind(found),
        agreeing=round(found.agreeing, 4),
        seen=round(min(found.seen, 1.0), 4),
        correlation=round(found.correlation, 4),
        motion=in_words(full, first.full_hw, second.full_hw),
        matrix=tuple(round(float(number), 5) for number in full.ravel()),
    )


def _kind(found: Agreement) -> Kind:
    return "scene" if found.agreeing >= SCENE_AGREES and found.seen >= SCENE_SEEN else "part"


def _times(copy: Small) -> tuple[float, float]:
    return copy.full_hw[1] / copy.hw[1], copy.full_hw[0] / copy.hw[0]
