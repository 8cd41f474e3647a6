"""Events of OPC 40100-1."""

from enum import IntEnum
from typing import Any

from asyncua import ua
from asyncua.server.event_generator import EventGenerator

from scuff.serving.vision_nodes import VisionNodes

SEVERITY = 100
"""Of what is as it should be."""
ERROR_SEVERITY = 800


class Kind(IntEnum):
    """Types of events, by the numbers that the standard gives them."""

    JOB_STARTED = 1013
    STATE_CHANGED = 1018
    ERROR = 1019
    ERROR_RESOLVED = 1020
    RECIPE_PREPARED = 1022
    READY = 1023
    RESULT_READY = 1024


class VisionEvents:
    """What clients that subscribe to the VisionSystem are told.

    Args:
        nodes: The VisionSystem.
    """

    def __init__(self, nodes: VisionNodes) -> None:
        self._nodes = nodes
        self._generators: dict[Kind, EventGenerator] = {}

    async def build(self) -> None:
        """Prepare the events."""
        server, system = self._nodes.server, self._nodes.system
        await system.write_attribute(ua.AttributeIds.EventNotifier, ua.DataValue(ua.Variant(1, ua.VariantType.Byte)))
        for kind in Kind:
            node = server.get_node(self._nodes.of_model(kind))
            self._generators[kind] = await server.get_event_generator(node, system.nodeid)

    async def tell(self, kind: Kind, message: str, severity: int = SEVERITY, **fields: ua.Variant) -> None:
        """Tell clients."""
        event: Any = self._generators[kind].event
        for name, value in fields.items():
            setattr(event, name, value.Value)
            event.data_types[name] = value.VariantType
        event.Severity = severity
        await self._generators[kind].trigger(message=message)
