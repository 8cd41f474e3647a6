"""Does the simulation teach? Networks trained on simulated frames, counted on simulated and on real ones.

Only scuff's own commands run, one after the other, each in a process of its own. Nothing else should run on the
machine. What is done is not done again, so that an interrupted benchmark goes on; other settings need another OUT.

    python benchmarks/simulation.py MAGNETIC_TILE NEU_SEG work/simulation --minutes 10 --tune-minutes 4 --seeds 0 1 2

The stages:

    render  simulated sinks and sheets to train on, and those of another seed, of other shapes, to be counted
    train   a network on the simulated frames alone, from random weights
    zero    figures of that network on the unseen simulated parts and on the test side of the real sets
    tune    training on a tenth of the real training parts, from that network and from random weights, for the same
            minutes with the same settings and patches
    table   OUT/table.md

All flaws are one class. The real sets: of the magnetic tiles (MT) the cracks and the tiles without defects; of NEU-Seg
the pictures whose only class is scratches (it has no sound ones). Their parts are the blocks and groups of the
tutorials, split once: half trains, a fifth validates, and the rest is the test side; only eight blocks show cracks, and
the usual shares would leave one of them to test on. The tenth is drawn by the seed, apart from the parts with defects
and from the sound ones, and at least one of each. Validation has all of its parts for both starts alike; it chooses
the epoch and the threshold, and nothing is learned from it.
"""

import argparse
import csv
import json
import math
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from scuff.booth.marks.classes import CLASSES
from scuff.core.picture import write_whole
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.split import Division, Side, load_division, save_division

HERE = Path(__file__).parent
STAGES = ("render", "train", "zero", "tune", "table")
SHAPES = ("sink", "sheet")
SIMULATED = {"sim": 1, "unseen": 1001}
"""The seeds of the parts to train on, and of those to be counted."""
STARTS = {"simulation": "simulation, then a tenth of the real parts", "random": "a tenth of the real parts alone"}
TITLES = {"unseen": "simulated, unseen parts", "mt": "magnetic tiles, cracks", "neu": "NEU-Seg, scratches"}
FIGURES = ("precision", "recall", "f1", "iou")
TENTH = 0.1

RECIPE = f"""\
[product]
classes = ["defect"]

[product.labels]
{"".join(f'{name} = "defect"' + chr(10) for name in CLASSES)}
[patches]
size_px = 256
sound_share = 0.3

[split] # of the real sets
training = 0.5
validation = 0.2
test = 0.3

[network]
weights = "none"

[training]
learning_rate = 1e-3
schedule = "cosine"
epochs = 1000
patience = 1000
"""
SIMULATED_SPLIT = ("--set=split.training=0.85", "--set=split.validation=0.15", "--set=split.test=0")
"""Unseen simulated parts have a seed, and a shape, of their own."""

Row = dict[str, float | None]
Pairs = Mapping[str, tuple[Path, Path]]
"""Picture and mask, by the picture's path relative to the set's folder."""


