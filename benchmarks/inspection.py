"""Time the inspection of 20-megapixel frames against MONAI's sliding window, and prove that the answer is the same.

    python benchmarks/inspection_sets.py NEU_SEG_FOLDER WORK     # once: frames, networks, bundles
    python benchmarks/inspection.py WORK --rounds 3

Both sides start from the bytes of a JPEG picture in memory and end with the list of its defects; same frame, same
network, same weights. All of them take turns in every round, and the medians are compared. Answers are compared twice:
with the checkpoint in fp32 PyTorch on the same tiles, which shows what export and arithmetic change, and with MONAI,
which averages the scores of overlapping tiles; how far MONAI is from itself with more overlap is printed too.
Nothing else should run on the machine.
Exits with 1 where a figure misses its target.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from agreement import Answer, Answers, Truth, compare, f1
from memory import peak_mb
from operations import multiplications
from peak import peak_tops, tile_seconds
from scuff.core.bundle import Bundle, open_bundle
from scuff.core.picture import read_picture
from scuff.core.recipe_file import load_recipe
from scuff.core.tile import squares
from scuff.inspection.pipeline import Inspector
from scuff.inspection.regions import Criteria
from scuff.inspection.scores import FULL, ScoreMap
from scuff.inspection.tiling import score_frame
from scuff.nets.checkpoint import load_checkpoint
from scuff.nets.runtime import TorchRuntime
from sliding_window import OVERLAP, SlidingWindow

Side = tuple[str, bool]
"""Name of a bundle, and whether it screens."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a bundle has to reach, against the checkpoint in fp32 PyTorch on the same tiles.

    Attributes:
        title: Of its row.
        bundle: Name of its folder.
        frames: How the names of its frames begin.
        faster: Than the sliding window.
        f1: Largest difference of the pixel F1.
        matched: Least share of the defects that the other side finds too.
        screened: Whether its screening chooses tiles; the answer must then be that without it, byte for byte.
        differing: Largest share of pixels that only one calls defective.
    """

    title: str
    bundle: str
    frames: str
    faster: float
    f1: float = 1.0
    matched: float = 0.0
    differing: float = 1.0
    screened: bool = False

    @property
    def side(self) -> Side:
        """What measures it."""
        return self.bundle, self.screened


TARGETS = (
    Target("EffUNet-B0, FP32", "b0-fp32", "F13", 2.5, differing=1e-4),
    Target("EffUNet-B0, BF16", "b0-bf16", "F13", 4.5, f1=0.002, matched=0.99),
    Target("EffUNet-B0, INT8, tiles", "b0-int8", "F13", 8, f1=0.005, matched=0.99),
    Target("EffUNet-B0, INT8 + screening, ≤ 4 % of the tiles", "b0-int8", "F04", 60, screened=True),
    Target("EffUNet-B0, INT8 + screening, 13 % of the tiles", "b0-int8", "F13", 35, screened=True),
    Target("plain, half-resolution head, INT8, tiles", "plain-int8", "F13", 15, f1=0.005, matched=0.99),
    Target("plain, half-resolution head, INT8, strips", "plain-int8-strips", "F13", 15, f1=0.005, matched=0.99),
)
"""Strips may be refused by the gate of `scuff export`; they then have no row, and count for nothing."""

TWO_CAMERAS, TWO_CAMERAS_S = "b0-int8", 0.5
MEMORY_MB = 1000
MORE_OVERLAP, FRAMES_WITH_MORE = 0.5, 1


@dataclass
class Seen:
    """What one side found, by frame: the seconds of each round, and the last answer."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, Answer] = field(default_factory=dict)

    def median(self, frames: str) -> float:
        """Median seconds of the frames whose names begin so."""
        return statistics.median(
            second for name, seconds in self.seconds.items() if name.startswith(frames) for second in seconds
        )


