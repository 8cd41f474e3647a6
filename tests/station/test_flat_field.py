import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fixtures.raw_frames import raw_frame

from scuff.core.station_recipe import LightCheck
from scuff.station.flat_field import FlatField, cells_of, measure_field
from scuff.station.light_check import Comparison, compare, lines_of

HW = (128, 192)  # 4×6 cells
LIMITS = LightCheck()
LIGHT = np.full(HW, 0.5)
GRAIN = 1 + 0.1 * np.random.default_rng(7).standard_normal(HW)
"""Of the card: the same in every frame."""


def seen(
    light: NDArray[np.float64] = LIGHT,
    dark: float = 0.1,
    noise: float = 0.01,
    seed: int = 1,
    reference: FlatField | None = None,
) -> FlatField:
    """The card under a light above a dark level, as shares of full scale."""
    draw = np.random.default_rng(seed)

    def frame(level: NDArray[np.float64]) -> NDArray[np.uint8]:
        noisy = 255 * np.clip(level + noise * draw.standard_normal(HW), 0, 1)
        return np.asarray(np.rint(noisy), np.uint8)

    lit = [raw_frame(frame(dark + light * GRAIN), lighting="A") for _ in range(2)]
    return measure_field(lit, raw_frame(frame(np.full(HW, dark))), "A", reference=reference)


REFERENCE = seen()


def failed(today: FlatField, limits: LightCheck = LIMITS) -> list[str]:
    return [finding.what for finding in compare(REFERENCE, today, limits).failed]


def test_it_is_few_numbers() -> None:
    assert REFERENCE.grid.shape == (4, 6)
    assert np.nanmedian(REFERENCE.grid) == pytest.approx(0.5, abs=0.01)  # the dark level is taken away
    assert REFERENCE.dark == pytest.approx(0.1, abs=0.003)
    assert REFERENCE.noise == pytest.approx(0.01, rel=0.1)
    assert REFERENCE.clipped_share == 0
    assert REFERENCE.sharpness is not None


def test_sharpness_does_not_see_noise() -> None:
    quiet, loud = seen(noise=0.005).sharpness, seen(noise=0.03).sharpness
    assert quiet is not None
    assert loud == pytest.approx(quiet, rel=0.05)


def test_a_card_without_structure_has_no_sharpness() -> None:
    draw = np.random.default_rng(2)
    frames = [raw_frame(np.rint(100 + 3 * draw.standard_normal(HW)).astype(np.uint8)) for _ in range(2)]
    assert measure_field(frames, raw_frame(np.zeros(HW, np.uint8)), "A").sharpness is None


def test_what_lies_beside_the_card_or_the_region_does_not_count() -> None:
    light = LIGHT.copy()
    light[:, :32] = 0.01  # the first column of cells; the second is the rim of the card
    assert np.isnan(seen(light).grid).all(axis=0).tolist() == [True, True, False, False, False, False]
    inside = np.full(HW, 255, np.uint8)
    inside[:40] = 0  # the first row and some of the second
    frames = [raw_frame(np.full(HW, 100, np.uint8))] * 2
    field = measure_field(frames, raw_frame(np.zeros(HW, np.uint8)), "A", inside)
    assert np.isnan(field.grid).all(axis=1).tolist() == [True, True, True, False]


def test_the_grid_has_fewer_cells_where_they_would_be_tiny() -> None:
    assert cells_of((3648, 5472)) == (16, 24)
    assert cells_of((64, 96)) == (2, 3)
    assert cells_of((8, 8)) == (1, 1)


def test_a_mosaic_is_measured_by_the_mean_of_its_colours() -> None:
    mosaic = np.zeros(HW, np.uint8)
    mosaic[::2, ::2], mosaic[1::2, 1::2] = 200, 100
    field = measure_field([raw_frame(mosaic, "BayerRG8")] * 2, raw_frame(np.zeros(HW, np.uint8), "BayerRG8"), "A")
    assert field.brightest == pytest.approx(75 / 255, abs=1e-4)  # (200 + 0 + 0 + 100) / 4


def test_the_same_light_passes_fifty_times() -> None:
    assert [seed for seed in range(2, 52) if failed(seen(seed=seed))] == []


def test_a_lamp_at_seventy_percent_fails_and_says_so() -> None:
    comparison = compare(REFERENCE, seen(0.7 * LIGHT, seed=2), LIMITS)
    assert [finding.what for finding in comparison.failed] == ["level"]
    assert comparison.level == pytest.approx(0.7, abs=0.01)
    line, advice = lines_of([comparison])
    assert line.startswith("FAIL  camera left, luminaire A: level 0.70 (0.85 to 1.15); evenness ")
    assert advice == (
        "      level: a lamp ages and a window gets dirty: clean it, replace it, or set its controller and tune again"
    )


def test_a_local_shadow_fails_and_says_where() -> None:
    light = LIGHT.copy()
    light[32:64, 128:160] *= 0.8  # the second row of cells, the fifth column
    comparison = compare(REFERENCE, seen(light, seed=2), LIMITS)
    (finding,) = comparison.failed
    assert (finding.what, finding.place) == ("evenness", "at 144,48 px")
    assert finding.value == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("today", "what"),
    [
        (seen(dark=0.15, seed=2), "dark"),
        (seen(noise=0.02, seed=2), "noise"),
        (seen(np.where(np.arange(192) < 2, 2.0, LIGHT), seed=2), "clipped"),
        (seen(LIGHT / GRAIN, seed=2), "sharpness"),
    ],
)
def test_stray_light_noise_glare_and_defocus_fail(today: FlatField, what: str) -> None:
    assert failed(today) == [what]


def test_a_luminaire_that_is_out_fails_by_its_level_alone() -> None:
    comparison = compare(REFERENCE, seen(0 * LIGHT, seed=2, reference=REFERENCE), LIMITS)
    assert [finding.what for finding in comparison.failed] == ["level"]
    assert comparison.level == pytest.approx(0, abs=0.01)


def test_a_place_that_is_dark_now_is_no_place_beside_the_card() -> None:
    light = LIGHT.copy()
    light[:, 160:] = 0
    assert failed(seen(light, seed=2, reference=REFERENCE)) == ["evenness"]


def test_limits_are_the_recipe_s() -> None:
    assert failed(seen(0.7 * LIGHT, seed=2), LightCheck(level_change=0.4)) == []


def test_a_comparison_without_failures_is_well() -> None:
    comparison: Comparison = compare(REFERENCE, REFERENCE, LIMITS)
    assert comparison.is_well
    assert lines_of([comparison])[0].startswith("pass  camera left, luminaire A: level 1.00 (0.85 to 1.15)")
