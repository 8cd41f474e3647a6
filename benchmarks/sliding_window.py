"""The yardstick of `inspection.py`: what a user would run today, MONAI's sliding window in fp32 PyTorch."""

import cv2
import numpy as np
import torch
from monai.inferers.utils import sliding_window_inference
from numpy.typing import NDArray
from torch import nn

TILE_PX, OVERLAP, BATCH = 384, 0.25, 4


def sliding_window(
    jpeg: bytes, network: nn.Module, threshold: float, overlap: float = OVERLAP
) -> tuple[NDArray[np.bool_], int]:
    """Inspect one JPEG picture.

    Args:
        jpeg: The file's bytes.
        network: Gives N×1×H×W logits of N×3×H×W pixels in [0, 255].
        threshold: Score from which a pixel is defective.
        overlap: Share of a tile that its neighbour covers again.

    Returns:
        Which pixels are defective (H×W), and the number of connected regions.
    """
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    pixels = torch.from_numpy(np.asarray(decoded)).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        logits = sliding_window_inference(pixels, (TILE_PX, TILE_PX), BATCH, network, overlap=overlap)
        scores = torch.as_tensor(logits).sigmoid()[0, 0].numpy()
    mask = scores >= threshold
    regions, _, _, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    return mask, regions - 1
