"""Where a camera stands and how its lens draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of the booth.

    Attributes:
        name: What tells it from the others.
        position_mm: Its entrance pupil.
        look_at_mm: What lies in the middle of its frames.
        view_mm: Width of what it sees there.
        distortion: k1 and k2 of the radial model r·(1 + k1·r² + k2·r⁴), r in units of the focal length, as OpenCV
            calibrates it; 0 for an ideal lens.
        up: Direction that points up in a frame.
        blur_px: Standard deviation of its blur, in pixels.
        vignetting: Share of the light that is lost where a frame ends at the left and right.
        glare: Share of the light that its lens scatters far away.
    """

    name: str
    position_mm: Vector
    look_at_mm: Vector
    view_mm: float
    distortion: tuple[float, float] = (-0.05, 0.01)
    up: Vector = (0.0, 1.0, 0.0)
    blur_px: float = 0.6
    vignetting: float = 0.12
    glare: float = 0.012

    @property
    def axes(self) -> NDArray[np.float64]:
        """Unit vectors to the right, down and forward in a frame, 3×3, one a row."""
        forward = np.subtract(self.look_at_mm, self.position_mm, dtype=np.float64)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, self.up)
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])

    @property
    def distance_mm(self) -> float:
        """From the pupil to what it looks at."""
        return float(np.linalg.norm(np.subtract(self.look_at_mm, self.position_mm)))

    def focal_px(self, hw: tuple[int, int]) -> float:
        """Focal length in pixels of a frame of height and width ``hw``."""
        return hw[1] * self.distance_mm / self.view_mm

    def pixel_mm(self, hw: tuple[int, int]) -> float:
        """Width of what one pixel of a frame of height and width ``hw`` sees in the middle, in mm."""
        return self.view_mm / hw[1]

    def project(self, points_mm: NDArray[np.float64], hw: tuple[int, int]) -> NDArray[np.float64]:
        """Where points lie in a frame.

        Args:
            points_mm: N×3.
            hw: Height and width of the frame.

        Returns:
            N×2: x and y in pixels; the upper left pixel reaches from 0 to 1.
        """
        seen = (points_mm - np.asarray(self.position_mm)) @ self.axes.T  # N×3: right, down, forward
        flat = seen[:, :2] / seen[:, 2:]
        square = (flat**2).sum(axis=1, keepdims=True)
        drawn = flat * (1 + self.distortion[0] * square + self.distortion[1] * square**2)
        return np.asarray(drawn * self.focal_px(hw) + np.array([hw[1] / 2, hw[0] / 2]))
