"""The booth of the published system: two cameras, two luminaires, and walls that keep the light of the hall out."""

from dataclasses import dataclass

from scuff.booth.camera import Camera
from scuff.booth.light import Environment, Luminaire


@dataclass(frozen=True, slots=True)
class Booth:
    """Cameras and lights around a part."""

    cameras: tuple[Camera, ...]
    luminaires: tuple[Luminaire, ...]
    environment: Environment


BOOTH = Booth(
    cameras=(
        Camera("left", (-170.0, -40.0, 900.0), (-70.0, 0.0, -60.0), 620.0),
        Camera("right", (170.0, 40.0, 900.0), (70.0, 0.0, -60.0), 620.0),
    ),
    luminaires=(
        Luminaire("A", (-260.0, 0.0, 760.0), (-60.0, 0.0, -180.0), (0.0, 1.0, 0.0)),
        Luminaire("B", (60.0, 330.0, 760.0), (20.0, 60.0, -180.0), (1.0, 0.0, 0.0)),
    ),
    environment=Environment(),
)
