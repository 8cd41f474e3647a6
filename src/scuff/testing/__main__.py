"""Write simulated parts: ``python -m scuff.testing OUT --parts 60 --seed 1``."""

import argparse
import sys
from pathlib import Path

from scuff.testing.parts import CAMERAS, MASKS, PICTURES, write_parts


def main(arguments: list[str] | None = None) -> None:
    """Write the parts that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m scuff.testing", description="Write simulated metal parts.")
    parser.add_argument("out", type=Path, help=f"folder for {PICTURES}/ and {MASKS}/")
    parser.add_argument("--parts", type=int, default=60, help="how many (60)")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (0)")
    parser.add_argument("--cameras", type=int, choices=range(1, len(CAMERAS) + 1), default=1, help="of each part (1)")
    given = parser.parse_args(arguments)
    written = write_parts(given.out, given.parts, given.seed, given.cameras)
    sys.stdout.write(f"{len(written)} pictures in {given.out / PICTURES}, their masks in {given.out / MASKS}\n")


if __name__ == "__main__":
    main()
