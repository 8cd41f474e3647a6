"""Devices differ in what they have: their features are a table here."""

from dataclasses import dataclass, field

import pytest

from scuff.core.station_recipe import CameraSettings
from scuff.station.acquisition_error import SettingRejectedError
from scuff.station.drivers.device import DeviceError
from scuff.station.drivers.feature_setup import FeatureSetup

SETTINGS = CameraSettings(name="top", driver="aravis", exposure_us=5000.0, gain_db=2.0)


@dataclass
class Table:
    """Features in memory.

    Attributes:
        values: By name.
        entries: Of enumerations.
        limits: Of numbers.
        stubborn: Features that take every value, and keep their own.
        silent: Whether nobody answers any more.
    """

    values: dict[str, str]
    entries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limits: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    stubborn: tuple[str, ...] = ()
    silent: bool = False
    written: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.values

    def read(self, name: str) -> str:
        return self.values[name]

    def write(self, name: str, value: str) -> None:
        if self.silent or name not in self.values or value not in self.entries.get(name, (value,)):
            raise DeviceError("refused", is_silence=self.silent)
        self.written.append(f"{name}={value}")
        if name not in self.stubborn:
            self.values[name] = value

    def execute(self, name: str) -> None:
        raise NotImplementedError

    def choices(self, name: str) -> tuple[str, ...]:
        return self.entries.get(name, ())

    def bounds(self, name: str) -> tuple[float, float, float] | None:
        return self.limits.get(name)


@pytest.fixture
def table() -> Table:
    """A camera with what every camera has."""
    return Table(
        values={
            "PixelFormat": "Mono8",
            "Width": "640",
            "Height": "480",
            "OffsetX": "4",
            "OffsetY": "0",
            "ExposureTime": "100",
            "ExposureAuto": "Continuous",
            "Gain": "0",
            "TriggerSelector": "FrameStart",
            "TriggerMode": "Off",
            "TriggerSource": "Line0",
        },
        entries={
            "PixelFormat": ("Mono8", "BayerRG8", "BayerRG12Packed"),
            "ExposureAuto": ("Off", "Continuous"),
            "TriggerSelector": ("AcquisitionStart", "FrameStart"),
            "TriggerMode": ("Off", "On"),
            "TriggerSource": ("Line0", "Software"),
        },
        limits={
            "Width": (8, 640, 8),
            "Height": (2, 480, 2),
            "OffsetX": (0, 640, 4),
            "OffsetY": (0, 480, 2),
            "ExposureTime": (20, 10_000, 0),
            "Gain": (0, 24, 0),
        },
    )


def configure(table: Table, **changes: object) -> Table:
    FeatureSetup("top", table).configure(SETTINGS.model_copy(update=changes))
    return table


def test_everything_is_set(table: Table) -> None:
    values = configure(table).values
    assert values["ExposureAuto"] == "Off"
    assert (values["PixelFormat"], values["ExposureTime"], values["Gain"]) == ("BayerRG8", "5000", "2")
    assert (values["OffsetX"], values["Width"], values["Height"]) == ("0", "640", "480")
    assert (values["TriggerSelector"], values["TriggerMode"], values["TriggerSource"]) == (
        "FrameStart",
        "On",
        "Software",
    )


def test_what_is_set_already_is_not_written_again(table: Table) -> None:
    configure(table)
    table.written.clear()
    configure(table)
    assert not [line for line in table.written if line.startswith(("PixelFormat", "Width", "ExposureAuto"))]


def test_the_other_triggers_are_switched_off_first(table: Table) -> None:
    table.values |= {"TriggerMode": "On", "TriggerSelector": "FrameStart"}
    written = configure(table).written
    assert written.index("TriggerSelector=AcquisitionStart") < written.index("TriggerMode=Off")
    assert written.index("TriggerMode=Off") < written.index("TriggerSelector=FrameStart")


