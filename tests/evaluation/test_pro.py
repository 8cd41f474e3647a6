from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import label

from scuff.core.mask import OUTSIDE
from scuff.evaluation.pro import LIMIT, NOTHING, RegionOverlaps, aupro, pro_curve, region_overlaps
from scuff.inspection.scores import FULL

Frame = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def area(sums: RegionOverlaps) -> float:
    return float(aupro(sums.overlaps[None], np.array([float(sums.regions)]), sums.false_px[None])[0])


def published(frames: list[Frame]) -> float:
    """The definition read slowly: for each threshold, each region of each frame; then the area by its corners."""
    points = [(0.0, 0.0)]
    for threshold in range(FULL, -1, -1):
        overlaps, wrong, sound = [], 0, 0
        for truth, score in frames:
            predicted = score >= threshold
            regions, count = label(truth > 0, np.ones((3, 3)))
            overlaps += [float(predicted[regions == number].mean()) for number in range(1, count + 1)]
            wrong += int(predicted[truth == 0].sum())
            sound += int((truth == 0).sum())
        points.append((wrong / sound, float(np.mean(overlaps))))
    total = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 >= LIMIT or x1 == x0:
            continue
        end = min(x1, LIMIT)
        total += (end - x0) * (y0 + y0 + (y1 - y0) * (end - x0) / (x1 - x0)) / 2
    return total / LIMIT


def random_frames(seed: int) -> list[Frame]:
    generator = np.random.default_rng(seed)
    frames = []
    for _ in range(3):
        truth = (generator.random((24, 31)) < 0.1).astype(np.uint8) * generator.integers(1, 3, (24, 31)).astype(
            np.uint8
        )
        score = np.clip(generator.normal(60 + 60 * (truth > 0), 60), 0, FULL).astype(np.uint8)
        frames.append((truth, score))
    return frames


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_that_of_the_definition(seed: int) -> None:
    frames = random_frames(seed)
    sums = sum((region_overlaps(*frame) for frame in frames), NOTHING)
    assert area(sums) == pytest.approx(published(frames), abs=1e-12)


def test_a_frame_worked_out_by_hand() -> None:
    # Regions of 1 and 2 pixels, ten sound ones. At 200: the first region, no sound pixel; at 100: half of the second
    # and three sound pixels, PRO (1 + 1/2) / 2 at a rate of 0.3.
    truth = np.array([[1, 0, 2, 1, *[0] * 9, OUTSIDE]], np.uint8)
    score = np.array([[200, 0, 100, 0, *[100] * 3, *[0] * 6, 254]], np.uint8)
    sums = region_overlaps(truth, score)
    pro, rate = pro_curve(sums)
    assert sums.regions == 2
    assert (pro[FULL - 200], rate[FULL - 200]) == (0.5, 0)
    assert (pro[FULL - 100], rate[FULL - 100]) == (0.75, 0.3)
    assert (pro[-1], rate[-1]) == (1, 1)
    assert area(sums) == pytest.approx((0.5 + 0.75) / 2)


def test_scores_that_say_nothing_have_half_of_the_limit() -> None:
    truth = np.array([[1, 0]], np.uint8)
    assert area(region_overlaps(truth, np.array([[0, 0]], np.uint8))) == pytest.approx(LIMIT / 2)
    assert area(region_overlaps(truth, np.array([[9, 0]], np.uint8))) == pytest.approx(1)


def test_without_a_region_or_a_sound_pixel_it_is_undefined() -> None:
    for value in (0, 1):
        truth = np.full((2, 2), value, np.uint8)
        assert np.isnan(area(region_overlaps(truth, truth)))
