"""The state machines of OPC 40100-1: what a client may ask for, and where they stand."""

import logging
from uuid import uuid4

from asyncua import ua

from scuff.core.errors import ScuffError
from scuff.serving.port import LineControl, Trigger
from scuff.serving.signals import serial_of
from scuff.serving.vision_events import ERROR_SEVERITY, Kind, VisionEvents
from scuff.serving.vision_nodes import VisionNodes, structures
from scuff.serving.vision_records import MEASUREMENT, id_of
from scuff.serving.vision_state import Answer, Automatic, Mode, Top, automatic_of, halted, reset, selected, top_of

LOGGER = logging.getLogger(__name__)
MACHINE = "VisionStateMachine"
AUTOMATIC = (MACHINE, "AutomaticModeStateMachine")
STATES = {Automatic.INITIALIZED: 5056, Automatic.READY: 5057, Automatic.SINGLE_EXECUTION: 5058}


class VisionMachine:
    """Both machines.

    Args:
        nodes: The VisionSystem.
        events: Its events.
        line: The line.
        port: Name of the port, for triggers.
    """

    def __init__(self, nodes: VisionNodes, events: VisionEvents, line: LineControl, port: str) -> None:
        self._nodes = nodes
        self._events = events
        self._line = line
        self._port = port
        self._mode = Mode.AUTOMATIC
        self._job = ""
        self._top: Top | None = None
        self._automatic: Automatic | None = None
        self._state_ids: dict[str, ua.NodeId] = {}

    async def build(self) -> None:
        """Link the methods."""
        for path, method in (
            ((MACHINE, "Halt"), self._halt),
            ((MACHINE, "Reset"), self._reset),
            ((MACHINE, "SelectModeAutomatic"), self._select_automatic),
            ((*AUTOMATIC, "StartSingleJob"), self._start),
            ((*AUTOMATIC, "StartContinuous"), self._start_continuous),
            ((*AUTOMATIC, "Stop"), self._stop),
            ((*AUTOMATIC, "Abort"), self._abort),
        ):
            self._nodes.server.link_method(await self._nodes.at(*path), method)
        for top in Top:
            self._state_ids[top] = (await self._nodes.at(MACHINE, top)).nodeid
        for automatic, number in STATES.items():
            self._state_ids[automatic] = self._nodes.of_model(number)

    async def refresh(self) -> None:
        """Show where the machines stand, and tell of what has changed."""
        top = top_of(self._line.status.state, self._mode)
        automatic = automatic_of(top, self._line.status.state)
        before, self._top = self._top, top
        before_automatic, self._automatic = self._automatic, automatic
        if top is not before:
            await self._show((MACHINE,), before, top)
        if automatic is not before_automatic:
            await self._show(AUTOMATIC, before_automatic, automatic)
            if automatic is Automatic.READY:
                await self._events.tell(Kind.READY, "ready for a job", JobId=_job(self._job))
        if top is Top.ERROR and before is not Top.ERROR:
            await self._events.tell(Kind.ERROR, self._line.status.error or "the line is in error", ERROR_SEVERITY)
        elif before is Top.ERROR and top is not Top.ERROR:
            await self._events.tell(Kind.ERROR_RESOLVED, "the line is well again")

    async def _show(self, path: tuple[str, ...], before: str | None, after: str) -> None:
        server = self._nodes.server
        current = await self._nodes.at(*path, "0:CurrentState")
        text = ua.Variant(ua.LocalizedText(after, "en"), ua.VariantType.LocalizedText)
        await server.write_attribute_value(current.nodeid, ua.DataValue(text))
        state_id = ua.Variant(self._state_ids[after], ua.VariantType.NodeId)
        node = await current.get_child(["0:Id"])
        await server.write_attribute_value(node.nodeid, ua.DataValue(state_id))
        await self._events.tell(
            Kind.STATE_CHANGED,
            f"{path[-1]}: {after}",
            FromState=ua.Variant(ua.LocalizedText(before or ""), ua.VariantType.LocalizedText),
            ToState=ua.Variant(ua.LocalizedText(after), ua.VariantType.LocalizedText),
        )

    async def _change(self, wanted: tuple[Mode, Answer] | None) -> list[ua.Variant]:
        if wanted is None:
            return _error(Answer.WRONG_STATE)
        self._mode, answer = wanted
        await self.refresh()
        return _error(answer)

    @property
    def _now(self) -> Top:
        return top_of(self._line.status.state, self._mode)

    async def _halt(self, parent: ua.NodeId, *cause: ua.Variant) -> list[ua.Variant]:
        return await self._change(halted(self._now))

    async def _reset(self, parent: ua.NodeId, *cause: ua.Variant) -> list[ua.Variant]:
        return await self._change(reset(self._now, self._line.status.state))

    async def _select_automatic(self, parent: ua.NodeId) -> list[ua.Variant]:
        return await self._change(selected(self._now))

    async def _stop(self, parent: ua.NodeId, *cause: ua.Variant) -> list[ua.Variant]:
        """A job ends by itself; there is nothing to do but to say whether one is running."""
        running = automatic_of(self._now, self._line.status.state) is Automatic.SINGLE_EXECUTION
        return _error(Answer.DONE if running else Answer.WRONG_STATE)

    async def _abort(self, parent: ua.NodeId, *cause: ua.Variant) -> list[ua.Variant]:
        """A part that was triggered has a verdict whatever happens."""
        return _error(Answer.NOT_SUPPORTED)

    async def _start_continuous(self, parent: ua.NodeId, *given: ua.Variant) -> list[ua.Variant]:
        return [_job(""), *_error(Answer.NOT_SUPPORTED)]

    async def _start(self, parent: ua.NodeId, *given: ua.Variant) -> list[ua.Variant]:
        """Start the inspection of a part: MeasId, PartId, RecipeId, ProductId, Parameters."""
        measurement, part, recipe, product = (id_of(each.Value) for each in given[:4])
        job, answer = "", self._against(measurement, part, {recipe, product} - {""})
        if answer is Answer.DONE:
            job, answer = await self._trigger(measurement, part)
        return [_job(job), *_error(answer)]

    def _against(self, measurement: str, part: str, products: set[str]) -> Answer:
        state = self._line.status.state
        if automatic_of(self._now, state) is not Automatic.READY:
            return Answer.WRONG_STATE
        if serial_of(part) is None or serial_of(measurement) is None:
            return Answer.BAD_VALUE
        return Answer.DONE if products <= {self._line.status.recipe} else Answer.NOT_KNOWN

    async def _trigger(self, measurement: str, part: str) -> tuple[str, Answer]:
        job = MEASUREMENT + measurement if measurement else f"{self._port}:{uuid4().hex}"
        try:
            await self._line.trigger(Trigger(job, part, self._port))
        except ScuffError as error:
            LOGGER.warning("opcua: job %s was refused: %s", job, error)
            return "", Answer.REFUSED
        self._job = job
        await self._events.tell(Kind.JOB_STARTED, f"job {job}", JobId=_job(job))
        return job, Answer.DONE


def _job(job: str) -> ua.Variant:
    return ua.Variant(structures.JobIdDataType(Id=job), ua.VariantType.ExtensionObject)


def _error(answer: Answer) -> list[ua.Variant]:
    return [ua.Variant(answer, ua.VariantType.Int32)]
