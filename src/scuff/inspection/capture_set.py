"""Capture sets: which frames show one part, and which of them are missing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scuff.core.recipe import Frames
from scuff.inspection.result import Result


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame of a run.

    Attributes:
        frame: Its name.
        part: Serial number of the part; ``None``: not known, so that the frame is a part of its own.
        camera: The camera that took it.
        sha256: Checksum of its file; a copy is no second frame. Empty: it cannot be read, and counts by itself.
    """

    frame: str
    part: str | None
    camera: str
    sha256: str = ""

    @classmethod
    def of(cls, result: Result) -> "Taken":
        """The frame of a result."""
        return cls(result.frame, result.part, result.camera, result.sha256 or "")


@dataclass(frozen=True, slots=True)
class CaptureSet:
    """All frames of one part.

    Attributes:
        part: Its serial number; the name of its only frame where nobody knows one.
        frames: Names of the frames, in the order of the run.
        missing: What lacks, in words; empty: nothing.
    """

    part: str
    frames: tuple[str, ...]
    missing: tuple[str, ...] = ()


def capture_sets(taken: Iterable[Taken], settings: Frames) -> list[CaptureSet]:
    """Put the frames of a run together by part.

    A part must have frames of each camera that the recipe names, or else of each that the run has frames of; and as
    many of each as the recipe says, or else as the part with the most. So a frame that got lost is noticed, unless all
    parts lack it. A frame whose name gives no part, though the recipe says how it would, cannot stand for one.

    Args:
        taken: The frames.
        settings: ``frames`` of the recipe.

    Returns:
        In the order in which the parts first occur.
    """
    parts: dict[tuple[bool, str], list[Taken]] = {}
    for each in taken:
        parts.setdefault((each.part is not None, each.part or each.frame), []).append(each)
    known = [frames for (is_known, _), frames in parts.items() if is_known]
    counts = [_count(frames) for frames in known]
    cameras = settings.cameras or tuple(sorted({camera for count in counts for camera in count}))
    wanted = settings.per_part or max((most for count in counts for most in count.values()), default=1)
    return [
        CaptureSet(
            part,
            tuple(each.frame for each in frames),
            _missing(frames, cameras, wanted) if is_known else _nameless(settings),
        )
        for (is_known, part), frames in parts.items()
    ]


def _missing(frames: Sequence[Taken], cameras: Sequence[str], wanted: int) -> tuple[str, ...]:
    counts = _count(frames)
    return tuple(
        f"{counts[camera]} of {wanted} {'frame' if wanted == 1 else 'frames'}{f' of camera {camera}' if camera else ''}"
        for camera in cameras
        if counts[camera] < wanted
    )


def _count(frames: Sequence[Taken]) -> Counter[str]:
    """Frames of a part by camera; copies of one file once."""
    return Counter(camera for camera, _ in {(each.camera, each.sha256 or each.frame) for each in frames})


def _nameless(settings: Frames) -> tuple[str, ...]:
    return (
        (f"a name in which frames.part_pattern finds no part ({settings.part_pattern!r})",)
        if settings.part_pattern
        else ()
    )
