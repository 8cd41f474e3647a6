"""The vision system of OPC 40100-1, as a whole."""

from asyncua import Server

from scuff.serving.exchange import Exchange
from scuff.serving.port import LineControl
from scuff.serving.vision_events import VisionEvents
from scuff.serving.vision_machine import VisionMachine
from scuff.serving.vision_nodes import add_vision_system
from scuff.serving.vision_recipes import VisionRecipes
from scuff.serving.vision_results import VisionResults


class VisionSystem:
    """State machines, results and recipes, over the same line and handshake as the plain signals.

    Args:
        exchange: The handshake, for the result on offer.
        line: The line.
        port: Name of the port, for triggers.
    """

    def __init__(self, exchange: Exchange, line: LineControl, port: str) -> None:
        self._exchange = exchange
        self._line = line
        self._port = port
        self._offered = False

    async def build(self, server: Server, namespace: int, station: str) -> None:
        """Add it to a server that is not started yet."""
        nodes = await add_vision_system(server, namespace, station)
        events = VisionEvents(nodes)
        await events.build()
        self._results = VisionResults(nodes, events, self._exchange.acknowledge)
        self._recipes = VisionRecipes(nodes, events, self._line, self._port)
        self._machine = VisionMachine(nodes, events, self._line, self._port)
        for part in (self._results, self._recipes, self._machine):
            await part.build()

    async def refresh(self) -> None:
        """Show what has changed."""
        before, self._offered = self._offered, self._exchange.outputs.result_valid
        if self._offered and not before and self._exchange.report:
            await self._results.show(self._exchange.report)
        await self._recipes.refresh()
        await self._machine.refresh()
