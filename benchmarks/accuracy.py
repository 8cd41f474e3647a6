"""scuff beside a plain loop with segmentation_models_pytorch: figures on unseen parts for equal minutes.

Both sides train on the same patches and are counted on the same test frames, in turn, seed after seed, each in a
process of its own. Nothing else should run on the machine. What is done already is not done again, so that an
interrupted benchmark goes on.

    python benchmarks/accuracy.py work/patches work/accuracy --minutes 8 --seeds 0 1 2
"""

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

Figures = dict[str, dict[str, float | None]]
HERE = Path(__file__).parent


def scuff_side(given: argparse.Namespace, seed: int) -> Path:
    """Train and evaluate with scuff's own commands; give the folder of its figures."""
    run: Path = given.out / f"scuff-seed{seed}"
    if not (run / "evaluation" / "test" / "metrics.json").is_file():
        shutil.rmtree(run, ignore_errors=True)  # going on would give it the time of the epoch that was cut
        settings = {
            "seed": seed,
            "training.epochs": 1000,
            "training.patience": 1000,
            "training.max_minutes": given.minutes,
            "training.learning_rate": given.rate,
            "training.schedule": "cosine",
        }
        options = [f"--set={key}={value}" for key, value in settings.items()]
        call(given.out, "-m", "scuff.cli.main", "train", str(given.patches), str(run), "--weights", "none", *options)
        call(given.out, "-m", "scuff.cli.main", "evaluate", str(run))
    return run


def smp_side(given: argparse.Namespace, seed: int) -> Path:
    """Train and evaluate the baseline; give the folder of its figures."""
    out: Path = given.out / f"smp-seed{seed}"
    if not (out / "metrics.json").is_file():
        program = str(HERE / "smp_baseline.py")
        options = [f"--minutes={given.minutes}", f"--seed={seed}", f"--rate={given.rate}"]
        call(given.out, program, str(given.patches), str(out), *options)
    return out


def call(folder: Path, *arguments: str) -> None:
    """Run a Python program in a folder without a recipe, and show what it prints."""
    sys.stderr.write(f"$ python {' '.join(arguments)}\n")
    subprocess.run([sys.executable, *arguments], check=True, cwd=folder)


def scuff_speed(run: Path) -> float:
    """Patches per second over all steps of a run, as the baseline counts them."""
    with (run / "metrics.csv").open(newline="") as file:
        rows = [(int(row["step"]), float(row["patches_per_s"])) for row in csv.DictReader(file)]
    steps = [step - before for (step, _), before in zip(rows, [0, *(step for step, _ in rows)], strict=False)]
    seconds = sum(count / speed for count, (_, speed) in zip(steps, rows, strict=True))
    return sum(steps) / seconds


def spread(values: list[float | None]) -> str:
    """Mean ± standard deviation of the seeds; a dash where a figure is undefined."""
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    deviation = statistics.stdev(known) if len(known) > 1 else 0.0
    return f"{statistics.mean(known):.3f} ± {deviation:.3f}"


def table(rows: dict[str, list[Figures]], speeds: dict[str, list[float]]) -> str:
    """Lay the figures out as Markdown."""
    names = list(next(iter(rows.values()))[0])
    lines = ["| | " + " | ".join(f"{side} F1 | {side} IoU" for side in rows) + " |"]
    lines.append("|---" * (1 + 2 * len(rows)) + "|")
    for name in names:
        cells = [spread([figures[name][key] for figures in of]) for of in rows.values() for key in ("f1", "iou")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines.append("| patches/s | " + " | ".join(f"{statistics.mean(of):.1f} |" for of in speeds.values()) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patches", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rate", type=float, default=1e-3)
    given = parser.parse_args()
    given.patches, given.out = given.patches.resolve(), given.out.resolve()
    given.out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Figures]] = {"scuff": [], "smp": []}
    speeds: dict[str, list[float]] = {"scuff": [], "smp": []}
    for seed in given.seeds:
        run, plain = scuff_side(given, seed), smp_side(given, seed)
        rows["scuff"].append(json.loads((run / "evaluation" / "test" / "metrics.json").read_text())["rows"])
        speeds["scuff"].append(scuff_speed(run))
        baseline = json.loads((plain / "metrics.json").read_text())
        rows["smp"].append(baseline["rows"])
        speeds["smp"].append(baseline["provenance"]["patches_per_s"])
    sys.stdout.write(table(rows, speeds) + "\n")


if __name__ == "__main__":
    main()
