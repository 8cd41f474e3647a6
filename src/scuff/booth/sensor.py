"""The sensor of a camera: light becomes electrons, electrons become numbers, numbers become a picture.

The model is the linear one of EMVA standard 1288: a number is µ_y = µ_dark + K·µ_e
with the variance K²·(σ_read² + µ_e) + 1/12 for read noise, shot noise and rounding. Dark current is left out: within
the exposures of a booth it stays below the read noise.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from scuff.booth.rows import in_rows
from scuff.core.errors import BoothError

Raw = NDArray[np.uint8] | NDArray[np.uint16]

GAIN_DB = (-6.0, 24.0)
"""Least and most gain of the camera. Below 0 dB a full well is a grey that nothing exceeds."""

RANGES = {
    "full_well_e": (1.0, 1e7),
    "read_noise_e": (0.0, 1e4),
    "responsivity_e_us": (1e-6, 1e6),
    "flat_field_error": (0.0, 0.2),
    "dark_offset": (0.0, 0.5),
    "gamma": (0.2, 5.0),
}
WHITE_BALANCE = (0.1, 10.0)
COLOURS = ("red", "green", "blue")
FULL_SCALES = {8: 255, 12: 4095}

PIXEL_GAINS, NOISE = 0, 1
"""What a random number is for: the two never share a seed."""

LEAST_PX = 3
"""A colour is told from the neighbours on both sides."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """A colour sensor, RGGB from the upper left.

    The values are those of the sensors with pixels of about 2.4 µm that 20-megapixel machine-vision cameras have.

    Attributes:
        full_well_e: Electrons that a pixel holds; at 0 dB as many give the largest number.
        read_noise_e: Standard deviation of the read-out, in electrons.
        responsivity_e_us: Electrons per µs at irradiance 1. An irradiance of 1 from a luminaire of 10,000 cd/m²
            through a lens at f/8 brings some 6 photons per µs to a pixel, of which its filter and its silicon
            leave about 1.
        flat_field_error: Standard deviation of the pixels' own gains (the standard's PRNU); fixed for a camera.
        dark_offset: What is read without light, as a share of full scale, so that noise is not cut off at 0; taken
            away again when a picture is developed.
        bits: Of the numbers.
        gamma: A developed value is the signal to the power of 1/gamma; 1 is linear, as machine vision has it.
        white_balance: Factors of red, green and blue in a developed picture.
    """

    full_well_e: float = 10_500.0
    read_noise_e: float = 2.5
    responsivity_e_us: float = 1.0
    flat_field_error: float = 0.005
    dark_offset: float = 0.004
    bits: Literal[8, 12] = 8
    gamma: float = 1.0
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        """Raise a BoothError where a value cannot be."""
        for name, limits in RANGES.items():
            check(f"sensor: {name}", getattr(self, name), limits)
        if len(self.white_balance) != len(COLOURS):
            raise BoothError(f"sensor: white_balance has {len(self.white_balance)} factors; it must have 3")
        for colour, factor in zip(COLOURS, self.white_balance, strict=True):
            check(f"sensor: white_balance of {colour}", factor, WHITE_BALANCE)
        if self.bits not in FULL_SCALES:
            raise BoothError(f"sensor: bits is {self.bits}; it must be 8 or 12")

    @property
    def full_scale(self) -> int:
        """The largest number."""
        return FULL_SCALES[self.bits]


def check(name: str, value: float, limits: tuple[float, float]) -> None:
    """Raise a BoothError where a value, which may be NaN, does not lie within its limits."""
    if not limits[0] <= value <= limits[1]:
        raise BoothError(f"{name} is {value:,.10g}; it must be from {limits[0]:,.10g} to {limits[1]:,.10g}")


def gain_factor(gain_db: float) -> float:
    """The factor of a gain: 10^(dB/20), so that 6 dB double the signal.

    Raises:
        BoothError: The gain is beyond the camera.
    """
    check("gain_db", gain_db, GAIN_DB)
    return float(10 ** (gain_db / 20))


def read_out(exposed: NDArray[np.float32], sensor: Sensor, gain_db: float, camera: str, seed: int) -> Raw:
    """Read the sensor out after an exposure.

    Electrons are a Poisson variable; here they are a normal one of the same mean and variance, which nobody can tell
    from it where a number stands for several electrons. Every row has random numbers of its own, so that the same
    seed gives the same bytes whatever the number of threads.

    Args:
        exposed: H×W: irradiance times µs, as ``mix`` gives it.
        sensor: What is read out.
        gain_db: As in ``Exposure``.
        camera: Its name, which tells its pixels' gains.
        seed: Of the noise, from 0 up.

    Returns:
        H×W, RGGB from the upper left: uint8 for 8 bits, uint16 for 12, which fill its low bits.

    Raises:
        BoothError: A gain or a seed that cannot be, or irradiance that is negative, infinite or not a number.
    """
    if seed < 0:
        raise BoothError(f"a seed of {seed} cannot be; it must be 0 or more")
    gain = gain_factor(gain_db)
    raw: Raw = np.empty(exposed.shape, np.uint8 if sensor.bits == 8 else np.uint16)
    gains = _pixel_gains(camera, exposed.shape)

    def read(first: int, last: int) -> None:
        electrons = _electrons(exposed[first:last], gains[first:last], sensor, (camera, seed), first)
        raw[first:last] = _numbers(electrons, sensor, gain)

    in_rows(read, len(raw))
    return raw


def develop(raw: Raw, sensor: Sensor) -> NDArray[np.uint8]:
    """Turn what a sensor gave into a picture: colours between the pixels, white balance, gamma.

    Args:
        raw: H×W, as ``read_out`` gives it.
        sensor: That gave it.

    Returns:
        H×W×3, RGB.

    Raises:
        BoothError: Fewer than 3 pixels along a side.
    """
    height, width = raw.shape
    if min(height, width) < LEAST_PX:
        raise BoothError(f"a frame of {width}×{height} pixels has no colours; it must be {LEAST_PX}×{LEAST_PX} or more")
    developed = np.empty((height, width, 3), np.uint8)
    tones = _tones(sensor)

    def fill(first: int, last: int) -> None:
        top = max(0, first - LEAST_PX) // 2 * 2  # where RGGB begins anew
        around = cv2.cvtColor(raw[top : last + 2], cv2.COLOR_BayerRGGB2RGB)[first - top : last - top]
        for channel, tone in enumerate(tones):
            developed[first:last, :, channel] = tone[around[..., channel]]

    in_rows(fill, height)
    return developed


@lru_cache(maxsize=2)
def _pixel_gains(camera: str, hw: tuple[int, ...]) -> NDArray[np.float32]:
    """How much the gain of each pixel of a camera differs, H×W, in standard deviations.

    They stay for good, and take half of the time of a frame to draw; so they are kept for the cameras of a booth.
    """
    gains = np.empty(hw, np.float32)

    def draw(first: int, last: int) -> None:
        gains[first:last] = _normal((last - first, hw[1]), first, PIXEL_GAINS, camera)

    in_rows(draw, hw[0])
    gains.setflags(write=False)
    return gains


def _electrons(
    exposed: NDArray[np.float32],
    gains: NDArray[np.float32],
    sensor: Sensor,
    noise_of: tuple[str, int],
    first: int,
) -> NDArray[np.float32]:
    """Electrons read from the rows of a block, N×W, of which ``first`` is the upper one's place in the frame."""
    if not (exposed.min() >= 0 and exposed.max() < np.inf):
        raise BoothError(
            f"irradiance is negative, infinite or not a number in rows {first} to {first + len(exposed) - 1}"
        )
    electrons = gains * np.float32(sensor.flat_field_error)
    electrons += np.float32(1)
    electrons *= exposed
    electrons *= np.float32(sensor.responsivity_e_us)
    np.maximum(electrons, 0, out=electrons)
    noise = _normal(exposed.shape, first, NOISE, *noise_of)
    noise *= np.sqrt(electrons + np.float32(sensor.read_noise_e**2))
    electrons += noise
    return electrons


