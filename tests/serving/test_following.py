from collections.abc import Sequence
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


def tuned(product: Product, name: str, **level: float) -> Product:
    """A product whose metal had this level in good light, by camera; without one it was not tuned."""
    light = (Lighting(name="all", level=level),)
    changes = {"product": CoreProduct(name=name), "cameras": (CAMERA,), "lightings": light}
    return replace(product, recipe=Recipe.model_copy(product.recipe, update=changes))


def exposures_us(products: Sequence[Product], product: Product, capture: Capture) -> list[float]:
    """What a part of a product makes of the exposure."""
    set_to: list[float] = []
    Following(products, lambda camera, lighting, exposure_us, gain_db: set_to.append(exposure_us)).look(
        product, capture
    )
    return set_to


def test_a_part_is_followed_by_the_level_of_its_own_product(product: Product) -> None:
    capture = Capture("P1", (frame_of("left", "P1"),), (), 0, 1)  # grey: 128 of 255
    products = [tuned(product, "dull", left=0.5), tuned(product, "bright", left=0.6), tuned(product, "other")]
    told = {each.name: exposures_us(products, each, capture) for each in products}
    assert told == {"dull": [], "bright": [pytest.approx(1000.0 * 0.6 / (128 / 255), rel=0.01)], "other": []}
