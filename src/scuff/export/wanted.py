"""What a bundle shall be: precision, tiles and runtimes."""

from dataclasses import dataclass

from scuff.core.bundle import Precision, RuntimeName
from scuff.core.errors import BundleError
from scuff.core.tile import STRIDE, Tiling, squares

STRIP_PX = 480
"""Height of strips, unless another is asked for: high enough to waste little on borders, low enough for the memory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make of a checkpoint.

    Attributes:
        precision: Arithmetic of the network.
        strip_px: Height of the strips that it shall see; ``None``: squares as in training.
        runtimes: What it shall run on; OpenVINO always.
    """

    precision: Precision = "fp32"
    strip_px: int | None = None
    runtimes: tuple[RuntimeName, ...] = ("openvino",)

    def tiling(self, tile_px: int) -> Tiling:
        """How frames shall be divided, for a network trained on patches of ``tile_px``.

        Raises:
            BundleError: Strips of this height are not possible.
        """
        plain = squares(tile_px)
        if self.strip_px is None:
            return plain
        if tile_px % STRIDE:
            raise BundleError(
                f"the network was trained on patches of {tile_px} px; only one trained on a multiple of {STRIDE} can "
                "see strips. Export it without --strips"
            )
        least = (2 * plain.halo_px // STRIDE + 1) * STRIDE
        if self.strip_px % STRIDE or self.strip_px < least:
            raise BundleError(
                f"--strips {self.strip_px}: the height must be a multiple of {STRIDE}, and {least} or more since "
                f"{plain.halo_px} px at either side only give context"
            )
        return Tiling(self.strip_px, None, plain.halo_px)