def _numbers(electrons: NDArray[np.float32], sensor: Sensor, gain: float) -> NDArray[np.float32]:
    """Numbers for electrons, N×W, in place; cut off where the well is full and where the numbers end."""
    np.minimum(electrons, np.float32(sensor.full_well_e), out=electrons)
    electrons *= np.float32(gain * sensor.full_scale / sensor.full_well_e)
    electrons += np.float32(sensor.dark_offset * sensor.full_scale)
    np.clip(electrons, 0, sensor.full_scale, out=electrons)
    return np.rint(electrons, out=electrons)


def _normal(shape: tuple[int, ...], first: int, purpose: int, camera: str, seed: int = 0) -> NDArray[np.float32]:
    """Draw N×W normal numbers, whose rows stand on their own: any block of a frame has the numbers of the frame."""
    drawn = np.empty(shape, np.float32)
    name = camera.encode()
    for row, numbers in enumerate(drawn, start=first):
        bits = np.random.SFC64([purpose, row, len(name), *name, seed])
        np.random.Generator(bits).standard_normal(out=numbers, dtype=np.float32)
    return drawn


def _tones(sensor: Sensor) -> NDArray[np.uint8]:
    """What each number becomes in a picture: 3×(full scale + 1), for red, green and blue."""
    signal = np.arange(sensor.full_scale + 1) / sensor.full_scale - sensor.dark_offset
    balanced = np.outer(sensor.white_balance, signal / (1 - sensor.dark_offset))
    tones: NDArray[np.float64] = np.clip(balanced, 0, 1) ** (1 / sensor.gamma)
    return np.rint(tones * 255).astype(np.uint8)
