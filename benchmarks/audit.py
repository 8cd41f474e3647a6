"""How well `scuff audit` finds what is known of two sets: the leak of NEU-Seg, the exposure runs of MT.

    python benchmarks/audit.py NEU_SEG_FOLDER MAGNETIC_TILE_FOLDER work/audit

The truth about NEU-Seg is independent of the audit: a test picture has its source in the training folder where one of
the eight flips and turns of a training picture, at full size and with nothing taken away, correlates with it by SAME or
more, and their masks, laid on each other in the same way, agree in MASKS_AGREE of the pixels. A pair of the audit is
wrong where neither its pixels nor its masks agree that well.
Of MT the file names tell which pictures are one run: sorted by number, cut where the gap exceeds 600.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetic_tile_parts import blocks
from scuff.dataset.audit.audit import Audit, audit
from scuff.dataset.audit.memory import MEMORY
from scuff.dataset.audit.motion import Matrix
from scuff.dataset.catalogue import Catalogue, load_catalogue
from scuff.dataset.split import Division, Side

SAME, MASKS_AGREE = 0.95, 0.97

Pictures = NDArray[np.uint8]


def turned(pictures: Pictures, number: int) -> Pictures:
    """One of the eight flips and turns of N×S×S pictures."""
    return np.ascontiguousarray(np.rot90(pictures[..., ::-1] if number >= 4 else pictures, number % 4, axes=(-2, -1)))


def sources(pictures: Pictures, masks: Pictures, tested: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the test pictures have their source among the others, by pixels and masks alone."""
    test, train = np.flatnonzero(tested), np.flatnonzero(~tested)
    found = np.zeros(len(test), np.bool_)
    theirs = unit(pictures[train])
    for number in range(8):
        alike = unit(turned(pictures[test], number)) @ theirs.T
        for row, column in zip(*np.nonzero(alike >= SAME), strict=True):
            same = (turned(masks[test[row]], number) == masks[train[column]]).mean()
            found[row] |= same >= MASKS_AGREE
    return found


def unit(pictures: Pictures) -> NDArray[np.float32]:
    """Pictures as rows of mean 0 and length 1, so that a product of two is their correlation."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    lengths: NDArray[np.float32] = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(lengths, 1e-6), np.float32)


def is_wrong(first: int, second: int, matrix: Matrix, pictures: Pictures, masks: Pictures) -> bool:
    """Whether neither the pixels nor the masks of a found pair agree."""
    size = pictures.shape[:0:-1]
    laid = cv2.warpAffine(pictures[second], matrix, size, borderMode=cv2.BORDER_REPLICATE)
    drawn = cv2.warpAffine(masks[second], matrix, size, flags=cv2.INTER_NEAREST)
    alike = float(np.corrcoef(pictures[first].ravel(), laid.ravel())[0, 1])
    return alike < SAME and float((drawn == masks[first]).mean()) < MASKS_AGREE


def imported(out: Path, *words: str | Path) -> Catalogue:
    """Import a set, unless that was done before; forget what an audit has seen of it."""
    if not (out / "catalogue.csv").is_file():
        command = [sys.executable, "-m", "scuff.cli.main", "import", *map(str, words), str(out)]
        subprocess.run([*command, "--each-image-is-a-part"], check=True, stdout=subprocess.DEVNULL)
    (out / MEMORY).unlink(missing_ok=True)
    return load_catalogue(out)


def timed(catalogue: Catalogue, division: Division | None = None) -> tuple[Audit, float]:
    """Audit a catalogue and time that."""
    start = time.perf_counter()
    return audit(catalogue, division), time.perf_counter() - start


def neu_seg(folder: Path, out: Path) -> None:
    """Print the figures on the published split."""
    classes = "1=inclusion,2=patches,3=scratches"
    words = ("--masks", folder / "annotations", "--mask-kind", "values", "--class-values", classes)
    catalogue = imported(out / "neu-seg", folder / "images", *words)
    division = Division({row.frame: Side(Path(row.image).parent.name) for row in catalogue.rows})
    found, seconds = timed(catalogue, division)
    place = {row.frame: index for index, row in enumerate(catalogue.rows)}
    pictures = np.stack([catalogue.frame(row).pixels[..., 0] for row in catalogue.rows])
    masks = np.stack([catalogue.mask(row) for row in catalogue.rows])
    tested = np.array([division.sides[row.frame] is Side.TEST for row in catalogue.rows])
    truth = set(np.flatnonzero(tested)[sources(pictures, masks, tested)].tolist())
    scenes = [pair for pair in found.crossing if pair.kind == "scene"]
    hit = {place[frame] for pair in scenes for frame in (pair.first, pair.second)} & truth
    wrong = [
        pair
        for pair in scenes
        if is_wrong(place[pair.first], place[pair.second], np.array(pair.matrix).reshape(2, 3), pictures, masks)
    ]
    sys.stdout.write(
        f"NEU-Seg: {seconds:.0f} s; {len(truth)} of {tested.sum()} test pictures have their source in training, "
        f"{len(hit)} found ({len(hit) / len(truth):.1%}); {len(scenes)} pairs of one scene across the split, "
        f"{len(wrong)} wrong ({len(wrong) / len(scenes):.2%})\n"
    )
    for pair in wrong:
        sys.stdout.write(f"  look at {pair.first} and {pair.second}: {pair.motion}, {pair.agreeing:.1%} agreeing\n")
    for index in sorted(truth - hit):
        sys.stdout.write(f"  missed {catalogue.rows[index].frame}\n")


def magnetic_tile(folder: Path, out: Path) -> None:
    """Print how many runs the groups divide, with and without what the names say."""
    catalogue = imported(out / "magnetic-tile", folder, "--class-folder-level", "2")
    found, seconds = timed(catalogue)
    named = blocks([catalogue.image(row) for row in catalogue.rows])
    block = {row.frame: named[catalogue.image(row)] for row in catalogue.rows}
    group = {frame: number for number, members in enumerate(found.groups) for frame in members}
    parts: dict[str, set[object]] = {}
    for frame, name in block.items():
        parts.setdefault(name, set()).add(group.get(frame, frame))
    divided = sum(len(each) > 1 for each in parts.values())
    outside = [pair for pair in found.scenes if block[pair.first] != block[pair.second]]
    sys.stdout.write(
        f"MT: {seconds:.0f} s; {len(parts)} runs, {divided} divided by the {len(found.groups)} groups (the largest of "
        f"{max(map(len, found.groups))} of {len(catalogue.rows)} pictures); pairs of one scene by pixels alone: "
        f"{len(found.scenes)}, of two runs {len(outside)}; runs believed: {len(found.by_names)}\n"
    )


def main() -> None:
    """Measure both sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("neu_seg", type=Path)
    parser.add_argument("magnetic_tile", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    neu_seg(given.neu_seg, given.out)
    magnetic_tile(given.magnetic_tile, given.out)


if __name__ == "__main__":
    main()
