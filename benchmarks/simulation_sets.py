"""Prepare a real set for `benchmarks/simulation.py`: its test side, and a tenth of its training side.

Of the magnetic tiles (mt), the cracks and the tiles without defects; of NEU-Seg (neu), the pictures whose only class is
scratches, for it has no sound ones. All is one class, "defect". Parts are the blocks and groups of the tutorials,
divided once: half trains, a fifth validates, the rest is the test side; only eight blocks of tiles show cracks, and the
usual shares would leave one of them to test on. The tenth, rounded up, is drawn by the seed from the training parts
with defects and from the sound ones, each by themselves.

    python benchmarks/simulation_sets.py mt MT_FOLDER work/simulation --seeds 0 1 2

writes catalogues, mt-test and mt-tenth-seed0, mt-tenth-seed1, …; beside each tenth, mt-tenth-seed0.csv, … is its split,
with all of the validation parts. What is there is not made again.
"""

import argparse
import csv
import math
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from scuff.core.picture import read_values
from scuff.dataset.catalogue import load_catalogue
from scuff.dataset.split import Division, Side, load_division, save_division

HERE = Path(__file__).parent
SCRATCHES = 3
"""Their value in the masks of NEU-Seg."""
PROGRAMS = {"mt": "magnetic_tile_parts.py", "neu": "neu_seg_parts.py"}
READING = {"mt": (), "neu": ("--mask-kind=values", f"--class-values={SCRATCHES}=defect")}
SHARES = ("--set=split.training=0.5", "--set=split.validation=0.2", "--set=split.test=0.3")
TENTH = 0.1

Pairs = Mapping[str, tuple[Path, Path]]
"""Picture and mask, by the picture's path relative to the set."""


def magnetic_tiles(folder: Path) -> Pairs:
    """The tiles with cracks and those without defects."""
    pictures = [path for kind in ("MT_Crack", "MT_Free") for path in sorted((folder / kind / "Imgs").glob("*.jpg"))]
    return {path.relative_to(folder).as_posix(): (path, path.with_suffix(".png")) for path in pictures}


def neu_scratches(folder: Path) -> Pairs:
    """The pictures with scratches and no other class."""
    pairs = {}
    for mask in sorted((folder / "annotations").glob("*/*.png")):
        relative = mask.relative_to(folder / "annotations").with_suffix(".jpg")
        if set(np.unique(read_values(mask)).tolist()) - {0} == {SCRATCHES}:
            pairs[relative.as_posix()] = (folder / "images" / relative, mask)
    return pairs


def link(place: Path, target: Path) -> None:
    """Put a link to a file in a place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_symlink():
        place.symlink_to(target)


def python(*arguments: str | Path) -> None:
    """Run a Python program."""
    subprocess.run([sys.executable, *map(str, arguments)], check=True)


def import_pairs(name: str, catalogue: Path, pairs: Pairs) -> None:
    """Make a catalogue of some pictures of a set."""
    if (catalogue / "catalogue.csv").exists():
        return
    folder = catalogue.parent / "linked" / catalogue.name
    pictures, masks, parts = folder / "pictures", folder / "masks", catalogue.parent / f"{name}-parts.csv"
    for relative, (picture, mask) in pairs.items():
        link(pictures / relative, picture)
        link((masks / relative).with_suffix(".png"), mask)
    options = (f"--masks={masks}", f"--parts={parts}", '--set=product.classes=["defect"]', *READING[name])
    python("-m", "scuff.cli.main", "import", pictures, catalogue, *options)


def draw_tenth(catalogue: Path, division: Division, seed: int) -> dict[str, Side]:
    """Draw training parts; give the sides of these and of all validation parts."""
    defective = {row.part for row in load_catalogue(catalogue).rows if row.defect_px}
    training, generator = division.parts(Side.TRAINING), np.random.default_rng(seed)
    sides = dict.fromkeys(division.parts(Side.VALIDATION), Side.VALIDATION)
    for wanted in (True, False):
        group = [part for part in training if (part in defective) == wanted]
        drawn = generator.permutation(group)[: math.ceil(TENTH * len(group))].tolist()
        sides |= dict.fromkeys(drawn, Side.TRAINING)
    return sides


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=PROGRAMS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    given = parser.parse_args()
    name, out, folder = given.set, given.out.resolve(), given.folder.resolve()
    parts, whole, split = (out / f"{name}-{what}" for what in ("parts.csv", "catalogue", "split.csv"))
    out.mkdir(parents=True, exist_ok=True)
    if not parts.exists():
        python(HERE / PROGRAMS[name], folder, parts)
    with parts.open(newline="", encoding="utf-8") as file:
        part_of = {row["image"]: row["part"] for row in csv.DictReader(file)}
    pairs = magnetic_tiles(folder) if name == "mt" else neu_scratches(folder)

    def import_parts(catalogue: Path, wanted: Iterable[str]) -> None:
        only = set(wanted)
        import_pairs(name, catalogue, {image: pair for image, pair in pairs.items() if part_of[image] in only})

    import_parts(whole, part_of.values())
    if not split.exists():
        python("-m", "scuff.cli.main", "split", whole, split, *SHARES)
    division = load_division(split)
    import_parts(out / f"{name}-test", division.parts(Side.TEST))
    for seed in given.seeds:
        sides = draw_tenth(whole, division, seed)
        import_parts(out / f"{name}-tenth-seed{seed}", sides)
        save_division(out / f"{name}-tenth-seed{seed}.csv", Division(sides))


if __name__ == "__main__":
    main()
