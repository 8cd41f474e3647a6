from pathlib import Path

import pytest

from scuff.core.defect import Defect
from scuff.core.verdict import Outcome
from scuff.inspection.pipeline import Inspector
from scuff.inspection.ranking import Worst
from scuff.inspection.result import Result

FAIL, PASS, REVIEW, UNREAD = Outcome.FAIL, Outcome.PASS, Outcome.REVIEW, Outcome.NOT_INSPECTED


@pytest.fixture
def blank(inspector: Inspector) -> Result:
    return inspector.inspect(Path("gone.png")).result


def result(blank: Result, outcome: Outcome, area_px: int) -> Result:
    defects = [Defect(label="scratch", score=1, box_xyxy=(0, 0, 1, 1), area_px=area_px, length_px=1)] if area_px else []
    return blank.model_copy(update={"outcome": outcome, "defects": tuple(defects)})


def ranked(blank: Result, pictures: list[tuple[Outcome, int]], shown: int = 9, unread: int = 9) -> list[int]:
    worst = Worst(shown, unread)
    for outcome, area_px in pictures:
        worst.add(result(blank, outcome, area_px))
    chosen = worst.ranked()
    assert [outcome for _, outcome in chosen] == [pictures[place][0] for place, _ in chosen]
    return [place for place, _ in chosen]


def test_worst_come_first(blank: Result) -> None:
    assert ranked(blank, [(PASS, 50), (REVIEW, 9), (FAIL, 3), (UNREAD, 0), (FAIL, 7)]) == [3, 4, 2, 1, 0]


def test_equals_keep_their_order(blank: Result) -> None:
    assert ranked(blank, [(PASS, 0), (FAIL, 4), (PASS, 0), (FAIL, 4)]) == [1, 3, 0, 2]


def test_only_so_many_are_kept(blank: Result) -> None:
    assert ranked(blank, [(FAIL, area_px) for area_px in (5, 1, 9, 7, 3)], shown=3) == [2, 3, 0]


def test_unread_pictures_leave_room_for_those_with_something_to_see(blank: Result) -> None:
    pictures = [(UNREAD, 0)] * 5 + [(FAIL, 1), (FAIL, 2), (FAIL, 3)]
    assert ranked(blank, pictures, shown=4, unread=2) == [0, 1, 7, 6]
