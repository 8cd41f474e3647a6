"""A first, cheap look at a frame, which says which windows the full network must see."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.core.bundle import Bundle
from scuff.core.recipe import Inspection
from scuff.core.tile import Tiling, Window
from scuff.inspection.openvino_runtime import OpenVinoRuntime
from scuff.inspection.runtime import Runtime
from scuff.inspection.scores import level
from scuff.inspection.tiling import score_frame, span

CELL_PX = 16
"""Side of the square that one score of a screening network stands for, in pixels."""

STRIPS = Tiling(height_px=480, width_px=None, halo_px=48)
"""How a frame is divided for it: few enough pixels for the caches, and enough around each for the network's reach."""

NEIGHBOURS = np.ones((3, 3), np.uint8)
"""A cell speaks for those around it too: a defect may go on where a network of few weights does not see it."""


class CellScreen:
    """Runs a screening network over whole frames; may be used by several threads at once."""

    def __init__(self, network: Path, threshold: float, streams: int | None = None) -> None:
        """Load a screening network.

        Args:
            network: The ``.xml`` file of an OpenVINO model, from 1×H×W×3 bytes to 1×1×h×w, a byte for each cell.
            threshold: Score of a cell from which the windows that it touches are chosen, in (0, 1).
            streams: Strips to look at at once; ``None``: one for each core that this process may use.

        Raises:
            BundleError: It cannot be loaded, or is no screening network.
        """
        # What is not int8 in it is bf16, where the processor has that.
        self._runtime: Runtime = OpenVinoRuntime(network, "int8", (CELL_PX, CELL_PX), streams, steps=(CELL_PX,))
        self._least = level(threshold)

    def choose(self, pixels: NDArray[np.uint8], windows: Sequence[Window]) -> list[Window]:
        """Choose the windows that the full network must see; see ``scorer.Screen``."""
        scores = self.scores(pixels, windows)
        return [window for window, score in zip(windows, scores, strict=True) if score >= self._least]

    def scores(self, pixels: NDArray[np.uint8], windows: Sequence[Window]) -> NDArray[np.uint8]:
        """The highest score of a cell in or beside what each window owns; what is no number is highest of all.

        Args:
            pixels: H×W×3, RGB.
            windows: Of this frame.
        """
        cells = score_frame(pixels, self._runtime, STRIPS).score
        near = cv2.dilate(cells, NEIGHBOURS)
        parts = [near[span(window.own.rows, CELL_PX), span(window.own.columns, CELL_PX)] for window in windows]
        return np.array([part.max() for part in parts], np.uint8)


def open_screen(bundle: Bundle, settings: Inspection, runtime: Runtime) -> CellScreen | None:
    """Load a bundle's screening network, if it has one, the recipe wants it, and what is proven of it holds.

    Raises:
        BundleError: It cannot be loaded.
    """
    manifest = bundle.manifest
    proof = manifest.screening
    if proof is None or settings.screening == "off" or not isinstance(runtime, OpenVinoRuntime):
        return None
    threshold = manifest.threshold if settings.threshold is None else settings.threshold
    # Defects by a lower threshold or of a smaller area are none that the proof counted.
    proven = all(proof.proves(label, settings.class_thresholds.get(label, threshold)) for label in manifest.classes)
    if not proven or settings.min_area_px < proof.min_area_px:
        return None
    return CellScreen(bundle.screen, proof.threshold, settings.streams)
