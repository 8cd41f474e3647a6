"""What was called what."""

from collections import Counter
from collections.abc import Sequence

Confusion = dict[str, dict[str, int]]
"""How often what is annotated (first name) was called something (second name)."""


def confusion_of(pairs: Counter[tuple[str, str]], down: Sequence[str], across: Sequence[str]) -> Confusion:
    """Lay out how often each pair of names came about."""
    return {one: {other: pairs[one, other] for other in across} for one in down}
