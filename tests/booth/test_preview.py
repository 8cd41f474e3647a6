import numpy as np
import pytest

from scuff.booth.lighting import all_on
from scuff.booth.outline import class_colour
from scuff.booth.portrait import ALL, portray
from scuff.booth.preview import CELL_PX, draw_preview
from scuff.booth.scene import BOOTH
from scuff.booth.settings import FinishChoice, Settings
from scuff.booth.sheet import GAP_PX, MARGIN_PX


def settings(sound_share: float, finish: FinishChoice = "brushed") -> Settings:
    return Settings(1, "sink", finish, (64, 96), sound_share, (all_on(("A", "B")),))


def test_a_portrait_has_every_light_alone_and_all_together() -> None:
    part = settings(0.0).draw_part(1)
    portrait = portray(part, BOOTH.cameras[0], settings(0.0))
    assert list(portrait.frames) == ["A", "B", "environment", ALL]
    assert {frame.shape for frame in portrait.frames.values()} == {(64, 96, 3)}
    assert portrait.exposures_us[ALL] < portrait.exposures_us["A"] < portrait.exposures_us["environment"]
    assert [flaw.id for flaw in portrait.flaws] == list(range(1, len(portrait.flaws) + 1))
    assert {outlined.flaw.id for outlined in portrait.outlined} <= {flaw.id for flaw in portrait.flaws}


def test_a_part_is_drawn_with_a_row_for_each_flaw() -> None:
    sheet, sound = draw_preview(settings(0.0), 1), draw_preview(settings(1.0), 1)
    assert sheet.shape[1] == sound.shape[1] == 5 * CELL_PX + 4 * GAP_PX + 2 * MARGIN_PX
    flaws = [mark for mark in settings(0.0).draw_part(1).marks if mark.is_flaw]
    rows, rest = divmod(sheet.shape[0] - sound.shape[0], len(flaws))
    assert rows > 200
    assert rest == 0
    for mark in flaws:
        assert (sheet == class_colour(mark.kind)).all(axis=2).any()


def test_the_same_part_gives_the_same_sheet() -> None:
    assert np.array_equal(draw_preview(settings(0.0), 2), draw_preview(settings(0.0), 2))


@pytest.mark.parametrize("finish", ["polished", "blasted"])
def test_every_finish_is_drawn(finish: FinishChoice) -> None:
    assert draw_preview(settings(0.0, finish), 1).std() > 10
