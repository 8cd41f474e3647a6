"""How large a share may be, after it was counted: the exact limits of Clopper and Pearson (Biometrika 26, 1934)."""

import math

HALVINGS = 60
"""Of the interval in which a limit is sought: more than a float can tell apart."""


def upper_bound(hits: int, count: int, confidence: float) -> float:
    """The largest share that is still believable, one-sided.

    It is the share at which so few hits as these would come about with a chance of only 1 - ``confidence``. For no hit
    that is 1 - (1 - confidence)^(1 / count); three of a hundred for a hundred, the rule of three.

    Args:
        hits: How often it happened.
        count: How often it could have happened; independently of each other.
        confidence: In (0, 1).

    Returns:
        A share in [0, 1]; 1 where nothing was counted.
    """
    return 1.0 if hits >= count else _share_where(hits, count, 1 - confidence)


def interval(hits: int, count: int, confidence: float) -> tuple[float, float]:
    """The shares that are still believable, two-sided.

    Below the lower one so many hits, and above the upper one so few, would come about with a chance of less than
    (1 - ``confidence``) / 2 each; so the true share is inside with at least ``confidence``, whatever it is.

    Args:
        hits: How often it happened.
        count: How often it could have happened; independently of each other.
        confidence: In (0, 1).

    Returns:
        The lowest and the highest share; 0 and 1 where nothing was counted.
    """
    both = (1 + confidence) / 2
    # So many hits or more come about with (1 - confidence) / 2 where fewer do with the rest.
    low = 0.0 if hits == 0 else _share_where(hits - 1, count, both)
    return low, upper_bound(hits, count, both)


def _share_where(hits: int, count: int, chance: float) -> float:
    """The share at which at most ``hits`` of ``count`` come about with a chance; ``hits`` < ``count``."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _chance_of_at_most(hits, count, middle) > chance:
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
