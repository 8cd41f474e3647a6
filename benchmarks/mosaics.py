"""Put 20-megapixel frames with known truth together from small pictures of real steel.

Takes NEU-Seg (200×200 pixels each) and the groups that `neu_seg_parts.py` found. Groups are divided first, so that no
scene is in the frames of two sides. A cell of a frame shows either a picture with its flaws, or sound metal: the
largest rectangle without flaws of a picture, mirrored until it fills the cell. Annotators left out much that looks like
a flaw, so sound metal comes from the quarter of those rectangles in which the least stands out. Frames of the test side
have flaws in a stated share of the 384-pixel windows that an inspection cuts: none, at most 4 %, about 13 %.

    python benchmarks/mosaics.py NEU_SEG_FOLDER parts.csv OUT

writes frames, masks, parts.csv, split.csv and recipe.toml into OUT, for `scuff import`.
"""

import argparse
import csv
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HW = 3648, 5472
CELL_PX, WINDOW_PX = 200, 384
SMALLEST_PX = 80
"""Short side of a sound rectangle that still shows texture."""
CALM = 0.25
"""Share of the sound rectangles that are used: those with the lowest contrast."""
FINE_PX, COARSE_PX = 1.5, 12.0
"""Sigmas between which contrast is measured: noise is finer, shading is coarser."""
SHARES = {"training": 0.65, "validation": 0.12, "test": 0.23}
TRAINING_CELLS = 0.2
"""Share of a training frame's cells that have flaws."""

RECIPE = """seed = 1
[product]
name = "steel mosaic"
classes = ["defect"]
[frames]
part_pattern = '(?P<part>.+)-(left|right)$'
camera_pattern = '-(?P<camera>left|right)$'
[patches]
size_px = 384
min_defect_px = 20
sound_share = 0.3
[network]
weights = "none"
[training]
learning_rate = 1e-3
schedule = "cosine"
[inspection]
threshold = 0.9
min_area_px = 200
"""
"""The operating point has few false alarms, as a line has: what is called for nothing is what a screening cannot spare,
and what comes and goes with the place of a tile's edge. It was chosen on validation frames of another seed."""


@dataclass(frozen=True, slots=True)
class Metal:
    """One picture: its pixels (H×W), its flaws (H×W, 0 or 255), and a sound part of it."""

    pixels: NDArray[np.uint8]
    flaws: NDArray[np.uint8]
    sound: NDArray[np.uint8] | None

    @property
    def contrast(self) -> float:
        """Of the sound part: how far anything in it stands out, in grey levels."""
        if self.sound is None:
            return math.inf
        values = self.sound.astype(np.float32)
        apart = cv2.GaussianBlur(values, (0, 0), FINE_PX) - cv2.GaussianBlur(values, (0, 0), COARSE_PX)
        return float(np.abs(apart).max())


