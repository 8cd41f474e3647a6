"""A frame as a camera gives it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One exposure of one camera.

    Attributes:
        camera: Name of the camera, as in the recipe.
        serial: Serial number of the device.
        frame_id: The device's own count of frames since it was armed.
        pixels: H×W (grey, or a Bayer mosaic) or H×W×3 (RGB); nobody else writes into them.
        pixel_format: What they are, as GenICam names it: ``BayerRG8``, ``Mono8``, ``RGB8``, ``BayerRG12``, …
        device_time_ns: When it was taken, by the device's clock.
        host_time_ns: When it came, as near as is known, by this machine's clock (since 1970, UTC).
        exposure_us: Exposure that the device really used.
        gain_db: Gain that the device really used.
        simulated: Whether no real part was before a real camera.
        lighting: Name of the light step; the rig puts it in.
    """

    camera: str
    serial: str
    frame_id: int
    pixels: Pixels
    pixel_format: str
    device_time_ns: int
    host_time_ns: int
    exposure_us: float
    gain_db: float
    simulated: bool
    lighting: str = ""
