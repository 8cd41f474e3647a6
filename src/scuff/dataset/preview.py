"""Contact sheets: many small pictures on one, with what is annotated outlined."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scuff.dataset.drawing import LINE_PX, Colour, fitted, line_colour, outlined, width, write
from scuff.dataset.patches import Patches, PatchRow
from scuff.dataset.split import Side

PAPER: Colour = (30, 31, 34)
INK: Colour = (225, 225, 220)
FAINT: Colour = (160, 160, 155)

GAP_PX = 12
SHEET_PATCHES = 48
SHEET_COLUMNS = 8
CELL_PX = 240


def contact_sheet(
    images: Sequence[NDArray[np.uint8]],
    masks: Sequence[NDArray[np.uint8]],
    captions: Sequence[str],
    columns: int,
    cell_px: int,
    classes: Sequence[str] = (),
) -> NDArray[np.uint8]:
    """Put pictures side by side, each with its mask outlined in the colours of the classes.

    Args:
        images: Each H×W×3, RGB; sizes may differ.
        masks: One for each image: H×W, class values; ``OUTSIDE`` is greyed.
        captions: One for each image; may have several lines.
        columns: Number of pictures in a row.
        cell_px: Side of the square that each picture is fitted into, in pixels.
        classes: Names of the mask values 1, 2, …, for a line that explains the colours.

    Returns:
        H×W×3, RGB.
    """
    words_px = LINE_PX * max(len(caption.splitlines()) for caption in captions)
    step_y, step_x = cell_px + words_px + GAP_PX, cell_px + GAP_PX
    top = GAP_PX + (LINE_PX + GAP_PX if classes else 0)
    sheet = np.full((top + -(-len(images) // columns) * step_y, GAP_PX + columns * step_x, 3), PAPER, np.uint8)
    _explain(sheet, classes)
    for number, (image, mask, caption) in enumerate(zip(images, masks, captions, strict=True)):
        row, column = divmod(number, columns)
        y, x = top + row * step_y, GAP_PX + column * step_x
        cell = outlined(*fitted(image, mask, cell_px))
        sheet[y : y + cell.shape[0], x : x + cell.shape[1]] = cell
        for line, words in enumerate(caption.splitlines()):
            write(sheet, words, y + cell_px + 2 + line * LINE_PX, x, cell_px, FAINT if line else INK)
    return sheet


def patch_sheet(patches: Patches, side: Side) -> NDArray[np.uint8] | None:
    """Draw the patches of a side, or ``SHEET_PATCHES`` that are spread evenly over it; ``None`` for none."""
    indices = patches.indices(side)
    if not indices.size:
        return None
    shown = indices[np.linspace(0, len(indices) - 1, min(len(indices), SHEET_PATCHES)).round().astype(int)]
    rows = [patches.rows[number] for number in shown]
    return contact_sheet(
        [patches.images[number] for number in shown],
        [patches.masks[number] for number in shown],
        [f"{row.frame}\n{_about(row)}" for row in rows],
        min(len(shown), SHEET_COLUMNS),
        CELL_PX,
        patches.record.classes,
    )


def _about(row: PatchRow) -> str:
    what = f"{row.defect_px:,} px" if row.defect_px else "sound"
    return f"y {row.y}, x {row.x}: {what}"


def _explain(sheet: NDArray[np.uint8], classes: Sequence[str]) -> None:
    """Write the classes into the first line of a sheet, each behind a square of its colour."""
    x = GAP_PX
    for value, name in enumerate(classes, 1):
        sheet[GAP_PX + 3 : GAP_PX + LINE_PX - 3, x : x + LINE_PX - 6] = line_colour(value)
        write(sheet, name, GAP_PX, x + LINE_PX, width(name), INK)
        x += LINE_PX + width(name) + 2 * GAP_PX
