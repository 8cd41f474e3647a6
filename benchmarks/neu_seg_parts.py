"""Write the parts of NEU-Seg for `scuff import --parts`: groups of pictures that are one scene.

The published training and test folders leak: most test pictures are a flip or a rotation of a training picture.
Here pictures whose small copies agree under one of the eight flips and rotations are joined into one group, over
both folders, and a group is taken as one part.

    python benchmarks/neu_seg_parts.py NEU_SEG_FOLDER parts.csv
"""

import argparse
import csv
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 50
"""Of the small copies, in pixels: a quarter of the pictures', fine enough for texture to tell them apart."""
COARSE_PX = 3.0
"""Sigma of what is taken away from the copies: shading is alike in pictures of different scenes."""
SAME = 0.83
"""Correlation from which two pictures are one scene: of 6.4 million pairs 5,900 lie above (see --verbose)."""


def small_copies(pictures: list[Path]) -> NDArray[np.float32]:
    """Read the texture of pictures: N×SIDE×SIDE."""
    rows = np.empty((len(pictures), SIDE, SIDE), np.float32)
    for index, path in enumerate(pictures):
        grey = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            sys.exit(f"{path}: cannot be read")
        small = cv2.resize(grey.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        rows[index] = small - cv2.GaussianBlur(small, (0, 0), COARSE_PX)
    return rows


def unit(copies: NDArray[np.float32]) -> NDArray[np.float32]:
    """Flatten copies to rows of mean 0 and length 1."""
    flat = copies.reshape(len(copies), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    lengths: NDArray[np.float32] = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(lengths, 1e-6))


def likeness(copies: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the N×N highest correlations over the eight flips and rotations."""
    upright = unit(copies)
    best = np.full((len(copies), len(copies)), -1, np.float32)
    for flipped in (copies, copies[:, :, ::-1]):
        for turns in range(4):
            np.maximum(best, upright @ unit(np.rot90(flipped, turns, axes=(1, 2))).T, out=best)
    return best


def groups(alike: NDArray[np.bool_]) -> list[int]:
    """Number the connected groups of an N×N relation."""
    number = [-1] * len(alike)
    for first in range(len(alike)):
        if number[first] >= 0:
            continue
        waiting = [first]
        number[first] = first
        while waiting:
            for other in np.flatnonzero(alike[waiting.pop()]):
                if number[other] < 0:
                    number[other] = first
                    waiting.append(int(other))
    return number


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--verbose", action="store_true", help="print how the likenesses are distributed")
    given = parser.parse_args()
    pictures = sorted((given.folder / "images").glob("*/*.jpg"))
    if not pictures:
        sys.exit(f"{given.folder}: no images/*/*.jpg there")
    alike = likeness(small_copies(pictures))
    if given.verbose:
        counts, edges = np.histogram(alike[np.triu_indices(len(alike), 1)], bins=np.linspace(0, 1, 51))
        sys.stdout.writelines(f"{edge:.2f} {count}\n" for edge, count in zip(edges, counts, strict=False))
    number = groups(alike >= SAME)
    with given.table.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("image", "part"))
        for path, group in zip(pictures, number, strict=True):
            table.writerow((path.relative_to(given.folder / "images").as_posix(), f"group-{group:04d}"))
    sizes = np.bincount(np.unique(number, return_inverse=True)[1])
    sys.stdout.write(f"{len(pictures)} pictures, {len(sizes)} groups, the largest of {sizes.max()}\n")


if __name__ == "__main__":
    main()
