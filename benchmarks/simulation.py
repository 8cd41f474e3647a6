"""Does the simulation teach? Networks trained on simulated frames, counted on simulated and on real ones.

Only scuff's own commands run, one after the other, each in a process of its own. Nothing else should run on the
machine. What is done is not done again, so that an interrupted benchmark goes on; other settings need another OUT.

    python benchmarks/simulation.py MT_FOLDER NEU_SEG_FOLDER work/simulation --minutes 10 --tune-minutes 4

The stages:

    render  simulated sinks and sheets to train on; and those of another seed, and so of other shapes, to be counted
    train   a network on the simulated frames alone, from random weights; all flaws are one class
    zero    its figures on the unseen simulated parts, and on the test side of the real sets
    tune    training on a tenth of the real training parts (see simulation_sets.py), from that network and from random
            weights: same minutes, settings, patches and seed. Validation has all of its parts for both alike; nothing
            is learned from them, they choose the epoch and the threshold
    table   OUT/table.md
"""

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from scuff.booth.marks.classes import CLASSES
from scuff.core.picture import write_whole

HERE = Path(__file__).parent
STAGES = ("render", "train", "zero", "tune", "table")
SHAPES = ("sink", "sheet")
MOST_FLAWS, GAMMA, LEAST_VISIBILITY = 10, 2.2, 2.0
"""As many flaws as fit, and those in daylight: the real sets are bright pictures of flaws that a person has seen."""
SIMULATED = {"sim": 1, "unseen": 1001}
"""The seeds of the parts to train on, and of those to be counted."""
STARTS = {"simulation": "simulation, then a tenth of the real parts", "random": "a tenth of the real parts alone"}
TITLES = {"unseen": "simulated, unseen parts", "mt": "magnetic tiles, cracks", "neu": "NEU-Seg, scratches"}
FIGURES = ("precision", "recall", "f1", "iou")

RECIPE = f"""\
[product]
classes = ["defect"]
labels = {{ {", ".join(f'{name} = "defect"' for name in CLASSES)} }}

[patches]
size_px = 256
sound_share = 0.3
min_defect_px = 40

[split] # the parts to be counted have a seed of their own
training = 0.85
validation = 0.15
test = 0

[network]
weights = "none"

[training]
learning_rate = 1e-3
schedule = "cosine"
epochs = 1000
patience = 1000
"""

Row = dict[str, float | None]


