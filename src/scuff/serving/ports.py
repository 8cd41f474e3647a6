"""Which ways out a recipe switches on."""

from scuff.core.errors import StationError
from scuff.core.recipe import Recipe
from scuff.serving.port import Port

EXTRA = "station"
"""The extra whose packages the ports need."""


def open_ports(recipe: Recipe) -> list[Port]:
    """Make the ports to which results are published; each is imported only where it is switched on.

    Raises:
        StationError: A package that a port needs is not installed.
    """
    ports: list[Port] = []
    try:
        if recipe.modbus.port:
            from scuff.serving.modbus import ModbusPort

            ports.append(ModbusPort(recipe.modbus, recipe.line))
        if recipe.mqtt.host:
            from scuff.serving.mqtt import MqttPort

            ports.append(MqttPort(recipe.mqtt, recipe.line))
        if recipe.opcua.port:
            from scuff.serving.opcua import OpcUaPort

            ports.append(OpcUaPort(recipe.opcua, recipe.line))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("scuff"):
            raise
        raise StationError(
            f"a port of this recipe needs the package {error.name!r}; install it with: pip install 'scuff[{EXTRA}]'"
        ) from error
    return ports
