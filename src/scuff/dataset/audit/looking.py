"""Looks at every picture and annotation of a catalogue once; what cannot be read is a finding, not an end."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from scuff.core.errors import ScuffError
from scuff.dataset.audit.frames import Measures, measure
from scuff.dataset.audit.masks import Drawn, describe
from scuff.dataset.audit.memory import Seen, recall, remember
from scuff.dataset.audit.pairs import LANES, Pair, Step, find_pairs
from scuff.dataset.audit.small import Small, small_copy
from scuff.dataset.audit.texture import small_grey
from scuff.dataset.catalogue import Catalogue, Row

AS_IT_IS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True)
class _Look:
    """What one frame gave."""

    row: Row
    copy: Small | None = None
    measures: Measures | None = None
    drawn: Sequence[Drawn] = ()
    unreadable: str = ""
    wrong: str = ""


def look(catalogue: Catalogue, step: Step) -> Seen:
    """Look at a catalogue, or remember what was seen when nothing has changed since."""
    seen = recall(catalogue)
    if seen is not None:
        return seen
    looks = []
    with ThreadPoolExecutor(LANES) as lanes:
        for number, each in enumerate(lanes.map(lambda row: _look(catalogue, row), catalogue.rows), 1):
            looks.append(each)
            step("Reading pictures", number / len(catalogue.rows))
    pairs = _pairs(looks, step)
    seen = Seen(
        {each.row.frame: each.measures for each in looks if each.measures},
        {each.row.frame: each.unreadable for each in looks if each.unreadable},
        [drawn for each in looks for drawn in each.drawn],
        {each.row.frame: each.wrong for each in looks if each.wrong},
        pairs,
    )
    remember(catalogue, seen)
    return seen


def _look(catalogue: Catalogue, row: Row) -> _Look:
    try:
        pixels = catalogue.frame(row).pixels
    except ScuffError as error:
        return _Look(row, unreadable=str(error))
    copy, measures = small_copy(pixels, row.camera), measure(pixels)
    try:
        mask = catalogue.mask(row)
    except ScuffError as error:
        return _Look(row, copy, measures, wrong=str(error))
    return _Look(row, copy, measures, describe(row, mask, small_grey(pixels), catalogue.classes))


def _pairs(looks: Sequence[_Look], step: Step) -> list[Pair]:
    """Pairs of copies, byte for byte, and those that are found by their pixels among one of each."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    copies = {each.row.frame: each.copy for each in looks if each.copy}
    for each in looks:
        if each.copy:
            files[each.row.sha256].append(each.row.frame)
    heads = {min(frames): copies[min(frames)] for frames in files.values()}
    same = [
        Pair(min(frames), other, "scene", 1.0, 1.0, 1.0, "the same file", AS_IT_IS)
        for frames in files.values()
        for other in sorted(frames)[1:]
    ]
    return sorted([*same, *find_pairs(heads, step)], key=lambda pair: (pair.first, pair.second))
