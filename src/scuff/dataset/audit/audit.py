"""The audit of a catalogue: `audit` is all that others need."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import ScuffError
from scuff.dataset.audit.findings import KINDS, Finding
from scuff.dataset.audit.frames import odd_frames
from scuff.dataset.audit.groups import Joining
from scuff.dataset.audit.labels import differing_labels
from scuff.dataset.audit.looking import look
from scuff.dataset.audit.masks import Drawn, wrong_masks
from scuff.dataset.audit.pairs import Pair, Step
from scuff.dataset.audit.runs import runs
from scuff.dataset.balance import part_of
from scuff.dataset.catalogue import Catalogue, Row
from scuff.dataset.split import Division, Side

LARGEST = 0.1
"""Share of the pictures that a group may reach by shared parts alone; else one would chain to the next through all."""


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        catalogue: What was looked at.
        pairs: Pictures that show the same metal.
        groups: Frames that should be on one side of a split; of two and more.
        by_names: Frames that their file names put into one run, for as far as the pictures bear the names out.
        left_apart: Pairs with a shared part that were not joined, since the group would have become too large.
        findings: Frames and annotations to look at.
        crossing: Pairs whose pictures are on two sides of the split; none where no split was given.
        sides: Side of each frame, where a split was given.
        drawn: What is annotated, for statistics.
    """

    catalogue: Catalogue
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[str, ...], ...]
    by_names: tuple[tuple[str, ...], ...]
    left_apart: tuple[Pair, ...]
    findings: tuple[Finding, ...]
    crossing: tuple[Pair, ...]
    sides: Mapping[str, Side]
    drawn: Sequence[Drawn]

    @property
    def scenes(self) -> tuple[Pair, ...]:
        """Pairs of which one picture is in the other as a whole."""
        return tuple(pair for pair in self.pairs if pair.kind == "scene")

    @property
    def divided(self) -> tuple[tuple[str, ...], ...]:
        """Groups that the split divides."""
        return tuple(group for group in self.groups if len({self.sides.get(frame) for frame in group}) > 1)

    def counts(self) -> dict[str, int]:
        """Findings by kind; kinds without any are left out."""
        counted = Counter(finding.kind for finding in self.findings)
        return {kind: counted[kind] for kind in KINDS if counted[kind]}

    def summary(self) -> list[str]:
        """Say in a few lines what was found."""
        together = sum(map(len, self.groups))
        lines = [
            f"{len(self.catalogue.rows):,} pictures; {together:,} of them belong to "
            f"{len(self.groups):,} {'group' if len(self.groups) == 1 else 'groups'} that "
            "should be on one side of a split"
            if self.groups
            else f"{len(self.catalogue.rows):,} pictures; no two show the same metal",
        ]
        if self.pairs:
            parts = len(self.pairs) - len(self.scenes)
            lines.append(f"pairs of one scene: {len(self.scenes):,}; pairs that share a part: {parts:,}")
        if self.by_names:
            lines.append(f"runs by file names, which the pictures bear out: {len(self.by_names):,}")
        if self.left_apart:
            lines.append(f"pairs that share a part, and were left apart: {len(self.left_apart):,}")
        if self.sides:
            lines.append(self._leak())
        lines += [f"{KINDS[kind]}: {count:,}" for kind, count in self.counts().items()]
        return lines

    def _leak(self) -> str:
        tested = {frame for frame, side in self.sides.items() if side is Side.TEST}
        leaking = {frame for pair in self.crossing for frame in (pair.first, pair.second)} & tested
        scenes = sum(pair.kind == "scene" for pair in self.crossing)
        if not self.crossing and not self.divided:
            return "no scene is on two sides of the split"
        return (
            f"pairs across the sides of the split: {scenes:,} of one scene, {len(self.crossing) - scenes:,} that share "
            f"a part; groups divided: {len(self.divided):,}; {len(leaking):,} of {len(tested):,} test pictures have "
            "such a pair"
        )


def audit(catalogue: Catalogue, division: Division | None = None, progress: Step | None = None) -> Audit:
    """Look for what makes the figures of a catalogue better, or its training worse, than they should be.

    What was seen of the pictures is kept beside the catalogue; called again, this takes seconds.

    Args:
        catalogue: What to look at.
        division: A split to check.
        progress: Told what is being done and how far it is.

    Raises:
        SplitError: The split is not one of this catalogue.
    """
    sides = {}
    if division is not None:
        division.check(catalogue)
        sides = {row.frame: division.sides[part_of(row)] for row in catalogue.rows}
    step = progress or (lambda doing, share: None)
    seen = look(catalogue, step)
    step("Comparing annotations", 0.0)
    images = {row.frame: PurePosixPath(row.image).stem for row in catalogue.rows}
    by_names = runs(images, [(pair.first, pair.second) for pair in seen.pairs if pair.kind == "scene"])
    groups, left_apart = _grouped(catalogue, seen.pairs, by_names)
    findings = [
        *(Finding("unreadable", frame, reason) for frame, reason in seen.unreadable.items()),
        *(Finding("mask", frame, reason) for frame, reason in seen.wrong.items()),
        *odd_frames(seen.measured),
        *wrong_masks(catalogue.rows, seen.drawn),
        *differing_labels(
            seen.pairs, partial(_mask, catalogue, {row.frame: row for row in catalogue.rows}), catalogue.classes
        ),
    ]
    order = list(KINDS)
    return Audit(
        catalogue=catalogue,
        pairs=tuple(seen.pairs),
        groups=groups,
        by_names=by_names,
        left_apart=left_apart,
        findings=tuple(sorted(findings, key=lambda each: (order.index(each.kind), each.frame, each.other))),
        crossing=tuple(pair for pair in seen.pairs if sides and sides[pair.first] is not sides[pair.second]),
        sides=sides,
        drawn=tuple(seen.drawn),
    )


def _grouped(
    catalogue: Catalogue, pairs: Sequence[Pair], by_names: Sequence[tuple[str, ...]]
) -> tuple[tuple[tuple[str, ...], ...], tuple[Pair, ...]]:
    """Join scenes and runs first; then shared parts, the largest first, unless a group would grow too large."""
    joining = Joining(row.frame for row in catalogue.rows)
    for pair in pairs:
        if pair.kind == "scene":
            joining.join(pair.first, pair.second)
    for group in by_names:
        for frame in group[1:]:
            joining.join(group[0], frame)
    limit = max(12, round(LARGEST * len(catalogue.rows)))
    apart = []
    shared = [pair for pair in pairs if pair.kind == "part"]
    for pair in sorted(shared, key=lambda pair: (-pair.shared, pair.first, pair.second)):
        if joining.of(pair.first) == joining.of(pair.second):
            continue
        if joining.joint_size(pair.first, pair.second) > limit:
            apart.append(pair)
        else:
            joining.join(pair.first, pair.second)
    return joining.groups(), tuple(apart)


def _mask(catalogue: Catalogue, rows: Mapping[str, Row], frame: str) -> NDArray[np.uint8] | None:
    try:
        return catalogue.mask(rows[frame])
    except ScuffError:  # a finding already
        return None


def united_parts(catalogue: Catalogue, groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Name for each part the one that stands for all with which it shares a scene.

    Args:
        catalogue: Its parts.
        groups: Frames that belong together.
    """
    part = {row.frame: part_of(row) for row in catalogue.rows}
    joining = Joining(sorted(set(part.values())))
    for group in groups:
        for frame in group[1:]:
            joining.join(part[group[0]], part[frame])
    return {name: joining.of(name) for name in joining.head}
