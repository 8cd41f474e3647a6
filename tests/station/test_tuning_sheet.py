import numpy as np
from tests.fixtures.raw_frames import raw_frame

from scuff.core.station_recipe import ExposureControl
from scuff.station.candidate import Candidate, Shot, Tried
from scuff.station.expectation import Worth
from scuff.station.exposure import Setting, measure
from scuff.station.tuning_sheet import MARK, draw_sheet, marked


def test_a_clipped_pixel_is_marked_however_much_the_frame_is_shrunk() -> None:
    pixels = np.full((64, 64), 100, np.uint8)
    pixels[20, 40] = 255
    shown = marked(raw_frame(pixels), 16)
    assert shown.shape == (16, 16, 3)
    assert np.argwhere((shown == MARK).all(axis=2)).tolist() == [[5, 10]]


def test_clipping_of_a_single_colour_shows() -> None:
    pixels = np.full((8, 8), 100, np.uint8)
    pixels[0, 1] = 255
    shown = marked(raw_frame(pixels, "BayerRG8"), 8)
    assert (shown == MARK).all(axis=2).sum() == 1


def test_what_was_not_captured_has_no_row() -> None:
    worth, candidate = Worth(0.5, 0.6, 1, 2, 0.1), Candidate({"A": 1.0}, {"left": Setting(1000.0)})
    frame = raw_frame(np.full((8, 12), 100, np.uint8))
    shot = Shot("P1", "left", measure(frame, None, ExposureControl()), frame)
    rows = [draw_sheet("Plate", [Tried(candidate, worth, worth, (shot,))] * count, 0.01).shape[0] for count in (1, 2)]
    assert (
        draw_sheet("Plate", [Tried(candidate, worth, worth, (shot,)), Tried(candidate, worth)], 0.01).shape[0]
        == rows[0]
    )
    assert rows[1] > rows[0]
