"""What a recipe says of the station: cameras, light, store, line, and the ways in and out of it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, Strict

from scuff.core.section import Section, Share

Driver = Literal["simulated", "aravis", "genicam", "folder"]
Fault = Literal["trigger-timeout", "incomplete", "busy", "unreachable", "lost", "setting-rejected", "stale", "light"]
Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Strict(False)]
Port = Annotated[int, Field(ge=0, le=65535)]
PositiveFloat = Annotated[float, Field(gt=0)]

LOOPBACK = "127.0.0.1"

LIGHT = "light"
"""What the light controller is called where cameras are called by their names."""


class CameraSettings(Section):
    """A camera of the station, and how it takes a frame."""

    name: str = Field(min_length=1, description="Its name, as in frames.cameras.")
    driver: Driver = Field(
        "simulated",
        description='"simulated": the booth in software; "aravis": GigE Vision and USB3 Vision; "genicam": a producer '
        'of its vendor; "folder": pictures that are there already.',
    )
    device: str = Field(
        "",
        description="aravis: IP address, or serial number of a USB3 camera; genicam: serial number; folder: the "
        "folder, or a pattern such as pictures/*-left.png; simulated: left or right, where it is not the name.",
    )
    interface: str = Field(
        "", description="aravis: IP address of the network port that it is at; genicam: the producer's .cti file."
    )
    pixel_format: str = Field("BayerRG8", min_length=1, description="As GenICam names it.")
    width_px: int | None = Field(None, ge=1, description="Width of the region that is read out; unset: all.")
    height_px: int | None = Field(None, ge=1, description="Height of that region; unset: all.")
    left_px: int = Field(0, ge=0, description="First column of that region.")
    top_px: int = Field(0, ge=0, description="First row of that region.")
    exposure_us: float = Field(10_000.0, gt=0, le=10_000_000, description="Exposure.")
    gain_db: float = Field(0.0, ge=-24, le=48, description="Gain, in dB.")
    trigger: Literal["software", "hardware", "free"] = Field(
        "software",
        description='What starts an exposure: "software": scuff; "hardware": a signal at "trigger_line"; "free": the '
        "camera by itself, one after another, of which the first whole one counts.",
    )
    trigger_line: str = Field("Line0", min_length=1, description="Input of a hardware trigger.")
    strobe_line: str = Field("", description='Output that is high during an exposure, as in "Line1"; empty: none.')
    timeout_s: float = Field(2.0, gt=0, le=600, description="A frame that comes later is missing.")
    packet_bytes: int = Field(8000, ge=576, le=16000, description="Largest network packet (aravis).")
    buffers: int = Field(4, ge=2, le=64, description="Frames that the driver has room for.")
    features: dict[str, str] = Field({}, description="Other GenICam features, set in this order after all else.")


SIMULATED_CAMERAS = tuple(CameraSettings(name=name, exposure_us=50_000.0) for name in ("left", "right"))
"""The cameras of a recipe that has none; brushed sinks under full light are well exposed by them."""


class Lighting(Section):
    """One step of light; each camera takes a frame under each, in this order."""

    name: str = Field(min_length=1, description="Its name.")
    intensities: dict[str, Share] = Field(
        {}, description="Of the luminaires by name, 1: full; those that are not named are off. Empty: all full."
    )
    strobe: bool = Field(False, description="Luminaires flash with the exposure instead of being on.")
    exposure_us: dict[str, PositiveFloat] = Field({}, description="Exposure by camera where it is another one.")
    gain_db: dict[str, float] = Field({}, description="Gain by camera where it is another one, in dB.")
    level: dict[str, PositiveFloat] = Field(
        {}, description="Level of the bright metal by camera, as `scuff station tune` left it; what drift is told by."
    )

    def of(self, luminaires: Sequence[str]) -> dict[str, float]:
        """The intensities of luminaires under this lighting, by name."""
        given = self.intensities or dict.fromkeys(luminaires, 1.0)
        return {name: given.get(name, 0.0) for name in luminaires}

    def applied_to(self, camera: CameraSettings) -> CameraSettings:
        """The settings of a camera under this lighting."""
        return camera.model_copy(
            update={
                "exposure_us": self.exposure_us.get(camera.name, camera.exposure_us),
                "gain_db": self.gain_db.get(camera.name, camera.gain_db),
            }
        )


ALL_LIGHT = Lighting(name="all")
"""The step of light of a recipe that has none."""


class Light(Section):
    """The light controller."""

    driver: Literal["simulated", "modbus", "none"] = Field(
        "simulated", description='"simulated": of the booth; "modbus": Modbus TCP; "none": light that nobody controls.'
    )
    luminaires: Texts = Field(("A", "B"), description="Names of the luminaires.")
    host: str = Field(LOOPBACK, description="Address of the controller (modbus).")
    port: Port = Field(502, description="TCP port of the controller (modbus).")
    unit: int = Field(1, ge=0, le=255, description="Unit identifier (modbus).")
    registers: dict[str, int] = Field({}, description="Holding register of each luminaire's intensity (modbus).")
    full_scale: int = Field(1000, ge=1, le=65535, description="What a register holds at full intensity (modbus).")
    strobe_coils: dict[str, int] = Field({}, description="Coil that makes each luminaire flash (modbus).")
    fault_inputs: dict[str, int] = Field({}, description="Discrete input that tells of each one's fault (modbus).")
    settle_ms: float = Field(0.0, ge=0, le=10_000, description="How long a change takes until the light is steady.")
    timeout_s: float = Field(1.0, gt=0, le=60, description="An answer that comes later is none (modbus).")


class ExposureControl(Section):
    """What a well exposed frame is, for `scuff station tune` and between parts."""

    clipped_share: Share = Field(0.002, description="Share of the metal in the region that may be at full scale.")
    level: float = Field(0.6, gt=0, lt=1, description="Where the bright metal shall be, as a share of full scale.")
    percentile: float = Field(97.0, ge=50, lt=100, description="Per cent of the metal that are darker than it.")
    black_level: float = Field(0.004, ge=0, lt=0.5, description="What is read without light, as a share of full scale.")
    longest_us: float = Field(100_000.0, gt=0, le=10_000_000, description="Longest exposure; gain does the rest.")
    most_gain_db: float = Field(12.0, ge=0, le=48, description="Largest gain, in dB; more shows noise.")
    follow: bool = Field(True, description="Correct drift from part to part: lamps that age, parts that shine more.")
    tolerance: float = Field(0.1, gt=0, lt=1, description="Smaller differences from the level are left alone.")
    most: float = Field(2.0, gt=1, le=8, description="Largest change of the exposure in all, as a factor either way.")


class LightCheck(Section):
    """The daily look at the light, and how far it may be from the reference: `scuff station check`."""

    reference: str = Field("flat-field", min_length=1, description="Folder of the reference.")
    level_change: Share = Field(0.15, description="Largest change of a luminaire's light, as a share: lamps age.")
    local_change: Share = Field(
        0.1, description="Largest change of a place beside that of the whole field: dirt, a segment that failed."
    )
    clipped_share: Share = Field(0.005, description="Share of pixels that may be at full scale beyond the reference.")
    dark_change: Share = Field(0.02, description="Largest change of what is read with all off, of full scale.")
    noise_factor: float = Field(1.5, gt=1, description="Largest noise, as a factor of that of the reference.")
    least_sharpness: Share = Field(0.7, description="Least sharpness, as a share of that of the reference.")


class Simulation(Section):
    """The parts and faults of simulated cameras and lights."""

    seed: int = Field(1, ge=0, description="Seed of the parts.")
    shape: Literal["sink", "sheet"] = Field("sink", description="What the parts are.")
    finish: Literal["brushed", "polished", "blasted"] = Field("brushed", description="Of the metal.")
    width_px: int = Field(1368, ge=64, description="Width of a frame.")
    height_px: int = Field(912, ge=64, description="Height of a frame.")
    parts: int = Field(8, ge=1, description="Number of different parts; part 9 of 8 looks like part 1.")
    first: int = Field(1, ge=1, description="Number of the first of them.")
    sound_share: Share = Field(0.3, description="Share of the parts without any flaw.")
    most_flaws: int = Field(6, ge=1, description="Of a part that has any.")
    cache: str = Field("booth-cache", min_length=1, description="Folder of what has been rendered already.")
    ageing: dict[str, Share] = Field({}, description="What is left of a luminaire's light; unset: 1.")
    faults: dict[Fault, Share] = Field({}, description="How often each fault happens, per frame.")


class StoreSettings(Section):
    """Where parts, verdicts and pictures are kept."""

    url: str = Field("sqlite:///scuff.db", min_length=1, description="The database, as SQLAlchemy names it.")
    pictures: str = Field("pictures", min_length=1, description="Folder of the pictures.")
    keep_pass_days: float | None = Field(
        None, ge=0, description="How long pictures of passed parts stay; unset: always."
    )
    keep_other_days: float | None = Field(None, ge=0, description="The same of other parts; unset: always.")
    least_free_gb: float = Field(1.0, ge=0, description="Inspect nothing with less room on the disk, in GB.")


class Line(Section):
    """The service that inspects part by part."""

    station: str = Field("station", min_length=1, description="Its name, in results and topics.")
    bundle: str = Field("", description="Folder of the bundle that inspects; empty: the command line names it.")
    queue: int = Field(4, ge=1, le=1000, description="Parts that may wait; the next one is not inspected.")
    pair_window_s: float = Field(
        1.0, gt=0, le=60, description="Frames of one hardware trigger that come further apart do not belong together."
    )
    part_timeout_s: float = Field(30.0, gt=0, description="A part that takes longer is not inspected.")
    health_s: float = Field(1.0, gt=0, le=60, description="Time between two looks at cameras, light and store.")
    ack_timeout_s: float = Field(5.0, gt=0, description="A PLC that takes longer to take a result is gone.")


class Http(Section):
    """Trigger, results and metrics over HTTP."""

    host: str = Field(LOOPBACK, min_length=1, description="Address to listen at.")
    port: Port = Field(8080, description="TCP port; 0: off.")


class Modbus(Section):
    """The station as a Modbus TCP server that a PLC writes to and reads from."""

    host: str = Field(LOOPBACK, min_length=1, description="Address to listen at.")
    port: Port = Field(0, description="TCP port, usually 502; 0: off.")


class Mqtt(Section):
    """Triggers and results over an MQTT broker."""

    host: str = Field("", description="Address of the broker; empty: off.")
    port: Port = Field(1883, description="TCP port of the broker.")
    topic: str = Field("scuff", min_length=1, description="What topics begin with; the station's name follows.")
    user: str = Field("", description="Name that the broker knows the station by; empty: none.")
    password_file: str = Field("", description="File whose first line is its password.")
    ca_file: str = Field("", description="Certificates that the broker's must be signed by, PEM; unset: no TLS.")


class OpcUa(Section):
    """The station as an OPC UA server."""

    host: str = Field(LOOPBACK, min_length=1, description="Address to listen at; one of the network needs a user.")
    port: Port = Field(0, description="TCP port, usually 4840; 0: off.")
    user: str = Field("", description="The one who may connect; empty: anybody may, from this machine.")
    password_file: str = Field("", description="File whose first line is the password of the user.")
    certificate: str = Field("", description="File of the server's certificate, DER or PEM; a user needs one.")
    private_key: str = Field("", description="File of its private key, PEM.")


def check_station(cameras: Sequence[CameraSettings], lightings: Sequence[Lighting], light: Light) -> None:
    """Make sure that cameras, light steps and luminaires fit together.

    Raises:
        ValueError: Two have one name, or one is named that there is not.
    """
    tables = {"cameras": [each.name for each in cameras], "lightings": [each.name for each in lightings]}
    for table, names in tables.items():
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"[[{table}]]: {doubled[0]!r} is there twice; give each a name of its own")
        if bad := [name for name in names if name.startswith(".") or {"/", "\\"} & set(name)]:
            raise ValueError(
                f"[[{table}]]: {bad[0]!r} names files; write it without / and \\, and without a . before it"
            )
    if LIGHT in tables["cameras"]:
        raise ValueError(f"[[cameras]]: {LIGHT!r} is what the light controller is called; name the camera otherwise")
    _check_devices(cameras)
    known = {camera.name for camera in cameras or SIMULATED_CAMERAS}
    for lighting in lightings:
        if unknown := sorted(set(lighting.intensities) - set(light.luminaires)):
            raise ValueError(f"[[lightings]], {lighting.name!r}: {unknown[0]!r} is none of light.luminaires")
        named = {*lighting.exposure_us, *lighting.gain_db, *lighting.level}
        if unknown := sorted(named - known):
            raise ValueError(f"[[lightings]], {lighting.name!r}: {unknown[0]!r} is none of [[cameras]]")


def _check_devices(cameras: Sequence[CameraSettings]) -> None:
    """Refuse one device under two names: one side of the part would be seen twice, and the other never."""
    seen: dict[tuple[str, str, str], str] = {}
    for camera in cameras:
        device = camera.device or (camera.name if camera.driver == "simulated" else "")
        if not device:
            continue
        other = seen.setdefault((camera.driver, camera.interface, device), camera.name)
        if other != camera.name:
            raise ValueError(
                f"[[cameras]]: {other!r} and {camera.name!r} have the same device {device!r}; give each its own"
            )
