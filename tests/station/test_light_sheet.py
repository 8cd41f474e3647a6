import numpy as np

from scuff.core.station_recipe import LightCheck
from scuff.station.light_check import Comparison, Finding
from scuff.station.light_sheet import AS_THEN, BESIDE_PX, CELL_PX, DARKER, NOTHING, WRONG, draw_check

MARGIN_PX = 48


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    """Whether a colour fills more than the squares of the legend."""
    maps = picture[180:, MARGIN_PX + BESIDE_PX :]
    return bool((maps == colour).all(axis=2).sum() > 1000)


def drawn(*ratios: list[float], findings: tuple[Finding, ...] = ()) -> np.ndarray:
    comparison = Comparison("left", "A", np.array(ratios, np.float32), findings)
    return draw_check("Light", "", [comparison], LightCheck())


def test_light_as_it_was_is_pale_and_less_is_blue() -> None:
    assert has(drawn([1, 1], [1, 1]), AS_THEN)
    assert not has(drawn([1, 1], [1, 1]), DARKER)
    assert has(drawn([0.5, 0.5], [0.5, 0.5]), DARKER)
    assert not has(drawn([0.5, 0.5], [0.5, 0.5]), NOTHING)
    assert has(drawn([1, float("nan")], [1, 1]), NOTHING)


def test_a_place_that_fails_is_framed() -> None:
    shadow = [1.0, 1.0], [1.0, 0.5]
    assert not has(drawn(*shadow), WRONG)
    assert has(drawn(*shadow, findings=(Finding("evenness", 0.5, 0.9, 1.1),)), WRONG)


def test_the_sheet_is_as_wide_as_two_maps_and_their_words() -> None:
    assert drawn([1, 1]).shape[1] == 2 * MARGIN_PX + BESIDE_PX + 2 * CELL_PX + 20
