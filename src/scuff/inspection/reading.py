"""The picture of a frame read from its file, or from the files of the lightings that it is fused from."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import PictureError
from scuff.core.fusion import fuse
from scuff.core.picture import read_picture, sha256
from scuff.core.recipe import Frames


def read_frame(paths: Sequence[Path], frames: Frames, contents: Sequence[bytes] | None = None) -> NDArray[np.uint8]:
    """Read a frame as a network sees it.

    Args:
        paths: Its file; or as many as ``frames.fused`` has lightings, in that order.
        frames: How pictures are read, and which lightings are fused.
        contents: The bytes of the files, where they have been read already.

    Returns:
        H×W×3, RGB; or the grey values of the lightings.

    Raises:
        PictureError: A file cannot be read, they differ in size, or are too many or too few.
    """
    wanted = len(frames.fused) or 1
    if len(paths) != wanted:
        raise PictureError(
            f"{paths[0]}: is given as a frame of {len(paths)}, where the recipe makes one of {wanted} "
            f"(frames.fused = {list(frames.fused)})"
        )
    pictures = [
        read_picture(path, frames, contents[place] if contents is not None else None)
        for place, path in enumerate(paths)
    ]
    return fuse(pictures, str(paths[0])) if frames.fused else pictures[0]


def checksum_of(paths: Sequence[Path]) -> str:
    """Checksum of a frame's file; of several, the checksum of theirs.

    Raises:
        OSError: One cannot be read.
    """
    return _joined([sha256(path) for path in paths])


def checksum_of_contents(contents: Sequence[bytes]) -> str:
    """The same of files that have been read."""
    return _joined([hashlib.sha256(content).hexdigest() for content in contents])


def _joined(sums: Sequence[str]) -> str:
    return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()
