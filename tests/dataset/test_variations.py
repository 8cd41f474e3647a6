import numpy as np

from scuff.core.recipe import Augmentation
from scuff.dataset.patches import Patches
from scuff.dataset.variations import variation_sheet


def test_a_row_per_patch_and_a_column_per_epoch(patches: Patches) -> None:
    sheet = variation_sheet(patches, Augmentation(), seed=0)
    assert sheet.ndim == 3
    assert sheet.shape[1] > 8 * 240
    assert sheet.shape[0] > 6 * 240


def test_it_shows_the_augmentation_of_the_seed(patches: Patches) -> None:
    first, again, other = (variation_sheet(patches, Augmentation(), seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
