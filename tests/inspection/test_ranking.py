from pathlib import Path

import pytest
from tests.fixtures.defects import a_defect

from scuff.core.verdict import Outcome
from scuff.inspection.pipeline import Inspector
from scuff.inspection.ranking import Worst
from scuff.inspection.result import Result

FAIL, PASS, REVIEW, UNREAD = Outcome.FAIL, Outcome.PASS, Outcome.REVIEW, Outcome.NOT_INSPECTED


@pytest.fixture
def blank(inspector: Inspector) -> Result:
    return inspector.inspect(Path("gone.png")).result


def result(blank: Result, outcome: Outcome, area_px: int) -> Result:
    defects = (a_defect(area_px=area_px),) if area_px else ()
    error = "unread" if outcome is UNREAD else None
    return blank.model_copy(update={"error": error, "defects": defects})


def ranked(blank: Result, pictures: list[tuple[Outcome, int]], shown: int = 9, unread: int = 9) -> list[int]:
    worst = Worst(shown, unread)
    for outcome, area_px in pictures:
        worst.add(result(blank, outcome, area_px), outcome)
    return worst.ranked()


def test_worst_come_first(blank: Result) -> None:
    assert ranked(blank, [(PASS, 50), (REVIEW, 9), (FAIL, 3), (UNREAD, 0), (FAIL, 7)]) == [3, 4, 2, 1, 0]


def test_equals_keep_their_order(blank: Result) -> None:
    assert ranked(blank, [(PASS, 0), (FAIL, 4), (PASS, 0), (FAIL, 4)]) == [1, 3, 0, 2]


def test_only_so_many_are_kept(blank: Result) -> None:
    assert ranked(blank, [(FAIL, area_px) for area_px in (5, 1, 9, 7, 3)], shown=3) == [2, 3, 0]


def test_unread_pictures_leave_room_for_those_with_something_to_see(blank: Result) -> None:
    pictures = [(UNREAD, 0)] * 5 + [(FAIL, 1), (FAIL, 2), (FAIL, 3)]
    assert ranked(blank, pictures, shown=4, unread=2) == [0, 1, 7, 6]