class Bench:
    """The folder of the benchmark, and its stages."""

    def __init__(self, given: argparse.Namespace) -> None:
        """Begin, or go on."""
        self.given, self.out = given, Path(given.out).resolve()
        self.run = self.out / "sim-run"
        write_whole(self.out / "recipe.toml", RECIPE)

    def python(self, *arguments: str | Path) -> None:
        """Run a Python program in the folder, and so with its recipe."""
        sys.stderr.write(f"$ python {' '.join(map(str, arguments))}\n")
        subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=self.out, stdout=sys.stderr)

    def scuff(self, result: Path, *arguments: str | Path) -> None:
        """Run one of scuff's commands, unless its result is there already."""
        if not result.exists():
            self.python("-m", "scuff.cli.main", *arguments)

    def train(self, run: Path, patches: Path, *options: str) -> None:
        """Train; what was cut short begins anew, for going on would give it the time of the epoch that was cut."""
        checkpoint = run / "checkpoint.pt"
        if not checkpoint.exists():
            shutil.rmtree(run, ignore_errors=True)
        self.scuff(checkpoint, "train", patches, run, *options)

    def cut(self, catalogue: Path, split: Path, *options: str) -> Path:
        """Cut patches; give their folder."""
        patches = self.out / f"{catalogue.name.removesuffix('-catalogue')}-patches"
        self.scuff(patches / "patches.json", "patches", catalogue, split, patches, "--preview", *options)
        return patches

    def evaluate(self, run: Path, catalogue: Path) -> None:
        """Count a run on all frames of a catalogue."""
        self.scuff(figures_file(run, catalogue), "evaluate", run, "--catalogue", catalogue)

    def render(self) -> None:
        """Render simulated parts, and write down how long that took."""
        for name, seed in SIMULATED.items():
            parts = self.given.parts if name == "sim" else self.given.unseen
            for shape in SHAPES:
                folder, took = self.out / name / shape, self.out / name / f"{shape}-seconds.json"
                if took.exists():
                    continue
                options = [f"--parts={parts}", f"--seed={seed}", f"--shape={shape}", f"--size={self.given.size}"]
                options += [f"--most-flaws={MOST_FLAWS}", f"--gamma={GAMMA}", f"--min-visibility={LEAST_VISIBILITY}"]
                lights = [f"--light={light}" for light in self.given.light]
                began = time.monotonic()
                self.scuff(took, "booth", "render", folder, "--finish=brushed", *options, *lights)
                facts = {"seconds": time.monotonic() - began, "frames": len(list(folder.glob("frames/*.png")))}
                write_whole(took, json.dumps(facts))

    def simulated(self, name: str) -> Path:
        """Make one catalogue of the sinks and the sheets of a seed."""
        folder, catalogue = self.out / name, self.out / f"{name}-catalogue"
        (folder / "pictures").mkdir(exist_ok=True)
        lines = ["image,part"]
        for shape in SHAPES:
            place = folder / "pictures" / shape
            if not place.is_symlink():
                place.symlink_to(folder / shape / "frames")
            with (folder / shape / "parts.csv").open(newline="") as file:
                rows = list(csv.DictReader(file))
            lines += [f"{shape}/{Path(row['image']).stem},{shape}-{row['part']}" for row in rows]
        table = folder / "parts.csv"
        write_whole(table, "\n".join(lines) + "\n")
        options = ("--format=labelme", "--parts", table)
        self.scuff(catalogue / "catalogue.csv", "import", folder / "pictures", catalogue, *options)
        return catalogue

    def pretrain(self) -> None:
        """Train on the simulated frames alone."""
        catalogue, split = self.simulated("sim"), self.out / "sim-split.csv"
        self.scuff(split, "split", catalogue, split)
        self.train(self.run, self.cut(catalogue, split), f"--set=training.max_minutes={self.given.minutes}")

    def prepare(self, name: str) -> Path:
        """Prepare a real set; give the catalogue of its test side."""
        folder, seeds = self.given.magnetic_tile if name == "mt" else self.given.neu_seg, map(str, self.given.seeds)
        self.python(HERE / "simulation_sets.py", name, folder.resolve(), self.out, "--seeds", *seeds)
        return self.out / f"{name}-test"

    def zero(self) -> None:
        """Count the network that has seen nothing real."""
        self.evaluate(self.run, self.simulated("unseen"))
        for name in self.given.sets:
            self.evaluate(self.run, self.prepare(name))

    def tune(self) -> None:
        """Train on a tenth of each real set from both starts, and count both on its test side."""
        for name in self.given.sets:
            test = self.prepare(name)
            for seed in self.given.seeds:
                tenth = self.out / f"{name}-tenth-seed{seed}"
                patches = self.cut(tenth, self.out / f"{tenth.name}.csv", f"--set=seed={seed}")
                settings = (f"--set=training.max_minutes={self.given.tune_minutes}", f"--set=seed={seed}")
                for start in STARTS:
                    weights = self.run / "checkpoint.pt" if start == "simulation" else "none"
                    run = self.tuned(name, start, seed)
                    self.train(run, patches, f"--weights={weights}", *settings)
                    self.evaluate(run, test)

    def tuned(self, name: str, start: str, seed: int) -> Path:
        """The folder of a training on real pictures."""
        return self.out / f"{name}-from-{start}-seed{seed}"

    def table(self) -> str:
        """Lay out what is known so far as Markdown."""
        lines = ["| counted on | trained on | precision | recall | F1 | IoU | F1 by seed |", "|---" * 7 + "|"]
        for name, title in TITLES.items():
            catalogue = self.out / ("unseen-catalogue" if name == "unseen" else f"{name}-test")
            alone = known([figures_file(self.run, catalogue)])
            rows = {"nothing: every pixel called defective": list(map(blind, alone)), "simulation alone": alone}
            for start, words in STARTS.items():
                runs = (self.tuned(name, start, seed) for seed in self.given.seeds)
                rows[words] = known([figures_file(run, catalogue) for run in runs])
            lines += [line(title, words, counted) for words, counted in rows.items() if counted]
        return "\n".join([*lines, "", *self.speeds(), ""])

    def speeds(self) -> Iterable[str]:
        """Say how long rendering took."""
        for took in sorted(self.out.glob("*/*-seconds.json")):
            facts, shape = json.loads(took.read_text()), took.name.removesuffix("-seconds.json")
            yield f"- {took.parent.name}, {shape}: {facts['frames']} frames rendered in {facts['seconds']:.0f} s"


