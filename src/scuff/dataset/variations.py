"""A contact sheet of augmentation: what training sees of some patches in its first epochs."""

import numpy as np
from numpy.typing import NDArray

from scuff.core.recipe import Augmentation
from scuff.dataset.patches import Patches
from scuff.dataset.preview import contact_sheet
from scuff.dataset.samples import PatchSamples
from scuff.dataset.split import Side
from scuff.dataset.transforms import Augment

ROWS = 6
EPOCHS = 7
CELL_PX = 240


def variation_sheet(patches: Patches, settings: Augmentation, seed: int) -> NDArray[np.uint8]:
    """Draw training patches, each followed by its variations of the first epochs.

    Args:
        patches: Any.
        settings: Of the augmentation.
        seed: Of the training.

    Returns:
        H×W×3, RGB.

    Raises:
        SplitError: There is no training patch.
    """
    indices = patches.some(Side.TRAINING)
    shown = indices[np.unique(np.linspace(0, len(indices) - 1, ROWS).round().astype(int))].tolist()
    samples = PatchSamples(patches, seed, Augment(settings))
    images, masks, captions = [], [], []
    for number in shown:
        images.append(patches.images[number])
        masks.append(patches.masks[number])
        captions.append(f"{patches.rows[number].frame}\nas cut")
        for epoch in range(EPOCHS):
            image, mask = samples[epoch, number]
            images.append(image.permute(1, 2, 0).numpy())  # 3×S×S to S×S×3
            masks.append(mask.numpy())
            captions.append(f"epoch {epoch + 1}")
    return contact_sheet(images, masks, captions, 1 + EPOCHS, CELL_PX, patches.record.classes)
