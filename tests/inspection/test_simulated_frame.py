import numpy as np
import pytest

from scuff.core.picture import read_picture
from scuff.inspection.simulated_frame import brushed_steel, brushed_steel_jpeg


def test_frame_is_the_same_for_the_same_seed() -> None:
    first, again, other = (brushed_steel_jpeg((48, 64), seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert read_picture(first).shape == (48, 64, 3)


def test_streaks_run_along_the_rows() -> None:
    grey = brushed_steel((200, 300))[..., 0].astype(float)
    along, across = np.abs(np.diff(grey, axis=1)).mean(), np.abs(np.diff(grey, axis=0)).mean()
    assert along < 0.6 * across
    assert 0 < grey.min() < grey.max() < 255


@pytest.mark.parametrize("frame_hw", [(1, 1), (1, 7), (9, 2)])
def test_frame_may_be_of_any_size(frame_hw: tuple[int, int]) -> None:
    assert brushed_steel(frame_hw).shape == (*frame_hw, 3)
