"""The parts of the simulated booth, rendered once and kept on disk.

A sight, a part before a camera, takes seconds to render and milliseconds to read. Files appear whole or not at all
and are the same whoever renders them, so that several processes may share a folder.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from threading import Lock
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from scuff.booth.job import Sight, render_part, sights
from scuff.booth.layers import Layers
from scuff.booth.light import ENVIRONMENT
from scuff.booth.lighting import all_on
from scuff.booth.part import Part
from scuff.booth.record import describe
from scuff.booth.render import Rendering, SeenFlaw
from scuff.booth.scene import BOOTH
from scuff.booth.settings import Settings, serial_of
from scuff.core.errors import StationError
from scuff.core.station_recipe import Simulation
from scuff.core.whole_file import whole_file
from scuff.station.capture import REFERENCE_CARD

ALL_ON = all_on([luminaire.name for luminaire in BOOTH.luminaires])
LAYER_NAMES = (*ALL_ON.intensities, ENVIRONMENT)
VIEWS = {camera.name: camera for camera in BOOTH.cameras}

LIGHT, TRUTH = ".npy", ".npz"
"""Endings of the two files of a sight: its layers, as float16, whose steps are far below the noise; and its flaws."""

CARD = 0
"""Number of the reference card; parts have numbers from 1."""

READING = Lock()
"""Held while NumPy reads a header: CPython 3.11 fails now and then where two threads parse Python at once."""

FLAW_KEYS = tuple(field.name for field in fields(SeenFlaw) if field.name != "own")
"""What is kept of a flaw as text."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The sights of a simulation.

    Attributes:
        root: Their folder; another simulation has another one.
        settings: What the parts are.
        first: Number of the first part.
        parts: How many different ones there are.
    """

    root: Path
    settings: Settings
    first: int
    parts: int

    @classmethod
    def of(cls, simulation: Simulation) -> "Pool":
        """Find the pool of a simulation; renders nothing.

        Raises:
            StationError: The frames have an odd side.
        """
        for side in ("width_px", "height_px"):
            if (length := getattr(simulation, side)) % 2:
                raise StationError(
                    f"simulation.{side} = {length}: must be even, for the sensor's colours come in squares of four"
                )
        settings = Settings(
            simulation.seed,
            simulation.shape,
            simulation.finish,
            (simulation.height_px, simulation.width_px),
            simulation.sound_share,
            (ALL_ON,),
            most_flaws=simulation.most_flaws,
        )
        described = json.dumps(describe(settings, BOOTH, settings.sensor), sort_keys=True)
        digest = hashlib.sha256(described.encode()).hexdigest()[:12]
        return cls(Path(simulation.cache) / digest, settings, simulation.first, simulation.parts)

    def number_of(self, serial: str) -> int:
        """The part that stands for a serial number: by the number at its end, else by a checksum."""
        if serial == REFERENCE_CARD:
            return CARD
        ending = re.search(r"\d+$", serial)
        number = int(ending[0]) if ending else zlib.crc32(serial.encode())
        return self.first + (number - self.first) % self.parts

    def missing(self, serials: Iterable[str] | None = None) -> list[Sight]:
        """The sights that are not rendered yet, of the parts with these serial numbers; ``None``: of all parts."""
        everything = range(self.first, self.first + self.parts)
        numbers = everything if serials is None else dict.fromkeys(map(self.number_of, serials))
        return [sight for sight in sights(numbers) if not self._has(sight)]

    def render(self, sight: Sight) -> None:
        """Render a sight and keep it."""
        rendering = render_part(self._part(sight.number), sight.camera, self.settings.hw)
        flaws = [{key: getattr(flaw, key) for key in FLAW_KEYS} for flaw in rendering.flaws]
        truth: dict[str, Any] = {_own(flaw.id): flaw.own for flaw in rendering.flaws}
        truth |= {"mask": rendering.mask, "instances": rendering.instances, "flaws": np.array(json.dumps(flaws))}
        self.root.mkdir(parents=True, exist_ok=True)
        with whole_file(self._path(sight, TRUTH)) as file:
            np.savez_compressed(file, **truth)
        with whole_file(self._path(sight, LIGHT)) as file:
            np.save(file, rendering.layers.planes.astype(np.float16))

    def layers(self, number: int, camera: str) -> Layers:
        """The light that a camera of the booth gets of a part; rendered now where it is not there yet.

        Raises:
            StationError: Its file is damaged.
        """
        planes = _read(self._path(self._kept(number, camera), LIGHT))
        return Layers(LAYER_NAMES, planes.astype(np.float32))

    def rendering(self, number: int, camera: str) -> Rendering:
        """A part as a camera of the booth sees it, with the truth about its flaws; as ``layers``."""
        truth = _read(self._path(self._kept(number, camera), TRUTH))
        flaws = tuple(_flaw(kept, truth[_own(kept["id"])]) for kept in json.loads(str(truth["flaws"])))
        return Rendering(self.layers(number, camera), truth["mask"], truth["instances"], flaws)

    def _part(self, number: int) -> Part:
        """Draw a part; the reference card is a blasted sheet with nothing on it, the mattest thing that there is."""
        if number == CARD:
            return replace(self.settings, shape="sheet", finish="blasted").clean_part("blasted")
        return self.settings.draw_part(number)

    def _kept(self, number: int, camera: str) -> Sight:
        sight = Sight(number, VIEWS[camera])
        if not self._has(sight):
            self.render(sight)
        return sight

    def _has(self, sight: Sight) -> bool:
        return self._path(sight, LIGHT).exists() and self._path(sight, TRUTH).exists()

    def _path(self, sight: Sight, ending: str) -> Path:
        return self.root / f"{serial_of(sight.number)}-{sight.camera.name}{ending}"


def _own(flaw: int) -> str:
    """The name of a flaw's pixels in the file of a sight."""
    return f"own-{flaw}"


def _flaw(kept: dict[str, Any], own: NDArray[np.bool_]) -> SeenFlaw:
    box = kept["box_xyxy"] and tuple(kept["box_xyxy"])
    return SeenFlaw(**{**kept, "own": own, "box_xyxy": box, "size_mm": tuple(kept["size_mm"])})


def _read(path: Path) -> Any:
    """Read an array, or a table of them."""
    try:
        with READING, path.open("rb") as file:
            loaded = np.load(file)
            return loaded if isinstance(loaded, np.ndarray) else dict(loaded)
    except (ValueError, EOFError, BadZipFile) as error:
        raise StationError(f"{path}: is damaged; delete it, and it is rendered again") from error