class Bench:
    """The folder of the benchmark, and how its steps are done."""

    def __init__(self, out: Path, given: argparse.Namespace) -> None:
        """Begin, or go on."""
        self.out, self.given = out, given
        out.mkdir(parents=True, exist_ok=True)
        (out / "recipe.toml").write_text(RECIPE)

    def scuff(self, result: Path, *arguments: str | Path) -> None:
        """Do a step with one of scuff's commands, unless its result is there already."""
        if not result.exists():
            self.python("-m", "scuff.cli.main", *arguments)

    def python(self, *arguments: str | Path) -> None:
        """Run a Python program in the folder of the benchmark, and so with its recipe."""
        sys.stderr.write(f"$ python {' '.join(map(str, arguments))}\n")
        subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=self.out, stdout=sys.stderr)

    def train(self, run: Path, patches: Path, *options: str) -> None:
        """Train a run; one that was cut short begins anew, for going on would give it the time of the cut epoch."""
        if not (run / "checkpoint.pt").is_file():
            shutil.rmtree(run, ignore_errors=True)
            self.python("-m", "scuff.cli.main", "train", patches, run, *options)

    def evaluate(self, run: Path, catalogue: Path) -> None:
        """Count a run on all frames of a catalogue."""
        self.scuff(figures_file(run, catalogue), "evaluate", run, "--catalogue", catalogue)

    def render(self) -> None:
        """Render simulated parts, and write down how long that took."""
        for name, seed in SIMULATED.items():
            parts = self.given.parts if name == "sim" else self.given.unseen
            for shape in SHAPES:
                folder = self.out / name / shape
                took = self.out / name / f"{shape}-seconds.json"
                if took.exists():
                    continue
                began = time.monotonic()
                options = [f"--parts={parts}", f"--seed={seed}", f"--shape={shape}", f"--size={self.given.size}"]
                lights = [f"--light={light}" for light in self.given.light]
                self.scuff(took, "booth", "render", folder, "--finish=mixed", *options, *lights)
                frames = len(list((folder / "frames").glob("*.png")))
                write_whole(took, json.dumps({"seconds": time.monotonic() - began, "frames": frames}))

    def import_simulated(self, name: str) -> Path:
        """Make one catalogue of the sinks and the sheets of a seed."""
        pictures, rows = self.out / name / "pictures", []
        for shape in SHAPES:
            rendered = self.out / name / shape
            link(pictures / shape, rendered / "frames")
            with (rendered / "parts.csv").open(newline="") as file:
                rows += [(f"{shape}/{row['image']}", f"{shape}-{row['part']}") for row in csv.DictReader(file)]
        table, catalogue = self.out / name / "parts.csv", self.out / f"{name}-catalogue"
        write_table(table, rows)
        self.scuff(catalogue / "catalogue.csv", "import", pictures, catalogue, "--format=labelme", "--parts", table)
        return catalogue

    def pretrain(self) -> None:
        """Train on the simulated frames alone."""
        catalogue, split, patches = self.import_simulated("sim"), self.out / "sim-split.csv", self.out / "sim-patches"
        self.scuff(split, "split", catalogue, split, *SIMULATED_SPLIT)
        self.scuff(patches / "patches.json", "patches", catalogue, split, patches, "--preview")
        self.train(self.out / "sim-run", patches, f"--set=training.max_minutes={self.given.minutes}")

    def evaluate_untuned(self) -> None:
        """Count the network that has seen nothing real."""
        self.evaluate(self.out / "sim-run", self.import_simulated("unseen"))
        for name in self.given.sets:
            self.evaluate(self.out / "sim-run", self.split_real(name))

    def parts_of(self, name: str) -> dict[str, str]:
        """Find the part of each picture of a real set."""
        program, folder = {
            "mt": ("magnetic_tile_parts.py", self.given.magnetic_tile),
            "neu": ("neu_seg_parts.py", self.given.neu_seg),
        }[name]
        table = self.out / f"{name}-parts.csv"
        if not table.exists():
            self.python(HERE / program, folder, table)
        with table.open(newline="") as file:
            return {row["image"]: row["part"] for row in csv.DictReader(file)}

    def import_real(self, name: str, catalogue: Path, pairs: Pairs) -> None:
        """Make a catalogue of some pictures of a real set."""
        if (catalogue / "catalogue.csv").exists():
            return
        folder = self.out / "linked" / catalogue.name
        for relative, (picture, mask) in pairs.items():
            link(folder / "pictures" / relative, picture)
            link((folder / "masks" / relative).with_suffix(".png"), mask)
        values = () if name == "mt" else ("--mask-kind=values", "--class-values=3=defect")
        parts = ("--parts", self.out / f"{name}-parts.csv")
        self.scuff(catalogue, "import", folder / "pictures", catalogue, "--masks", folder / "masks", *parts, *values)

    def split_real(self, name: str) -> Path:
        """Divide a real set; give the catalogue of its test side."""
        part_of, pairs = self.parts_of(name), self.pairs(name)
        whole, split, test = (self.out / f"{name}-{what}" for what in ("catalogue", "split.csv", "test"))
        self.import_real(name, whole, pairs)
        self.scuff(split, "split", whole, split)
        self.import_real(name, test, of_parts(pairs, part_of, load_division(split).parts(Side.TEST)))
        return test

    def pairs(self, name: str) -> Pairs:
        """The pictures and masks of a real set."""
        return magnetic_tiles(self.given.magnetic_tile) if name == "mt" else scratches(self.given.neu_seg)

    def tune(self, name: str, seed: int) -> None:
        """Train on a tenth of a real set from both starts, and count both on its test side."""
        test, patches = self.split_real(name), self.cut_tenth(name, seed)
        for start in STARTS:
            weights = "none" if start == "random" else str(self.out / "sim-run" / "checkpoint.pt")
            run, minutes = self.out / f"{name}-{start}-seed{seed}", self.given.tune_minutes
            self.train(run, patches, f"--weights={weights}", f"--set=training.max_minutes={minutes}", f"--set=seed={seed}")
            self.evaluate(run, test)

    def cut_tenth(self, name: str, seed: int) -> Path:
        """Cut patches from a tenth of the training parts and from all validation parts."""
        catalogue, split, patches = (self.out / f"{name}-tenth-seed{seed}{end}" for end in ("", ".csv", "-patches"))
        division = load_division(self.out / f"{name}-split.csv")
        drawn = draw_tenth(self.out / f"{name}-catalogue", division, seed)
        sides = dict.fromkeys(drawn, Side.TRAINING) | dict.fromkeys(division.parts(Side.VALIDATION), Side.VALIDATION)
        self.import_real(name, catalogue, of_parts(self.pairs(name), self.parts_of(name), sides))
        save_division(split, Division(sides))
        self.scuff(patches / "patches.json", "patches", catalogue, split, patches, "--preview", f"--set=seed={seed}")
        return patches

    def table(self) -> str:
        """Lay out what is known so far as Markdown."""
        lines = ["| counted on | trained on | precision | recall | F1 | IoU | F1 by seed |", "|---" * 7 + "|"]
        sim, seeds = self.out / "sim-run", self.given.seeds
        for name, title in TITLES.items():
            catalogue = self.out / ("unseen-catalogue" if name == "unseen" else f"{name}-test")
            counted = known([figures_file(sim, catalogue)])
            lines += [line(title, "simulation alone", counted)] if counted else []
            lines += [line(title, "(every pixel called defective)", [blind(row)]) for row in counted]
            for start, words in STARTS.items():
                tuned = known([figures_file(self.out / f"{name}-{start}-seed{seed}", catalogue) for seed in seeds])
                lines += [line(title, words, tuned)] if tuned else []
        return "\n".join([*lines, "", *self.rendered(), ""])

    def rendered(self) -> Iterable[str]:
        """Say how long rendering took."""
        for took in sorted(self.out.glob("*/*-seconds.json")):
            facts = json.loads(took.read_text())
            shape = took.name.removesuffix("-seconds.json")
            yield f"- {took.parent.name}, {shape}: {facts['frames']} frames rendered in {facts['seconds']:.0f} s"


