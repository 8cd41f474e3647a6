import numpy as np
from tests.fixtures.raw_frames import raw_frame

from scuff.cli.tuning_text import exposed_lines, tried_lines
from scuff.core.station_recipe import ExposureControl
from scuff.station.candidate import Candidate, Shot, Tried
from scuff.station.expectation import Worth
from scuff.station.exposure import Setting, measure

PLAIN = ExposureControl(black_level=0.0)
WORTH = Worth(0.45, 0.5, 1, 2, 1.0)


def shot(value: int) -> Shot:
    frame = raw_frame(np.full((8, 8), value, np.uint8))
    return Shot("P1", "left", measure(frame, None, PLAIN))


def tried(*values: int, exposure_us: float = 1000.0, share: float = 1.0) -> Tried:
    candidate = Candidate({"A": 1.0, "B": 0.5}, {"left": Setting(exposure_us)}, share)
    return Tried(candidate, WORTH, WORTH, tuple(map(shot, values)))


def test_a_well_exposed_camera_needs_no_remark() -> None:
    assert exposed_lines([tried(153)], PLAIN) == [
        "A 100 B 50, left: 1,000 µs, 0.0 dB, level 0.60 (± 0 % between parts), 0 % clipped"
    ]


def test_why_it_is_dark_is_told() -> None:
    assert exposed_lines([tried(100)], PLAIN)[1] == (
        "  darker than exposure.level = 0.6: more of the metal would be clipped"
    )
    assert exposed_lines([tried(100, exposure_us=100_000.0)], PLAIN)[1] == (
        "  darker than exposure.level = 0.6: exposure.longest_us allows no more"
    )
    assert len(exposed_lines([tried(80, share=0.5)], PLAIN)) == 1  # as it was asked for


def test_parts_that_differ_by_themselves_are_told_of() -> None:
    assert "parts differ by more than exposure.tolerance = 0.1" in exposed_lines([tried(120, 180)], PLAIN)[1]


def test_the_table_has_what_is_known() -> None:
    table = tried_lines([tried(153), Tried(tried(153).candidate, WORTH)], PLAIN)
    assert [line.split() for line in table[2:5]] == [
        ["light", "predicted", "captured", "recall", "found", "false", "alarms", "clipped"],
        ["A", "100", "B", "50", "0.450", "0.450", "0.500", "1", "of", "2", "1.00", "0", "%"],
        ["A", "100", "B", "50", "0.450", "0.500", "1", "of", "2", "1.00"],
    ]
    weak = Tried(tried(153).candidate, Worth(0.3, None, 0, 0, 0.0), None, (shot(153),))
    assert "certainty of the network, for want of known defects" in tried_lines([weak], PLAIN)[0]
