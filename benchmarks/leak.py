"""What a leaking split is worth: one network, trained and scored on the published split of NEU-Seg and on a clean one.

Both sides of the comparison have the same numbers of pictures, the same settings, seed and minutes. The clean split
divides the audit's groups, so that no scene is on two sides. Validation is a tenth of the training pictures, by groups.

    python benchmarks/leak.py NEU_SEG_FOLDER work/leak --minutes 4
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scuff.dataset.audit.audit import audit, united_parts
from scuff.dataset.catalogue import Catalogue, load_catalogue
from scuff.dataset.split import Division, Side, save_division

CLASSES = "1=inclusion,2=patches,3=scratches"


def call(*words: str | Path) -> None:
    """Run a command of scuff and show it."""
    sys.stderr.write(f"$ scuff {' '.join(map(str, words))}\n")
    subprocess.run([sys.executable, "-m", "scuff.cli.main", *map(str, words)], check=True)


def published(catalogue: Catalogue) -> dict[str, Side]:
    """The side of each frame by its folder, as the set was published: training or test."""
    return {row.frame: Side(Path(row.image).parent.name) for row in catalogue.rows}


def fill(units: Sequence[Sequence[str]], wanted: int) -> set[str]:
    """Take units, in their order, until about so many frames are taken."""
    taken: set[str] = set()
    for unit in units:
        if len(taken) + len(unit) <= wanted:
            taken.update(unit)
    return taken


def divisions(catalogue: Catalogue, seed: int) -> dict[str, Division]:
    """The published split, and a clean one of the same size."""
    heads = united_parts(catalogue, audit(catalogue).groups)
    members: dict[str, list[str]] = {}
    for frame, head in sorted(heads.items()):
        members.setdefault(head, []).append(frame)
    units = [members[head] for head in sorted(members)]
    generator = np.random.default_rng(seed)
    units = [units[index] for index in generator.permutation(len(units))]
    given = published(catalogue)
    tests = sum(side is Side.TEST for side in given.values())
    clean = fill(units, tests)
    result = {}
    for name, test in (("published", {frame for frame, side in given.items() if side is Side.TEST}), ("clean", clean)):
        rest = [[frame for frame in unit if frame not in test] for unit in units]
        validation = fill([unit for unit in rest if unit], (len(given) - tests) // 10)
        sides = {
            frame: Side.TEST if frame in test else Side.VALIDATION if frame in validation else Side.TRAINING
            for frame in given
        }
        result[name] = Division(sides)
    return result


def score(out: Path, name: str, given: argparse.Namespace) -> dict[str, dict[str, float | None]]:
    """Cut, train and evaluate; what is there already is not done again."""
    run = out / f"run-{name}-seed{given.seed}"
    if not (run / "evaluation" / "test" / "metrics.json").is_file():
        patches = out / f"patches-{name}"
        settings = [
            "--set=network.weights=none",
            f"--set=seed={given.seed}",
            f"--set=training.max_minutes={given.minutes}",
            "--set=training.epochs=1000",
            "--set=training.patience=1000",
            "--set=training.learning_rate=1e-3",
            "--set=training.schedule=cosine",
        ]
        call("patches", out / "catalogue", out / f"{name}.csv", patches, "--set=patches.size_px=224")
        call("train", patches, run, *settings)
        call("evaluate", run)
    rows: dict[str, dict[str, float | None]] = json.loads((run / "evaluation" / "test" / "metrics.json").read_text())[
        "rows"
    ]
    return rows


def main() -> None:
    """Train on both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    out: Path = given.out.resolve()
    if not (out / "catalogue" / "catalogue.csv").is_file():
        call(
            "import",
            given.data / "images",
            out / "catalogue",
            "--masks",
            given.data / "annotations",
            "--mask-kind",
            "values",
            "--class-values",
            CLASSES,
            "--each-image-is-a-part",
        )
    catalogue = load_catalogue(out / "catalogue")
    figures = {}
    for name, division in divisions(catalogue, given.seed).items():
        save_division(out / f"{name}.csv", division)
        sizes = ", ".join(f"{len(division.parts(side))} {side}" for side in Side)
        sys.stdout.write(f"{name}: {sizes}; {audit(catalogue, division).summary()[2]}\n")
        sys.stdout.flush()
        figures[name] = score(out, name, given)
    sys.stdout.write("| | " + " | ".join(f"{name} F1 | {name} IoU" for name in figures) + " |\n|---|---|---|---|---|\n")
    for label in next(iter(figures.values())):
        cells = [rows[label][key] for rows in figures.values() for key in ("f1", "iou")]
        shown = ["–" if cell is None else f"{cell:.3f}" for cell in cells]
        sys.stdout.write(f"| {label} | {' | '.join(shown)} |\n")


if __name__ == "__main__":
    main()
