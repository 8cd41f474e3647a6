"""The record of a run, ``booth.json``: what all frames have in common, and which parts were asked for so far."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import scuff
from scuff.booth.exposure import Exposure
from scuff.booth.marks.classes import CLASSES
from scuff.booth.scene import Booth
from scuff.booth.sensor import Sensor
from scuff.booth.settings import Settings
from scuff.core.errors import BoothError

Exposures = Mapping[tuple[str, str, str], Exposure]
"""By the names of camera, lighting and finish."""

SETTINGS, EXPOSURES, PARTS = "settings", "exposures", "parts"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run is.

    Attributes:
        description: See ``describe``.
        exposures: Of all frames, as in a station where they are set once.
        parts: Numbers of the parts that were asked for so far.
    """

    description: Mapping[str, object]
    exposures: Exposures
    parts: tuple[int, ...]

    def with_parts(self, numbers: Iterable[int]) -> "RunRecord":
        """Ask for more parts."""
        return replace(self, parts=tuple(sorted({*self.parts, *numbers})))

    def as_json(self) -> dict[str, object]:
        """Give the content of the file."""
        exposures = [
            {"camera": camera, "lighting": lighting, "finish": finish, **asdict(exposure)}
            for (camera, lighting, finish), exposure in self.exposures.items()
        ]
        return {**self.description, EXPOSURES: exposures, PARTS: list(self.parts)}


def describe(settings: Settings, booth: Booth, sensor: Sensor) -> dict[str, object]:
    """Describe what all frames of a run have in common, as JSON has it.

    Args:
        settings: What was asked for.
        booth: Where.
        sensor: Of its cameras.
    """
    cameras = [{**asdict(camera), "pixel_mm": camera.pixel_mm(settings.hw)} for camera in booth.cameras]
    description = {
        "scuff": scuff.__version__,
        SETTINGS: settings.as_options(),
        "classes": CLASSES,
        "shape": asdict(settings.draw_shape()),
        "cameras": cameras,
        "luminaires": [asdict(luminaire) for luminaire in booth.luminaires],
        "environment": asdict(booth.environment),
        "sensor": asdict(sensor),
    }
    return dict(json.loads(json.dumps(description)))  # tuples become lists, as they will be when read again


def read_record(path: Path, content: Mapping[str, Any]) -> RunRecord:
    """Take a record from the content of its file.

    Raises:
        BoothError: It is damaged.
    """
    rest = dict(content)
    try:
        listed, parts = rest.pop(EXPOSURES), rest.pop(PARTS)
        exposures = {
            (entry["camera"], entry["lighting"], entry["finish"]): Exposure(entry["exposure_us"], entry["gain_db"])
            for entry in listed
        }
        return RunRecord(rest, exposures, tuple(map(int, parts)))
    except (KeyError, TypeError, ValueError, BoothError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> BoothError:
    """Say that a record cannot be read."""
    return BoothError(f"{path}: is damaged; delete {path.parent}, or render into another folder")


def check_same(folder: Path, begun: Mapping[str, object], asked: Mapping[str, object]) -> None:
    """Check that a run would go on as it was begun.

    Args:
        folder: Of the run.
        begun: What its record describes.
        asked: What is asked for now.

    Raises:
        BoothError: It would not; names what differs.
    """
    differences = _options(begun, asked) or [
        f"scuff {begun.get(name)} instead of {value}" if name == "scuff" else f"other {name}"
        for name, value in asked.items()
        if begun.get(name) != value
    ]
    if differences:
        raise BoothError(
            f"{folder}: holds a run with {', '.join(differences)}; render into another folder, or go on with the "
            "settings of that run"
        )


def _options(begun: Mapping[str, object], asked: Mapping[str, object]) -> list[str]:
    """Name the options that differ; much of the rest follows from them."""
    before, now = begun.get(SETTINGS), asked[SETTINGS]
    if not isinstance(before, dict) or not isinstance(now, dict):
        return []
    return [
        f"--{name} {_typed(before.get(name))} instead of {_typed(value)}"
        for name, value in now.items()
        if before.get(name) != value
    ]


def _typed(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
