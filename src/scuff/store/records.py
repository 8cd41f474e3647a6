"""What goes into the store and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scuff.core.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class RecipeVersion:
    """A recipe as it was when a part was triggered.

    Attributes:
        name: Name of the product.
        sha256: Checksum of the text.
        text: The recipe's file.
    """

    name: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A part that is in the store.

    Attributes:
        id: Its number there.
        part: Its serial number.
        is_new: Whether its trigger had not been seen before.
    """

    id: int
    part: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A part that was triggered and has no verdict.

    Attributes:
        id: Its number in the store.
        trigger: Identifier of the trigger.
        part: Its serial number.
        source: Name of the port that the trigger came through.
        recipe: The recipe then.
        bundle: Identifier of the bundle then; empty: none.
        triggered_at: When, UTC.
    """

    id: int
    trigger: str
    part: str
    source: str
    recipe: RecipeVersion
    bundle: str
    triggered_at: datetime


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A frame of a part; its picture is in the folder of pictures.

    Attributes:
        camera: Name of the camera.
        lighting: Name of the light step.
        serial: Serial number of the camera.
        frame_id: The camera's own count of frames.
        picture_sha256: What ``Pictures.put`` gave; empty: the picture was not kept.
        pixel_format: As GenICam names it.
        width_px: Of the frame.
        height_px: Of the frame.
        exposure_us: Exposure that the camera really used.
        gain_db: Gain that it really used.
        device_time_ns: When it was taken, by the camera's clock.
        host_time_ns: When all of it was there, since 1970, UTC.
        simulated: Whether no real part was before a real camera.
    """

    camera: str
    lighting: str
    serial: str
    frame_id: int
    picture_sha256: str
    pixel_format: str
    width_px: int
    height_px: int
    exposure_us: float
    gain_db: float
    device_time_ns: int
    host_time_ns: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class DefectRecord:
    """A defect of a part.

    Attributes:
        number: Its number among the part's defects, from 1.
        label: Its class.
        score: Its score, from 0 to 1.
        camera: The camera that shows most of it.
        length_mm: Its length; ``None`` without a scale.
        area_mm2: Its area; ``None`` without a scale.
        length_px: Its length in that camera's frame.
        area_px: Its area there.
        box_xyxy: Where it is there.
        ignored: Whether a rule ignores it.
    """

    number: int
    label: str
    score: float
    camera: str
    length_mm: float | None
    area_mm2: float | None
    length_px: float
    area_px: float
    box_xyxy: tuple[int, int, int, int]
    ignored: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A report that a port has not handed over yet.

    Attributes:
        id: Number of the part in the store.
        report: The report as it was stored, JSON.
    """

    id: int
    report: str


@dataclass(frozen=True, slots=True)
class Act:
    """What an operator did.

    Attributes:
        operator: Who.
        action: What, in a word.
        note: Why, in words of the operator.
        at: When, UTC.
    """

    operator: str
    action: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredPart:
    """All that the store knows of a part.

    Attributes:
        id: Its number in the store.
        station: Name of the station that it came to.
        trigger: Identifier of its trigger.
        part: Its serial number.
        source: Name of the port that the trigger came through.
        recipe: Name of the product.
        recipe_sha256: Checksum of the recipe.
        bundle: Identifier of the bundle; empty: none.
        triggered_at: When the trigger came, UTC.
        verdict: Its verdict; ``None``: it has none yet.
        error: Kind of error that kept it from being inspected; empty: none.
        report: What was or will be published, JSON; empty: nothing yet.
        finished_at: When the verdict was stored, UTC.
        frames: Its frames, as they were kept.
        defects: Its defects, by number.
        removed: Checksums of those of its pictures that are gone by the rules of retention.
        acts: What operators did with it.
    """

    id: int
    station: str
    trigger: str
    part: str
    source: str
    recipe: str
    recipe_sha256: str
    bundle: str
    triggered_at: datetime
    verdict: Verdict | None
    error: str
    report: str
    finished_at: datetime | None
    frames: tuple[FrameRecord, ...]
    defects: tuple[DefectRecord, ...]
    removed: frozenset[str]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parts of a station are in the store.

    Attributes:
        unfinished: Parts without a verdict.
        outcomes: Parts with one, by what it says; every outcome is there.
    """

    unfinished: int
    outcomes: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class Removed:
    """What retention deleted.

    Attributes:
        pictures: Number of files.
        bytes: What they took.
    """

    pictures: int
    bytes: int
