"""What a camera of the simulated booth sees, part after part, as large as a sensor that is larger than the pictures."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.exposure import EXPOSURE_US
from scuff.booth.layers import mix
from scuff.booth.sensor import GAIN_DB, Sensor, read_out
from scuff.booth.settings import serial_of
from scuff.station.simulated_world import World

SENSOR = Sensor()


class BoothView:
    """Draws the frames of one camera; the part changes by itself."""

    def __init__(self, world: World, camera: str, hw: tuple[int, int], frames_per_part: int = 1) -> None:
        """Look into the booth.

        Args:
            world: The booth, its parts and its light.
            camera: Of the booth.
            hw: Height and width of a frame, in pixels, both even; the world's pictures are enlarged to it.
            frames_per_part: How often a part is looked at before the next one comes.
        """
        self._world, self._camera, self._hw, self._frames_per_part = world, camera, hw, frames_per_part

    def draw(self, number: int, exposure_us: float, gain_db: float) -> NDArray[np.uint8]:
        """Draw a frame.

        Args:
            number: Of the frame, from 1; tells the part and the noise.
            exposure_us: What the sensor cannot do is done as nearly as it can.
            gain_db: The same.

        Returns:
            H×W, RGGB from the upper left.
        """
        pool = self._world.pool
        self._world.place(serial_of(pool.first + (number - 1) // self._frames_per_part % pool.parts))
        exposed = mix(
            self._world.layers(self._camera), self._world.intensities, float(np.clip(exposure_us, *EXPOSURE_US))
        )
        raw = read_out(exposed, SENSOR, float(np.clip(gain_db, *GAIN_DB)), self._camera, number)
        return enlarged(raw.astype(np.uint8, copy=False), self._hw)


def enlarged(mosaic: NDArray[np.uint8], hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Enlarge a mosaic, each of its colours by itself.

    Args:
        mosaic: H×W in squares of four colours, both even.
        hw: Height and width wanted, both even.

    Returns:
        A mosaic of that size.
    """
    if mosaic.shape == hw:
        return mosaic
    squares = mosaic.reshape(mosaic.shape[0] // 2, 2, mosaic.shape[1] // 2, 2).transpose(0, 2, 1, 3)
    colours = np.ascontiguousarray(squares).reshape(*squares.shape[:2], 4)
    grown = cv2.resize(colours, (hw[1] // 2, hw[0] // 2), interpolation=cv2.INTER_LINEAR)
    wide = np.empty(hw, np.uint8)
    for colour in range(4):
        wide[colour // 2 :: 2, colour % 2 :: 2] = grown[..., colour]
    return wide
