"""Time a training step of the five published networks on a GPU: launched by Python, and replayed.

    python benchmarks/gpu_training.py --side 384

Random patches in batches of 8, bfloat16, the published loss, Adam; no loader. Prints milliseconds for a step with the
network's passes launched kernel by kernel and replayed as `scuff train` does, patches per second of the latter, and the
share of the GPU's peak that its convolutions reach (`--peak`, TFLOP/s of dense bf16; an H100 or H200 has 989 by its
data sheet). Nothing else should run on the GPU.
"""

import argparse
import copy
import sys
import time
from collections.abc import Callable

import torch
from torch import nn

from operations import multiplications
from scuff.nets.losses import WeightedLoss
from scuff.nets.named import named_network
from scuff.nets.unet import make_unet
from scuff.training.replay import replay

NETWORKS = "unet", "res50-unet", "effunet-b0", "effunet-b3", "effunet-b7"
BATCH, CLASSES, WARM_UP, STEPS = 8, 3, 10, 30


def stepper(network: nn.Module, side_px: int) -> Callable[[], None]:
    """Give a function that takes one step of training."""
    pixels = torch.randint(0, 256, (BATCH, 3, side_px, side_px), dtype=torch.uint8, device="cuda")
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    truth = torch.randint(0, CLASSES + 1, (BATCH, side_px, side_px), dtype=torch.uint8, device="cuda")
    loss, adam = WeightedLoss(0.05, 0.95, "batch"), torch.optim.Adam(network.parameters(), 1e-4, fused=True)

    def step() -> None:
        with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
            value = loss(network(pixels), truth)
        adam.zero_grad()
        value.backward()
        adam.step()

    return step


def seconds(step: Callable[[], None]) -> float:
    """Seconds for a step."""
    for _ in range(WARM_UP):
        step()
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(STEPS):
        step()
    torch.cuda.synchronize()
    return (time.perf_counter() - began) / STEPS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=384)
    parser.add_argument("--peak", type=float, default=989.0)
    given = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("torch sees no GPU on this machine")
    sys.stdout.write(f"{torch.cuda.get_device_name()}, batches of {BATCH} at {given.side}×{given.side}\n")
    for name in NETWORKS:
        network = make_unet(named_network(name, "none"), CLASSES, "none")
        tera = 6e-12 * BATCH * multiplications(network, given.side)  # a step is three forward passes
        launched = network.cuda().to(memory_format=torch.channels_last).train()
        replayed = copy.deepcopy(launched)
        replay(replayed, torch.zeros(BATCH, 3, given.side, given.side, dtype=torch.uint8, device="cuda"), "bf16")
        before, after = (seconds(stepper(each, given.side)) for each in (launched, replayed))
        sys.stdout.write(
            f"{name}: launched {1e3 * before:.1f} ms, replayed {1e3 * after:.1f} ms, {BATCH / after:.0f} patches/s, "
            f"{tera / after / given.peak:.1%} of the peak\n"
        )


if __name__ == "__main__":
    main()
