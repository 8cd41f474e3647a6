"""From pixels to mm: how a camera sees the plane that a part lies in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, Strict, field_validator

from scuff.core.polygon import ANY_CAMERA
from scuff.core.section import Section

Nine = tuple[float, float, float, float, float, float, float, float, float]


class Calibration(Section):
    """How a camera sees the plane that the part lies in; `scuff calibrate camera` measures and writes it."""

    camera: str = Field(ANY_CAMERA, description='The camera; "": any without an entry of its own.')
    homography: Annotated[Nine, Strict(False)] = Field(
        description="The 3×3 matrix from x, y, 1 in pixels to the same in mm, row by row; mm are divided by the third.",
    )
    width_px: int | None = Field(None, ge=1, description="Width of its frames; others are refused. Unset: any.")
    height_px: int | None = Field(None, ge=1, description="Height of its frames; others are refused. Unset: any.")
    residual_mm: float = Field(0.0, ge=0, description="Root mean square error on the points it was made from, in mm.")
    points: int = Field(0, ge=0, description="Number of these points.")
    plane: str = Field(
        "", description="Name of the plane; cameras with the same one share its mm, and a defect that they share."
    )
    source: str = Field("", description="What it was made from.")

    @field_validator("homography")
    @classmethod
    def _can_be_turned_round(cls, homography: Nine) -> Nine:
        matrix = np.array(homography).reshape(3, 3)
        if not np.isfinite(np.linalg.cond(matrix)) or abs(np.linalg.det(matrix)) < 1e-300:
            raise ValueError("must be nine numbers of a matrix that can be inverted; calibrate the camera again")
        return homography


@dataclass(frozen=True, slots=True)
class Plane:
    """The way from a camera's pixels to mm.

    Attributes:
        matrix: 3×3 homography.
        name: Cameras whose planes have the same name, but "", share coordinates.
        residual_mm: Root mean square error of it.
        width_px: Width of the frames that it holds for; ``None``: not known.
        height_px: Their height.
    """

    matrix: NDArray[np.float64]
    name: str = ""
    residual_mm: float = 0.0
    width_px: int | None = None
    height_px: int | None = None

    def misfit(self, hw: tuple[int, int]) -> str:
        """Say why this is not the plane of a frame of a height and width; empty where it may be."""
        height, width = hw
        if self.width_px not in (None, width) or self.height_px not in (None, height):
            return f"was calibrated with frames of {self.width_px}×{self.height_px} pixels"
        corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64)
        depth = corners @ self.matrix[2]
        return "" if (depth > 0).all() or (depth < 0).all() else "has a calibration whose horizon crosses the frame"

    def to_mm(self, points_xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring N×2 points from pixels to mm; the middle of the first pixel is 0, 0."""
        mapped = np.c_[points_xy, np.ones(len(points_xy))] @ self.matrix.T
        return np.asarray(mapped[:, :2] / mapped[:, 2:])

    def pixel_mm2(self, points_xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """The area of the pixels at N×2 points, in mm²: the determinant of the map's derivative there."""
        mapped = np.c_[points_xy, np.ones(len(points_xy))] @ self.matrix.T
        return np.asarray(abs(np.linalg.det(self.matrix)) / np.abs(mapped[:, 2]) ** 3)


class Planes:
    """The planes of a recipe's cameras."""

    def __init__(self, calibration: Sequence[Calibration], pixel_mm: float | None) -> None:
        """Take ``calibration`` and ``frames.pixel_mm`` of a recipe."""
        self._planes: Mapping[str, Plane] = {
            each.camera: Plane(
                np.array(each.homography).reshape(3, 3), each.plane, each.residual_mm, each.width_px, each.height_px
            )
            for each in calibration
        }
        self._scale = None if pixel_mm is None else Plane(np.diag([pixel_mm, pixel_mm, 1.0]))

    def of(self, camera: str) -> Plane | None:
        """The plane of a camera; ``None`` where nobody has told its scale."""
        return self._planes.get(camera) or self._planes.get(ANY_CAMERA) or self._scale

    @property
    def any(self) -> bool:
        """Whether any camera has a scale."""
        return bool(self._planes) or self._scale is not None
