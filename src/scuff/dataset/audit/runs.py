"""Pictures taken in a run, as their file names say: proposed only where the pictures themselves bear the names out."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

BREAK = 32
"""How many times the usual step between two numbers begins a new run. Generous: to join too much costs freedom in the
split, to join too little costs honesty."""

BORNE_OUT, CHANCE = 0.9, 0.2
"""Share of the pairs of one scene that must lie within a run, and share of all pairs that may."""

WITNESSES = 20
"""Pairs of one scene that are needed to believe the names."""


def runs(images: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Find the runs of a catalogue, if its file names carry numbers that mean something.

    The last number of each name is taken. The pictures decide whether it is believed: of the pairs that are one
    scene by their pixels, nearly all must lie within a run, and runs must be short, so that this is no accident.

    Args:
        images: File name of each frame, without folder and ending.
        pairs: Frames that are one scene by their pixels.

    Returns:
        The runs of two and more frames; none where the names are not believed.
    """
    numbers = {frame: int(found[-1]) for frame, name in images.items() if (found := re.findall(r"\d+", name))}
    if len(numbers) < len(images) or len(set(numbers.values())) < 0.9 * len(numbers):
        return ()
    ordered = sorted(numbers, key=lambda frame: (numbers[frame], frame))
    steps = [numbers[after] - numbers[before] for before, after in pairwise(ordered)]
    longest = BREAK * float(np.median(steps)) if steps else 0.0
    number = dict(zip(ordered, np.cumsum([0, *(step > longest for step in steps)]).tolist(), strict=True))
    sizes = np.bincount(list(number.values()))
    chance = float((sizes * (sizes - 1)).sum()) / max(len(ordered) * (len(ordered) - 1), 1)
    within = [number[first] == number[second] for first, second in pairs]
    if len(within) < WITNESSES or float(np.mean(within)) < BORNE_OUT or chance > CHANCE:
        return ()
    members: dict[int, list[str]] = {}
    for frame in ordered:
        members.setdefault(number[frame], []).append(frame)
    return tuple(tuple(sorted(group)) for group in members.values() if len(group) > 1)