def inspector_of(folder: Path, screened: bool) -> Inspector:
    """Open a bundle with its own recipe, with or without its screening."""
    bundle = open_bundle(folder)
    if screened and bundle.manifest.screening is None:
        sys.exit(f"{folder}: has no screening, for none could be proven; distil for longer, or train for longer")
    mode = "auto" if screened else "off"
    return Inspector(bundle, load_recipe(bundle.recipe, [f"inspection.screening={mode}"]))


def inspect(inspector: Inspector, jpeg: bytes) -> Answer:
    """From the bytes of a picture to its defects."""
    seen = inspector.examine(read_picture(jpeg, inspector.recipe.frames))
    return Answer(seen.scored.scores, seen.mask > 0)


def as_bytes(scores: NDArray[np.float32]) -> ScoreMap:
    """Scores of one class (H×W) as scuff keeps them."""
    return ScoreMap(np.round(FULL * scores).astype(np.uint8), None, 1, (scores.shape[0], scores.shape[1]))


def criteria_of(bundle: Bundle) -> Criteria:
    """What makes a defect for a bundle."""
    return Criteria.of(load_recipe(bundle.recipe).inspection, bundle.manifest.threshold, bundle.manifest.classes)


def run_of(bundle: str) -> str:
    """The training run that a bundle is made of."""
    return bundle.partition("-")[0]


def written(frames: Path) -> list[Target]:
    """The targets whose bundles were written; ends the program where one is missing that the gate has not refused."""
    refused = [target for target in TARGETS if (frames / f"{target.bundle}.disagreement").is_dir()]
    for target in refused:
        sys.stdout.write(f"{target.title}: no bundle, the gate refused it\n")
    targets = [target for target in TARGETS if target not in refused]
    missing = sorted({target.bundle for target in targets if not (frames / target.bundle).is_dir()})
    if missing:
        sys.exit(f"{frames}: there is no {', '.join(missing)}; run inspection_sets.py to its end")
    return targets


def measure(frames: Path, targets: list[Target], names: list[str], rounds: int) -> tuple[Seen, dict[Side, Seen]]:
    """Let all sides take turns over all frames."""
    window = SlidingWindow(load_checkpoint(frames / "b0" / "checkpoint.pt"))
    sides = sorted({side for target in targets for side in (target.side, (target.bundle, False))})
    inspectors = {(bundle, screened): inspector_of(frames / bundle, screened) for bundle, screened in sides}
    for (bundle, _), inspector in inspectors.items():
        sys.stdout.write(f"{bundle}: {inspector.scorer.runtime.name}\n")
    baseline, ours = Seen(), {side: Seen() for side in sides}
    for done in range(rounds):
        for name in names:
            jpeg = (frames / "frames" / f"{name}.jpg").read_bytes()
            began = time.perf_counter()
            scores, mask = window.inspect(jpeg)
            baseline.seconds[name].append(time.perf_counter() - began)
            baseline.answers[name] = Answer(as_bytes(scores), mask)
            for side, inspector in inspectors.items():
                began = time.perf_counter()
                ours[side].answers[name] = inspect(inspector, jpeg)
                ours[side].seconds[name].append(time.perf_counter() - began)
        sys.stderr.write(f"round {done + 1} of {rounds}\n")
    return baseline, ours


def references(frames: Path, targets: list[Target], names: list[str]) -> dict[str, dict[str, Answer]]:
    """The checkpoints' own answers in fp32 PyTorch on square tiles, by bundle, whose criteria hold, and by frame."""
    found: dict[str, dict[str, Answer]] = defaultdict(dict)
    bundles = {target.bundle: open_bundle(frames / target.bundle) for target in targets}
    for run in sorted({run_of(bundle) for bundle in bundles}):
        checkpoint = load_checkpoint(frames / run / "checkpoint.pt")
        runtime = TorchRuntime(checkpoint.network())
        for name in names:
            pixels = read_picture(frames / "frames" / f"{name}.jpg")
            scores = score_frame(pixels, runtime, squares(checkpoint.facts.tile_px))
            for bundle in (bundle for bundle in bundles if run_of(bundle) == run):
                found[bundle][name] = Answer.of(scores, criteria_of(bundles[bundle]))
    return found


