"""Drawing numbers from ranges."""

import math

import numpy as np

Range = tuple[float, float]


def uniform(random: np.random.Generator, within: Range) -> float:
    """A number from a range, all equally likely."""
    return float(random.uniform(*within))


def log_uniform(random: np.random.Generator, within: Range) -> float:
    """A number from a range, its logarithm even: as many between 1 and 2 as between 2 and 4."""
    return math.exp(float(random.uniform(math.log(within[0]), math.log(within[1]))))


def whole(random: np.random.Generator, within: tuple[int, int]) -> int:
    """A whole number from a range, both ends included."""
    return int(random.integers(within[0], within[1], endpoint=True))


def new_seed(random: np.random.Generator) -> int:
    """A seed for everything random in a mark."""
    return int(random.integers(2**31))
