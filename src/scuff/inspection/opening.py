"""A bundle and a recipe become what scores frames: which runtime, which tiles, screened or not."""

import numpy as np

from scuff.core.bundle import Bundle
from scuff.core.errors import BundleError
from scuff.core.recipe import Inspection
from scuff.core.region import Regions
from scuff.inspection.choosing import open_runtime
from scuff.inspection.runtime import Runtime
from scuff.inspection.scorer import Scorer
from scuff.inspection.screening import open_screen
from scuff.inspection.tiling import score_frame


def open_scorer(bundle: Bundle, settings: Inspection) -> Scorer:
    """Load a bundle's network and try it once.

    Args:
        bundle: Gives the networks and the tiles.
        settings: Says what runs them, where in a frame, and whether they are screened.

    Raises:
        BundleError: A network cannot be loaded, or does not fit the bundle's classes and tiles.
        RecipeError: The runtime that the recipe names is not installed.
    """
    runtime = open_runtime(bundle, settings)
    _check(bundle, runtime)
    screen = open_screen(bundle, settings, runtime)
    return Scorer(runtime, bundle.manifest.tiling, Regions(settings.region), screen)


def _check(bundle: Bundle, runtime: Runtime) -> None:
    """Score one blank tile, so that a network that does not fit is found before the first picture."""
    manifest = bundle.manifest
    planes = 2 if len(manifest.classes) > 1 else 1
    if runtime.planes != planes:
        raise BundleError(
            f"{bundle.network}: gives {runtime.planes} planes of scores, but {len(manifest.classes)} classes need "
            f"{planes}; export the bundle again"
        )
    blank = np.zeros((manifest.tile_px, manifest.tile_px, 3), np.uint8)
    score_frame(blank, runtime, manifest.tiling)
