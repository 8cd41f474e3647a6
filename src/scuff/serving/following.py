"""Makes up for drift from part to part, each by what was tuned for its own product."""

import logging
from collections.abc import Callable, Iterable

from scuff.core.errors import PictureError
from scuff.serving.logs import tell
from scuff.serving.product import Product
from scuff.station.capture import Capture
from scuff.station.drift import DriftController, references_of

Adjust = Callable[[str, str, float, float], object]
"""Told a camera, a lighting, and the exposure in µs and the gain in dB that hold from now on."""


class Following:
    """The drift controllers of a line, by product; those that were not tuned have none.

    One product shines more than another: by the level of the wrong one, good light would be corrected.
    """

    def __init__(self, products: Iterable[Product], adjust: Adjust) -> None:
        """Prepare them.

        Args:
            products: What the line inspects.
            adjust: ``Rig.adjust``.
        """
        tuned = [(product, references) for product in products if (references := references_of(product.recipe))]
        self._controllers = {product.name: DriftController(product.recipe, held) for product, held in tuned}
        self._adjust = adjust

    def look(self, product: Product, capture: Capture) -> None:
        """Look at a part, and adjust the exposure of the next ones; in the thread of captures.

        Args:
            product: What the part was triggered as.
            capture: What was taken of it.
        """
        controller = self._controllers.get(product.name)
        if controller is None:
            return
        try:
            adjustments = controller.look(capture)
        except PictureError as error:  # the inspection of the part says so, too
            tell(logging.WARNING, "not-followed", str(error), part=capture.part, reason=str(error))
            return
        for each in adjustments:
            level = logging.WARNING if each.at_limit else logging.INFO
            tell(level, "adjusted", str(each), camera=each.camera, part=capture.part)
            self._adjust(each.camera, each.lighting, each.exposure_us, each.gain_db)
