"""Recipe management of OPC 40100-1: which products there are, and which is inspected."""

import logging
from collections.abc import Callable
from typing import Any

from asyncua import Node, ua

from scuff.core.errors import ScuffError
from scuff.serving.port import LineControl
from scuff.serving.vision_events import Kind, VisionEvents
from scuff.serving.vision_nodes import VisionNodes, structures
from scuff.serving.vision_records import id_of, recipe_id
from scuff.serving.vision_state import Answer

LOGGER = logging.getLogger(__name__)
RECIPE_TYPE = 1002
PREPARED, NOT_PREPARED = 1, 0
"""Of TriStateBooleanDataType."""


class VisionRecipes:
    """The recipes of the line; the one that is inspected is the one that is prepared.

    Args:
        nodes: The VisionSystem.
        events: Its events.
        line: The line.
        port: Name of the port.
    """

    def __init__(self, nodes: VisionNodes, events: VisionEvents, line: LineControl, port: str) -> None:
        self._nodes = nodes
        self._events = events
        self._line = line
        self._port = port
        self._prepared: dict[str, ua.NodeId] = {}
        self._active = ""

    async def build(self) -> None:
        """Link the methods, and add an object for each recipe."""
        link = self._nodes.server.link_method
        link(await self._nodes.at("RecipeManagement", "GetRecipeListFiltered"), self._listed)
        link(await self._nodes.at("RecipeManagement", "PrepareRecipe"), self._prepare)
        link(await self._nodes.at("RecipeManagement", "UnprepareRecipe"), self._unprepare)
        folder = await self._nodes.at("RecipeManagement", "Recipes")
        for name in self._line.recipes:
            await self._add(folder, name)

    async def refresh(self) -> None:
        """Show which recipe is active."""
        if (active := self._line.status.recipe) == self._active:
            return
        self._active = active
        for name, node in self._prepared.items():
            value = ua.Variant(name == active, ua.VariantType.Boolean)
            await self._nodes.server.write_attribute_value(node, ua.DataValue(value))
        await self._events.tell(
            Kind.RECIPE_PREPARED,
            f"recipe {active}",
            ExternalId=ua.Variant(structures.RecipeIdExternalDataType(Id=active), ua.VariantType.ExtensionObject),
            InternalId=ua.Variant(recipe_id(active), ua.VariantType.ExtensionObject),
        )

    async def _add(self, folder: Node, name: str) -> None:
        namespace = self._nodes.system.nodeid.NamespaceIndex
        node = await folder.add_object(
            ua.NodeId(f"VisionSystem.Recipe.{name}", namespace),
            ua.QualifiedName(name, namespace),
            objecttype=self._nodes.of_model(RECIPE_TYPE),
            instantiate_optional=False,
        )
        model = self._nodes.model
        await self._write(node, f"{model}:InternalId", recipe_id(name))
        self._prepared[name] = (await node.get_child([f"{model}:IsPrepared"])).nodeid
        value = ua.Variant(False, ua.VariantType.Boolean)
        await self._nodes.server.write_attribute_value(self._prepared[name], ua.DataValue(value))
        self._nodes.server.link_method(await node.get_child([f"{model}:Prepare"]), self._preparing(name))
        self._nodes.server.link_method(await node.get_child([f"{model}:Unprepare"]), self._unprepare)

    async def _write(self, node: Node, path: str, value: Any) -> None:
        child = await node.get_child([path])
        await child.write_value(ua.Variant(value, ua.VariantType.ExtensionObject))

    def _preparing(self, name: str) -> Callable[..., Any]:
        async def prepare(parent: ua.NodeId) -> list[ua.Variant]:
            return [ua.Variant(await self._select(name), ua.VariantType.Int32)]

        return prepare

    async def _select(self, name: str) -> Answer:
        if name not in self._line.recipes:
            return Answer.NOT_KNOWN
        try:
            await self._line.select(name, self._port)
        except ScuffError as error:
            LOGGER.warning("opcua: recipe %s was not selected: %s", name, error)
            return Answer.REFUSED
        await self.refresh()
        return Answer.DONE

    async def _prepare(self, parent: ua.NodeId, external: ua.Variant, internal: ua.Variant) -> list[ua.Variant]:
        name = id_of(external.Value) or id_of(internal.Value)
        answer = await self._select(name)
        return [
            ua.Variant(recipe_id(name), ua.VariantType.ExtensionObject),
            ua.Variant(answer is Answer.DONE, ua.VariantType.Boolean),
            ua.Variant(answer, ua.VariantType.Int32),
        ]

    async def _unprepare(self, parent: ua.NodeId, *given: ua.Variant) -> list[ua.Variant]:
        """One recipe is always prepared; another one is prepared in its place."""
        error = ua.Variant(Answer.NOT_SUPPORTED, ua.VariantType.Int32)
        return [given[1], error] if len(given) > 1 else [error]

    async def _listed(self, parent: ua.NodeId, *wanted: ua.Variant) -> list[ua.Variant]:
        """Filter by what is given: ExternalId, ProductId, IsPrepared."""
        external, product, prepared, most, start, _ = (each.Value for each in wanted)
        asked = {id_of(external), id_of(product)} - {""}
        fitting = [name for name in self._line.recipes if asked <= {name} and self._is(name, prepared)]
        chosen = fitting[start or 0 :][: most or None]
        return [
            ua.Variant((start or 0) + len(chosen) >= len(fitting), ua.VariantType.Boolean),
            ua.Variant(len(chosen), ua.VariantType.UInt32),
            ua.Variant(0, ua.VariantType.UInt32),
            ua.Variant([recipe_id(name) for name in chosen], ua.VariantType.ExtensionObject),
            ua.Variant(Answer.DONE, ua.VariantType.Int32),
        ]

    def _is(self, name: str, prepared: int) -> bool:
        is_prepared = name == self._line.status.recipe
        return prepared not in (PREPARED, NOT_PREPARED) or is_prepared == (prepared == PREPARED)
