"""Metal that does not exist: textures drawn with a seed."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def metal(seed: int, hw: tuple[int, int] = (160, 200), along: float = 6.0) -> Picture:
    """Brushed metal, H×W×3; another seed gives a texture that looks alike and is another one."""
    generator = np.random.default_rng(seed)
    noise = generator.normal(size=hw).astype(np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), sigmaX=along, sigmaY=1.2)
    spots = cv2.GaussianBlur(generator.normal(size=hw).astype(np.float32), (0, 0), 3.0)
    grey = 120 + 22 * fine / fine.std() + 22 * spots / spots.std()
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def jpeg(picture: Picture, quality: int = 70) -> Picture:
    """What a JPEG file leaves of a picture."""
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def exposed(picture: Picture, gain: float) -> Picture:
    """The same under another exposure."""
    return np.asarray(np.clip(picture * gain, 0, 255), np.uint8)
