"""A camera that replays the pictures of a folder, one for each trigger, in the order of their names."""

import glob
import time
from collections import deque
from pathlib import Path
from typing import NoReturn

import numpy as np

from scuff.core.errors import PictureError
from scuff.core.picture import is_picture, read_values
from scuff.core.pixel_format import genicam_format
from scuff.core.station_recipe import CameraSettings
from scuff.core.stored import RAW_SUFFIX
from scuff.station.acquisition_error import (
    AcquisitionError,
    CameraLostError,
    CameraUnreachableError,
    IncompleteFrameError,
    SettingRejectedError,
    TriggerTimeoutError,
)
from scuff.station.camera import Applied, Health
from scuff.station.raw_frame import Pixels, RawFrame

MODEL = "Folder of pictures"
WHOLE: dict[str, object] = {"width_px": None, "height_px": None, "left_px": 0, "top_px": 0, "features": {}}
"""What must be left unset: pictures are replayed whole."""


class FolderCamera:
    """Replays a folder, or what a pattern such as ``pictures/*-left.png`` matches; after the last, the first comes.

    What a hardware trigger waits for comes as soon as a frame is grabbed.
    """

    def __init__(self, settings: CameraSettings) -> None:
        """Name the folder; nothing is read yet."""
        self._name, self._folder = settings.name, settings.device
        self._paths: list[Path] = []
        self._next = self._triggers = self._frames = self._failures = 0
        self._applied: Applied | None = None
        self._by_hardware = self._is_armed = False
        self._due: deque[tuple[int, Path, int]] = deque()

    @property
    def name(self) -> str:
        """Its name, as in the recipe."""
        return self._name

    def open(self) -> None:
        """List the pictures; goes on where it was, as the station's other cameras do. See ``Camera``."""
        self.close()
        if not self._folder:
            raise CameraUnreachableError(self._name, 'has no folder; set its device, as in device = "pictures"')
        self._paths = self._found()
        if not self._paths:
            raise CameraUnreachableError(self._name, f"{self._folder}: no picture is there; name another folder")
        self._frames = self._failures = 0

    def close(self) -> None:
        """Forget the pictures; see ``Camera``."""
        self._paths, self._applied, self._is_armed = [], None, False
        self._due.clear()

    def configure(self, settings: CameraSettings) -> Applied:
        """Make sure that the first picture is what is asked for; see ``Camera``."""
        self._check_open()
        for key, unset in WHOLE.items():
            if (value := getattr(settings, key)) != unset:
                self._reject(key, value, "unset, for pictures are replayed whole")
        pixels = self._read(self._paths[0])
        self._check_format(settings.pixel_format, pixels, self._paths[0])
        self._by_hardware = settings.trigger == "hardware"
        self._applied = Applied(
            serial=self._folder,
            model=MODEL,
            pixel_format=settings.pixel_format,
            width_px=pixels.shape[1],
            height_px=pixels.shape[0],
            left_px=0,
            top_px=0,
            exposure_us=settings.exposure_us,
            gain_db=settings.gain_db,
        )
        return self._applied

    def arm(self) -> None:
        """Wait for triggers; see ``Camera``."""
        self._check_open()
        self._due.clear()
        self._is_armed, self._triggers = True, 0

    def trigger(self) -> None:
        """Choose the next picture; see ``Camera``."""
        self._check_open()
        if not self._is_armed or self._applied is None:
            raise AcquisitionError(self._name, "is not armed; configure it and arm it first")
        self._triggers += 1
        self._due.append((self._triggers, self._paths[self._next % len(self._paths)], time.monotonic_ns()))
        self._next += 1

    def grab(self, timeout_s: float) -> RawFrame:
        """Read the next picture; see ``Camera``."""
        self._check_open()
        if self._by_hardware and not self._due:
            self.trigger()
        if not self._due or self._applied is None:
            self._failures += 1
            raise TriggerTimeoutError(self._name, f"no frame within {timeout_s:g} s")
        number, path, taken_ns = self._due.popleft()
        try:
            frame = self._frame(number, path, taken_ns, self._applied)
        except AcquisitionError:
            self._failures += 1
            raise
        self._frames += 1
        return frame

    def health(self) -> Health:
        """Say whether the folder is still there; see ``Camera``."""
        wrong = "it is closed" if not self._paths else "" if self._is_there() else f"{self._folder} is gone"
        return Health(not wrong, wrong, self._frames, self._failures)

    def _frame(self, number: int, path: Path, taken_ns: int, applied: Applied) -> RawFrame:
        pixels = self._read(path)
        if pixels.shape[:2] != (applied.height_px, applied.width_px) or not _fits(applied.pixel_format, pixels):
            raise AcquisitionError(
                self._name,
                f"{path}: is {_described(pixels)}, where the first picture was {applied.width_px}×{applied.height_px} "
                f"{applied.pixel_format}; keep pictures of another kind in another folder",
                str(number),
            )
        return RawFrame(
            camera=self._name,
            serial=applied.serial,
            frame_id=number,
            pixels=pixels,
            pixel_format=applied.pixel_format,
            device_time_ns=taken_ns,
            host_time_ns=time.time_ns(),
            exposure_us=applied.exposure_us,
            gain_db=applied.gain_db,
            simulated=True,
        )

    def _read(self, path: Path) -> Pixels:
        try:
            return np.asarray(read_values(path, palette=False))
        except PictureError as error:
            if not path.parent.is_dir():
                raise CameraLostError(self._name, f"{path.parent}: is not there any more") from error
            raise IncompleteFrameError(self._name, str(error), missing_bytes=_size(path)) from error

    def _check_format(self, pixel_format: str, pixels: Pixels, path: Path) -> None:
        try:
            genicam_format(pixel_format)
        except PictureError as error:
            raise SettingRejectedError(self._name, str(error)) from error
        if not _fits(pixel_format, pixels):
            bits = 8 if pixels.dtype == np.uint8 else 12
            possible = f"RGB{bits}" if pixels.ndim == 3 else f"BayerRG{bits} or Mono{bits}"
            self._reject("pixel_format", pixel_format, f"{possible}, for {path} is {_described(pixels)}")

    def _reject(self, key: str, value: object, possible: str) -> NoReturn:
        raise SettingRejectedError(self._name, f"does not take {key} = {value}; possible: {possible}")

    def _check_open(self) -> None:
        if not self._paths:
            raise CameraLostError(self._name, "it is closed; it must be opened again")

    def _is_there(self) -> bool:
        return self._paths[0].parent.is_dir()

    def _found(self) -> list[Path]:
        folder = Path(self._folder)
        if not folder.is_dir() and not glob.has_magic(self._folder):
            raise CameraUnreachableError(self._name, f"{folder}: there is no such folder")
        root = Path(folder.anchor)
        paths = folder.iterdir() if folder.is_dir() else root.glob(str(folder.relative_to(root)))
        return sorted(path for path in paths if is_picture(path) and path.suffix.lower() != RAW_SUFFIX)


def _fits(pixel_format: str, pixels: Pixels) -> bool:
    """Whether values can be those of a pixel format."""
    is_8_bits = pixel_format.endswith("8")
    shape = pixels.shape[2:]
    return (pixels.dtype == np.uint8) == is_8_bits and shape == ((3,) if pixel_format.startswith("RGB") else ())


def _described(pixels: Pixels) -> str:
    colours = "grey" if pixels.ndim == 2 else "RGB" if pixels.shape[2] == 3 else "RGB with transparency"
    return f"{pixels.shape[1]}×{pixels.shape[0]} {colours} of {pixels.itemsize * 8} bits"


def _size(path: Path) -> int:
    """Bytes of a file; 1 where there is none, for something is missing."""
    return path.stat().st_size or 1 if path.exists() else 1
