"""Result management of OPC 40100-1: the last results, to be had by number or by what they are of."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from asyncua import ua
from asyncua.common.instantiate_util import instantiate

from scuff.serving.report import PartReport
from scuff.serving.vision_events import Kind, VisionEvents
from scuff.serving.vision_nodes import VisionNodes, structures
from scuff.serving.vision_records import fields_of, id_of, result_of, state_of, variants_of
from scuff.serving.vision_state import Answer

KEPT = 100
"""Results that can still be asked for; the store has them all."""
RESULT_TYPE, RESULT_DATA_TYPE = 2002, 3006
INT, LONG, OBJECT, BOOLEAN = (
    ua.VariantType.Int32,
    ua.VariantType.UInt32,
    ua.VariantType.ExtensionObject,
    ua.VariantType.Boolean,
)


class VisionResults:
    """The results of the last parts.

    Args:
        nodes: The VisionSystem.
        events: Its events.
        acknowledge: Takes the result of a part as acknowledged, when a client releases its handle.
    """

    def __init__(self, nodes: VisionNodes, events: VisionEvents, acknowledge: Callable[[int], bool]) -> None:
        self._nodes = nodes
        self._events = events
        self._acknowledge = acknowledge
        self._reports: OrderedDict[str, PartReport] = OrderedDict()
        self._last: dict[str, ua.NodeId] = {}

    async def build(self) -> None:
        """Link the methods, and add a variable for the last result."""
        server = self._nodes.server
        for name, method in (
            ("GetResultById", self._by_id),
            ("GetResultComponentsById", self._components_by_id),
            ("GetResultListFiltered", self._listed),
            ("ReleaseResultHandle", self._release),
        ):
            server.link_method(await self._nodes.at("ResultManagement", name), method)
        folder = await self._nodes.at("ResultManagement", "Results")
        name = ua.QualifiedName("LastResult", self._nodes.system.nodeid.NamespaceIndex)
        made = await instantiate(
            folder,
            server.get_node(self._nodes.of_model(RESULT_TYPE)),
            ua.NodeId("VisionSystem.LastResult", name.NamespaceIndex),
            name,
            name.NamespaceIndex,
        )
        self._last[""] = made[0].nodeid
        for child in await made[0].get_children():
            self._last[(await child.read_browse_name()).Name] = child.nodeid
        # The model lets its content be anything; asyncua takes nothing until it is told what.
        content = server.get_node(self._last["ResultContent"])
        text = ua.Variant(ua.NodeId(ua.ObjectIds.String), ua.VariantType.NodeId)
        await content.write_attribute(ua.AttributeIds.DataType, ua.DataValue(text))

    async def show(self, report: PartReport) -> None:
        """Keep a result, show it as the last one, and tell of it."""
        self._reports[str(report.id)] = report
        self._reports.move_to_end(str(report.id))
        while len(self._reports) > KEPT:
            self._reports.popitem(last=False)
        variants = variants_of(report)
        for name, value in (variants | {"": ua.Variant(result_of(report), OBJECT)}).items():
            if name in self._last:
                await self._nodes.server.write_attribute_value(self._last[name], ua.DataValue(value))
        await self._events.tell(Kind.RESULT_READY, f"part {report.part}: {report.outcome}", **variants)

    async def _by_id(self, parent: ua.NodeId, result: ua.Variant, timeout: ua.Variant) -> list[ua.Variant]:
        report = self._reports.get(id_of(result.Value))
        found = result_of(report) if report else structures.ResultDataType()
        return [ua.Variant(report.id if report else 0, LONG), ua.Variant(found, OBJECT), _error(report)]

    async def _components_by_id(self, parent: ua.NodeId, result: ua.Variant, timeout: ua.Variant) -> Any:
        report = self._reports.get(id_of(result.Value))
        if report is None:
            return ua.StatusCode(ua.StatusCodes.BadNotFound)
        values = variants_of(report)
        first = values.pop("HasTransferableDataOnFile")
        del values["ResultId"]
        return [first, ua.Variant(report.id, LONG), *values.values(), _error(report)]

    async def _listed(self, parent: ua.NodeId, *wanted: ua.Variant) -> list[ua.Variant]:
        """Filter by what is given: ResultState, MeasId, PartId, recipes, configurations, ProductId, JobId."""
        state, *ids, most, start, _ = (each.Value for each in wanted)
        names = ("MeasId", "PartId", "ExternalRecipeId", "InternalRecipeId", "ExternalConfigurationId")
        asked = dict(zip((*names, "InternalConfigurationId", "ProductId", "JobId"), map(id_of, ids), strict=True))
        fitting = [each for each in self._reports.values() if _fits(each, state or 0, asked)]
        chosen = fitting[start or 0 :][: most or None]
        complete = (start or 0) + len(chosen) >= len(fitting)
        return [
            ua.Variant(complete, BOOLEAN),
            ua.Variant(len(chosen), LONG),
            ua.Variant(0, LONG),
            ua.Variant([result_of(each) for each in chosen], OBJECT),
            ua.Variant(Answer.DONE, INT),
        ]

    async def _release(self, parent: ua.NodeId, handle: ua.Variant) -> list[ua.Variant]:
        taken = self._acknowledge(handle.Value or 0)
        return [ua.Variant(Answer.DONE if taken else Answer.NOT_KNOWN, INT)]


def _error(report: PartReport | None) -> ua.Variant:
    return ua.Variant(Answer.DONE if report else Answer.NOT_KNOWN, INT)


def _fits(report: PartReport, state: int, asked: dict[str, str]) -> bool:
    fields = fields_of(report)
    return state in (0, state_of(report)) and all(
        not wanted or id_of(fields[name]) == wanted for name, wanted in asked.items()
    )
