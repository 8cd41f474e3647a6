"""The object `scuff` of the OPC UA server: the handshake as variables, for PLCs that only read and write."""

from collections.abc import Iterator
from typing import Any

from asyncua import Node, Server, ua
from asyncua.server.address_space import NodeData

from scuff.serving.exchange import Exchange
from scuff.serving.signals import Inputs, serial_of

BOOLEAN, WORD, LONG, TEXT = ua.VariantType.Boolean, ua.VariantType.UInt16, ua.VariantType.UInt32, ua.VariantType.String
Value = bool | int | str | list[str]

INPUTS: dict[str, tuple[ua.VariantType, Value]] = {
    "Trigger": (BOOLEAN, False),
    "Ack": (BOOLEAN, False),
    "SelectRecipe": (BOOLEAN, False),
    "Serial": (TEXT, ""),
    "TriggerId": (LONG, 0),
    "Recipe": (WORD, 0),
}
"""Variables that the PLC writes, with what they are at first."""

UNSAID: dict[str, None] = dict.fromkeys(("Trigger", "Ack"))
"""Those of which nobody knows whether the PLC has them on until it writes them."""

SIGNALS = {
    "Ready": "ready",
    "Busy": "busy",
    "Accepted": "accepted",
    "Known": "known",
    "Refused": "refused",
    "RecipeAccepted": "recipe_accepted",
    "RecipeRefused": "recipe_refused",
    "Error": "error",
    "OK": "ok",
    "NG": "ng",
    "Review": "review",
    "NotInspected": "not_inspected",
    "ResultValid": "result_valid",
}
"""Variables of :class:`~scuff.serving.signals.Outputs`, in the order in which they rise; they fall in the other."""


def numbers_and_texts(exchange: Exchange) -> dict[str, tuple[ua.VariantType, Value]]:
    """Give the variables that are no signals."""
    outputs, status, accepted, report = exchange.outputs, exchange.status, exchange.accepted, exchange.report
    return {
        "State": (TEXT, str(status.state) if status else ""),
        "ErrorText": (TEXT, status.error if status else ""),
        "PartsWaiting": (LONG, status.waiting if status else 0),
        "ActiveRecipe": (WORD, exchange.recipe),
        "RecipeNames": (TEXT, list(exchange.recipes)),
        "ErrorCode": (WORD, int(outputs.error_code)),
        "Refusal": (WORD, int(outputs.refusal)),
        "RecipeRefusal": (WORD, int(outputs.recipe_refusal)),
        "Refusals": (LONG, outputs.refusals),
        "AcceptedId": (LONG, accepted.id if accepted else 0),
        "AcceptedSerial": (TEXT, accepted.part if accepted else ""),
        "ResultId": (LONG, report.id if report else 0),
        "ResultTriggerId": (LONG, exchange.trigger_id),
        "ResultSerial": (TEXT, report.part if report else ""),
        "ResultOutcome": (TEXT, str(report.outcome) if report else ""),
        "ResultRule": (TEXT, report.rule if report else ""),
        "DefectCount": (LONG, len(report.defects) if report else 0),
        "ResultJson": (TEXT, report.model_dump_json() if report else ""),
    }


class SignalsObject:
    """The object, and what was written to it last.

    Args:
        server: The server.
        namespace: Index of scuff's namespace.
        exchange: The handshake.
    """

    def __init__(self, server: Server, namespace: int, exchange: Exchange) -> None:
        self._server = server
        self._namespace = namespace
        self._exchange = exchange
        self._inputs: dict[str, Any] = {name: value for name, (_, value) in INPUTS.items()} | UNSAID
        self._shown: dict[str, Value] = {}

    async def build(self) -> None:
        """Add the object to the server."""
        parent = await self._server.nodes.objects.add_object(
            self._node_id(""), ua.QualifiedName("scuff", self._namespace)
        )
        for name, (kind, value) in INPUTS.items():
            await (await self._add(parent, name, kind, value)).set_writable()
            self._server.set_attribute_value_setter(self._node_id(name), self._written)
        for name in SIGNALS:
            self._shown[name] = False
            await self._add(parent, name, BOOLEAN, False)
        for name, (kind, value) in numbers_and_texts(self._exchange).items():
            self._shown[name] = value
            await self._add(parent, name, kind, value)

    async def refresh(self) -> None:
        """Write what has changed: texts and numbers, then what falls, then what rises."""
        for name, kind, value in self._due():
            if self._shown[name] != value:
                self._shown[name] = value
                await self._server.write_attribute_value(self._node_id(name), ua.DataValue(ua.Variant(value, kind)))

    def _due(self) -> Iterator[tuple[str, ua.VariantType, Value]]:
        for name, (kind, value) in numbers_and_texts(self._exchange).items():
            yield name, kind, value
        outputs = self._exchange.outputs
        signals = [(name, BOOLEAN, bool(getattr(outputs, field))) for name, field in SIGNALS.items()]
        yield from (signal for signal in reversed(signals) if not signal[2])
        yield from (signal for signal in signals if signal[2])

    def _written(self, node: NodeData, attribute: ua.AttributeIds, value: ua.DataValue) -> None:
        """Take what a client writes, at once: an edge that is taken back in the next message counts as well."""
        node.attributes[attribute].value = value
        name = str(node.nodeid.Identifier).removeprefix("scuff.")
        self._inputs[name] = value.Value.Value if value.Value else INPUTS[name][1]
        self._exchange.set(inputs_of(self._inputs))

    async def _add(self, parent: Node, name: str, kind: ua.VariantType, value: Value) -> Node:
        qualified = ua.QualifiedName(name, self._namespace)
        return await parent.add_variable(self._node_id(name), qualified, ua.Variant(value, kind))

    def _node_id(self, name: str) -> ua.NodeId:
        return ua.NodeId(f"scuff.{name}" if name else "scuff", self._namespace)


def inputs_of(written: dict[str, Any]) -> Inputs:
    """Read what the PLC has set; what is none of the kind counts as not set, or as one that cannot be read."""
    trigger_id, recipe = written["TriggerId"], written["Recipe"]
    return Inputs(
        trigger=_said(written["Trigger"]),
        ack=_said(written["Ack"]),
        select=written["SelectRecipe"] is True,
        serial=serial_of("" if written["Serial"] is None else written["Serial"]),
        trigger_id=trigger_id if isinstance(trigger_id, int) else -1,
        recipe=recipe if isinstance(recipe, int) else 0,
    )


def _said(value: object) -> bool | None:
    return None if value is None else value is True
