"""How long a 20-megapixel picture takes from its file to pixels: each decoder on each format, and scuff.

The pictures are made here. Each library decodes bytes in memory into its own order of channels; scuff reads the file
and gives H×W×3 uint8, RGB. All take turns, and the table has medians in milliseconds; `≠` marks values that differ
from scuff's. Libraries of the `bench` extra may be missing. Nothing else should run on the machine.

    python benchmarks/decoding.py --repeats 7
"""

import argparse
import functools
import importlib
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from scuff.core.picture import read_picture, read_values
from scuff.core.pixel_format import PixelFormat

HW = (3648, 5472)
Pixels = NDArray[Any]
Decode = Callable[[bytes], Pixels]

LIBRARIES = ("OpenCV", "TurboJPEG", "imagecodecs", "Pillow")
NOT_THERE = "not installed"
NOT_READ = "–"
RAW = PixelFormat(bayer="RG", white_level=4095, raw_width_px=HW[1], raw_height_px=HW[0])


def metal(bits: int, channels: int) -> Pixels:
    """Draw brushed metal: a slow gradient, streaks along the rows, and a sensor's noise. H×W, or H×W×3."""
    rng = np.random.default_rng(0)
    rows, columns = (np.linspace(0, 6, length, dtype=np.float32) for length in HW)
    streaks = 40 * cv2.GaussianBlur(rng.standard_normal(HW, np.float32), (0, 0), 3, sigmaY=0.5)
    grey = 128 + 60 * np.sin(columns) + 30 * np.cos(rows)[:, None] + streaks
    planes = []
    for share in np.linspace(1, 0.9, channels, dtype=np.float32):
        noisy = (share * grey + 2 * rng.standard_normal(HW, np.float32)) * 2 ** (bits - 8)
        planes.append(np.clip(noisy, 0, 2**bits - 1).astype(f"u{bits // 8}"))
    return np.dstack(planes) if channels > 1 else planes[0]


def by_pillow_writer(kind: str, **settings: Any) -> Callable[[Pixels], bytes]:
    """Encode with Pillow."""

    def encode(pixels: Pixels) -> bytes:
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, format=kind, **settings)
        return content.getvalue()

    return encode


def by_opencv_writer(suffix: str, *settings: int) -> Callable[[Pixels], bytes]:
    """Encode with OpenCV, which writes 16-bit colours too."""

    def encode(pixels: Pixels) -> bytes:
        _, content = cv2.imencode(suffix, in_other_order(pixels), settings)
        return content.tobytes()

    return encode


FORMATS: dict[str, tuple[Callable[[Pixels], bytes], tuple[int, ...]]] = {
    "JPEG": (by_pillow_writer("JPEG", quality=95), (8,)),
    "PNG": (by_opencv_writer(".png", cv2.IMWRITE_PNG_COMPRESSION, 3), (8, 16)),
    "TIFF, raw": (by_opencv_writer(".tif", cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_NONE), (8, 16)),
    "TIFF, deflate": (
        by_opencv_writer(".tif", cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_ADOBE_DEFLATE),
        (8, 16),
    ),
    "BMP": (by_pillow_writer("BMP"), (8,)),
}
"""How each format is written, and with how many bits."""