def test_the_rest_of_the_sensor_is_read_out_in_steps(table: Table) -> None:
    values = configure(table, left_px=20, top_px=10).values
    assert (values["OffsetX"], values["Width"]) == ("20", "616")  # 620 are left, in steps of 8 from 8
    assert (values["OffsetY"], values["Height"]) == ("10", "470")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pixel_format": "BayerRG12Packed"}, "pixel_format BayerRG12Packed is rejected: it can be Mono8, BayerRG8$"),
        ({"width_px": 100}, "width_px 100 is rejected: Width: it can be from 8 to 640 in steps of 8"),
        ({"left_px": 6}, "left_px 6 is rejected: OffsetX: it can be from 0 to 640 in steps of 4"),
        ({"exposure_us": 5.0}, "exposure_us 5 is rejected: ExposureTime: it can be from 20 to 10,000$"),
        ({"gain_db": 30.0}, "gain_db 30 is rejected: Gain: it can be from 0 to 24$"),
        ({"trigger": "hardware", "trigger_line": "Line5"}, "trigger_line Line5 is rejected: .* Line0, Software"),
        ({"strobe_line": "Line1"}, "strobe_line Line1 is rejected: LineSelector: the device does not have it"),
        ({"features": {"Moon": "full"}}, "features.Moon full is rejected: Moon: the device does not have it"),
    ],
)
def test_what_a_device_does_not_do_is_rejected(table: Table, changes: dict[str, object], message: str) -> None:
    with pytest.raises(SettingRejectedError, match=f"^top: {message}"):
        configure(table, **changes)


def test_what_a_device_makes_something_else_of_is_rejected(table: Table) -> None:
    table.stubborn = ("PixelFormat",)
    with pytest.raises(SettingRejectedError, match="the device made PixelFormat Mono8; it can be Mono8, BayerRG8"):
        configure(table)


def test_who_does_not_answer_has_rejected_nothing(table: Table) -> None:
    table.silent = True
    with pytest.raises(DeviceError):
        configure(table)


def strobing(table: Table, **features: tuple[str, ...]) -> Table:
    table.values |= dict.fromkeys(features, "") | {"LineSelector": ""}
    table.entries |= {name: entries for name, entries in features.items() if entries} | {"LineSelector": ("Line1",)}
    return table


def test_a_strobe_by_the_convention(table: Table) -> None:
    strobing(table, LineMode=("Input", "Output"), LineSource=("Off", "ExposureActive"))
    values = configure(table, strobe_line="Line1").values
    assert (values["LineSelector"], values["LineMode"], values["LineSource"]) == ("Line1", "Output", "ExposureActive")


def test_a_strobe_as_hikrobot_has_it(table: Table) -> None:
    sources = ("ExposureStartActive", "SoftTriggerActive")
    strobing(table, LineMode=("Input", "Strobe"), LineSource=sources, StrobeEnable=())
    values = configure(table, strobe_line="Line1").values
    assert (values["LineMode"], values["LineSource"]) == ("Strobe", "ExposureStartActive")
    assert values["StrobeEnable"] == "true"


def test_a_line_that_does_not_follow_the_exposure_is_rejected(table: Table) -> None:
    strobing(table, LineMode=("Output",), LineSource=("Off", "Timer0Active"))
    with pytest.raises(SettingRejectedError, match=r"its LineSource must be ExposureActive or .* Off, Timer0Active"):
        configure(table, strobe_line="Line1")
    del table.values["LineSource"]
    with pytest.raises(SettingRejectedError, match="neither LineSource nor StrobeEnable"):
        configure(table, strobe_line="Line1")


def test_exposure_alone_is_set_while_frames_are_taken(table: Table) -> None:
    FeatureSetup("top", table).expose(SETTINGS)
    assert table.written == ["ExposureTime=5000", "Gain=2"]


def test_what_is_applied_is_what_the_device_says(table: Table) -> None:
    configure(table)
    table.values |= {"ExposureTime": "4998.5", "Gain": "1.9"}
    applied = FeatureSetup("top", table).applied("S1", "M1")
    assert (applied.serial, applied.model, applied.exposure_us, applied.gain_db) == ("S1", "M1", 4998.5, 1.9)
