import math
from typing import Literal

import pytest
import torch
from torch import Tensor

from scuff.core.mask import OUTSIDE
from scuff.nets.losses import WeightedLoss, cross_entropy, dice


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def pixels(*values: float) -> Tensor:
    """A picture of one row as N×K×H×W with a single channel."""
    return torch.tensor(values).view(1, 1, 1, -1)


def truth(*values: int) -> Tensor:
    return torch.tensor(values, dtype=torch.uint8).view(1, 1, -1)


def test_binary_cross_entropy_by_hand() -> None:
    # -ln 0.8 for the defective pixel, -ln 0.5 for the sound one
    loss = cross_entropy(pixels(logit(0.8), logit(0.5)), truth(1, 0))
    assert loss.item() == pytest.approx((0.22314 + 0.69315) / 2, abs=1e-4)


def test_binary_dice_by_hand() -> None:
    # p = (0.8, 0.5), g = (1, 0): 1 - (2·0.8 + 1) / (0.64 + 0.25 + 1 + 1)
    loss = dice(pixels(logit(0.8), logit(0.5)), truth(1, 0))
    assert loss.item() == pytest.approx(1 - 2.6 / 2.89, abs=1e-5)


def test_dice_of_nothing_found_where_nothing_is_tends_to_0() -> None:
    assert dice(pixels(-30.0, -30.0), truth(0, 0)).item() == pytest.approx(0.0, abs=1e-6)


def test_dice_of_false_alarms_alone() -> None:
    # p = (0.5, 0.5), g = 0: 1 - 1 / (0.5 + 1)
    assert dice(pixels(0.0, 0.0), truth(0, 0)).item() == pytest.approx(1 / 3, abs=1e-6)


@pytest.mark.parametrize("loss", [cross_entropy, dice])
def test_pixels_outside_count_in_nothing(loss: torch.nn.Module) -> None:
    seen = loss(pixels(1.0, -2.0), truth(1, 0))
    padded = loss(pixels(1.0, -2.0, 7.0, -7.0), truth(1, 0, OUTSIDE, OUTSIDE))
    assert padded.item() == pytest.approx(seen.item(), abs=1e-6)


@pytest.mark.parametrize("loss", [cross_entropy, dice])
def test_a_batch_wholly_outside_is_no_loss_and_no_gradient(loss: torch.nn.Module) -> None:
    logits = pixels(3.0, -3.0).requires_grad_()
    value = loss(logits, truth(OUTSIDE, OUTSIDE))
    value.backward()
    assert value.item() == 0
    assert logits.grad is not None
    assert logits.grad.abs().max() == 0


def test_gradient_of_cross_entropy_is_p_minus_g() -> None:
    logits = pixels(logit(0.8), logit(0.5)).requires_grad_()
    cross_entropy(logits, truth(1, 0)).backward()
    assert logits.grad is not None
    assert logits.grad.flatten().tolist() == pytest.approx([-0.1, 0.25], abs=1e-6)


def test_gradient_of_dice_by_hand() -> None:
    # d/dp of -(2p + 1) / (p² + 2) at p = 0.5 is -(2·2.25 - 2·1·... ) / 2.25²: -(4.5 - 2) / 5.0625; dp/dx = 0.25
    logits = pixels(0.0).requires_grad_()
    dice(logits, truth(1)).backward()
    assert logits.grad is not None
    assert logits.grad.item() == pytest.approx(-2.5 / 5.0625 * 0.25, abs=1e-6)


def test_several_classes_by_hand() -> None:
    # One pixel, channels sound, a, b with softmax (0.2, 0.5, 0.3); the truth is a.
    logits = torch.tensor([0.2, 0.5, 0.3]).log().view(1, 3, 1, 1)
    assert cross_entropy(logits, truth(1)).item() == pytest.approx(-math.log(0.5), abs=1e-6)
    # Class b is not shown in the batch, so a alone counts: 1 - (2·0.5 + 1) / (0.25 + 1 + 1)
    assert dice(logits, truth(1)).item() == pytest.approx(1 - 2 / 2.25, abs=1e-6)


