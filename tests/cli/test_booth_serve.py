import signal
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.station.gige_booths import Booth, loopback, skip_without_aravis

from scuff.cli import booth
from scuff.core.errors import ScuffError
from scuff.core.station_recipe import CameraSettings, Light, Simulation
from scuff.station.drivers.aravis import AravisCamera
from scuff.station.drivers.modbus_light import ModbusLight


def serve(*arguments: str) -> Result:
    return CliRunner().invoke(booth.command, ["serve", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--interface", "moon0"), "'moon0' is no network port with an IPv4 address here; there are: "),
        (("--interface", "lo", "--size", "63x64"), "--size 63x64: is too small; must be 64x64 or more"),
        (("--interface", "lo", "--size", "5472x3648", "--render-size", "5472x3648"), "up to 6,000,000 pixels"),
        (("--interface", "lo", "--size", "192x128", "--render-size", "96x96"), "must have the shape of --size"),
    ],
)
def test_what_cannot_be_served_is_told(arguments: tuple[str, ...], message: str) -> None:
    skip_without_aravis()
    with loopback(), pytest.raises(ScuffError, match=message):
        serve(*arguments)


def test_a_serial_number_that_is_too_long(simulation: Simulation) -> None:
    skip_without_aravis()
    with loopback(), pytest.raises(RuntimeError, match=r"--serial 'X{16}': must be 1 to 15 letters"):
        Booth("lo", "X" * 16, simulation, "--size", "96x64").start()


def test_a_port_that_is_taken(simulation: Simulation) -> None:
    skip_without_aravis()
    with loopback(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 3956))
        with pytest.raises(ScuffError, match=r"lo \(127\.0\.0\.1\): UDP port 3956, .* another camera is served there"):
            serve("--interface", "lo", "--size", "96x64")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(simulation: Simulation, end: int) -> None:
    skip_without_aravis()
    with loopback() as address:
        served = Booth(address, "BOOTH01", simulation, "--size", "96x64")
        served.start()
        assert served.end(end) == "Frames sent: 0\n"


def test_a_light_controller_lights_the_booth(simulation: Simulation) -> None:
    skip_without_aravis()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = CameraSettings(name="left", driver="aravis", device="127.0.0.1", exposure_us=50_000.0)
    light = ModbusLight(Light(driver="modbus", port=port, registers={"A": 0, "B": 1}))
    camera = AravisCamera(settings)
    with loopback() as address:
        served = Booth(address, "BOOTH01", simulation, "--size", "96x64", "--light-port", str(port))
        served.start("--frames-per-part", "100")
        camera.open()
        camera.configure(settings)
        camera.arm()
        light.open()
        means = []
        for intensities in ({}, {"A": 0.5}, {"A": 1.0, "B": 1.0}):
            light.set(intensities)
            camera.trigger()
            means.append(camera.grab(5).pixels.mean())
        light.close()
        camera.close()
        served.kill()
    assert means == sorted(means)
    assert means[2] > 1.5 * means[0]


def test_parts_are_rendered_before_the_camera_answers(tmp_path: Path) -> None:
    skip_without_aravis()
    fresh = Simulation(shape="sheet", parts=1, sound_share=1.0, cache=str(tmp_path / "cache"))
    with loopback() as address:
        served = Booth(address, "BOOTH01", fresh, "--size", "64x64")
        served.start()
        served.kill()
    assert [path.name for path in sorted((tmp_path / "cache").rglob("*.npy"))] == ["P0001-left.npy"]
