"""Make what `inspection.py` measures on: frames, trained networks, bundles; each step once, by the commands of scuff.

    python benchmarks/inspection_sets.py NEU_SEG_FOLDER WORK --minutes 30

Frames are mosaics of real steel (see `mosaics.py`). Two networks are trained on the same patches for the same minutes
from random weights: EfficientNet-B0 with the usual decoder, and the plain encoder with a head at half resolution. What
is there already is not made again, so that a run that was stopped goes on.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

NETWORKS = {
    "b0": [],
    "plain": [
        "network.encoder=plain",
        "network.head=half",
        "network.decoder_channels=[128,96,64,32]",
    ],
}
BUNDLES = {
    "b0-fp32": ("b0", ["--precision", "fp32"]),
    "b0-bf16": ("b0", ["--precision", "bf16"]),
    "b0-int8": ("b0", ["--precision", "int8", "--screening"]),
    "plain-int8": ("plain", ["--precision", "int8"]),
    "plain-int8-strips": ("plain", ["--precision", "int8", "--strips"]),
}
"""By name: the network, and how it is exported."""


MAY_BE_REFUSED = "plain-int8-strips"
"""By the gate: strips show the network more of the metal than the squares that its checkpoint is held against."""


REFUSED = 2
"""The exit code of `scuff export` where the gate refuses."""


def step(made: Path, *command: object, cwd: Path | None = None, may_fail: bool = False) -> None:
    """Run a command unless what it makes is there."""
    if made.exists():
        return
    words = [str(word) for word in command]
    sys.stdout.write(f"$ {' '.join(words)}\n")
    sys.stdout.flush()
    code = subprocess.run(words, cwd=cwd, check=False).returncode
    if code and not (may_fail and code == REFUSED):
        sys.exit(f"{made}: could not be made; see above")


def prepare(neu: Path, work: Path, minutes: float) -> None:
    """Make all that is missing."""
    work.mkdir(parents=True, exist_ok=True)
    scuff = Path(sys.executable).with_name("scuff")
    frames = work / "mosaic"
    step(work / "parts.csv", sys.executable, HERE / "neu_seg_parts.py", neu, work / "parts.csv")
    step(frames / "recipe.toml", sys.executable, HERE / "mosaics.py", neu, work / "parts.csv", frames)
    step(frames / "catalogue", scuff, "import", "frames", "catalogue", "--masks", "masks", cwd=frames)
    step(frames / "patches", scuff, "patches", "catalogue", "split.csv", "patches", cwd=frames)
    for name, settings in NETWORKS.items():
        options = [word for setting in (f"training.max_minutes={minutes:g}", *settings) for word in ("--set", setting)]
        step(
            frames / name / "checkpoint.pt", scuff, "train", "patches", name, "--weights", "none", *options, cwd=frames
        )
    step(frames / "b0" / "screen.pt", scuff, "distil", "b0", "--minutes", minutes / 3, cwd=frames)
    for name, (run, words) in BUNDLES.items():
        step(frames / name, scuff, "export", run, name, *words, cwd=frames, may_fail=name == MAY_BE_REFUSED)


def main() -> None:
    """Make all that is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("neu", type=Path, metavar="NEU_SEG_FOLDER")
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=30, help="of training, for each network")
    given = parser.parse_args()
    prepare(given.neu.resolve(), given.work.resolve(), given.minutes)


if __name__ == "__main__":
    main()
