"""What the camera of `scuff booth serve` tells its clients that it can do, in the words of GenICam.

libaravis' simulated camera is a memory of registers, and acts upon some of them. A GenICam description, which a client
reads out of the camera, gives them names, units and bounds.
"""

from collections.abc import Mapping

from scuff.booth.exposure import EXPOSURE_US
from scuff.booth.sensor import GAIN_DB

# libaravis' simulated camera acts upon these.
WIDTH, HEIGHT, SENSOR_HEIGHT, SENSOR_WIDTH, OFFSET_X, OFFSET_Y = 0x100, 0x104, 0x118, 0x11C, 0x130, 0x134
GAIN, EXPOSURE, ACQUISITION, PIXEL_FORMAT, ACQUISITION_MODE = 0x110, 0x120, 0x124, 0x128, 0x12C
TRIGGER_MODE, TRIGGER_BY, TRIGGER = 0x300, 0x304, 0x30C
# These it only remembers.
TRIGGER_SOURCE, LINE_SELECTOR, LINE_MODE, LINE_SOURCE, STROBE = 0x400, 0x404, 0x408, 0x40C, 0x410
# These are of the standard.
VENDOR, MODEL, VERSION, SERIAL, TEXT_BYTES = 0x48, 0x68, 0x88, 0xD8, 32

BY_COMMAND = 1
"""In ``TRIGGER_BY``: the camera waits until ``TRIGGER`` is written."""

SOFTWARE, LINE_0 = 1, 0
BAYER_RG8 = 0x01080009
GAIN_STEPS = 100
"""Steps of the gain register in a dB."""

LEAST_PX, STEP_PX = 16, 2
"""Of a region; its colours begin with red wherever it begins."""


def description() -> str:
    """The camera's description, an XML file as GenICam's GenApi standard, version 1.1, defines it."""
    names, nodes = [], []
    for name, node in _features().items():
        names.append(f"<pFeature>{name}</pFeature>")
        nodes.append(node)
    root = f'<Category Name="Root" NameSpace="Standard">{"".join(names)}</Category>'
    return "\n".join([_HEAD, root, *nodes, '<Port Name="Device" NameSpace="Standard"/>', "</RegisterDescription>", ""])