def optional(name: str) -> ModuleType | None:
    """Import a package that may be missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def by_pillow(content: bytes) -> Pixels:
    """Decode with Pillow."""
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)


def by_opencv(content: bytes) -> Pixels:
    """Decode with OpenCV."""
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED))


def decoders(name: str, channels: int) -> dict[str, Decode | None]:
    """The libraries for a format; ``None``: missing."""
    imagecodecs = optional("imagecodecs")
    codec = {"JPEG": "jpeg8_decode", "PNG": "png_decode", "BMP": "bmp_decode"}.get(name, "tiff_decode")
    found: dict[str, Decode | None] = {
        "OpenCV": by_opencv,
        "imagecodecs": getattr(imagecodecs, codec) if imagecodecs else None,
        "Pillow": by_pillow,
    }
    if name == "JPEG":
        order = "GRAY" if channels == 1 else "RGB"
        found["TurboJPEG"] = functools.partial(simplejpeg.decode_jpeg, colorspace=order, strict=True)
    return found


def in_other_order(pixels: Pixels) -> Pixels:
    """Swap red and blue."""
    return pixels[..., ::-1] if pixels.ndim == 3 else pixels


def medians_ms(jobs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Run jobs in turn, after once for nothing, and give the median of each."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(repeats + 1):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            if turn:
                times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(of_job) for name, of_job in times.items()}


def equals(decoded: Pixels, values: Pixels) -> bool:
    """Tell whether a decoder gave the same values, in whichever order of channels."""
    flat = np.squeeze(decoded)
    return np.array_equal(flat, values) or np.array_equal(in_other_order(flat), values)


def row(name: str, bits: int, channels: int, folder: Path, repeats: int) -> list[str]:
    """Measure a format: a row of the table."""
    content = FORMATS[name][0](metal(bits, channels))
    path = folder / "frame"
    path.write_bytes(content)
    values = read_values(path)
    libraries = decoders(name, channels)
    jobs: dict[str, Callable[[], object]] = {"scuff": functools.partial(read_picture, path)}
    cells = {}
    for library, decode in libraries.items():
        if decode is None:
            cells[library] = NOT_THERE
            continue
        try:
            same = equals(decode(content), values)
        except (OSError, RuntimeError, ValueError):
            continue
        cells[library] = "{:.0f}" if same else "{:.0f} ≠"
        jobs[library] = functools.partial(decode, content)
    took = medians_ms(jobs, repeats)
    shown = [cells.get(library, NOT_READ).format(took.get(library)) for library in LIBRARIES]
    kind = "grey" if channels == 1 else "colour"
    return [f"{name}, {bits} bit, {kind}", f"{len(content) / 1e6:.0f}", *shown, f"{took['scuff']:.0f}"]


def raw_row(bits: int, folder: Path, repeats: int) -> list[str]:
    """Measure headerless Bayer mosaics, which only scuff reads."""
    path = folder / "frame.raw"
    content = (metal(8, 1).astype(f"<u{bits // 8}") * (1 if bits == 8 else 16)).tobytes()
    path.write_bytes(content)
    took = medians_ms({"scuff": functools.partial(read_picture, path, RAW)}, repeats)
    nothing = [NOT_READ] * len(LIBRARIES)
    return [f"rows without header, {bits} bit, Bayer", f"{len(content) / 1e6:.0f}", *nothing, f"{took['scuff']:.0f}"]


def conversions(repeats: int) -> Iterable[list[str]]:
    """Measure what comes after decoding: rows of the second table."""
    grey, grey_16 = metal(8, 1), metal(16, 1)
    table = np.round(np.arange(65536) * (255 / 65535)).astype(np.uint8)
    groups: dict[str, dict[str, Callable[[], object]]] = {
        "grey to three channels": {
            "NumPy, repeat": lambda: np.repeat(grey[..., None], 3, axis=2),
            "OpenCV, cvtColor": lambda: cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB, dst=np.empty((*HW, 3), np.uint8)),
        },
        "16 bits to 8": {
            "NumPy, in float32": lambda: np.round(grey_16.astype(np.float32) * (255 / 65535)).astype(np.uint8),
            "NumPy, table": lambda: table[grey_16],
            "OpenCV, table": lambda: cv2.LUT(grey_16, table, dst=np.empty(HW, np.uint8)),
        },
        "mosaic to colours": {
            "OpenCV, bilinear": lambda: cv2.cvtColor(grey, cv2.COLOR_BayerRGGB2RGB, dst=np.empty((*HW, 3), np.uint8))
        },
    }
    for group, jobs in groups.items():
        for way, took in medians_ms(jobs, repeats).items():
            yield [group, way, f"{took:.0f}"]


def show(*rows: Sequence[str]) -> None:
    """Print rows of a table in Markdown."""
    sys.stdout.writelines(f"| {' | '.join(cells)} |\n" for cells in rows)
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    show([f"{HW[1]}×{HW[0]}", "MB", *LIBRARIES, "scuff"], ["---"] * (3 + len(LIBRARIES)))
    with tempfile.TemporaryDirectory() as folder:
        for name, (_, depths) in FORMATS.items():
            for bits in depths:
                for channels in (1, 3):
                    show(row(name, bits, channels, Path(folder), repeats))
        for bits in (8, 16):
            show(raw_row(bits, Path(folder), repeats))
    sys.stdout.write("\n")
    show(["conversion", "way", "ms"], ["---"] * 3, *conversions(repeats))


if __name__ == "__main__":
    main()
