"""The information model of OPC 40100-1 in the server: its types, one VisionSystem, and what of it is not served."""

import gzip
from importlib.resources import files
from typing import Any

from asyncua import Node, Server, ua

MODEL = "http://opcfoundation.org/UA/MachineVision"
NODESET = "nodesets/Opc.Ua.MachineVision.NodeSet2.xml.gz"

NOT_SERVED = (
    ("ConfigurationManagement",),
    ("SafetyStateManagement",),
    ("DiagnosticLevel",),
    ("SystemState",),
    ("RecipeManagement", "AddRecipe"),
    ("RecipeManagement", "PrepareProduct"),
    ("RecipeManagement", "Products"),
    ("RecipeManagement", "RecipeTransfer"),
    ("RecipeManagement", "ReleaseRecipeHandle"),
    ("RecipeManagement", "RemoveRecipe"),
    ("RecipeManagement", "UnlinkProduct"),
    ("RecipeManagement", "UnprepareProduct"),
    ("ResultManagement", "ResultTransfer"),
    ("VisionStateMachine", "ConfirmAll"),
    ("VisionStateMachine", "ErrorStepModel"),
    ("VisionStateMachine", "HaltedStepModel"),
    ("VisionStateMachine", "PreoperationalStepModel"),
    ("VisionStateMachine", "AutomaticModeStateMachine", "ContinuousExecutionStepModel"),
    ("VisionStateMachine", "AutomaticModeStateMachine", "InitializedStepModel"),
    ("VisionStateMachine", "AutomaticModeStateMachine", "ReadyStepModel"),
    ("VisionStateMachine", "AutomaticModeStateMachine", "SimulationMode"),
    ("VisionStateMachine", "AutomaticModeStateMachine", "SingleExecutionStepModel"),
)
"""Optional parts of a VisionSystemType that scuff has nothing for."""

structures: Any = ua
"""Where asyncua puts the structures of the model once the nodeset is loaded, such as ``ResultDataType``."""


class VisionNodes:
    """The nodes of one VisionSystem.

    Args:
        server: The server, with the nodeset.
        model: Index of the model's namespace.
        system: The VisionSystem.
    """

    def __init__(self, server: Server, model: int, system: Node) -> None:
        self.server = server
        self.model = model
        self.system = system

    async def at(self, *path: str) -> Node:
        """Give the node at a path of browse names of the model; a name of the base model begins with ``0:``."""
        return await self.system.get_child([self._name(each) for each in path])

    def of_model(self, number: int) -> ua.NodeId:
        """Give the identifier of a node of the model, by the number that the standard gives it."""
        return ua.NodeId(number, self.model)

    def _name(self, name: str) -> str:
        return name if name[:2] == "0:" else f"{self.model}:{name}"


async def add_vision_system(server: Server, namespace: int, name: str) -> VisionNodes:
    """Load the model and add a VisionSystem below Objects.

    Args:
        server: The server, before it is started.
        namespace: Index of scuff's namespace.
        name: What people see.
    """
    packed = files("scuff.serving").joinpath(NODESET).read_bytes()
    await server.import_xml(xmlstring=gzip.decompress(packed))
    model = await server.get_namespace_index(MODEL)
    kind = await server.nodes.base_object_type.get_child([f"{model}:VisionSystemType"])
    system = await server.nodes.objects.add_object(
        ua.NodeId("VisionSystem", namespace), ua.QualifiedName("VisionSystem", namespace), objecttype=kind.nodeid
    )
    await system.write_attribute(ua.AttributeIds.DisplayName, ua.DataValue(ua.LocalizedText(name)))
    nodes = VisionNodes(server, model, system)
    for path in NOT_SERVED:
        await _cut_off(await nodes.at(*path[:-1]) if path[:-1] else system, await nodes.at(*path))
    return nodes


async def _cut_off(parent: Node, child: Node) -> None:
    """Take a node out of the tree; to delete it would take asyncua longer than all the rest."""
    references = await parent.get_references(direction=ua.BrowseDirection.Forward)
    for kind in {each.ReferenceTypeId for each in references if each.NodeId == child.nodeid}:
        await parent.delete_reference(child, kind)
