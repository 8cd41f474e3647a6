import math

import numpy as np

from scuff.booth.marks.drawing import log_uniform, new_seed, uniform, whole


def test_numbers_stay_within_their_range() -> None:
    random = np.random.default_rng(0)
    even = [uniform(random, (2.0, 8.0)) for _ in range(2000)]
    logarithmic = [log_uniform(random, (2.0, 8.0)) for _ in range(2000)]
    for numbers in (even, logarithmic):
        assert 2 <= min(numbers) < 2.1
        assert 7.9 < max(numbers) <= 8
    assert abs(np.mean(even) - 5) < 0.15
    assert abs(math.log2(float(np.median(logarithmic))) - 2) < 0.08  # as many from 2 to 4 as from 4 to 8
    assert {whole(random, (1, 3)) for _ in range(100)} == {1, 2, 3}
    assert new_seed(np.random.default_rng(1)) == new_seed(np.random.default_rng(1))
