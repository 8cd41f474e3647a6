"""A frame of brushed steel without defects, for measuring speed where no picture is at hand."""

import cv2
import numpy as np
from numpy.typing import NDArray

JPEG_QUALITY = 92
STREAK_PX = 101
"""Length of the streaks of the brushing."""


def brushed_steel_jpeg(frame_hw: tuple[int, int], seed: int = 0) -> bytes:
    """Simulate a frame and encode it as cameras do; equal arguments give equal bytes.

    Args:
        frame_hw: Height and width, H and W.
        seed: Of the brushing and the noise.
    """
    settings = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", brushed_steel(frame_hw, seed), settings)[1].tobytes()


def brushed_steel(frame_hw: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """Streaks along the rows and noise, under a light that fades to the sides; H×W×3, blue, green, red."""
    height, width = frame_hw
    noise = np.random.default_rng(seed).integers(0, 256, frame_hw, np.uint8)
    streaks = cv2.blur(noise, (STREAK_PX, 1)).astype(np.int16)
    across, along = (np.linspace(-1, 1, side) for side in (width, height))
    light = np.add.outer(-20 * along**2, 90 * np.exp(-4 * across**2)).astype(np.int16)
    grey = np.clip(streaks - 60 + light + (noise >> 5), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
