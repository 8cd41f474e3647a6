from dataclasses import replace

import pytest
from tests.fixtures.fake_rig import frame_of

from scuff.core.recipe import Product as CoreProduct
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import CameraSettings, Lighting
from scuff.serving.following import Following
from scuff.serving.product import Product
from scuff.station.capture import Capture

CAMERA = CameraSettings(name="left", exposure_us=1000.0)


class Adjusted:
    """A rig that keeps what it is told to use."""

    def __init__(self) -> None:
        self.exposures_us: list[float] = []

    def adjust(self, camera: str, lighting: str, exposure_us: float, gain_db: float) -> None:
        self.exposures_us.append(exposure_us)


def tuned(product: Product, name: str, **level: float) -> Product:
    """A product whose metal had this level in good light, by camera; without one it was not tuned."""
    light = (Lighting(name="all", level=level),)
    changes = {"product": CoreProduct(name=name), "cameras": (CAMERA,), "lightings": light}
    return replace(product, recipe=Recipe.model_copy(product.recipe, update=changes))


def test_a_part_is_followed_by_the_level_of_its_own_product(product: Product) -> None:
    capture = Capture("P1", (frame_of("left", "P1"),), (), 0, 1)  # grey: 128 of 255
    products = [tuned(product, "dull", left=0.5), tuned(product, "bright", left=0.6), tuned(product, "other")]
    told: dict[str, list[float]] = {}
    for each in products:
        rig = Adjusted()
        Following(products, rig).look(each, capture)  # type: ignore[arg-type]
        told[each.name] = rig.exposures_us
    assert told == {"dull": [], "bright": [pytest.approx(1000.0 * 0.6 / (128 / 255), rel=0.01)], "other": []}
