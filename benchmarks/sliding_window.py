"""The yardstick of `inspection.py`: what a user would run today, MONAI's sliding window in fp32 PyTorch.

    python benchmarks/sliding_window.py checkpoint.pt PICTURE...

inspects pictures one after the other, for `inspection.py` to see how much memory that takes.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from monai.inferers.utils import sliding_window_inference
from numpy.typing import NDArray
from torch import nn

from scuff.nets.checkpoint import Checkpoint, load_checkpoint

TILE_PX, OVERLAP, BATCH = 384, 0.25, 4


class SlidingWindow:
    """Inspects JPEG pictures with the network of a checkpoint."""

    def __init__(self, checkpoint: Checkpoint, overlap: float = OVERLAP) -> None:
        """Take a checkpoint of a network with one class.

        Args:
            checkpoint: Gives the network, the threshold, and the area from which a region is a defect.
            overlap: Share of a tile that its neighbour covers again.
        """
        facts = checkpoint.facts
        self._network: nn.Module = checkpoint.network()
        self._threshold, self._least_px = facts.threshold_in_force, facts.recipe.inspection.min_area_px
        self._overlap = overlap

    def inspect(self, jpeg: bytes) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Give the scores of a picture's pixels, and say which of them belong to a defect (H×W each)."""
        decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
        pixels = torch.from_numpy(np.asarray(decoded)).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            logits = sliding_window_inference(pixels, (TILE_PX, TILE_PX), BATCH, self._network, overlap=self._overlap)
            scores = torch.as_tensor(logits).sigmoid()[0, 0].numpy()
        mask = (scores >= self._threshold).view(np.uint8)
        _, numbered, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        defects = stats[:, cv2.CC_STAT_AREA] >= self._least_px
        defects[0] = False  # what is in no region
        return scores, np.asarray(defects[numbered], np.bool_)


def main() -> None:
    """Inspect."""
    window = SlidingWindow(load_checkpoint(Path(sys.argv[1])))
    for picture in sys.argv[2:]:
        window.inspect(Path(picture).read_bytes())


if __name__ == "__main__":
    main()
