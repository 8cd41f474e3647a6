"""Losses over the pixels of a batch: cross-entropy, Dice with squared denominators, and their weighted sum.

Letters: N pictures, H×W pixels, C defect classes, K channels of the network (see ``nets.unet``). A truth is
N×H×W class values; pixels of value 255 lie outside the picture and count in nothing.

Cross-entropy is a mean over pixels, not a sum: a sum would outweigh Dice, which is a fraction, by the number of pixels,
and the weights of the two would mean something else with every size of patch. In a distributed training, sums are taken
over the whole batch, whichever process has which part of it.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from scuff.core.mask import OUTSIDE, SOUND
from scuff.nets.together import summed
from scuff.nets.unet import probabilities

SMOOTH = 1.0
"""Added to both sides of the Dice fraction: nothing to find and nothing found is a loss of 0."""


def cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean cross-entropy over the pixels of the pictures; binary for one class (equation 2 of the paper).

    Args:
        logits: N×K×H×W.
        truth: N×H×W.

    Returns:
        A scalar; 0 where no pixel lies in a picture.
    """
    inside = truth != OUTSIDE
    if logits.shape[1] == 1:
        each = nn.functional.binary_cross_entropy_with_logits(logits[:, 0], (truth != SOUND).float(), reduction="none")
        total = (each * inside).sum()
    else:
        total = nn.functional.cross_entropy(logits, truth.long(), ignore_index=OUTSIDE, reduction="sum")
    return summed(total) / summed(inside.sum().float()).clamp(min=1)


Pool = Literal["batch", "image"]
"""Over what Dice takes its sums."""


def dice(logits: Tensor, truth: Tensor, pool: Pool = "batch") -> Tensor:
    """Dice loss, 1 - 2·Σpg / (Σp² + Σg²), averaged over classes (equation 3).

    With several classes, those that a batch (or an image) does not show are left out of its mean: they could only pull
    all scores to 0, and most batches lack the rare ones. Cross-entropy still holds their scores down.

    Args:
        logits: N×K×H×W.
        truth: N×H×W.
        pool: What the sums are taken over: all pixels of the batch, so that a large defect weighs more than a small one
            and a sound image only as much as its false alarms; or each image by itself, with the mean over images, so
            that all images weigh alike, also sound ones, whose loss is near 1 until nearly nothing is found on them.

    Returns:
        A scalar in [0, 1]; with both sides empty it is 0.
    """
    inside = (truth != OUTSIDE).unsqueeze(1)
    p = probabilities(logits) * inside  # N×C×H×W
    values = torch.arange(1, p.shape[1] + 1, device=truth.device, dtype=truth.dtype)
    g = ((truth.unsqueeze(1) == values.view(1, -1, 1, 1)) & inside).to(p.dtype)  # N×C×H×W
    over = (0, 2, 3) if pool == "batch" else (2, 3)
    # Σpg, Σp², and Σg, which is Σg², g being 0 or 1: each C, or N×C
    shared, square, area = ((p * g).sum(over), (p * p).sum(over), g.sum(over))
    if pool == "batch":
        shared, square, area = summed(torch.stack((shared, square, area)))
    losses = 1 - (2 * shared + SMOOTH) / (square + area + SMOOTH)
    shown = (area > 0) | ~(area > 0).any(dim=-1, keepdim=True)
    each = (losses * shown).sum(dim=-1) / shown.sum(dim=-1)  # a scalar, or N
    if pool == "batch":
        return each
    counts = inside.flatten(1).any(dim=1)  # an image wholly outside is none
    return summed((each * counts).sum()) / summed(counts.sum().float()).clamp(min=1)


class WeightedLoss(nn.Module):
    """``bce_weight`` · cross-entropy + ``dice_weight`` · Dice (equation 4: 0.05 and 0.95)."""

    def __init__(self, bce_weight: float = 0.05, dice_weight: float = 0.95, dice_pool: Pool = "batch") -> None:
        """Set the weights, and what Dice takes its sums over."""
        super().__init__()
        self.bce_weight = bce_weight
        self.dice_weight = dice_weight
        self.dice_pool: Pool = dice_pool

    def forward(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Score a batch; in 32 bit whatever the network computes in.

        Args:
            logits: N×K×H×W.
            truth: N×H×W.
        """
        logits = logits.float()
        loss = logits.new_zeros(())
        if self.bce_weight:
            loss = loss + self.bce_weight * cross_entropy(logits, truth)
        if self.dice_weight:
            loss = loss + self.dice_weight * dice(logits, truth, self.dice_pool)
        return loss