def figures_file(run: Path, catalogue: Path) -> Path:
    """Where `scuff evaluate` writes the figures of a run on a catalogue."""
    return run / "evaluation" / f"catalogue-{catalogue.name}" / "metrics.json"


def known(files: Iterable[Path]) -> list[Row]:
    """Read the figures that are there."""
    return [json.loads(path.read_text())["rows"]["defect"] for path in files if path.is_file()]


def blind(row: Row) -> Row:
    """What needs no skill: the figures of calling every pixel defective."""
    tp, fp, fn, tn = (row[name] or 0.0 for name in ("tp_px", "fp_px", "fn_px", "tn_px"))
    share = (tp + fn) / (tp + fp + fn + tn)
    return {"precision": share, "recall": 1.0, "f1": 2 * share / (1 + share), "iou": share}


def line(title: str, trained_on: str, rows: list[Row]) -> str:
    """A line of the table."""
    by_seed = ", ".join("–" if row["f1"] is None else f"{row['f1']:.3f}" for row in rows) if len(rows) > 1 else ""
    cells = [title, trained_on, *(spread([row[name] for row in rows]) for name in FIGURES), by_seed]
    return f"| {' | '.join(cells)} |"


def spread(values: list[float | None]) -> str:
    """Mean ± standard deviation of the seeds; a dash where a figure is undefined."""
    numbers = [value for value in values if value is not None]
    if not numbers:
        return "–"
    deviation = f" ± {statistics.stdev(numbers):.3f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.3f}{deviation}"


def main() -> None:
    """Do what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("magnetic_tile", type=Path)
    parser.add_argument("neu_seg", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=10, help="of training on simulated frames")
    parser.add_argument("--tune-minutes", type=float, default=4, help="of each training on real pictures")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--sets", nargs="+", choices=("mt", "neu"), default=["mt", "neu"])
    parser.add_argument("--parts", type=int, default=16, help="sinks, and as many sheets, to train on")
    parser.add_argument("--unseen", type=int, default=4, help="sinks, and as many sheets, to be counted")
    parser.add_argument("--size", default="2736x1824", help="of a simulated frame")
    parser.add_argument("--light", action="append", default=[], help="as `scuff booth render` takes it")
    parser.add_argument("--stage", choices=STAGES, help="only this one; without it all, one after the other")
    given = parser.parse_args()
    bench = Bench(given)
    work = {"render": bench.render, "train": bench.pretrain, "zero": bench.zero, "tune": bench.tune}
    for stage in [given.stage] if given.stage else STAGES:
        if stage in work:
            work[stage]()
    write_whole(bench.out / "table.md", bench.table())
    sys.stdout.write(bench.table())


if __name__ == "__main__":
    main()
