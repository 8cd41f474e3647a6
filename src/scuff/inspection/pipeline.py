"""The way of one picture: read, score, find defects, decide."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import CHECKSUMS, Bundle
from scuff.core.errors import BundleError, PictureError
from scuff.core.picture import read_picture, sha256
from scuff.core.recipe import Recipe
from scuff.core.verdict import Outcome
from scuff.inspection.regions import find_defects
from scuff.inspection.result import BundleReference, Result, Settings
from scuff.inspection.runtime import OpenVinoRuntime, Runtime
from scuff.inspection.tiling import classify, score_frame
from scuff.inspection.tolerance import decide
from scuff.inspection.view import View


@dataclass(frozen=True, slots=True)
class Inspected:
    """One picture's result, and what its overlay is drawn from.

    Attributes:
        result: What is written down.
        view: The picture, its mask and its defects; ``None`` if it could not be inspected.
    """

    result: Result
    view: View | None = None


class Inspector:
    """Inspects pictures with one bundle and one recipe."""

    def __init__(self, bundle: Bundle, recipe: Recipe) -> None:
        """Load the network and try it once.

        Args:
            bundle: Gives the network, the classes, the tiles, and the threshold where the recipe has none.
            recipe: Gives the rest; usually ``bundle.recipe``.

        Raises:
            BundleError: The network cannot be loaded, or does not fit the bundle's classes and tiles.
        """
        self.bundle = bundle
        self.recipe = recipe
        self._part_pattern = re.compile(recipe.frames.part_pattern) if recipe.frames.part_pattern else None
        self._reference = BundleReference(
            product=bundle.manifest.product,
            id=sha256(bundle.folder / CHECKSUMS),
            classes=bundle.manifest.classes,
        )
        self.settings = _settings(bundle, recipe)
        self._runtime: Runtime = OpenVinoRuntime(bundle.network)
        self._try_network()

    def inspect(self, path: Path, file: str = "", frame: str = "") -> Inspected:
        """Inspect one picture.

        Args:
            path: The picture file.
            file: How the result names it; its file name if not given.
            frame: Its name in this run; its stem if not given.

        Returns:
            The result; not-inspected where the picture cannot be read or its scores cannot be used.
        """
        result = self._not_inspected(path, file or path.name, frame or path.stem)
        try:
            pixels = read_picture(path, self.settings.white_level)
            scores = self._scores(path, pixels)
        except PictureError as error:
            return Inspected(result.model_copy(update={"error": _without_folder(str(error), path, result.file)}))
        defects, mask = find_defects(
            scores,
            classify(scores, self.settings.threshold),
            self.bundle.manifest.classes,
            self.settings.min_area_px,
            self.settings.pixel_mm,
        )
        verdict = decide(defects, self.recipe.tolerances)
        found = {
            "height_px": pixels.shape[0],
            "width_px": pixels.shape[1],
            "outcome": verdict.outcome,
            "rule": verdict.rule,
            "error": None,
            "defects": tuple(defects),
        }
        view = View(pixels, mask, defects, self.bundle.manifest.classes)
        return Inspected(result.model_copy(update=found), view)

    def _scores(self, path: Path, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score a frame: C×H×W. Without this check, NaN would be below any threshold and pass."""
        manifest = self.bundle.manifest
        scores = score_frame(pixels, self._runtime, manifest.tile_px, manifest.overlap)
        if not np.isfinite(scores).all():
            raise PictureError(f"{path}: the network gives scores for it that are no numbers; export the bundle again")
        return scores

    def _not_inspected(self, path: Path, file: str, frame: str) -> Result:
        """A result to start from: whatever goes wrong later, it is no pass."""
        part = self._part_pattern.search(path.stem) if self._part_pattern else None
        return Result(
            file=file,
            frame=frame,
            part=(part["part"] or None) if part else None,
            sha256=_checksum(path),
            width_px=None,
            height_px=None,
            bundle=self._reference,
            settings=self.settings,
            outcome=Outcome.NOT_INSPECTED,
            rule="what cannot be inspected never passes",
            error="not inspected yet",
            defects=(),
            overlay=None,
            mask=None,
        )

    def _try_network(self) -> None:
        """Score one blank tile, so that a network that does not fit is found before the first picture."""
        manifest = self.bundle.manifest
        blank = np.zeros((1, manifest.tile_px, manifest.tile_px, 3), np.uint8)
        expected = (1, len(manifest.classes), manifest.tile_px, manifest.tile_px)
        given = self._runtime.scores(blank).shape
        if given != expected:
            raise BundleError(
                f"{self.bundle.network}: gives scores of {list(given)} for a tile, but "
                f"{len(manifest.classes)} classes and tiles of {manifest.tile_px} px need {list(expected)}; "
                "export the bundle again"
            )


def _settings(bundle: Bundle, recipe: Recipe) -> Settings:
    threshold = recipe.inspection.threshold
    return Settings(
        threshold=bundle.manifest.threshold if threshold is None else threshold,
        min_area_px=recipe.inspection.min_area_px,
        max_defects=recipe.tolerances.max_defects,
        review_score=recipe.tolerances.review_score,
        white_level=recipe.frames.white_level,
        pixel_mm=recipe.frames.pixel_mm,
    )


def _checksum(path: Path) -> str | None:
    try:
        return sha256(path)
    except OSError:  # reading the picture tells the reason
        return None


def _without_folder(message: str, path: Path, file: str) -> str:
    """Say what is wrong without the folder, which differs between equal runs; the result names the file anyway."""
    as_quoted = repr(str(path))[1:-1]
    return message.removeprefix(f"{path}: ").replace(str(path), file).replace(as_quoted, file)
