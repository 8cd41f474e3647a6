import json

import numpy as np

from scuff.booth.exposure import Exposure
from scuff.booth.finish import Finish
from scuff.booth.layers import Layers
from scuff.booth.lighting import Lighting
from scuff.booth.metadata import frame_metadata
from scuff.booth.part import Part
from scuff.booth.render import Rendering, SeenFlaw
from scuff.booth.scene import BOOTH
from scuff.booth.shape import Sheet
from scuff.booth.truth import truth_of


def test_a_frame_says_how_it_was_taken_and_what_is_in_it() -> None:
    lighting, exposure = Lighting({"A": 1.0, "B": 0.5}), Exposure(1500.0, 3.0)
    mask = np.zeros((2, 124), np.uint8)
    mask[0, :3] = 1
    visibility = {"A": 2.345678, "B": 0.5, "environment": 0.1}
    flaws = (
        SeenFlaw(1, "scratch", (0, 0, 3, 1), np.ones((1, 3), np.bool_), (12.345678, 0.1), visibility),
        SeenFlaw(2, "dent", None, np.zeros((0, 0), np.bool_), (5.0, 4.0), dict.fromkeys(visibility, 0.0)),
    )
    layers = Layers(("A", "B", "environment"), np.zeros((3, 2, 124), np.float32))
    rendering = Rendering(layers, mask, mask.astype(np.uint16), flaws)
    truth = truth_of(rendering, lighting, 1.0)
    part = Part("P0001", Sheet(), Finish())
    record = frame_metadata(part, BOOTH.cameras[0], lighting, exposure, rendering, truth)
    assert json.loads(json.dumps(record)) == {
        "part": "P0001",
        "camera": "left",
        "lighting": {"A": 1.0, "B": 0.5},
        "exposure_us": 1500.0,
        "gain_db": 3.0,
        "width_px": 124,
        "height_px": 2,
        "pixel_mm": 5.0,
        "finish": json.loads(json.dumps(record["finish"])),
        "flaws": [
            {
                "id": 1,
                "class": "scratch",
                "box_xyxy": [0, 0, 3, 1],
                "area_px": 3,
                "size_mm": [12.3457, 0.1],
                "visibility": {"A": 2.3457, "B": 0.5, "environment": 0.1},
                "marked": True,
                "left_out": "",
            },
            {
                "id": 2,
                "class": "dent",
                "box_xyxy": None,
                "area_px": 0,
                "size_mm": [5.0, 4.0],
                "visibility": {"A": 0.0, "B": 0.0, "environment": 0.0},
                "marked": False,
                "left_out": "is not in the frame",
            },
        ],
    }
