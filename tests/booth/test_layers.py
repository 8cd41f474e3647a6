import numpy as np
import pytest

from scuff.booth.layers import Layers, lit, mix
from scuff.booth.rows import THREADS_VARIABLE
from scuff.core.errors import BoothError

NAMES = ("A", "B", "environment")


@pytest.fixture
def layers() -> Layers:
    """Two pixels: A lights the left one, B the right one, the environment both."""
    return Layers(NAMES, np.array([[[4, 0]], [[0, 8]], [[0.5, 0.25]]], np.float32))


def test_height_and_width(layers: Layers) -> None:
    assert layers.hw == (1, 2)


def test_every_light_counts_as_bright_as_it_is(layers: Layers) -> None:
    mixed = mix(layers, {"A": 0.5, "B": 2, "environment": 4})
    assert mixed.dtype == np.float32
    np.testing.assert_array_equal(mixed, [[4 * 0.5 + 0.5 * 4, 8 * 2 + 0.25 * 4]])


def test_a_luminaire_that_is_not_named_is_off_and_the_environment_is_on(layers: Layers) -> None:
    assert lit(NAMES, {"B": 0.5}) == {"A": 0, "B": 0.5, "environment": 1}
    np.testing.assert_array_equal(mix(layers, {}), [[0.5, 0.25]])
    np.testing.assert_array_equal(mix(layers, {"A": 1}), [[4.5, 0.25]])


def test_nothing_is_lit_where_all_is_off(layers: Layers) -> None:
    np.testing.assert_array_equal(mix(layers, {"environment": 0}), [[0, 0]])


def test_light_is_gathered_for_as_long_as_the_exposure(layers: Layers) -> None:
    np.testing.assert_array_equal(mix(layers, {"A": 1, "environment": 0}, exposure_us=250), [[1000, 0]])


def test_two_lights_together_are_the_sum_of_each_alone() -> None:
    planes = np.random.default_rng(0).integers(0, 1000, (3, 70, 50)).astype(np.float32)  # whole, so that sums are exact
    layers = Layers(NAMES, planes)
    alone = [mix(layers, {"A": 3, "environment": 0}), mix(layers, {"B": 2, "environment": 0}), mix(layers, {})]
    np.testing.assert_array_equal(mix(layers, {"A": 3, "B": 2}), alone[0] + alone[1] + alone[2])


def test_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = Layers(NAMES, np.random.default_rng(0).random((3, 70, 50), np.float32))
    mixed = []
    for threads in ("1", "3"):
        monkeypatch.setenv(THREADS_VARIABLE, threads)
        mixed.append(mix(layers, {"A": 0.3, "B": 0.7}, 123))
    np.testing.assert_array_equal(mixed[0], mixed[1])


def test_layers_stay_as_they_are(layers: Layers) -> None:
    before = layers.planes.copy()
    mix(layers, {"A": 2, "B": 3}, 5)
    np.testing.assert_array_equal(layers.planes, before)


def test_a_light_that_is_not_there_is_refused_and_those_there_are_named(layers: Layers) -> None:
    with pytest.raises(BoothError, match=r"there is no light 'C' to switch; there are: A, B, environment"):
        mix(layers, {"A": 1, "C": 1})


@pytest.mark.parametrize(("intensity", "said"), [(-0.5, "-0.5"), (float("nan"), "nan"), (float("inf"), "inf")])
def test_an_intensity_that_cannot_be_is_refused(layers: Layers, intensity: float, said: str) -> None:
    with pytest.raises(BoothError, match=f"light 'B': an intensity of {said} cannot be; it must be 0 or more"):
        mix(layers, {"B": intensity})


@pytest.mark.parametrize(
    ("exposure_us", "said"), [(0, "0"), (-20, "-20"), (float("nan"), "nan"), (float("inf"), "inf")]
)
def test_an_exposure_that_cannot_be_is_refused(layers: Layers, exposure_us: float, said: str) -> None:
    with pytest.raises(BoothError, match=f"an exposure of {said} µs cannot be; it must be above 0"):
        mix(layers, {}, exposure_us)
