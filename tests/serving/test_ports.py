from scuff.core.recipe import Recipe
from scuff.core.station_recipe import Modbus, Mqtt, OpcUa
from scuff.serving.ports import open_ports


def test_no_port_is_on_by_default() -> None:
    assert open_ports(Recipe()) == []


def test_ports_that_a_recipe_switches_on() -> None:
    recipe = Recipe(modbus=Modbus(port=5020), mqtt=Mqtt(host="127.0.0.1"), opcua=OpcUa(port=4841))
    assert [port.name for port in open_ports(recipe)] == ["modbus", "mqtt", "opcua"]
