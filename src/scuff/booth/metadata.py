"""What is written down about a frame: how it was taken, and each flaw of its part."""

from collections.abc import Mapping
from dataclasses import asdict

from scuff.booth.camera import Camera
from scuff.booth.exposure import Exposure
from scuff.booth.lighting import Lighting
from scuff.booth.part import Part
from scuff.booth.render import Rendering, SeenFlaw
from scuff.booth.truth import Truth

DECIMALS = 4


def frame_metadata(
    part: Part, camera: Camera, lighting: Lighting, exposure: Exposure, rendering: Rendering, truth: Truth
) -> dict[str, object]:
    """Describe a frame, as JSON has it."""
    height, width = rendering.mask.shape
    return {
        "part": part.serial,
        "camera": camera.name,
        "lighting": dict(lighting.intensities),
        **asdict(exposure),
        "width_px": width,
        "height_px": height,
        "pixel_mm": camera.pixel_mm((height, width)),
        "finish": asdict(part.finish),
        "flaws": [_described(flaw, truth.left_out) for flaw in rendering.flaws],
    }


def _described(flaw: SeenFlaw, left_out: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": flaw.id,
        "class": flaw.kind,
        "box_xyxy": flaw.box_xyxy,
        "area_px": flaw.area_px,
        "size_mm": [round(length, DECIMALS) for length in flaw.size_mm],
        "visibility": {name: round(value, DECIMALS) for name, value in flaw.visibility.items()},
        "marked": flaw.id not in left_out,
        "left_out": left_out.get(flaw.id, ""),
    }