def link(place: Path, target: Path) -> None:
    """Put a link to a file or folder in a place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_symlink():
        place.symlink_to(target.resolve())


def write_table(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    """Write which picture shows which part."""
    write_whole(path, "".join(f"{image},{part}\n" for image, part in [("image", "part"), *rows]))


def magnetic_tiles(folder: Path) -> Pairs:
    """The tiles with cracks and those without defects."""
    pictures = [path for kind in ("MT_Crack", "MT_Free") for path in sorted((folder / kind / "Imgs").glob("*.jpg"))]
    return {path.relative_to(folder).as_posix(): (path, path.with_suffix(".png")) for path in pictures}


def scratches(folder: Path) -> Pairs:
    """The pictures of NEU-Seg with scratches and no other class."""
    import cv2

    pairs = {}
    for mask in sorted((folder / "annotations").glob("*/*.png")):
        values = np.unique(cv2.imdecode(np.fromfile(mask, np.uint8), cv2.IMREAD_GRAYSCALE))
        relative = mask.relative_to(folder / "annotations").with_suffix(".jpg")
        if 3 in values and set(values.tolist()) <= {0, 3}:
            pairs[relative.as_posix()] = (folder / "images" / relative, mask)
    return pairs


def of_parts(pairs: Pairs, part_of: Mapping[str, str], parts: Iterable[str]) -> Pairs:
    """The pictures that show certain parts."""
    wanted = set(parts)
    return {relative: pair for relative, pair in pairs.items() if part_of[relative] in wanted}


def draw_tenth(catalogue: Path, division: Division, seed: int) -> list[str]:
    """Draw a tenth of the training parts with defects and a tenth of the sound ones, at least one of each."""
    defective = {row.part for row in load_catalogue(catalogue).rows if row.defect_px}
    training, generator, drawn = division.parts(Side.TRAINING), np.random.default_rng(seed), []
    for group in ([part for part in training if part in defective], [part for part in training if part not in defective]):
        drawn += generator.permutation(group)[: math.ceil(TENTH * len(group))].tolist()
    return drawn


def figures_file(run: Path, catalogue: Path) -> Path:
    """Where `scuff evaluate` writes the figures of a run on a catalogue."""
    return run / "evaluation" / f"catalogue-{catalogue.name}" / "metrics.json"


def known(files: Iterable[Path]) -> list[Row]:
    """Read the figures that are there."""
    return [json.loads(path.read_text())["rows"]["defect"] for path in files if path.is_file()]


def blind(row: Row) -> Row:
    """What calling every pixel defective would give: the figures of no skill at all."""
    counts = {name: row[name] or 0 for name in ("tp_px", "fp_px", "fn_px", "tn_px")}
    share = (counts["tp_px"] + counts["fn_px"]) / sum(counts.values())
    return {"precision": share, "recall": 1.0, "f1": 2 * share / (1 + share), "iou": share}


def line(title: str, trained_on: str, rows: list[Row]) -> str:
    """A line of the table: means ± standard deviations where there are several seeds."""
    by_seed = ", ".join("–" if row["f1"] is None else f"{row['f1']:.3f}" for row in rows) if len(rows) > 1 else ""
    cells = [title, trained_on, *(spread([row[name] for row in rows]) for name in FIGURES), by_seed]
    return f"| {' | '.join(cells)} |"


def spread(values: list[float | None]) -> str:
    """Mean ± standard deviation; a dash where a figure is undefined."""
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
    parser.add_argument("--parts", type=int, default=40, help="sinks, and as many sheets, to train on")
    parser.add_argument("--unseen", type=int, default=10, help="sinks, and as many sheets, to be counted")
    parser.add_argument("--size", default="1368x912", help="of a simulated frame")
    parser.add_argument("--light", action="append", default=[], help="as `scuff booth render` takes it")
    parser.add_argument("--stage", choices=STAGES, help="only this one; all, one after the other, unless given")
    given = parser.parse_args()
    given.magnetic_tile, given.neu_seg = given.magnetic_tile.resolve(), given.neu_seg.resolve()
    bench = Bench(given.out.resolve(), given)
    for stage in [given.stage] if given.stage else STAGES:
        match stage:
            case "render":
                bench.render()
            case "train":
                bench.pretrain()
            case "zero":
                bench.evaluate_untuned()
            case "tune":
                for name in given.sets:
                    for seed in given.seeds:
                        bench.tune(name, seed)
            case _:
                write_whole(bench.out / "table.md", bench.table())
                sys.stdout.write(bench.table())


if __name__ == "__main__":
    main()
