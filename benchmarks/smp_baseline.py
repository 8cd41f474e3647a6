"""What a person would write in an afternoon: a plain loop around segmentation_models_pytorch's U-Net.

Trains `Unet('efficientnet-b0')` in fp32 on patches that `scuff patches` cut, with scuff's augmentation, loss,
Adam, schedule, choice of the best epoch and choice of the threshold, for the same minutes, so that what differs
from `scuff train` is the network's shape and how fast it is trained. Prints one JSON line.

    python benchmarks/smp_baseline.py work/patches baseline --minutes 8 --seed 0
"""

import argparse
import copy
import json
import math
import sys
import time
from pathlib import Path

import segmentation_models_pytorch as smp
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from scuff.core.recipe import Augmentation
from scuff.core.tile import squares
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.patches import Patches, load_patches
from scuff.dataset.samples import EpochOrder, PatchSamples
from scuff.dataset.split import Side, load_division
from scuff.dataset.transforms import Augment
from scuff.evaluation.frames import evaluate_frames, score_histogram
from scuff.evaluation.operating_point import threshold_or_half
from scuff.evaluation.tables import text_table, write_json
from scuff.nets.losses import WeightedLoss
from scuff.nets.runtime import TorchRuntime
from scuff.nets.unet import MEAN, STD, SurfaceUNet

BATCH = 8


class SmpNetwork(SurfaceUNet):
    """The library's U-Net, fed with pixels in [0, 255]."""

    mean: Tensor
    std: Tensor

    def __init__(self, classes: int) -> None:
        """Build it from scratch: no ImageNet weights on either side."""
        nn.Module.__init__(self)  # the layers are the library's; only what runs and counts them is scuff's
        self.planes, self.step = (2 if classes > 1 else 1), 1
        self.unet = smp.Unet("efficientnet-b0", encoder_weights=None, classes=classes + 1 if classes > 1 else 1)
        self.register_buffer("mean", 255 * torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", 255 * torch.tensor(STD).view(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """N×3×H×W pixels become N×K×H×W logits."""
        return self.coarse(pixels)

    def coarse(self, pixels: Tensor) -> Tensor:
        """The same; its head is at full resolution."""
        logits: Tensor = self.unet((pixels.float() - self.mean) / self.std)
        return logits


def loader(
    patches: Patches, order: EpochOrder, seed: int, augment: Augment | None
) -> DataLoader[tuple[Tensor, Tensor]]:
    """Read patches in an order, as scuff reads them."""
    return DataLoader(PatchSamples(patches, seed, augment), BATCH, sampler=order, drop_last=augment is not None)


def validation_loss(network: nn.Module, batches: DataLoader[tuple[Tensor, Tensor]], loss_of: WeightedLoss) -> float:
    """Mean loss over the validation patches, as scuff monitors it."""
    network.eval()
    with torch.inference_mode():
        losses = [(float(loss_of(network(pixels), truth)), len(pixels)) for pixels, truth in batches]
    return sum(loss * count for loss, count in losses) / sum(count for _, count in losses)


def train(network: nn.Module, patches: Patches, seed: int, minutes: float, rate: float) -> float:
    """Train until the time is up and keep the best epoch; give patches per second of the steps."""
    order = EpochOrder(patches.indices(Side.TRAINING), seed, shuffle=True)
    training = loader(patches, order, seed, Augment(Augmentation()))
    validation = loader(patches, EpochOrder(patches.indices(Side.VALIDATION), seed, shuffle=False), seed, None)
    loss_of, adam = WeightedLoss(), torch.optim.Adam(network.parameters(), rate)
    began, in_steps, seen, best = time.monotonic(), 0.0, 0, (math.inf, network.state_dict())
    epoch, done = 0, False
    while not done:
        network.train()
        order.set_epoch(epoch)
        epoch_began = time.monotonic()
        for pixels, truth in training:
            elapsed = time.monotonic() - began
            adam.param_groups[0]["lr"] = rate * max(0.5 * (1 + math.cos(math.pi * elapsed / (60 * minutes))), 0.01)
            loss = loss_of(network(pixels), truth)
            adam.zero_grad()
            loss.backward()
            adam.step()
            seen += len(pixels)
            if done := time.monotonic() - began >= 60 * minutes:
                break
        in_steps += time.monotonic() - epoch_began
        loss_now = validation_loss(network, validation, loss_of)
        if loss_now < best[0]:
            best = (loss_now, copy.deepcopy(network.state_dict()))
        epoch += 1
        sys.stderr.write(f"epoch {epoch}: {time.monotonic() - began:.0f} s, loss {loss_now:.3f}, best {best[0]:.3f}\n")
    network.load_state_dict(best[1])
    return seen / in_steps


def main() -> None:
    """Train, choose the threshold on validation frames, evaluate on test frames."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patches", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1e-3)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    patches = load_patches(given.patches)
    record = patches.record
    network = SmpNetwork(len(record.classes))
    speed = train(network, patches, given.seed, given.minutes, given.rate)
    catalogue = load_catalogue(given.patches / record.catalogue)
    division = load_division(given.patches / record.split)
    runtime, tiling = TorchRuntime(network), squares(record.size_px)
    validation = division.rows(catalogue, Side.VALIDATION)
    threshold, _ = threshold_or_half(score_histogram(catalogue, validation, runtime, tiling), "validation frames")
    test = division.rows(catalogue, Side.TEST)
    evaluation = evaluate_frames(catalogue, test, runtime, tiling, threshold)
    write_json(given.out / "metrics.json", evaluation, {"patches_per_s": speed, "seed": given.seed})
    sys.stderr.write(text_table(evaluation) + "\n")
    sys.stdout.write(json.dumps({"out": str(given.out), "patches_per_s": round(speed, 2)}) + "\n")


if __name__ == "__main__":
    main()
