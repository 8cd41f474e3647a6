import io

import numpy as np
import pytest
from PIL import Image

from scuff.core.mask import class_palette
from scuff.core.picture import read_picture, read_values
from scuff.inspection.encoding import jpeg, mask_png


@pytest.mark.parametrize("classes", [1, 2, 3, 4, 15, 16, 254])
def test_mask_keeps_values_and_colours_however_many_classes_there_are(classes: int) -> None:
    mask = (np.arange(37 * 41) % (classes + 1)).astype(np.uint8).reshape(37, 41)
    content = mask_png(mask, classes)
    np.testing.assert_array_equal(read_values(content), mask)
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == "P"
        palette = np.frombuffer(class_palette(), np.uint8).reshape(-1, 3)
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), palette[mask])


def test_mostly_empty_masks_are_small() -> None:
    mask = np.zeros((1000, 1000), np.uint8)
    mask[500, 100:900] = 1
    assert len(mask_png(mask, 3)) < 1500


def test_thin_coloured_lines_survive_jpeg() -> None:
    pixels = np.full((32, 32, 3), 128, np.uint8)
    pixels[15:17] = (255, 0, 0)
    np.testing.assert_allclose(read_picture(jpeg(pixels, 92))[15:17], pixels[15:17], atol=12)


def test_equal_pixels_give_equal_bytes() -> None:
    pixels = np.arange(30 * 40 * 3, dtype=np.uint32).reshape(30, 40, 3).astype(np.uint8)
    assert jpeg(pixels, 90) == jpeg(np.ascontiguousarray(pixels[:, ::-1])[:, ::-1], 90)
    assert mask_png(pixels[..., 0] % 3, 2) == mask_png(pixels[..., 0] % 3, 2)
