import numpy as np
import pytest
from tests.fixtures.raw_frames import capture, lit_frame, raw_frame

from scuff.core.recipe import Recipe
from scuff.core.station_recipe import CameraSettings, ExposureControl, Lighting
from scuff.station.acquisition_error import LightError
from scuff.station.light_guard import LightGuard

EXPOSURE = ExposureControl(black_level=0.0, most=2.0)
CAMERAS = (CameraSettings(name="left", exposure_us=1000.0),)


def guard(level: float | None = 0.6) -> LightGuard:
    lighting = Lighting(name="all", level={} if level is None else {"left": level})
    return LightGuard(Recipe(cameras=CAMERAS, exposure=EXPOSURE, lightings=(lighting,)))


@pytest.mark.parametrize("light", [0.31, 0.6, 0.98])
def test_light_that_the_exposure_can_make_up_for_is_judged(light: float) -> None:
    guard().check(capture(lit_frame(light, 1000.0)))


def test_a_lamp_that_is_out_is_told() -> None:
    frames = [lit_frame(0.6, 1000.0), lit_frame(0.1, 1000.0)]
    with pytest.raises(LightError, match=r"left, frame all: is too dark .* is 0\.102, and must be 0\.300 at least"):
        guard().check(capture(*frames))


def test_metal_that_is_clipped_is_told() -> None:
    with pytest.raises(LightError, match="too bright to be judged: 100 % of the metal is at full scale"):
        guard().check(capture(lit_frame(1.0, 1000.0)))


@pytest.mark.parametrize(("value", "said"), [(0, "too dark"), (255, "too bright"), (20, "")])
def test_light_that_was_not_tuned_is_told_where_nothing_shows(value: int, said: str) -> None:
    frame = capture(raw_frame(np.full((8, 8), value, np.uint8)))
    if not said:
        guard(level=None).check(frame)
        return
    with pytest.raises(LightError, match=said):
        guard(level=None).check(frame)
