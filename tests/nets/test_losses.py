"""Cross-entropy and the weighted sum. Dice has a file of its own."""

import math
from typing import Literal

import pytest
import torch
from tests.fixtures.pixels import logit, of_shares, pixels, truth, value_and_gradient

from scuff.core.mask import OUTSIDE
from scuff.nets.losses import Pool, WeightedLoss, cross_entropy, dice

# One class: two pixels score 0.8 and 0.5, the first is defective. A third one lies outside, and counts in nothing.
SCORES = logit(0.8), logit(0.5), 7.0
TRUTH = 1, 0, OUTSIDE
CROSS_ENTROPY = (math.log(1 / 0.8) + math.log(1 / 0.5)) / 2
CROSS_ENTROPY_GRADIENT = -0.1, 0.25, 0.0  # (p - g) / 2
# Dice is 1 - n / d with n = 2·0.8 + 1 = 2.6 and d = 0.64 + 0.25 + 1 + 1 = 2.89; its gradient by the logits is
# 2·(p·n - g·d) / d²·p·(1 - p): 2·(2.08 - 2.89)·0.16 and 2·1.3·0.25, each by 2.89² = 8.3521.
DICE = 0.29 / 2.89
DICE_GRADIENT = -0.2592 / 8.3521, 0.65 / 8.3521, 0.0


def test_binary_cross_entropy_by_hand() -> None:
    value, gradient = value_and_gradient(cross_entropy, pixels(*SCORES), truth(*TRUTH))
    assert value == pytest.approx(CROSS_ENTROPY, abs=1e-6)
    assert gradient == pytest.approx(CROSS_ENTROPY_GRADIENT, abs=1e-6)


def test_cross_entropy_of_several_classes_by_hand() -> None:
    # Softmax over sound, a, b. Of the first pixel, which is a: -ln 0.5; of the second, which is sound: -ln 0.25.
    logits = of_shares((0.2, 0.5, 0.3), (0.25, 0.25, 0.5), (0.1, 0.1, 0.8))
    value, gradient = value_and_gradient(cross_entropy, logits, truth(1, 0, OUTSIDE))
    assert value == pytest.approx((math.log(2) + math.log(4)) / 2, abs=1e-6)
    # (p - g) / 2: of sound in all three pixels, of a, of b
    assert gradient == pytest.approx([0.1, -0.375, 0, -0.25, 0.125, 0, 0.15, 0.25, 0], abs=1e-6)


def test_cross_entropy_where_nothing_is() -> None:
    # -ln (1 - 0.8) and -ln (1 - 0.5); gradients p / 2
    value, gradient = value_and_gradient(cross_entropy, pixels(logit(0.8), 0.0), truth(0, 0))
    assert value == pytest.approx((math.log(5) + math.log(2)) / 2, abs=1e-6)
    assert gradient == pytest.approx([0.4, 0.25], abs=1e-6)


@pytest.mark.parametrize("loss", [cross_entropy, dice])
def test_a_batch_wholly_outside_is_no_loss_and_no_gradient(loss: torch.nn.Module) -> None:
    assert value_and_gradient(loss, pixels(3.0, -3.0), truth(OUTSIDE, OUTSIDE)) == (0, [0, 0])


@pytest.mark.parametrize("weights", [(0.05, 0.95), (0.3, 0.6), (1.0, 0.0), (0.0, 1.0)])
def test_weighted_sum_by_hand(weights: tuple[float, float]) -> None:
    value, gradient = value_and_gradient(WeightedLoss(*weights), pixels(*SCORES), truth(*TRUTH))
    assert value == pytest.approx(weights[0] * CROSS_ENTROPY + weights[1] * DICE, abs=1e-6)
    of_both = zip(CROSS_ENTROPY_GRADIENT, DICE_GRADIENT, strict=True)
    assert gradient == pytest.approx([weights[0] * one + weights[1] * other for one, other in of_both], abs=1e-6)


def test_the_papers_weights_are_taken_where_none_are_given() -> None:
    # 0.05·0.458145 + 0.95·0.100346
    assert WeightedLoss()(pixels(*SCORES), truth(*TRUTH)).item() == pytest.approx(0.118236, abs=1e-6)


@pytest.mark.parametrize(("pool", "expected"), [("batch", 1 - 2.6 / 3.39), ("image", (0.29 / 2.89 + 1 / 3) / 2)])
def test_the_weighted_sum_takes_dice_over_what_it_is_told_to(pool: Pool, expected: float) -> None:
    # The second image has p = (0.5, 0.5) and no defect. Together: d = 0.64 + 3·0.25 + 1 + 1; alone: 1 - 1 / (0.5 + 1).
    logits, g = torch.cat((pixels(*SCORES[:2]), pixels(0.0, 0.0))), torch.cat((truth(1, 0), truth(0, 0)))
    assert WeightedLoss(0.0, 1.0, pool)(logits, g).item() == pytest.approx(expected, abs=1e-6)


def test_weighted_loss_is_computed_in_32_bit() -> None:
    assert WeightedLoss()(pixels(*SCORES).bfloat16(), truth(*TRUTH)).dtype == torch.float32


@pytest.mark.parametrize("pool", ["batch", "image"])
def test_losses_of_extreme_scores_stay_finite_in_bf16(pool: Literal["batch", "image"]) -> None:
    logits = pixels(80.0, -80.0, 80.0, -80.0).bfloat16()
    value, gradient = value_and_gradient(WeightedLoss(0.05, 0.95, pool), logits, truth(1, 0, 0, 1))
    assert math.isfinite(value)
    assert all(map(math.isfinite, gradient))
