"""The files of one picture: its record, and its overlay and mask where there is something to see."""

from pathlib import Path
from typing import Literal

from scuff.core.whole_file import whole_file
from scuff.inspection.encoding import JPEG_LONGEST_PX, jpeg, mask_png
from scuff.inspection.overlay import draw
from scuff.inspection.pipeline import Inspected
from scuff.inspection.result import Result
from scuff.inspection.view import View

RECORD, OVERLAY, MASK = ".json", ".overlay.jpg", ".mask.png"
ENDINGS = (OVERLAY, MASK, RECORD)
"""Of the files of a picture, behind the name of its frame; the record, which vouches for the others, comes last."""

Pictures = Literal["defects", "all"]
"""Which pictures get an overlay and a mask: those with a defect, or all that could be inspected."""

OVERLAY_QUALITY = 92


def write_picture(out: Path, inspected: Inspected, pictures: Pictures = "defects") -> Result:
    """Write a picture's overlay, mask and result, in place of older ones.

    Whoever finds the record may rely on the rest: an older one is removed first, the new one written last.

    Args:
        out: The folder for the outputs; it exists.
        inspected: One picture.
        pictures: Whether a picture without defects gets an overlay and a mask too.

    Returns:
        The result as written, with the names of the files.
    """
    result, view = inspected.result, inspected.view
    frame = result.frame
    (out / f"{frame}{RECORD}").unlink(missing_ok=True)
    if view is not None and has_pictures(result, pictures):
        _write(out / f"{frame}{OVERLAY}", _overlay(view))
        _write(out / f"{frame}{MASK}", mask_png(view.mask, len(view.classes)))
        result = result.model_copy(update={"overlay": f"{frame}{OVERLAY}", "mask": f"{frame}{MASK}"})
    else:
        for ending in (OVERLAY, MASK):
            (out / f"{frame}{ending}").unlink(missing_ok=True)
    # Pictures are on the disk by now. A record that a power cut leaves empty is none: its picture is inspected again.
    _write(out / f"{frame}{RECORD}", f"{result.model_dump_json(indent=2)}\n".encode(), lasting=False)
    return result


def has_pictures(result: Result, pictures: Pictures) -> bool:
    """Say whether a picture with this result gets an overlay and a mask."""
    return result.error is None and (pictures == "all" or bool(result.defects))


def remove_picture(out: Path, frame: str) -> None:
    """Remove the files of a frame; its record last, so that it names them until they are gone."""
    for ending in ENDINGS:
        (out / f"{frame}{ending}").unlink(missing_ok=True)


def _overlay(view: View) -> bytes:
    return jpeg(draw(view.shrunk(JPEG_LONGEST_PX)), OVERLAY_QUALITY)


def _write(path: Path, content: bytes, lasting: bool = True) -> None:
    with whole_file(path, lasting) as file:
        file.write(content)
