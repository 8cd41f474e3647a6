import math
from typing import cast

import torch
from torch import Tensor, nn

from scuff.nets.station import FULL, INVALID, StationNetwork
from scuff.nets.unet import SurfaceUNet


class Logits(nn.Module):
    """Gives the same logits (K values) everywhere, at half resolution."""

    def __init__(self, *values: float) -> None:
        super().__init__()
        self.values = torch.tensor(values).view(1, -1, 1, 1)

    def coarse(self, pixels: Tensor) -> Tensor:
        """N×3×H×W become N×K×H/2×W/2."""
        assert pixels.shape[1] == 3
        return self.values.expand(len(pixels), -1, pixels.shape[2] // 2, pixels.shape[3] // 2)


def scores_of(*logits: float) -> Tensor:
    network = StationNetwork(cast("SurfaceUNet", Logits(*logits)))
    scores: Tensor = network(torch.zeros((1, 4, 6, 3), dtype=torch.uint8))
    assert scores.dtype == torch.uint8
    assert scores.shape == (1, len(scores[0]), 2, 3)
    return scores[0, :, 0, 0]


def test_one_class_is_a_sigmoid() -> None:
    assert scores_of(0.0).tolist() == [127]
    assert scores_of(math.log(9)).tolist() == [229]  # 254 · 9/10 = 228.6
    assert scores_of(-math.inf).tolist() == [0]
    assert scores_of(math.inf).tolist() == [FULL]


def test_several_classes_are_the_share_of_all_defects_and_the_likeliest_of_them() -> None:
    # Shares 2/8, 1/8 and 5/8: sound metal, class 1 and class 2.
    assert scores_of(math.log(2), 0.0, math.log(5)).tolist() == [round(254 * 6 / 8), 2]
    assert scores_of(math.log(2), math.log(5), 0.0).tolist() == [round(254 * 6 / 8), 1]


def test_label_is_a_defect_class_even_where_all_is_sound() -> None:
    assert scores_of(100.0, -1.0, -2.0).tolist() == [0, 1]


def test_of_equal_classes_the_first_counts() -> None:
    assert scores_of(0.0, 0.0, 0.0).tolist() == [round(254 * 2 / 3), 1]


def test_what_is_no_number_does_not_look_like_sound_metal() -> None:
    assert scores_of(math.nan).tolist() == [INVALID]
    assert scores_of(0.0, math.nan, 0.0)[0] == INVALID