def sound_part(pixels: NDArray[np.uint8], flaws: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Find the largest rectangle without flaws, by the classic scan of heights row by row."""
    height, width = flaws.shape
    free = np.zeros(width, int)
    best, found = 0, None
    for y in range(height):
        free = np.where(flaws[y] == 0, free + 1, 0)
        stack: list[int] = []
        for x in range(width + 1):
            while stack and (x == width or free[stack[-1]] >= free[x]):
                tall = int(free[stack.pop()])
                left = stack[-1] + 1 if stack else 0
                if min(tall, x - left) >= SMALLEST_PX and tall * (x - left) > best:
                    best, found = tall * (x - left), pixels[y - tall + 1 : y + 1, left:x]
            stack.append(x)
    return found


def read(folder: Path, name: str) -> Metal:
    """Read a picture and its mask; flaws that reach the sound part by a pixel or two are kept away from it."""
    pixels = cv2.imread(str(folder / "images" / name), cv2.IMREAD_GRAYSCALE)
    values = cv2.imread(str((folder / "annotations" / name).with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
    if pixels is None or values is None:
        sys.exit(f"{folder}: {name} or its mask cannot be read")
    metal, flaws = np.asarray(pixels, np.uint8), np.where(values > 0, 255, 0).astype(np.uint8)
    around = np.asarray(cv2.dilate(flaws, np.ones((9, 9), np.uint8)), np.uint8)
    return Metal(metal, flaws, sound_part(metal, around))


def divide(table: Path, rng: np.random.Generator) -> dict[str, list[str]]:
    """Divide pictures over the sides, whole groups at a time."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    groups = sorted({row["part"] for row in rows})
    order = [groups[i] for i in rng.permutation(len(groups))]
    ends = np.round(np.cumsum(list(SHARES.values())) * len(order)).astype(int)
    sides = {
        group: side for side, first, end in zip(SHARES, [0, *ends], ends, strict=False) for group in order[first:end]
    }
    return {side: [row["image"] for row in rows if sides[row["part"]] == side] for side in SHARES}


def turned(rng: np.random.Generator, *pictures: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Turn and mirror pictures, all in the same way."""
    turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
    return [np.rot90(picture[:, ::-1] if mirror else picture, turns) for picture in pictures]


def calm_parts(metals: list[Metal]) -> list[NDArray[np.uint8]]:
    """The sound parts in which the least stands out."""
    ranked = sorted((metal.contrast, number) for number, metal in enumerate(metals) if metal.sound is not None)
    parts = [metals[number].sound for _, number in ranked[: round(CALM * len(ranked))]]
    return [part for part in parts if part is not None]


def sound_cell(parts: list[NDArray[np.uint8]], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A cell of sound metal, CELL_PX square."""
    part = parts[rng.integers(len(parts))]
    pad = [(0, max(0, CELL_PX - length)) for length in part.shape]
    return turned(rng, np.pad(part, pad, mode="symmetric")[:CELL_PX, :CELL_PX])[0]


def flawed_windows(mask: NDArray[np.uint8]) -> float:
    """The share of WINDOW_PX squares, side by side, that hold a flaw."""
    padded = np.pad(mask, [(0, -length % WINDOW_PX) for length in mask.shape])
    rows, columns = (length // WINDOW_PX for length in padded.shape)
    blocks = padded.reshape(rows, WINDOW_PX, columns, WINDOW_PX)
    return float(blocks.any(axis=(1, 3)).mean())


def mosaic(
    metals: list[Metal],
    sound: list[NDArray[np.uint8]],
    rng: np.random.Generator,
    cells: float | None = None,
    windows: float = 0.0,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Make a frame and its mask, H×W each.

    Args:
        metals: The pictures to take.
        sound: Their sound parts.
        rng: Chooses.
        cells: Share of the cells that get flaws; or else
        windows: the largest share of windows that may have any.
    """
    grid = [(y, x) for y in range(0, HW[0], CELL_PX) for x in range(0, HW[1], CELL_PX)]
    full = tuple(-(-length // CELL_PX) * CELL_PX for length in HW)
    pixels, mask = np.zeros(full, np.uint8), np.zeros(full, np.uint8)
    for y, x in grid:
        pixels[y : y + CELL_PX, x : x + CELL_PX] = sound_cell(sound, rng)
    chosen = rng.permutation(len(grid))
    for place in chosen if cells is None else chosen[: round(len(grid) * cells)]:
        y, x = grid[place]
        window = slice(y, y + CELL_PX), slice(x, x + CELL_PX)
        metal = metals[rng.integers(len(metals))]
        before = pixels[window].copy()
        pixels[window], mask[window] = turned(rng, metal.pixels, metal.flaws)
        if cells is None and flawed_windows(mask[: HW[0], : HW[1]]) > windows:
            pixels[window], mask[window] = before, 0  # a place beside earlier flaws may still be free
    return pixels[: HW[0], : HW[1]], mask[: HW[0], : HW[1]]


def write(out: Path, name: str, frame: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
    """Write a frame as a camera's colour JPEG, and its mask."""
    pixels, mask = frame
    cv2.imwrite(
        str(out / "frames" / f"{name}.jpg"), cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95]
    )
    cv2.imwrite(str(out / "masks" / f"{name}.png"), mask)


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--training-frames", type=int, default=16)
    parser.add_argument("--validation-frames", type=int, default=6)
    parser.add_argument("--test-frames", type=int, default=3, help="of each share: 4 %% and 13 %%; two more are clean")
    parser.add_argument("--seed", type=int, default=2)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    for name in ("frames", "masks"):
        (given.out / name).mkdir(parents=True, exist_ok=True)
    plan = [("training", f"T{n:02d}-left", {"cells": TRAINING_CELLS}) for n in range(given.training_frames)]
    plan += [("validation", f"V{n:02d}-left", {"windows": (0.13, 0.04)[n % 2]}) for n in range(given.validation_frames)]
    for percent in (4, 13):
        plan += [("test", f"F{percent:02d}{n:02d}-left", {"windows": percent / 100}) for n in range(given.test_frames)]
    plan += [("test", f"C00-{camera}", {"windows": 0.0}) for camera in ("left", "right")]
    metals = {side: [read(given.folder, name) for name in names] for side, names in divide(given.parts, rng).items()}
    sound = {side: calm_parts(metals[side]) for side in metals}
    for side, name, shares in plan:
        frame = mosaic(metals[side], sound[side], rng, **shares)
        write(given.out, name, frame)
        share = f"{flawed_windows(frame[1]):.1%} of the windows have flaws"
        sys.stdout.write(f"{side} {name}: {share}, {(frame[1] > 0).mean():.2%} of the pixels\n")
    split = {name.rsplit("-", 1)[0]: side for side, name, _ in plan}
    (given.out / "split.csv").write_text(
        "part,side\n" + "".join(f"{part},{side}\n" for part, side in sorted(split.items()))
    )
    (given.out / "recipe.toml").write_text(RECIPE)


if __name__ == "__main__":
    main()
