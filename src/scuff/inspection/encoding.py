"""Pictures as JPEG and PNG, encoded so that this costs little beside an inspection; equal pixels give equal bytes."""

import io
import zlib

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from scuff.core.mask import class_palette

JPEG_LONGEST_PX = 65_500
"""The format allows no more."""


def jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """Encode a picture as JPEG, colours at full resolution, so that thin coloured lines stay sharp.

    Args:
        pixels: H×W×3, RGB.
        quality: From 1 to 100.
    """
    encoded: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "444")
    return encoded


def mask_png(mask: NDArray[np.uint8], classes: int) -> bytes:
    """Encode a mask (H×W, class values) as an indexed PNG with the colours of the classes.

    A palette that ends with the last class lets Pillow pack several pixels into a byte; what is left are mostly runs
    of equal bytes, for which run-length matching is the fastest and also the smallest.

    Args:
        mask: H×W, values up to the number of classes.
        classes: Their number.
    """
    picture = Image.fromarray(mask)
    picture.putpalette(class_palette()[: 3 * (classes + 1)])
    encoded = io.BytesIO()
    picture.save(encoded, format="PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return encoded.getvalue()