def judge(
    target: Target,
    baseline: Seen,
    ours: dict[Side, Seen],
    reference: Answers,
    truth: Truth,
    criteria: Criteria,
) -> bool:
    """Print a row of the table, and say whether the target is met."""
    seen = ours[target.side]
    seconds = seen.median(target.frames)
    faster = baseline.median(target.frames) / seconds
    met = [faster >= target.faster]
    if target.screened:
        names = [name for name in truth if name.startswith(target.frames)]
        without = ours[target.bundle, False]
        equal = all(np.array_equal(without.answers[name].mask, seen.answers[name].mask) for name in names)
        met.append(equal)
        answer, monai = f"masks {'equal to' if equal else 'DIFFER from'} those without screening", ""
    else:
        there = compare(seen.answers, reference, truth, criteria)
        met += [there.differing <= target.differing, there.matches.matched >= target.matched * there.matches.defects]
        met.append(abs(there.f1 - there.f1_reference) <= target.f1)
        answer = str(there)
        # Another network is not what the sliding window ran with.
        monai = str(compare(seen.answers, baseline.answers, truth, criteria)) if run_of(target.bundle) == "b0" else ""
    sys.stdout.write(
        f"| {target.title} | {seconds:.3f} s | {faster:.1f}× | ≥ {target.faster:g}× | {answer} | {monai} | "
        f"{'met' if all(met) else 'MISSED'} |\n"
    )
    return all(met)


def best_network(frames: Path, plain: Answers, full: Answers, truth: Truth) -> bool:
    """Print the plain network's pixel F1 beside EffUNet-B0's in the sliding window, and say whether it is as good.

    Each at its own threshold of highest F1 on validation: at any other, F1 tells how sure a network is, not how good.
    """
    figures = []
    for run, answers in (("plain", plain), ("b0", full)):
        facts = load_checkpoint(frames / run / "checkpoint.pt").facts
        criteria = Criteria(facts.threshold, facts.recipe.product.classes)
        figures.append(f1({name: Answer.of(answers[name].scores, criteria) for name in truth}, truth))
    sys.stdout.write(
        "F1 of the plain network in int8 {:.4f}, of EffUNet-B0 in the sliding window {:.4f}\n".format(*figures)
    )
    return figures[0] >= figures[1]


def with_itself(frames: Path, names: list[str], baseline: Seen, truth: Truth, criteria: Criteria) -> None:
    """Print how far MONAI's answer is from its own with more overlap: what no tiling can be nearer than."""
    window = SlidingWindow(load_checkpoint(frames / "b0" / "checkpoint.pt"), MORE_OVERLAP)
    few = {name: truth[name] for name in names[-FRAMES_WITH_MORE:]}
    other = dict[str, Answer]()
    for name in few:
        scores, mask = window.inspect((frames / "frames" / f"{name}.jpg").read_bytes())
        other[name] = Answer(as_bytes(scores), mask)
    likeness = compare(other, baseline.answers, few, criteria)
    sys.stdout.write(f"MONAI, overlap {MORE_OVERLAP}, against {OVERLAP}, on {', '.join(few)}: {likeness}\n")


def two_cameras(frames: Path, rounds: int) -> bool:
    """One part, two cameras, no flaws: from two JPEG pictures in memory to the verdict."""
    inspector = inspector_of(frames / TWO_CAMERAS, screened=True)
    jpegs = [path.read_bytes() for path in sorted(frames.glob("frames/C00-*.jpg"))]
    seconds = []
    with ThreadPoolExecutor(len(jpegs)) as lanes:
        for _ in range(rounds + 1):
            began = time.perf_counter()
            found = list(lanes.map(lambda jpeg: inspect(inspector, jpeg), jpegs))
            seconds.append(time.perf_counter() - began)
    unscreened = inspector_of(frames / TWO_CAMERAS, screened=False)
    same = all(
        np.array_equal(inspect(unscreened, jpeg).mask, ours.mask) for jpeg, ours in zip(jpegs, found, strict=True)
    )
    median, defective_px = statistics.median(seconds[1:]), sum(int(answer.mask.sum()) for answer in found)
    sys.stdout.write(
        f"two cameras, one clean part, screening on: {median:.3f} s (limit {TWO_CAMERAS_S} s); "
        f"{defective_px} px defective, {'as' if same else 'NOT as'} without screening\n"
    )
    return same and median <= TWO_CAMERAS_S


