"""Write the parts of the magnetic-tile set (MT) for `scuff import --parts`.

MT has no official split, and the six exposures of one tile carry neighbouring numbers in their file names.
Sorted by number, the pictures fall into blocks with gaps between them; a block is taken as one part, so that no
tile is divided between training and test.

    python benchmarks/magnetic_tile_parts.py MT_FOLDER parts.csv
"""

import argparse
import csv
import re
import sys
from pathlib import Path

GAP = 600
"""A larger step between two numbers begins a new block."""


def blocks(pictures: list[Path]) -> dict[Path, str]:
    """Name the block of each picture."""
    numbers = ((re.fullmatch(r"exp\d_num_(\d+)", path.stem), path) for path in pictures)
    numbered = sorted((int(match[1]), path) for match, path in numbers if match)
    named: dict[Path, str] = {}
    block, before = 0, None
    for number, path in numbered:
        if before is not None and number - before > GAP:
            block += 1
        named[path] = f"block-{block:03d}"
        before = number
    return named


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("table", type=Path)
    given = parser.parse_args()
    pictures = sorted(given.folder.glob("MT_*/Imgs/exp*_num_*.jpg"))
    if not pictures:
        sys.exit(f"{given.folder}: no MT_*/Imgs/exp*_num_*.jpg there")
    named = blocks(pictures)
    with given.table.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("image", "part"))
        table.writerows((path.relative_to(given.folder).as_posix(), part) for path, part in sorted(named.items()))
    sys.stdout.write(f"{len(named)} pictures, {len(set(named.values()))} blocks\n")


if __name__ == "__main__":
    main()
