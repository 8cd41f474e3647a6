"""What can go wrong between a trigger and a frame."""

from scuff.core.errors import ScuffError


class AcquisitionError(ScuffError):
    """A frame that is needed is not there.

    Attributes:
        camera: Name of the camera (or of the luminaire) that it happened at.
        frame: The frame, by the device's count or by its light step; empty where there is none yet.
        reason: What happened, and what to do about it.
    """

    code = "acquisition"
    """What metrics and records call the kind of error."""

    def __init__(self, camera: str, reason: str, frame: str = "") -> None:
        """Say what happened where."""
        self.camera, self.frame, self.reason = camera, frame, reason
        super().__init__(f"{camera}{f', frame {frame}' if frame else ''}: {reason}")

    @classmethod
    def of(cls, camera: str, error: ScuffError) -> "AcquisitionError":
        """Say of any error at which camera it happened; one that says it stays as it is."""
        return error if isinstance(error, AcquisitionError) else cls(camera, str(error))


class TriggerTimeoutError(AcquisitionError):
    """No frame came after a trigger."""

    code = "trigger-timeout"


class IncompleteFrameError(AcquisitionError):
    """Some of a frame's bytes did not arrive.

    Attributes:
        missing_bytes: How many; all of them where the device does not say.
    """

    code = "incomplete"

    def __init__(self, camera: str, reason: str, frame: str = "", missing_bytes: int = 0) -> None:
        """Say what happened where, and how much is missing."""
        self.missing_bytes = missing_bytes
        super().__init__(camera, reason, frame)


class CameraBusyError(AcquisitionError):
    """Somebody else controls the camera."""

    code = "busy"


class CameraUnreachableError(AcquisitionError):
    """The camera does not answer when it is opened."""

    code = "unreachable"


class CameraLostError(AcquisitionError):
    """The camera does not answer any more."""

    code = "lost"


class SettingRejectedError(AcquisitionError):
    """The camera does not take a setting, or takes another value than can be used."""

    code = "setting-rejected"


class StaleFrameError(AcquisitionError):
    """A frame that belongs to an earlier trigger."""

    code = "stale"


class LightError(AcquisitionError):
    """The light is not as it was asked for."""

    code = "light"


KINDS: tuple[type[AcquisitionError], ...] = (
    TriggerTimeoutError,
    IncompleteFrameError,
    CameraBusyError,
    CameraUnreachableError,
    CameraLostError,
    SettingRejectedError,
    StaleFrameError,
    LightError,
)
