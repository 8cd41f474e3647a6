from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scuff.core.errors import CatalogueError
from scuff.dataset.balance import even_out, holdings, unevenness
from scuff.dataset.catalogue import Catalogue, Record, Row

RECORD = Record(source="", annotation_format="", classes=("scratch", "dent", "bump"), parts_from="csv")
ROW = Row("P1-a", "P1", "", "a.png", 4, 4, "", "scratch:10;dent:3", "")
CATALOGUE = Catalogue(
    Path("somewhere"),
    RECORD,
    (
        ROW,
        replace(ROW, frame="P1-b", annotations="scratch:5"),
        replace(ROW, frame="P0-a", part="P0", annotations=""),
    ),
)


def test_counts_what_each_part_holds() -> None:
    held = holdings(CATALOGUE)
    assert held.parts == ("P0", "P1")
    table = dict(zip(held.kinds, held.counts.T.tolist(), strict=True))
    assert table == {
        "parts": [1, 1],
        "sound parts": [1, 0],
        "frames": [1, 2],
        "defective px": [0, 18],
        "scratch parts": [0, 1],
        "scratch px": [0, 15],
        "dent parts": [0, 1],
        "dent px": [0, 3],
    }


def test_a_class_that_the_catalogue_lacks_is_named() -> None:
    wrong = replace(CATALOGUE, rows=(replace(ROW, annotations="hole:3"),))
    with pytest.raises(CatalogueError, match="frame 'P1-a' has the class 'hole', and the catalogue only scratch"):
        holdings(wrong)


def test_unevenness_is_chi_squared_and_one_for_each_kind_that_is_lacking() -> None:
    totals = np.array([10, 20])
    # Half of everything is wanted: (0.4 - 0.5)² / 0.5 + (0.75 - 0.5)² / 0.5.
    assert unevenness(np.array([4, 15]), totals, 0.5) == pytest.approx(0.02 + 0.125)
    assert unevenness(np.array([5, 10]), totals, 0.5) == 0
    # (0 - 0.5)² / 0.5, and 1 for the kind that it lacks.
    assert unevenness(np.array([5, 0]), totals, 0.5) == pytest.approx(0.5 + 1)


def test_evens_out_by_exchange_and_keeps_the_number_of_parts() -> None:
    counts = np.array([[1, 100], [1, 100], [1, 4], [1, 4]])
    sides = even_out(counts, np.array([0, 0, 1, 1]), [0.5, 0.5], np.random.default_rng(0))
    assert counts[sides == 0].sum(axis=0).tolist() == [2, 104]
    assert counts[sides == 1].sum(axis=0).tolist() == [2, 104]


def test_many_parts_are_compared_with_a_sample_of_the_others() -> None:
    counts = np.column_stack([np.ones(1000, np.int64), np.arange(1, 1001)])
    start = (np.arange(1000) >= 500).astype(np.int64)
    sides = even_out(counts, start, [0.5, 0.5], np.random.default_rng(0))
    assert np.count_nonzero(sides) == 500
    assert counts[sides == 0, 1].sum() == pytest.approx(500_500 / 2, rel=0.002)
