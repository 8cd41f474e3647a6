"""How large a share may be, after it was counted."""

import math

HALVINGS = 60
"""Of the interval in which the bound is sought: more than a float can tell apart."""


def upper_bound(hits: int, count: int, confidence: float) -> float:
    """The largest share that is still believable, by Clopper and Pearson (Biometrika 26, 1934), one-sided.

    It is the share at which so few hits as these would come about with a chance of only 1 - ``confidence``. For no hit
    that is 1 - (1 - confidence)^(1 / count); three of a hundred for a hundred, the rule of three.

    Args:
        hits: How often it happened.
        count: How often it could have happened; independently of each other.
        confidence: In (0, 1).

    Returns:
        A share in [0, 1]; 1 where nothing was counted.
    """
    if hits >= count:
        return 1.0
    low, high = hits / count, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _chance_of_at_most(hits, count, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _chance_of_at_most(hits: int, count: int, share: float) -> float:
    """The lower tail of the binomial distribution; ``share`` lies in (0, 1)."""
    return math.fsum(math.exp(_log_chance(number, count, share)) for number in range(hits + 1))


def _log_chance(hits: int, count: int, share: float) -> float:
    ways = math.lgamma(count + 1) - math.lgamma(hits + 1) - math.lgamma(count - hits + 1)
    return ways + hits * math.log(share) + (count - hits) * math.log1p(-share)
