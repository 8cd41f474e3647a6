"""Capture pairs of frames with two cameras at the same time, and say how that went: FIRST SECOND PAIRS.

Run inside a network namespace, by `test_gige_network.py`.
"""

import json
import sys
import time

from scuff.core.station_recipe import CameraSettings, Lighting
from scuff.station.drivers.aravis import AravisCamera, discover
from scuff.station.drivers.no_light import NoLight
from scuff.station.mount import Mount
from scuff.station.rig import Rig


def main() -> None:
    *devices, pairs = sys.argv[1:]
    settings = [CameraSettings(name=device, driver="aravis", device=device, exposure_us=50_000.0) for device in devices]
    found = [camera.serial for device in devices for camera in discover(device.rpartition(".")[0] + ".1")]
    rig = Rig([Mount(AravisCamera(each), each, 1.0) for each in settings], NoLight(()), (Lighting(name="all"),))
    times_ms, errors, shapes = [], [], set()
    with rig:
        for part in range(int(pairs)):
            began = time.perf_counter()
            capture = rig.capture(f"P{part:04d}")
            times_ms.append(1000 * (time.perf_counter() - began))
            errors += [str(error) for error in capture.errors]
            shapes |= {(frame.frame_id == part + 1, *frame.pixels.shape) for frame in capture.frames}
    json.dump({"found": found, "errors": errors, "shapes": sorted(shapes), "times_ms": times_ms}, sys.stdout)


if __name__ == "__main__":
    main()