_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<RegisterDescription ModelName="Booth" VendorName="scuff" ToolTip="The simulated booth of scuff"
 StandardNameSpace="None" SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0" MajorVersion="1"
 MinorVersion="0" SubMinorVersion="0" ProductGuid="0" VersionGuid="0"
 xmlns="http://www.genicam.org/GenApi/Version_1_1">"""


def _features() -> dict[str, str]:
    return {
        "DeviceVendorName": _text("DeviceVendorName", VENDOR, TEXT_BYTES),
        "DeviceModelName": _text("DeviceModelName", MODEL, TEXT_BYTES),
        "DeviceVersion": _text("DeviceVersion", VERSION, TEXT_BYTES),
        "DeviceSerialNumber": _text("DeviceSerialNumber", SERIAL, 16),
        "SensorWidth": _integer("SensorWidth", SENSOR_WIDTH, "", "RO"),
        "SensorHeight": _integer("SensorHeight", SENSOR_HEIGHT, "", "RO"),
        "Width": _side("Width", WIDTH, "SensorWidth - OffsetXRegister", LEAST_PX),
        "Height": _side("Height", HEIGHT, "SensorHeight - OffsetYRegister", LEAST_PX),
        "OffsetX": _side("OffsetX", OFFSET_X, "SensorWidth - WidthRegister", 0),
        "OffsetY": _side("OffsetY", OFFSET_Y, "SensorHeight - HeightRegister", 0),
        "PixelFormat": _choice("PixelFormat", PIXEL_FORMAT, {"BayerRG8": BAYER_RG8}),
        "AcquisitionMode": _choice("AcquisitionMode", ACQUISITION_MODE, {"Continuous": 1}),
        "AcquisitionStart": _command("AcquisitionStart", "AcquisitionRegister", 1)
        + _register("Acquisition", ACQUISITION, "RW"),
        "AcquisitionStop": _command("AcquisitionStop", "AcquisitionRegister", 0),
        "TriggerSelector": _choice("TriggerSelector", None, {"FrameStart": 0}),
        "TriggerMode": _choice("TriggerMode", TRIGGER_MODE, {"Off": 0, "On": 1}),
        "TriggerSource": _choice("TriggerSource", TRIGGER_SOURCE, {"Software": SOFTWARE, "Line0": LINE_0}),
        "TriggerSoftware": _software_trigger(),
        "ExposureTime": _float("ExposureTime", EXPOSURE, EXPOSURE_US, 1, "us"),
        "Gain": _float("Gain", GAIN, GAIN_DB, GAIN_STEPS, "dB"),
        "LineSelector": _choice("LineSelector", LINE_SELECTOR, {"Line1": 1}),
        "LineMode": _choice("LineMode", LINE_MODE, {"Output": 1}),
        "LineSource": _choice("LineSource", LINE_SOURCE, {"Off": 0, "ExposureActive": 1}),
        "StrobeEnable": '<Boolean Name="StrobeEnable"><pValue>StrobeRegister</pValue></Boolean>'
        + _register("Strobe", STROBE, "RW"),
        "PayloadSize": _knife("PayloadSize", "WidthRegister * HeightRegister"),
    }


def _register(name: str, address: int, access: str, sign: str = "Unsigned") -> str:
    return (
        f'<IntReg Name="{name}Register"><Address>{address:#x}</Address><Length>4</Length>'
        f"<AccessMode>{access}</AccessMode><pPort>Device</pPort><Sign>{sign}</Sign><Endianess>BigEndian</Endianess></IntReg>"
    )


def _text(name: str, address: int, length: int) -> str:
    return (
        f'<StringReg Name="{name}" NameSpace="Standard"><Address>{address:#x}</Address><Length>{length}</Length>'
        "<AccessMode>RO</AccessMode><pPort>Device</pPort></StringReg>"
    )


def _integer(name: str, address: int, bounds: str, access: str = "RW") -> str:
    node = f'<Integer Name="{name}" NameSpace="Standard"><pValue>{name}Register</pValue>{bounds}</Integer>'
    return node + _register(name, address, access)


def _side(name: str, address: int, greatest: str, least: int) -> str:
    bounds = f"<Min>{least}</Min><pMax>{name}Max</pMax><Inc>{STEP_PX}</Inc>"
    return _integer(name, address, bounds) + _knife(f"{name}Max", greatest)


def _knife(name: str, formula: str) -> str:
    """A number that is worked out from two others."""
    left, operator, right = formula.split()
    return (
        f'<IntSwissKnife Name="{name}"><pVariable Name="A">{left}</pVariable><pVariable Name="B">{right}</pVariable>'
        f"<Formula>A {operator} B</Formula></IntSwissKnife>"
    )


def _choice(name: str, address: int | None, entries: Mapping[str, int]) -> str:
    listed = "".join(
        f'<EnumEntry Name="{entry}" NameSpace="Standard"><Value>{value}</Value></EnumEntry>'
        for entry, value in entries.items()
    )
    value = "<Value>0</Value>" if address is None else f"<pValue>{name}Register</pValue>"
    node = f'<Enumeration Name="{name}" NameSpace="Standard">{listed}{value}</Enumeration>'
    return node + ("" if address is None else _register(name, address, "RW"))


def _command(name: str, register: str, value: int, condition: str = "") -> str:
    return (
        f'<Command Name="{name}" NameSpace="Standard">{condition}<pValue>{register}</pValue>'
        f"<CommandValue>{value}</CommandValue></Command>"
    )


def _software_trigger() -> str:
    """A command that is there only while it is what starts a frame."""
    condition = "<pIsAvailable>SoftwareTriggers</pIsAvailable>"
    knife = (
        '<IntSwissKnife Name="SoftwareTriggers"><pVariable Name="A">TriggerSourceRegister</pVariable>'
        f"<Formula>A = {SOFTWARE}</Formula></IntSwissKnife>"
    )
    return _command("TriggerSoftware", "TriggerRegister", 1, condition) + knife + _register("Trigger", TRIGGER, "WO")


def _float(name: str, address: int, limits: tuple[float, float], steps: int, unit: str) -> str:
    return (
        f'<Float Name="{name}" NameSpace="Standard"><pValue>{name}Converter</pValue><Min>{limits[0]}</Min>'
        f"<Max>{limits[1]}</Max><Unit>{unit}</Unit></Float>"
        f'<Converter Name="{name}Converter"><FormulaTo>FROM * {steps}</FormulaTo>'
        f"<FormulaFrom>TO / {steps}.0</FormulaFrom>"
        f"<pValue>{name}Register</pValue><Slope>Increasing</Slope></Converter>"
        + _register(name, address, "RW", "Signed")
    )
