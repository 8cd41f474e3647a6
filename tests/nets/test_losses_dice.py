"""Dice, 1 - n / d with n = 2·Σpg + 1 and d = Σp² + Σg² + 1; its gradient by p is 2·(p·n - g·d) / d².

By the logit of one class that is times p·(1 - p); by the logits of several, a share p_k changes by p_k·(1 - p_k) with
its own and by -p_k·p_j with the others.
"""

import pytest
import torch
from tests.fixtures.pixels import logit, of_shares, pixels, truth, value_and_gradient

from scuff.core.mask import OUTSIDE
from scuff.nets.losses import dice


def by_image(logits: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
    return dice(logits, g, "image")


def test_one_class() -> None:
    # p = (0.8, 0.5), g = (1, 0): n = 2.6, d = 0.64 + 0.25 + 1 + 1 = 2.89; the third pixel lies outside.
    value, gradient = value_and_gradient(dice, pixels(logit(0.8), logit(0.5), 7.0), truth(1, 0, OUTSIDE))
    assert value == pytest.approx(1 - 2.6 / 2.89, abs=1e-6)
    # 2·(0.8·2.6 - 2.89)·0.16 and 2·0.5·2.6·0.25, by 2.89²
    assert gradient == pytest.approx([-0.2592 / 8.3521, 0.65 / 8.3521, 0], abs=1e-6)


def test_nothing_found_where_nothing_is_tends_to_0() -> None:
    assert dice(pixels(-30.0, -30.0), truth(0, 0)).item() == pytest.approx(0.0, abs=1e-6)


def test_false_alarms_alone() -> None:
    # p = (0.5, 0.5), g = 0: n = 1, d = 1.5; gradients 2·0.5·1·0.25 / 2.25
    value, gradient = value_and_gradient(dice, pixels(0.0, 0.0), truth(0, 0))
    assert value == pytest.approx(1 / 3, abs=1e-6)
    assert gradient == pytest.approx([1 / 9, 1 / 9], abs=1e-6)


def test_of_several_classes_those_that_are_shown_count() -> None:
    # Shares of sound, a, b; the first pixel is a, the second sound, the third outside. b is not shown, a alone counts:
    # n = 2·0.5 + 1 = 2, d = 0.25 + 0.0625 + 1 + 1 = 37/16.
    logits = of_shares((0.2, 0.5, 0.3), (0.25, 0.25, 0.5), (0.1, 0.1, 0.8))
    value, gradient = value_and_gradient(dice, logits, truth(1, 0, OUTSIDE))
    assert value == pytest.approx(1 - 32 / 37, abs=1e-6)
    # By p_a: 2·(0.5·2 - 37/16)·(16/37)² = -672/1369 and 2·0.25·2·(16/37)² = 256/1369. How p_a changes with the logits
    # of sound, a and b: (-0.1, 0.25, -0.15) in the first pixel, (-1, 3, -2) / 16 in the second.
    assert gradient == pytest.approx([v / 1369 for v in (67.2, -16, 0, -168, 48, 0, 100.8, -32, 0)], abs=1e-6)


def test_several_classes_all_shown() -> None:
    # As before, but the second pixel is b, with n = 2·0.5 + 1 = 2 and d = 0.09 + 0.25 + 1 + 1 = 2.34; the mean of both.
    logits = of_shares((0.2, 0.5, 0.3), (0.25, 0.25, 0.5))
    value, gradient = value_and_gradient(dice, logits, truth(1, 2))
    assert value == pytest.approx((1 - 32 / 37 + 1 - 2 / 2.34) / 2, abs=1e-6)
    # By p_b: 2·0.3·2 = 1.2 and 2·(0.5·2 - 2.34) = -2.68, by 2.34² = 5.4756. How p_b changes with the logits:
    # (-0.06, -0.15, 0.21) and (-0.125, -0.125, 0.25).
    first, second = 1.2 / 5.4756, -2.68 / 5.4756
    sound = [67.2 / 1369 - 0.06 * first, -16 / 1369 - 0.125 * second]
    a = [-168 / 1369 - 0.15 * first, 48 / 1369 - 0.125 * second]
    b = [100.8 / 1369 + 0.21 * first, -32 / 1369 + 0.25 * second]
    assert gradient == pytest.approx([v / 2 for v in (*sound, *a, *b)], abs=1e-6)


def test_several_classes_none_shown() -> None:
    # p_a = 0.5: n = 1, d = 1.25; p_b = 0.3: n = 1, d = 1.09
    value, gradient = value_and_gradient(dice, of_shares((0.2, 0.5, 0.3)), truth(0))
    assert value == pytest.approx((1 - 1 / 1.25 + 1 - 1 / 1.09) / 2, abs=1e-6)
    by_a, by_b = 2 * 0.5 / 1.25**2, 2 * 0.3 / 1.09**2
    expected = [-0.1 * by_a - 0.06 * by_b, 0.25 * by_a - 0.15 * by_b, -0.15 * by_a + 0.21 * by_b]
    assert gradient == pytest.approx([v / 2 for v in expected], abs=1e-6)


# Image 1: p = (0.8, 0.5), g = (1, 0); image 2: p = (0.5, 0.5), g = 0. The last pixel of both lies outside.
TWO_IMAGES = torch.cat((pixels(logit(0.8), 0.0, 7.0), pixels(0.0, 0.0, -7.0)))
TWO_TRUTHS = torch.cat((truth(1, 0, OUTSIDE), truth(0, 0, OUTSIDE)))


def test_over_a_batch() -> None:
    # n = 2·0.8 + 1 = 2.6, d = 0.64 + 3·0.25 + 1 + 1 = 3.39
    value, gradient = value_and_gradient(dice, TWO_IMAGES, TWO_TRUTHS)
    assert value == pytest.approx(1 - 2.6 / 3.39, abs=1e-6)
    # 2·(0.8·2.6 - 3.39)·0.16 and, three times, 2·0.5·2.6·0.25, by 3.39² = 11.4921
    assert gradient == pytest.approx([v / 11.4921 for v in (-0.4192, 0.65, 0, 0.65, 0.65, 0)], abs=1e-6)


def test_over_each_image() -> None:
    # The mean of what the two have by themselves: see one class, and false alarms alone.
    value, gradient = value_and_gradient(by_image, TWO_IMAGES, TWO_TRUTHS)
    assert value == pytest.approx((1 - 2.6 / 2.89 + 1 / 3) / 2, abs=1e-6)
    assert gradient == pytest.approx([-0.1296 / 8.3521, 0.325 / 8.3521, 0, 1 / 18, 1 / 18, 0], abs=1e-6)


def test_an_image_wholly_outside_is_none() -> None:
    logits = torch.cat((pixels(logit(0.8), 0.0), pixels(7.0, 7.0)))
    value, gradient = value_and_gradient(by_image, logits, torch.cat((truth(1, 0), truth(OUTSIDE, OUTSIDE))))
    assert value == pytest.approx(1 - 2.6 / 2.89, abs=1e-6)
    assert gradient == pytest.approx([-0.2592 / 8.3521, 0.65 / 8.3521, 0, 0], abs=1e-6)


def test_each_image_takes_the_classes_that_it_shows() -> None:
    # Of one pixel each, with shares (0.2, 0.5, 0.3); image 1 is a: n = 2, d = 2.25; image 2 is b: n = 1.6, d = 2.09.
    logits = of_shares((0.2, 0.5, 0.3)).repeat(2, 1, 1, 1)
    value, gradient = value_and_gradient(by_image, logits, torch.cat((truth(1), truth(2))))
    assert value == pytest.approx((1 - 2 / 2.25 + 1 - 1.6 / 2.09) / 2, abs=1e-6)
    # 2·(0.5·2 - 2.25) / 2.25² and 2·(0.3·1.6 - 2.09) / 2.09², halved
    by_a, by_b = -1.25 / 5.0625, -1.61 / 4.3681
    expected = [-0.1 * by_a, 0.25 * by_a, -0.15 * by_a, -0.06 * by_b, -0.15 * by_b, 0.21 * by_b]
    assert gradient == pytest.approx(expected, abs=1e-6)


def test_a_large_batch_is_summed_exactly_enough() -> None:
    # 4 million pixels of p = 0.5, half of them defective: Σpg = 1e6, Σp² = 1e6, Σg = 2e6.
    g = torch.zeros(1, 2000, 2000, dtype=torch.uint8)
    g[:, :1000] = 1
    assert dice(torch.zeros(1, 1, 2000, 2000), g).item() == pytest.approx(1 - 2e6 / 3e6, abs=1e-5)
