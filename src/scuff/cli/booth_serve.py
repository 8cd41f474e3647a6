"""`scuff booth serve`: a GigE Vision camera that shows the simulated booth."""

import signal
import socket
from contextlib import ExitStack

import click

from scuff.booth.settings import read_size
from scuff.cli.recipe_options import recipe_options
from scuff.core.errors import BoothError
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import LOOPBACK, Light
from scuff.station.booth_view import BoothView
from scuff.station.drivers.network_port import port_at
from scuff.station.gige_camera import GigeCamera, check_can_serve
from scuff.station.simulated_pool import VIEWS
from scuff.station.simulated_world import World

ENDS = (signal.SIGINT, signal.SIGTERM)
PULSE = signal.SIGUSR1

USUAL_WIDTH_PX = 1368
MOST_PX = 6_000_000
"""While a frame is drawn the camera answers nobody; more pixels than these take so long that clients give it up."""

ASPECT_TOLERANCE = 0.02

EPILOG = """\
\b
The camera is there until Ctrl-C or SIGTERM. Its part changes with every frame. A signal at its Line0, for clients
that set TriggerSource to Line0, is: kill -USR1 PID

\b
Examples:
  scuff booth serve --interface lo --serial BOOTH01 --size 512x342
  scuff booth serve --interface 192.168.10.1 --serial BOOTH02 --camera right --light-port 5020
  scuff booth serve --interface veth0 --serial BOOTH01 --size 5472x3648 --set simulation.parts=20"""


@click.command(epilog=EPILOG)
@click.option("--interface", required=True, help="Network port to answer at, by its name or IP address.")
@click.option("--serial", default="BOOTH01", show_default=True, help="Serial number of the camera.")
@click.option("--camera", type=click.Choice(list(VIEWS)), default="left", show_default=True, help="Where it stands.")
@click.option(
    "--size",
    metavar="WIDTHxHEIGHT",
    help="Of the sensor, in pixels; those of the recipe's simulation unless given. A Hikrobot MV-CS200-10GC has "
    "5472x3648.",
)
@click.option(
    "--render-size",
    metavar="WIDTHxHEIGHT",
    help=f"Of the pictures that are enlarged to it; unless given, as large as it, but at most {USUAL_WIDTH_PX} wide.",
)
@click.option(
    "--frames-per-part", type=click.IntRange(min=1), default=1, show_default=True, help="Before the next part comes."
)
@click.option(
    "--light-port",
    type=click.IntRange(1, 65535),
    help="TCP port of a light controller that speaks Modbus and lights the booth, by the register map of the recipe's "
    "[light]; unless that has one: holding registers 0, 1, … for its luminaires. Without it all luminaires are full.",
)
@click.option(
    "--lose",
    "lost_packets",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Share of the packets that are never sent, to see what a client makes of it.",
)
@recipe_options
def command(
    interface: str,
    serial: str,
    camera: str,
    size: str | None,
    render_size: str | None,
    frames_per_part: int,
    light_port: int | None,
    lost_packets: float,
    recipe: Recipe,
) -> None:
    """Be a GigE Vision camera that shows the simulated booth.

    Any GigE Vision client can use it, and scuff's driver "aravis" does: 8-bit Bayer mosaics that follow exposure,
    gain, software trigger and region. The parts are those of the recipe's [simulation]; they are rendered before the
    camera answers, and kept on disk. It needs libaravis-0.8.
    """
    port = port_at(interface)
    check_can_serve(port)
    simulated = recipe.simulation
    hw = read_size(size) if size else (simulated.height_px, simulated.width_px)
    render_hw = _render_hw(hw, render_size)
    world = World(
        simulated.model_copy(update={"height_px": render_hw[0], "width_px": render_hw[1]}), recipe.light.luminaires
    )
    _render(world, camera)
    with ExitStack() as stack:
        if light_port:
            _serve_light(stack, world, recipe.light, light_port)
        signals = _signals(stack)
        view = BoothView(world, camera, hw, frames_per_part)
        served = GigeCamera(port, serial, hw, view.draw, lost_packets)
        stack.callback(served.stop)
        click.echo(f"Camera {serial} ({hw[1]}×{hw[0]}) answers at {port.address} ({port.name}); Ctrl-C ends it")
        _serve(served, signals)
    click.echo(f"Frames sent: {served.frames:,}")


def _signals(stack: ExitStack) -> socket.socket:
    """Receive signals, a byte for each: whichever thread the system gives one to, the main thread learns of it."""
    received, sent = (stack.enter_context(end) for end in socket.socketpair())
    sent.setblocking(False)
    stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(sent.fileno()))
    for number in (*ENDS, PULSE):
        stack.callback(signal.signal, number, signal.signal(number, lambda *_: None))
    return received


def _serve(served: GigeCamera, signals: socket.socket) -> None:
    """Give pulses until the process shall end."""
    while signals.recv(1)[0] == PULSE:
        served.pulse()


def _render_hw(hw: tuple[int, int], given: str | None) -> tuple[int, int]:
    """Height and width of the pictures that frames of a height and width are made of."""
    height, width = hw
    if given is None:
        shrink = min(1.0, USUAL_WIDTH_PX / width)
        return 2 * round(height * shrink / 2), 2 * round(width * shrink / 2)
    small = read_size(given)
    if small[0] * small[1] > MOST_PX:
        raise BoothError(
            f"--render-size {given}: takes so long to expose that clients would take the camera for lost; "
            f"up to {MOST_PX:,} pixels can be served, which are enlarged to --size"
        )
    if abs(small[1] * height / (small[0] * width) - 1) > ASPECT_TOLERANCE:
        raise BoothError(f"--render-size {given}: must have the shape of --size, which is {width}x{height}")
    return small


def _render(world: World, camera: str) -> None:
    """Render the parts that this camera will see."""
    missing = [sight for sight in world.pool.missing() if sight.camera.name == camera]
    if missing:
        click.echo(f"Rendering {len(missing)} parts into {world.pool.root}; the next time they are there already")
        with click.progressbar(missing, label="Rendering") as bar:
            for sight in bar:
                world.pool.render(sight)


def _serve_light(stack: ExitStack, world: World, light: Light, port: int) -> None:
    registers = light.registers or {name: register for register, name in enumerate(light.luminaires)}
    host = light.host if light.driver == "modbus" else LOOPBACK
    settings = light.model_copy(update={"registers": registers, "host": host, "port": port})
    from scuff.station.modbus_light_server import ModbusLightServer  # needs a package that the booth does without

    server = ModbusLightServer(settings, lambda intensities, _: world.switch(intensities))
    server.start()
    stack.callback(server.stop)
    world.switch(server.intensities)
    named = ", ".join(f"{name} in register {register}" for name, register in registers.items())
    click.echo(f"Light controller answers at {host}:{port} (Modbus TCP): {named}, full at {light.full_scale}")
