"""The way of one picture: read, score, find defects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import CHECKSUMS, Bundle
from scuff.core.defect import Defect
from scuff.core.errors import PictureError, RecipeError
from scuff.core.picture import read_content, sha256
from scuff.core.plane import Planes
from scuff.core.recipe import Recipe
from scuff.core.recipe_file import load_recipe
from scuff.inspection.opening import open_scorer
from scuff.inspection.reading import checksum_of_contents, read_frame
from scuff.inspection.regions import Criteria, find_defects
from scuff.inspection.result import BundleReference, Result, Settings
from scuff.inspection.scorer import Scored
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


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a frame.

    Attributes:
        scored: Its scores.
        defects: From top to bottom, then from left to right.
        mask: H×W, class values.
    """

    scored: Scored
    defects: list[Defect]
    mask: NDArray[np.uint8]


class Inspector:
    """Inspects pictures with one bundle and one recipe; may be used by several threads at once."""

    def __init__(self, bundle: Bundle, recipe: Recipe) -> None:
        """Load the network and try it once.

        Args:
            bundle: Gives the network, the classes, the tiles, and the threshold where the recipe has none.
            recipe: Gives the rest; usually ``bundle.recipe``.

        Raises:
            BundleError: The network cannot be loaded, or does not fit the bundle's classes and tiles.
            RecipeError: The recipe sets a threshold for a class that the bundle does not have, or fuses other lightings
                than the bundle was trained on.
        """
        _check_fused(bundle, recipe)
        self.bundle = bundle
        self.recipe = recipe
        self.scorer = open_scorer(bundle, recipe.inspection)
        self.reference = BundleReference(
            product=bundle.manifest.product,
            id=sha256(bundle.folder / CHECKSUMS),
            classes=bundle.manifest.classes,
        )
        self.criteria = Criteria.of(recipe.inspection, bundle.manifest.threshold, bundle.manifest.classes)
        self.settings = _settings(self.criteria, recipe, screening=self.scorer.screen is not None)
        self._planes = Planes(recipe.calibration, recipe.frames.pixel_mm)

    def inspect(self, path: Path, file: str = "", frame: str = "", also: Sequence[Path] = ()) -> Inspected:
        """Inspect one picture.

        Args:
            path: The picture file.
            file: How the result names it; its file name if not given.
            frame: Its name in this run; its stem if not given.
            also: The files that are fused with it, where the recipe's ``frames.fused`` asks for it.

        Returns:
            The result; with an error where the picture cannot be read or its scores cannot be used.
        """
        result = self._of_file(path, file or path.name, frame or path.stem)
        paths = (path, *also)
        try:
            contents = [read_content(each) for each in paths]
            result = result.model_copy(update={"sha256": checksum_of_contents(contents)})
            return self._inspect(result, read_frame(paths, self.recipe.frames, contents))
        except PictureError as error:
            return Inspected(result.model_copy(update={"error": _without_folders(str(error), paths, result.file)}))

    def inspect_pixels(self, pixels: NDArray[np.uint8], frame: str, part: str, camera: str = "") -> Inspected:
        """Inspect a frame that is in memory already.

        Args:
            pixels: H×W×3, RGB.
            frame: Its name; the result names no other file.
            part: Serial number of the part that it shows.
            camera: The camera that took it.

        Returns:
            The result; with an error where its scores cannot be used.
        """
        result = self._not_inspected(frame, frame, part, camera)
        try:
            return self._inspect(result, pixels)
        except PictureError as error:
            return Inspected(result.model_copy(update={"error": str(error)}))

    def _inspect(self, result: Result, pixels: NDArray[np.uint8]) -> Inspected:
        """Complete a result by what the pixels show.

        Raises:
            PictureError: As ``examine``.
        """
        seen = self.examine(pixels, result.camera)
        found = {
            "height_px": pixels.shape[0],
            "width_px": pixels.shape[1],
            "tiles": seen.scored.tiles,
            "tiles_scored": seen.scored.tiles_scored,
            "error": None,
            "defects": tuple(seen.defects),
        }
        view = View(pixels, seen.mask, seen.defects, self.bundle.manifest.classes)
        return Inspected(result.model_copy(update=found), view)

    def refuse(self, path: Path, file: str, frame: str, problem: str) -> Inspected:
        """The result of a picture that is not looked at, and why."""
        return Inspected(self._of_file(path, file, frame).model_copy(update={"error": problem}))

    def examine(self, pixels: NDArray[np.uint8], camera: str = "") -> Examined:
        """Find the defects of a frame that is in memory already.

        Args:
            pixels: H×W×3, RGB.
            camera: Which camera took it.

        Raises:
            PictureError: As ``Scorer.score``; or the calibration of the camera is not for such frames.
        """
        plane = self._planes.of(camera)
        if plane is not None and (misfit := plane.misfit((pixels.shape[0], pixels.shape[1]))):
            raise PictureError(
                f"camera {camera!r} {misfit}, and this one has {pixels.shape[1]}×{pixels.shape[0]}; calibrate it again"
            )
        scored = self.scorer.score(pixels, camera)
        defects, mask = find_defects(scored.scores, self.criteria, plane, pixels)
        return Examined(scored, defects, mask)

    def _of_file(self, path: Path, file: str, frame: str) -> Result:
        """A result to start from, of a picture whose file name says what it shows."""
        return self._not_inspected(file, frame, self._named(path, "part"), self._named(path, "camera") or "")

    def _not_inspected(self, file: str, frame: str, part: str | None, camera: str) -> Result:
        """A result to start from: whatever goes wrong later, it is no pass."""
        return Result(
            file=file,
            frame=frame,
            part=part,
            camera=camera,
            sha256=None,
            width_px=None,
            height_px=None,
            tiles=None,
            tiles_scored=None,
            bundle=self.reference,
            settings=self.settings,
            error="not inspected yet",
            defects=(),
            overlay=None,
            mask=None,
        )

    def _named(self, path: Path, group: str) -> str | None:
        """What the recipe's pattern finds in a file's name: the serial number of the part, or the camera."""
        pattern: str = getattr(self.recipe.frames, f"{group}_pattern")
        found = re.search(pattern, path.stem) if pattern else None
        return (found[group] or None) if found else None


def _check_fused(bundle: Bundle, recipe: Recipe) -> None:
    """Refuse channels that mean something else than those that the network was trained on."""
    trained, asked = load_recipe(bundle.recipe).frames.fused, recipe.frames.fused
    if asked != trained:
        raise RecipeError(
            f"frames.fused = {list(asked)}: {bundle.folder} was trained with {list(trained)}, and would not know what "
            "the channels are; set it as it was, or train again"
        )


def _settings(criteria: Criteria, recipe: Recipe, screening: bool) -> Settings:
    return Settings(
        threshold=criteria.threshold,
        class_thresholds=recipe.inspection.class_thresholds,
        min_area_px=recipe.inspection.min_area_px,
        join_gap_px=recipe.inspection.join_gap_px,
        calibration=recipe.calibration,
        frames=recipe.frames,
        region=recipe.inspection.region,
        screening=screening,
        runtime=recipe.inspection.runtime,
    )


def _without_folders(message: str, paths: Sequence[Path], file: str) -> str:
    """Say what is wrong without the folder, which differs between equal runs; the result names the file anyway."""
    message = message.removeprefix(f"{paths[0]}: ") if len(paths) == 1 else message
    for path in paths:
        name = file if len(paths) == 1 else path.name
        message = message.replace(str(path), name).replace(repr(str(path))[1:-1], name)
    return message
