"""Which frame belongs to which trigger: by the device's count, and by the clock."""

from collections.abc import Sequence

from scuff.station.acquisition_error import StaleFrameError
from scuff.station.raw_frame import RawFrame

FIRST_IDS = (0, 1)
"""What a device may call the first frame after it was armed."""

LAST_ID_16_BITS = 65535
"""After it the count of GigE Vision begins anew, at 1."""


class FrameCount:
    """Follows the frames of one camera, none of which may be missing or come twice."""

    def __init__(self) -> None:
        """Begin with a camera that was just armed."""
        self._last: RawFrame | None = None

    def begin(self) -> None:
        """Begin anew, for the camera was armed again."""
        self._last = None

    def check(self, frame: RawFrame, not_before_ns: int) -> None:
        """Make sure that a frame is the next one.

        Args:
            frame: What came.
            not_before_ns: When its exposure can have begun at the earliest, by this machine's clock.

        Raises:
            StaleFrameError: It is another one.
        """
        last, self._last = self._last, frame
        expected = _next_ids(last)
        if frame.frame_id not in expected:
            raise _stale(frame, f"has the number {frame.frame_id} where {expected[-1]} was due")
        if last is not None and frame.device_time_ns <= last.device_time_ns:
            raise _stale(frame, "was not taken after the one before it, by the camera's own clock")
        if frame.host_time_ns < not_before_ns:
            early_s = (not_before_ns - frame.host_time_ns) / 1e9
            raise _stale(frame, f"came {early_s:.3g} s before its trigger could be given")


def check_together(frames: Sequence[RawFrame], window_s: float) -> None:
    """Make sure that frames which one signal started came together.

    Raises:
        StaleFrameError: One came too long before another.
    """
    if not frames:
        return
    early, late = (choose(frames, key=lambda frame: frame.host_time_ns) for choose in (min, max))
    apart_s = (late.host_time_ns - early.host_time_ns) / 1e9
    if apart_s > window_s:
        raise _stale(early, f"came {apart_s:.3g} s before that of {late.camera}; at most {window_s:g} s are allowed")


def _next_ids(last: RawFrame | None) -> tuple[int, ...]:
    if last is None:
        return FIRST_IDS
    return (0, 1, last.frame_id + 1) if last.frame_id == LAST_ID_16_BITS else (last.frame_id + 1,)


def _stale(frame: RawFrame, reason: str) -> StaleFrameError:
    return StaleFrameError(frame.camera, f"{reason}: it belongs to another trigger", str(frame.frame_id))
