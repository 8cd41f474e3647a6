"""From a recipe to a rig: which driver is which, and what is simulated."""

from typing import TYPE_CHECKING

from scuff.core.errors import StationError
from scuff.core.recipe import Recipe
from scuff.core.station_recipe import ALL_LIGHT, SIMULATED_CAMERAS, CameraSettings, Lighting
from scuff.station.camera import Camera
from scuff.station.light import LightController
from scuff.station.mount import Mount
from scuff.station.rig import Rig

if TYPE_CHECKING:
    from scuff.station.simulated_world import World


def cameras_of(recipe: Recipe) -> tuple[CameraSettings, ...]:
    """The cameras of a station: those of the recipe, or the two of the simulated booth."""
    return recipe.cameras or SIMULATED_CAMERAS


def lightings_of(recipe: Recipe) -> tuple[Lighting, ...]:
    """The steps of light of a station: those of the recipe, or one with every luminaire full."""
    return recipe.lightings or (ALL_LIGHT,)


def world_of(recipe: Recipe) -> "World | None":
    """The simulated booth, where a camera or the light of the station is simulated."""
    simulated = [recipe.light.driver, *(camera.driver for camera in cameras_of(recipe))]
    return _world(recipe) if "simulated" in simulated else None


def camera_of(settings: CameraSettings, recipe: Recipe, world: "World | None") -> Camera:
    """Make a camera by its driver; nothing is connected yet.

    Args:
        settings: Of the camera.
        recipe: Of the station.
        world: What simulated cameras see; made of the recipe where it is not given.

    Raises:
        StationError: The driver needs something that is not there.
    """
    if settings.driver == "aravis":
        from scuff.station.drivers.aravis import AravisCamera

        return AravisCamera(settings)
    if settings.driver == "genicam":
        from scuff.station.drivers.genicam import GenicamCamera

        return GenicamCamera(settings)
    if settings.driver == "folder":
        from scuff.station.drivers.folder import FolderCamera

        return FolderCamera(settings)
    from scuff.station.drivers.simulated import SimulatedCamera

    return SimulatedCamera(settings, world or _world(recipe))


def light_of(recipe: Recipe, world: "World | None") -> LightController:
    """Make the light controller by its driver; as ``camera_of``."""
    if recipe.light.driver == "modbus":
        try:
            from scuff.station.drivers.modbus_light import ModbusLight
        except ModuleNotFoundError as error:
            raise StationError(
                f'light.driver = "modbus": needs the package {error.name!r}; install it with: '
                "pip install 'scuff[station]'"
            ) from error
        return ModbusLight(recipe.light)
    if recipe.light.driver == "none":
        from scuff.station.drivers.no_light import NoLight

        return NoLight(recipe.light.luminaires)
    from scuff.station.drivers.simulated_light import SimulatedLight

    return SimulatedLight(world or _world(recipe))


def open_rig(recipe: Recipe) -> Rig:
    """Put the rig of a recipe together; it is not opened yet.

    Raises:
        StationError: A driver needs something that is not there.
    """
    world, window_s = world_of(recipe), recipe.line.pair_window_s
    mounts = [Mount(camera_of(settings, recipe, world), settings, window_s) for settings in cameras_of(recipe)]
    return Rig(mounts, light_of(recipe, world), lightings_of(recipe), window_s, world)


def _world(recipe: Recipe) -> "World":
    from scuff.station.simulated_world import World  # brings the booth along, which real cameras do without

    return World(recipe.simulation, recipe.light.luminaires)
