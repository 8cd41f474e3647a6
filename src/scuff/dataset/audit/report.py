"""The report of an audit: one HTML file that needs nothing else and reaches for nothing."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.errors import ScuffError
from scuff.core.picture import write_whole
from scuff.core.templates import templates
from scuff.dataset.audit.audit import Audit
from scuff.dataset.audit.findings import KINDS, Finding
from scuff.dataset.audit.pairs import Pair
from scuff.dataset.audit.statistics import class_statistics, size_statistics
from scuff.dataset.drawing import fitted, outlined

SHOWN = 24
"""Pairs, and findings of each kind, that the page shows; the tables hold all."""

GROUPS_SHOWN, MEMBERS_SHOWN = 12, 8

PICTURE_PX = 220
QUALITY = 80

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame on the page.

    Attributes:
        frame: Its name.
        side: Its side of the split; empty without one.
        picture: A data URI; empty where it cannot be read.
    """

    frame: str
    side: str
    picture: str


def write_report(path: Path, found: Audit) -> None:
    """Write the page, with the pictures of a pair side by side."""
    album = _Album(found)
    write_whole(
        path,
        templates("scuff.dataset.audit")
        .get_template("report.html.j2")
        .render(
            name=found.catalogue.folder.resolve().name,
            found=found,
            sections=list(_pair_sections(found, album)),
            groups=[
                (len(group), [album.shown(frame) for frame in group[:MEMBERS_SHOWN]])
                for group in sorted(found.groups, key=lambda group: (-len(group), group))[:GROUPS_SHOWN]
            ],
            kinds=[
                (KINDS[kind], count, [album.finding(each) for each in _first(found.findings, kind)])
                for kind, count in found.counts().items()
            ],
            classes=class_statistics(found),
            sizes=size_statistics(found),
            shown=SHOWN,
        ),
    )


def _first(findings: Sequence[Finding], kind: str) -> list[Finding]:
    return [each for each in findings if each.kind == kind][:SHOWN]


def _pair_sections(found: Audit, album: "_Album") -> Iterator[tuple[str, str, int, list[object]]]:
    """Title, what it means, how many, and those that are shown; the least certain first."""
    crossing = set(found.crossing)
    sections = [
        ("One scene, on two sides of the split", "What is tested was trained on.", "scene", True),
        ("A shared part, on two sides of the split", "Some of what is tested was trained on.", "part", True),
        ("One scene", "Copies, flips, turns, crops, other exposures: for the split they are one.", "scene", False),
        ("A shared part", "The rest of the picture is other metal, or was pasted.", "part", False),
    ]
    for title, meaning, kind, across in sections:
        pairs = [pair for pair in found.pairs if pair.kind == kind and (pair in crossing) is across]
        pairs.sort(key=lambda pair: (pair.shared, pair.first, pair.second))
        if pairs:
            shown = pairs if len(pairs) <= SHOWN else [pairs[i * (len(pairs) - 1) // (SHOWN - 1)] for i in range(SHOWN)]
            yield title, meaning, len(pairs), [album.pair(pair) for pair in shown]


class _Album:
    """Makes the small pictures of the page."""

    def __init__(self, found: Audit) -> None:
        self._catalogue, self._sides = found.catalogue, found.sides
        self._rows = {row.frame: row for row in found.catalogue.rows}
        self._read = lru_cache(maxsize=64)(self._read_both)

    def shown(self, frame: str) -> Shown:
        """A frame with its annotation outlined."""
        both = self._read(frame)
        uri = _uri(outlined(*fitted(*both, PICTURE_PX))) if both else ""
        return Shown(frame, self._sides.get(frame, ""), uri)

    def finding(self, finding: Finding) -> tuple[Finding, list[Shown]]:
        """A finding and its pictures."""
        return finding, [self.shown(frame) for frame in (finding.frame, finding.other) if frame]

    def pair(self, pair: Pair) -> tuple[Pair, list[Shown], str]:
        """A pair, its pictures, and the second laid on the first."""
        first, second = self._read(pair.first), self._read(pair.second)
        laid = ""
        if first and second:
            matrix = np.array(pair.matrix, np.float64).reshape(2, 3)
            size = (first[0].shape[1], first[0].shape[0])
            moved = np.asarray(cv2.warpAffine(second[0], matrix, size, borderValue=(96, 96, 96)), np.uint8)
            laid = _uri(fitted(moved, np.zeros(moved.shape[:2], np.uint8), PICTURE_PX)[0])
        return pair, [self.shown(pair.first), self.shown(pair.second)], laid

    def _read_both(self, frame: str) -> tuple[Picture, Picture] | None:
        row = self._rows[frame]
        try:
            pixels = self._catalogue.frame(row).pixels
        except ScuffError:  # listed as a finding, without a picture
            return None
        try:
            return pixels, self._catalogue.mask(row)
        except ScuffError:
            return pixels, np.zeros(pixels.shape[:2], np.uint8)


def _uri(picture: Picture) -> str:
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()
