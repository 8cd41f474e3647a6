"""Time the training of EfficientNet-B0 beside a plain fp32 loop with segmentation_models_pytorch's.

    python benchmarks/training.py PATCHES --minutes 1.5 --rounds 3

Both sides train on the same patches in the same order with the same augmentation, in batches of 8, for the same
minutes, in turn, each in a process of its own; the patches per second are those of the steps, without validation. Both
sides vary each patch on the CPU in the training process, by scuff's own augmentation (torchvision's transforms:
mirroring, rotation, scale, tilt, brightness, contrast, hue, blur, noise), and not by albumentations.

Two things differ: the network around the encoder, and how the steps are computed. At 384 px the library's network needs
1.41 times the multiplications of scuff's, 6.65 G against 4.71 G, with the same encoder of 1.07 G: it joins features
before it makes them narrow, takes the stem's 32 channels at stride 2, and has a whole stage at full resolution. The
share of the ratio that is above 1.41 comes from how the steps are computed: bf16 where the processor has it, channels
last, and few layers of many pixels and few channels. Both are printed.

Nothing else should run on the machine. Exits with 1 below the target.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from accuracy import scuff_speed
from operations import multiplications
from scuff.dataset.patches import load_patches
from scuff.nets.named import NAMED
from scuff.nets.unet import bare_unet
from smp_baseline import SmpNetwork, train

TARGET = 3.5
RATE = 1e-3


def smp_side(patches: Path, minutes: float) -> float:
    """Patches per second of the plain loop; in a process of its own."""
    words = [sys.executable, __file__, str(patches), "--minutes", str(minutes), "--plain-loop"]
    return float(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)


def scuff_side(patches: Path, minutes: float) -> float:
    """Patches per second of `scuff train`."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder, "run")
        words = [sys.executable, "-m", "scuff.cli.main", "train", str(patches), str(run), "--weights", "none"]
        words += [f"--set=training.max_minutes={minutes}", f"--set=training.learning_rate={RATE}"]
        subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        return scuff_speed(run)


def less_to_multiply(patches: Path) -> float:
    """How many times the multiplications of scuff's network the library's needs, for one patch."""
    record = load_patches(patches).record
    classes = len(record.classes)
    plain, ours = SmpNetwork(classes).eval(), bare_unet(NAMED["effunet-b0"], classes).eval()
    return multiplications(plain, record.size_px) / multiplications(ours, record.size_px)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patches", type=Path)
    parser.add_argument("--minutes", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain-loop", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    patches = given.patches.resolve()
    if given.plain_loop:
        torch.manual_seed(0)
        cut = load_patches(patches)
        sys.stdout.write(f"{train(SmpNetwork(len(cut.record.classes)), cut, 0, given.minutes, RATE)}\n")
        return
    ratios = []
    for number in range(given.rounds):
        plain, ours = smp_side(patches, given.minutes), scuff_side(patches, given.minutes)
        ratios.append(ours / plain)
        sys.stdout.write(f"round {number + 1}: smp {plain:.2f}, scuff {ours:.2f} patches/s, {ratios[-1]:.2f}×\n")
        sys.stdout.flush()
    median = statistics.median(ratios)
    sys.stdout.write(f"median {median:.2f}× (target {TARGET}×)\n")
    shape = less_to_multiply(patches)
    sys.stdout.write(f"of that {shape:.2f}× by fewer multiplications, {median / shape:.2f}× for each of them\n")
    sys.exit(median < TARGET)


if __name__ == "__main__":
    main()
