"""Tiny made-up patches, to see that every training of a plan runs from end to end."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.bench.plan import Plan
from scuff.core.picture import sha256, write_png
from scuff.core.recipe import Patches as PatchSettings
from scuff.core.recipe import Recipe, Split
from scuff.dataset.catalogue import Record, Row, add_mask, annotations_text, relative_to, save_catalogue
from scuff.dataset.patches import RECORD, cut_patches
from scuff.dataset.split import divide

PARTS, SIDE_PX = 12, 64
CLASSES = ("scratch",)
LASTS = {"epochs": 1, "batch_size": 4}
"""What a training is shortened to."""


def smoke_plan(plan: Plan) -> Plan:
    """Shorten a plan: one seed, one epoch, tiny patches, random weights."""
    training = plan.recipe.training.model_copy(update=LASTS)
    recipe = plan.recipe.model_copy(update={"training": training, "patches": PatchSettings(size_px=SIDE_PX)})
    axes = {key: values for key, values in plan.axes.items() if key.removeprefix("training.") not in LASTS}
    name = f"{plan.name}-smoke"
    return plan.model_copy(
        update={"name": name, "seeds": plan.seeds[:1], "weights": "none", "axes": axes, "recipe": recipe}
    )


def make_smoke_patches(folder: Path) -> Path:
    """Make pictures of noise with a bright line on each, and cut patches from them; the same every time.

    Args:
        folder: Where to; what is there already is taken as it is.

    Returns:
        The folder of the patches.
    """
    patches = folder / "patches"
    if (patches / RECORD).is_file():
        return patches
    catalogue, rows = folder / "catalogue", []
    for number in range(PARTS):
        pixels, mask = _picture(np.random.default_rng(number))
        image = folder / "pictures" / f"P{number:02}.png"
        write_png(image, pixels)
        rows.append(
            Row(
                frame=image.stem,
                part=image.stem,
                camera="",
                image=relative_to(catalogue, image),
                width_px=SIDE_PX,
                height_px=SIDE_PX,
                mask=add_mask(catalogue, image.stem, mask),
                annotations=annotations_text(mask, CLASSES),
                sha256=sha256(image),
            )
        )
    record = Record(source="pictures", annotation_format="masks", classes=CLASSES, parts_from="pattern")
    made = save_catalogue(catalogue, record, rows)
    cut_patches(made, divide(made, Split(), Recipe().seed), PatchSettings(size_px=SIDE_PX), Recipe().seed, patches)
    return patches


def _picture(generator: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Give a picture (S×S×3) and its mask (S×S)."""
    pixels = generator.integers(80, 120, (SIDE_PX, SIDE_PX, 3), np.uint8)
    mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    y, x = generator.integers(4, SIDE_PX // 2, 2)
    mask[y : y + 6, x : x + SIDE_PX // 2 - 4] = 1
    pixels[mask == 1] = 220
    return pixels, mask
