"""How long the simulated booth takes for a frame, and how much memory, against its limits.

Each figure is measured in processes of their own, which do just that, after the kernels were compiled. Exits with 1
where the median of the times, or the largest peak of the memory, is over its limit. Nothing else should run on the
machine.

    python benchmarks/booth.py --repeats 3
"""

import argparse
import functools
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scuff.booth.draw import draw_part
from scuff.booth.exposure import Exposure, expose
from scuff.booth.finish import KINDS, Kind
from scuff.booth.geometry import Geometry, geometry_of
from scuff.booth.layers import Layers
from scuff.booth.metering import meter
from scuff.booth.part import Part
from scuff.booth.render import render
from scuff.booth.rows import threads
from scuff.booth.scene import BOOTH
from scuff.booth.sensor import Sensor
from scuff.booth.shape import draw_sink

SEED = 1
CAMERA, SENSOR = BOOTH.cameras[0], Sensor()
ALL_ON = {luminaire.name: 1.0 for luminaire in BOOTH.luminaires}
ONE_DIMMED = {**ALL_ON, BOOTH.luminaires[0].name: 0.3}

SMALL_HW, FRAME_HW, LARGE_HW = (64, 96), (912, 1368), (3648, 5472)
LIMIT_MB = 1500
"""Of peak resident memory, in units of 10^6 bytes."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is measured: a height and width in pixels, and how many seconds it may take."""

    title: str
    hw: tuple[int, int]
    limit_s: float


FIGURES = {
    "frame": Figure("1368×912, geometry included", FRAME_HW, 2.0),
    "first": Figure("5472×3648, the first of a shape, geometry included", LARGE_HW, 25.0),
    "next": Figure("5472×3648, the next part of that shape", LARGE_HW, 12.0),
    "relight": Figure("5472×3648, a rendered part under another light, exposure and noise", LARGE_HW, 1.5),
}
"""Each is a frame by one camera under two luminaires, from the part, or the rendered part, to the sensor's pixels."""


def take_frame(part: Part, hw: tuple[int, int], exposure: Exposure, geometry: Geometry | None) -> None:
    """Take a frame of a part."""
    light(rendered(part, hw, geometry), ALL_ON, exposure)


def rendered(part: Part, hw: tuple[int, int], geometry: Geometry | None = None) -> Layers:
    """Render a part."""
    return render(part, CAMERA, BOOTH.luminaires, hw, BOOTH.environment, geometry).layers


def light(layers: Layers, intensities: dict[str, float], exposure: Exposure) -> None:
    """Take a frame of a rendered part."""
    expose(layers, intensities, exposure, SENSOR, "frame", "part", CAMERA.name, SEED)


def prepare(name: str, finish: Kind) -> Callable[[], None]:
    """Compile the kernels, and do all that comes before what a figure measures; give what it measures."""
    shape = draw_sink(np.random.default_rng(SEED))
    first, second = (draw_part(SEED, number, shape, finish, sound_share=0) for number in (1, 2))
    exposure = meter(rendered(first, SMALL_HW), ALL_ON, SENSOR)
    for part in (first, second):
        take_frame(part, SMALL_HW, exposure, None)
    hw = FIGURES[name].hw
    if name == "relight":
        darker = Exposure(exposure.exposure_us / 2, gain_db=6.0)
        return functools.partial(light, rendered(first, hw), ONE_DIMMED, darker)
    if name == "next":
        return functools.partial(take_frame, second, hw, exposure, geometry_of(shape, CAMERA, hw))
    return functools.partial(take_frame, first, hw, exposure, None)


def measure(name: str, finish: Kind) -> dict[str, float]:
    """Measure a figure once, in this process."""
    work = prepare(name, finish)
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "peak_mb": peak * (1 if sys.platform == "darwin" else 1024) / 1e6}


def measured(name: str, finish: Kind, repeats: int) -> tuple[list[float], float]:
    """Measure a figure in fresh processes; give all seconds, sorted, and the largest peak in MB."""
    command = [sys.executable, __file__, "--measure", name, "--finish", finish]
    results = []
    for _ in range(repeats):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        results.append(json.loads(done.stdout))
    return sorted(result["seconds"] for result in results), max(result["peak_mb"] for result in results)


def machine() -> str:
    """Name the processor, and how many of its cores are used."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.processor()}, {threads()} cores"


def verdict(value: float, limit: float) -> str:
    """Compare with a limit."""
    return "ok" if value <= limit else "over"


def main() -> None:
    """Measure all figures, and print them as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="how often each figure is measured")
    parser.add_argument("--finish", choices=KINDS, default=KINDS[0], help="of the parts")
    parser.add_argument("--measure", choices=FIGURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        sys.stdout.write(json.dumps(measure(given.measure, given.finish)))
        return
    sys.stdout.write(f"{machine()}; sink, {given.finish}; median (slowest) of {given.repeats}\n\n")
    sys.stdout.write(
        "| frame, two luminaires | seconds | limit | | peak MB | limit | |\n|---|---|---|---|---|---|---|\n"
    )
    measured("frame", given.finish, 1)  # compiles the kernels, which takes memory of its own
    over = False
    for name, figure in FIGURES.items():
        seconds, peak_mb = measured(name, given.finish, given.repeats)
        median = statistics.median(seconds)
        cells = [
            f"{median:.2f} ({seconds[-1]:.2f}) | {figure.limit_s:g} | {verdict(median, figure.limit_s)}",
            f"{peak_mb:.0f} | {LIMIT_MB} | {verdict(peak_mb, LIMIT_MB)}",
        ]
        over = over or "over" in " | ".join(cells)
        sys.stdout.write(f"| {figure.title} | {' | '.join(cells)} |\n")
        sys.stdout.flush()
    sys.exit(int(over))


if __name__ == "__main__":
    main()
