"""From the frames of a part to the decision on it, and to their files in the store."""

import io
import time
from collections.abc import Sequence

from PIL import Image

from scuff.core.errors import PictureError
from scuff.core.verdict import Outcome
from scuff.inspection.capture_set import Taken, capture_sets
from scuff.inspection.part_result import judge_part
from scuff.inspection.result import Result
from scuff.serving.job import Decision, not_inspected
from scuff.serving.product import Product
from scuff.station.acquisition_error import AcquisitionError, LightError
from scuff.station.capture import Capture
from scuff.station.pictures_of import Picture, pictures_of
from scuff.station.raw_frame import Pixels, RawFrame
from scuff.store.pictures import Pictures
from scuff.store.records import FrameRecord

SUFFIX = ".tif"


def decide(capture: Capture, product: Product) -> Decision:
    """Inspect what was taken of a part, and judge it.

    Args:
        capture: A complete capture set.
        product: What it shows.
    """
    began = time.perf_counter()
    try:
        product.light_guard.check(capture)
        pictures = pictures_of(capture, product.recipe)
    except PictureError as error:
        return not_inspected("picture", str(error))
    except LightError as error:
        return not_inspected(error.code, str(error))

    def inspect(picture: Picture) -> Result:
        name, camera = picture.name, picture.camera
        return product.inspector.inspect_pixels(picture.pixels, name, capture.part, camera).result

    results = tuple(product.lanes.map(inspect, pictures))
    # The rig took all that it was asked for; the product may want to see more than that.
    (frames,) = capture_sets(map(Taken.of, results), product.recipe.frames)
    part = judge_part(frames, results, product.judge, product.standard)
    kind = "inspection" if part.outcome is Outcome.NOT_INSPECTED else ""
    return Decision(part.verdict, kind, part, results, 1000 * (time.perf_counter() - began))


def incomplete(errors: Sequence[AcquisitionError]) -> Decision:
    """The decision on a part of which not all frames were taken."""
    more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
    return not_inspected(errors[0].code, f"what is not complete never passes: {errors[0]}{more}")


def keep_pictures(capture: Capture, pictures: Pictures) -> tuple[FrameRecord, ...]:
    """Write the frames of a part into the folder of pictures, as the cameras gave them.

    Raises:
        StoreError: The folder or its disk cannot be used.
    """
    return tuple(_record(frame, pictures.put(tiff(frame.pixels), SUFFIX)) for frame in capture.frames)


def tiff(pixels: Pixels) -> bytes:
    """Encode a frame as an uncompressed TIFF, the fastest to write and to read again; mosaics stay mosaics."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "TIFF")
    return file.getvalue()


def _record(frame: RawFrame, sha256: str) -> FrameRecord:
    height, width = frame.pixels.shape[:2]
    return FrameRecord(
        camera=frame.camera,
        lighting=frame.lighting,
        serial=frame.serial,
        frame_id=frame.frame_id,
        picture_sha256=sha256,
        pixel_format=frame.pixel_format,
        width_px=width,
        height_px=height,
        exposure_us=frame.exposure_us,
        gain_db=frame.gain_db,
        device_time_ns=frame.device_time_ns,
        host_time_ns=frame.host_time_ns,
        simulated=frame.simulated,
    )
