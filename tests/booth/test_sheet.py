import numpy as np

from scuff.booth.sheet import GAP_PX, LINE_PX, MARGIN_PX, PAPER, Cell, Sheet, Words

RED = np.full((30, 40, 3), (255, 0, 0), np.uint8)


def test_pictures_stand_side_by_side_below_their_headings() -> None:
    sheet = Sheet(200)
    sheet.row([Cell("one", "", RED), Cell("two", "2 ms", RED)])
    drawn = sheet.drawn()
    top, left = MARGIN_PX + GAP_PX + LINE_PX, MARGIN_PX
    assert drawn.shape == (top + 30 + MARGIN_PX, 200 + 2 * MARGIN_PX, 3)
    for start in (left, left + 40 + GAP_PX):
        assert (drawn[top : top + 30, start : start + 40] == (255, 0, 0)).all()
    assert (drawn[top : top + 30, left + 40 : left + 40 + GAP_PX] == PAPER).all()
    assert (drawn[top - LINE_PX : top, left : left + 40] != PAPER).any()


def test_words_may_stand_beside_pictures() -> None:
    sheet = Sheet(200)
    sheet.row([Cell("", "", RED)], [Words("", square=(0, 255, 0)), Words("5 mm")], 100)
    drawn = sheet.drawn()
    top = MARGIN_PX + GAP_PX + LINE_PX
    assert (drawn[top : top + 30, MARGIN_PX + 100 : MARGIN_PX + 140] == (255, 0, 0)).all()
    assert (drawn[:, :MARGIN_PX] == PAPER).all()
    assert (drawn[top : top + LINE_PX, MARGIN_PX : MARGIN_PX + 100] == (0, 255, 0)).all(axis=2).any()


def test_a_sheet_grows_by_its_lines() -> None:
    sheet = Sheet(200)
    sheet.title("Part")
    sheet.line([Words("a"), Words("b")])
    drawn = sheet.drawn()
    assert drawn.shape[0] == 2 * MARGIN_PX + 3 * LINE_PX
    assert (drawn[MARGIN_PX : MARGIN_PX + 2 * LINE_PX] != PAPER).any()