def limits(frames: Path, ours: dict[Side, Seen]) -> None:
    """Print the share of this CPU's peak that the networks reach, and the share of the time that is not network."""
    for bundle, hint in (("b0-int8", "int8"), ("b0-bf16", "bf16"), ("plain-int8", "int8")):
        network = load_checkpoint(frames / run_of(bundle) / "checkpoint.pt").network()
        opened = open_bundle(frames / bundle)
        side = opened.manifest.tile_px
        model = openvino.Core().read_model(opened.network)
        model.reshape([1, side, side, 3])
        each = tile_seconds(model, "bf16", np.full((1, side, side, 3), 128, np.uint8))
        peak, used = peak_tops(hint), 2e-12 * multiplications(network, side) / each
        height, width = next(iter(ours[bundle, False].answers.values())).mask.shape
        tiles = len(opened.manifest.tiling.windows((height, width)))
        rest = 1 - tiles * each / ours[bundle, False].median("F13")
        sys.stdout.write(
            f"{bundle}: {1e3 * each:.2f} ms a tile, {tiles} tiles; {used:.2f} of {peak:.2f} Top/s "
            f"({used / peak:.0%} of the {hint} peak); {max(0.0, rest):.0%} of the time is not network\n"
        )


def memory(frames: Path, bundles: Sequence[str]) -> bool:
    """Inspect a stream of frames, and print the peak of the memory; beside it that of the sliding window."""
    pictures = sorted(frames.glob("frames/*.jpg"))
    window = Path(__file__).with_name("sliding_window.py")
    theirs = peak_mb([sys.executable, window, frames / "b0" / "checkpoint.pt", *pictures[:2]])
    sys.stdout.write(f"MONAI: peak memory {theirs:.0f} MB\n")
    met = True
    for bundle in bundles:
        with tempfile.TemporaryDirectory() as out:
            scuff = Path(sys.executable).with_name("scuff")
            ours = peak_mb([scuff, "inspect", frames / bundle, frames / "frames", "--out", out])
        sys.stdout.write(f"{bundle}: peak memory over {len(pictures)} frames {ours:.0f} MB (limit {MEMORY_MB} MB)\n")
        met &= ours <= MEMORY_MB
    return met


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    frames = given.work.resolve() / "mosaic"
    names = sorted(path.stem for path in frames.glob("frames/F*.jpg"))
    truth = {name: read_picture(frames / "masks" / f"{name}.png")[..., 0] > 127 for name in names}
    targets = written(frames)
    baseline, ours = measure(frames, targets, names, given.rounds)
    reference = references(frames, targets, names)
    sys.stdout.write(f"MONAI, fp32, overlap {OVERLAP}: {baseline.median('F'):.2f} s a frame\n")
    criteria = {target.bundle: criteria_of(open_bundle(frames / target.bundle)) for target in targets}
    met = [
        judge(target, baseline, ours, reference[target.bundle], truth, criteria[target.bundle]) for target in targets
    ]
    met.append(best_network(frames, ours["plain-int8", False].answers, baseline.answers, truth))
    with_itself(frames, names, baseline, truth, criteria["b0-fp32"])
    met.append(two_cameras(frames, given.rounds))
    limits(frames, ours)
    met.append(memory(frames, ("b0-fp32", "b0-int8", "plain-int8")))
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