def test_several_classes_none_shown() -> None:
    logits = torch.tensor([0.2, 0.5, 0.3]).log().view(1, 3, 1, 1)
    # a: 1 - 1 / 1.25 = 0.2, b: 1 - 1 / 1.09
    assert dice(logits, truth(0)).item() == pytest.approx((0.2 + 1 - 1 / 1.09) / 2, abs=1e-6)


def test_weighted_sum_with_the_papers_weights() -> None:
    logits, g = pixels(logit(0.8), logit(0.5)), truth(1, 0)
    expected = 0.05 * cross_entropy(logits, g) + 0.95 * dice(logits, g)
    assert WeightedLoss()(logits, g).item() == pytest.approx(expected.item(), abs=1e-7)


def test_weighted_loss_is_computed_in_32_bit() -> None:
    logits, g = pixels(logit(0.8), logit(0.5)).bfloat16(), truth(1, 0)
    assert WeightedLoss()(logits, g).dtype == torch.float32


def test_dice_of_a_batch_and_of_each_image_by_hand() -> None:
    # Image 1: p = (0.8, 0.5), g = (1, 0); image 2: p = (0.5, 0.5), g = 0.
    logits = torch.tensor([[logit(0.8), logit(0.5)], [0.0, 0.0]]).view(2, 1, 1, 2)
    g = torch.tensor([[1, 0], [0, 0]], dtype=torch.uint8).view(2, 1, 2)
    # Together: 1 - (2·0.8 + 1) / (0.64 + 3·0.25 + 1 + 1)
    assert dice(logits, g).item() == pytest.approx(1 - 2.6 / 3.39, abs=1e-5)
    # Each by itself: the mean of 1 - 2.6 / 2.89 and 1 - 1 / 1.5
    assert dice(logits, g, "image").item() == pytest.approx((1 - 2.6 / 2.89 + 1 / 3) / 2, abs=1e-5)


def test_dice_of_each_image_takes_the_classes_that_each_shows() -> None:
    # One pixel each, softmax (0.2, 0.5, 0.3); image 1 is of class a, image 2 of class b.
    logits = torch.tensor([0.2, 0.5, 0.3]).log().view(1, 3, 1, 1).repeat(2, 1, 1, 1)
    g = torch.tensor([1, 2], dtype=torch.uint8).view(2, 1, 1)
    a, b = 1 - 2 / 2.25, 1 - 1.6 / 2.09
    assert dice(logits, g, "image").item() == pytest.approx((a + b) / 2, abs=1e-6)


def test_an_image_wholly_outside_is_none() -> None:
    seen, g = pixels(1.0, -2.0), truth(1, 0)
    both = torch.cat((seen, pixels(7.0, 7.0))), torch.cat((g, truth(OUTSIDE, OUTSIDE)))
    assert dice(*both, "image").item() == pytest.approx(dice(seen, g, "image").item(), abs=1e-6)


@pytest.mark.parametrize("pool", ["batch", "image"])
def test_losses_of_extreme_scores_stay_finite_in_bf16(pool: Literal["batch", "image"]) -> None:
    logits = pixels(80.0, -80.0, 80.0, -80.0).bfloat16().requires_grad_()
    loss = WeightedLoss(0.05, 0.95, pool)(logits, truth(1, 0, 0, 1))
    loss.backward()
    assert math.isfinite(loss.item())
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_a_large_batch_is_summed_exactly_enough() -> None:
    # 4 million pixels of p = 0.5, half of them defective: Σpg = 1e6, Σp² = 1e6, Σg = 2e6.
    g = torch.zeros(1, 2000, 2000, dtype=torch.uint8)
    g[:, :1000] = 1
    assert dice(torch.zeros(1, 1, 2000, 2000), g).item() == pytest.approx(1 - 2e6 / 3e6, abs=1e-5)
