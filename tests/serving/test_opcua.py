import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, Node, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.fixtures.fake_line import FakeLine, report
from tests.fixtures.soon import free_port, until

from scuff.core.errors import StationError
from scuff.core.station_recipe import Line, OpcUa
from scuff.core.verdict import Outcome
from scuff.serving.opcua import NAMESPACE, OpcUaPort
from scuff.serving.port import PublishError, State
from scuff.serving.report import PartReport
from scuff.serving.signals import Code
from scuff.serving.vision_nodes import MODEL
from scuff.serving.vision_state import Answer


class Station:
    """A port and its line, in a thread of their own."""

    def __init__(self, ack_timeout_s: float = 20.0) -> None:
        self.number = free_port()
        self.url = f"opc.tcp://127.0.0.1:{self.number}/scuff/"
        self._ack_timeout_s = ack_timeout_s
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.line = FakeLine()
        self.port = OpcUaPort(OpcUa(port=self.number), Line(ack_timeout_s=self._ack_timeout_s, station="booth1"))
        self._task = asyncio.create_task(self.port.run(self.line))
        self._ready.set()
        await asyncio.wait([self._task])

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def publish(self, part: PartReport) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(self.port.publish(part), self.loop)

    def become(self, state: State, error: str = "") -> None:
        self.loop.call_soon_threadsafe(self.line.become, state, error)


@pytest.fixture(scope="module")
def station() -> Iterator[Station]:
    station = Station()
    station.start()
    yield station
    station.stop()


class Peer:
    """A client, with short ways to the nodes."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def find(self) -> None:
        self.namespace = await self.client.get_namespace_index(NAMESPACE)
        self.model = await self.client.get_namespace_index(MODEL)
        self.system = await self.client.nodes.objects.get_child([f"{self.namespace}:VisionSystem"])
        await self.client.load_data_type_definitions()

    def node(self, name: str) -> Node:
        return self.client.get_node(f"ns={self.namespace};s=scuff.{name}")

    async def reads(self, name: str) -> Any:
        return await self.node(name).read_value()

    async def sees(self, name: str, value: object = True) -> None:
        await until(lambda: self.reads(name), lambda seen: seen == value)

    async def writes(self, name: str, value: bool | str) -> None:
        kind = ua.VariantType.Boolean if isinstance(value, bool) else ua.VariantType.String
        await self.node(name).write_value(ua.Variant(value, kind))

    async def writes_number(self, name: str, value: int, kind: ua.VariantType) -> None:
        await self.node(name).write_value(ua.Variant(value, kind))

    async def at(self, *path: str) -> Node:
        return await self.system.get_child([each if each[:2] == "0:" else f"{self.model}:{each}" for each in path])

    async def call(self, *path: str, given: tuple[Any, ...] = ()) -> Any:
        method = await self.at(*path)
        parent = await self.at(*path[:-1]) if path[:-1] else self.system
        return await parent.call_method(method, *given)

    async def is_in(self, state: str, automatic: str) -> None:
        async def look() -> tuple[str, str]:
            top = await (await self.at("VisionStateMachine", "0:CurrentState")).read_value()
            low = await self.at("VisionStateMachine", "AutomaticModeStateMachine", "0:CurrentState")
            return top.Text, (await low.read_value()).Text

        await until(look, lambda seen: seen == (state, automatic))

    async def starts(self, measurement: str = "", part: str = "", recipe: str = "") -> tuple[str, int]:
        given = (
            _structure("MeasIdDataType", measurement),
            _structure("PartIdDataType", part),
            _structure("RecipeIdExternalDataType", recipe),
            _structure("ProductIdDataType", ""),
            ua.Variant([], ua.VariantType.Variant, is_array=True),
        )
        job, error = await self.call(*AUTOMATIC, "StartSingleJob", given=given)
        return job.Id, error


AUTOMATIC = ("VisionStateMachine", "AutomaticModeStateMachine")
CAUSE = (ua.Variant(0, ua.VariantType.Int32), ua.Variant("", ua.VariantType.String))
NO_TIMEOUT = ua.Variant(0, ua.VariantType.Int32)


def _structure(name: str, id: str) -> ua.Variant:
    return ua.Variant(getattr(ua, name)(Id=id), ua.VariantType.ExtensionObject)


def play(station: Station, story: Callable[[Peer], Awaitable[None]], says: bool = True) -> None:
    """Tell a story of a client that says at first, or does not, that its signals are off."""

    async def run() -> None:
        await until(lambda: _connects(station.url), bool)
        async with Client(station.url) as client:
            peer = Peer(client)
            await peer.find()
            await peer.sees("State", str(State.READY))
            if says:
                await peer.writes("Trigger", False)
                await peer.writes("Ack", False)
            await story(peer)

    asyncio.run(run())


async def _connects(url: str) -> bool:
    try:
        async with Client(url):
            return True
    except OSError:
        return False


def test_a_part_from_trigger_to_result(station: Station) -> None:
    async def story(peer: Peer) -> None:
        await peer.sees("Ready")
        await peer.writes("Serial", "LID-0042")
        await peer.writes_number("TriggerId", 77, ua.VariantType.UInt32)
        await peer.writes("Trigger", True)
        await peer.sees("Accepted")
        assert await peer.reads("Busy")
        last = station.line.triggers[-1]
        assert (last.id, last.part) == ("opcua-77", "LID-0042")
        number = await peer.reads("AcceptedId")
        await peer.writes("Trigger", False)
        await peer.sees("Accepted", False)
        published = station.publish(report(number, Outcome.FAIL, "opcua-77", "LID-0042"))
        await peer.sees("ResultValid")
        names = ("NG", "OK", "Busy", "ResultId", "ResultTriggerId", "ResultSerial", "ResultOutcome", "DefectCount")
        values = [await peer.reads(name) for name in names]
        assert values == [True, False, False, number, 77, "LID-0042", "fail", 1]
        assert PartReport.model_validate_json(await peer.reads("ResultJson")).id == number
        await peer.writes("Ack", True)
        await asyncio.wrap_future(published)
        await peer.sees("ResultValid", False)
        await peer.writes("Ack", False)

    play(station, story)


def test_a_trigger_while_not_ready_is_refused(station: Station) -> None:
    async def story(peer: Peer) -> None:
        station.become(State.FULL)
        await peer.sees("Ready", False)
        await peer.writes("Trigger", True)
        await peer.sees("Refused")
        assert await peer.reads("Refusal") == Code.FULL
        await peer.writes("Trigger", False)
        station.become(State.READY)
        await peer.sees("Ready")

    play(station, story)


def test_values_of_another_kind_are_refused_and_harm_nothing(station: Station) -> None:
    async def story(peer: Peer) -> None:
        with pytest.raises(ua.UaStatusCodeError, match="BadTypeMismatch"):
            await peer.writes("Trigger", "yes")
        await peer.writes("Serial", "A\nB")
        await peer.writes("Trigger", True)
        await peer.sees("Refusal", Code.BAD_VALUE)
        await peer.writes("Trigger", False)
        await peer.writes("Serial", "")
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await peer.writes("OK", True)

    play(station, story)


def test_a_recipe_is_chosen_by_number_and_by_method(station: Station) -> None:
    async def story(peer: Peer) -> None:
        assert await peer.reads("RecipeNames") == ["lid", "sink"]
        await peer.writes_number("Recipe", 2, ua.VariantType.UInt16)
        await peer.writes("SelectRecipe", True)
        await peer.sees("RecipeAccepted")
        await peer.sees("ActiveRecipe", 2)
        await peer.writes("SelectRecipe", False)
        given = (_structure("RecipeIdExternalDataType", "lid"), _structure("RecipeIdInternalDataType", ""))
        recipe, completed, error = await peer.call("RecipeManagement", "PrepareRecipe", given=given)
        assert (recipe.Id, completed, error) == ("lid", True, Answer.DONE)
        await peer.sees("ActiveRecipe", 1)
        given = (_structure("RecipeIdExternalDataType", "cup"), _structure("RecipeIdInternalDataType", ""))
        assert (await peer.call("RecipeManagement", "PrepareRecipe", given=given))[1:] == [False, Answer.NOT_KNOWN]

    play(station, story)


def test_recipes_can_be_listed(station: Station) -> None:
    async def story(peer: Peer) -> None:
        async def listed(prepared: int) -> list[str]:
            given = (
                _structure("RecipeIdExternalDataType", ""),
                _structure("ProductIdDataType", ""),
                ua.Variant(prepared, ua.VariantType.Int32),
                ua.Variant(0, ua.VariantType.UInt32),
                ua.Variant(0, ua.VariantType.UInt32),
                NO_TIMEOUT,
            )
            answer = await peer.call("RecipeManagement", "GetRecipeListFiltered", given=given)
            return [each.Id for each in answer[3]]

        assert [await listed(each) for each in (0, 1, 2)] == [["sink"], ["lid"], ["lid", "sink"]]
        node = peer.client.get_node(f"ns={peer.namespace};s=VisionSystem.Recipe.lid")
        assert await (await node.get_child([f"{peer.model}:IsPrepared"])).read_value()

    play(station, story)


def test_a_job_from_start_to_released_result(station: Station) -> None:
    async def story(peer: Peer) -> None:
        events = Events()
        subscription = await peer.client.create_subscription(10, events)
        kinds = [peer.client.get_node(ua.NodeId(number, peer.model)) for number in (1013, 1018, 1023, 1024)]
        await subscription.subscribe_events(peer.system, kinds)
        await peer.is_in("Operational", "Ready")
        job, error = await peer.starts("M-1", "LID-0043", "lid")
        assert (job, error) == ("opcua/M-1", Answer.DONE)
        assert (station.line.triggers[-1].id, station.line.triggers[-1].part) == ("opcua/M-1", "LID-0043")
        station.become(State.BUSY)
        await peer.is_in("Operational", "SingleExecution")
        assert (await peer.starts("M-2"))[1] == Answer.WRONG_STATE
        station.become(State.READY)
        published = station.publish(report(900, Outcome.PASS, "opcua/M-1", "LID-0043"))
        ready = await events.have("ResultId")
        assert (ready.ResultId.Id, ready.MeasId.Id, ready.PartId.Id, ready.JobId.Id) == (
            "900",
            "M-1",
            "LID-0043",
            "opcua/M-1",
        )
        assert (ready.IsPartial, ready.ResultState, ready.ResultContent[0]) == (False, 1, "pass")
        given = (_structure("ResultIdDataType", "900"), NO_TIMEOUT)
        handle, result, error = await peer.call("ResultManagement", "GetResultById", given=given)
        assert (handle, result.PartId.Id, error) == (900, "LID-0043", Answer.DONE)
        parts = await peer.call("ResultManagement", "GetResultComponentsById", given=given)
        assert (parts[1], parts[6].Id, parts[-1]) == (900, "LID-0043", Answer.DONE)
        release = ua.Variant(900, ua.VariantType.UInt32)
        assert await peer.call("ResultManagement", "ReleaseResultHandle", given=(release,)) == Answer.DONE
        await asyncio.wrap_future(published)
        assert await peer.call("ResultManagement", "ReleaseResultHandle", given=(release,)) == Answer.NOT_KNOWN
        last = peer.client.get_node(f"ns={peer.namespace};s=VisionSystem.LastResult")
        assert (await last.read_value()).ResultId.Id == "900"
        told = [each.Message.Text for each in events.seen]
        assert "job opcua/M-1" in told
        assert "AutomaticModeStateMachine: SingleExecution" in told
        assert "ready for a job" in told

    play(station, story)


class Events:
    """What a subscription has brought."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def event_notification(self, event: Any) -> None:
        self.seen.append(event)

    async def have(self, field: str) -> Any:
        async def look() -> list[Any]:
            return [each for each in self.seen if getattr(each, field, None) is not None]

        return (await until(look, lambda seen: seen != []))[-1]


def test_results_can_be_listed(station: Station) -> None:
    async def story(peer: Peer) -> None:
        for number, outcome in ((901, Outcome.PASS), (902, Outcome.NOT_INSPECTED)):
            published = station.publish(report(number, outcome, part=f"Q{number}"))
            await peer.sees("ResultValid")
            await peer.writes("Ack", True)
            await asyncio.wrap_future(published)
            await peer.writes("Ack", False)
            await peer.sees("ResultValid", False)

        async def listed(state: int, part: str, most: int = 0) -> list[str]:
            ids = dict.fromkeys(("MeasId", "PartId", "RecipeIdExternal", "RecipeIdInternal", "ConfigurationId"), "")
            ids["PartId"] = part
            names = [*ids, "ConfigurationId", "ProductId", "JobId"]
            given = [_structure(f"{name}DataType", ids.get(name, "")) for name in names]
            numbers = [ua.Variant(each, ua.VariantType.UInt32) for each in (most, 0)]
            state_wanted = ua.Variant(state, ua.VariantType.Int32)
            answer = await peer.call(
                "ResultManagement", "GetResultListFiltered", given=(state_wanted, *given, *numbers, NO_TIMEOUT)
            )
            return [each.ResultId.Id for each in answer[3]]

        assert await listed(0, "Q902") == ["902"]
        assert (await listed(4, ""))[-1:] == ["902"]
        assert await listed(1, "Q902") == []
        assert len(await listed(0, "", most=1)) == 1
        given = (_structure("ResultIdDataType", "77777"), NO_TIMEOUT)
        assert (await peer.call("ResultManagement", "GetResultById", given=given))[2] == Answer.NOT_KNOWN

    play(station, story)


def test_the_state_machine_follows_the_line_and_its_client(station: Station) -> None:
    async def story(peer: Peer) -> None:
        await peer.is_in("Operational", "Ready")
        assert await peer.call("VisionStateMachine", "SelectModeAutomatic") == Answer.WRONG_STATE
        assert await peer.call("VisionStateMachine", "Halt", given=CAUSE) == Answer.DONE
        await peer.is_in("Halted", "Initialized")
        assert (await peer.starts())[1] == Answer.WRONG_STATE
        assert await peer.call("VisionStateMachine", "Reset", given=CAUSE) == Answer.DONE
        await peer.is_in("Preoperational", "Initialized")
        assert await peer.call("VisionStateMachine", "SelectModeAutomatic") == Answer.DONE
        await peer.is_in("Operational", "Ready")
        station.become(State.ERROR, "camera left is lost")
        await peer.is_in("Error", "Initialized")
        assert await peer.reads("ErrorText") == "camera left is lost"
        station.become(State.READY)
        await peer.is_in("Operational", "Ready")
        assert (await peer.starts("M-9", "A\nB"))[1] == Answer.BAD_VALUE
        assert (await peer.starts("M-9", "", "cup"))[1] == Answer.NOT_KNOWN
        assert await peer.call(*AUTOMATIC, "Abort", given=CAUSE) == Answer.NOT_SUPPORTED

    play(station, story)


def test_what_is_not_served_is_not_there(station: Station) -> None:
    async def story(peer: Peer) -> None:
        names = {(await each.read_browse_name()).Name for each in await peer.system.get_children()}
        assert names == {"RecipeManagement", "ResultManagement", "VisionStateMachine"}
        kind = await peer.client.get_node(await peer.system.read_type_definition()).read_browse_name()
        assert kind.Name == "VisionSystemType"

    play(station, story)


def test_a_client_that_goes_away_in_the_middle_finds_its_result_again() -> None:
    station = Station(ack_timeout_s=0.3)
    station.start()

    async def leave(peer: Peer) -> None:
        await peer.writes("Trigger", True)  # nobody knows since when
        await peer.sees("Refusal", Code.TRIGGER_STUCK)
        await peer.writes("Trigger", False)
        await peer.writes("Trigger", True)
        await peer.sees("Accepted")

    async def come_back(peer: Peer) -> None:
        await peer.sees("ErrorCode", Code.ACK_TIMEOUT)
        await peer.writes("Trigger", False)
        published = station.publish(report(1))
        await peer.sees("OK")
        await peer.writes("Ack", True)  # so is this
        await peer.sees("OK", False)
        assert not published.done()
        await peer.writes("Ack", False)
        await peer.sees("OK")
        await peer.writes("Ack", True)
        await asyncio.wrap_future(published)
        await peer.sees("Error", False)

    try:
        play(station, leave, says=False)
        with pytest.raises(PublishError, match="did not acknowledge"):
            station.publish(report(1)).result()
        play(station, come_back, says=False)
    finally:
        station.stop()


def test_nobody_but_this_machine_without_a_user() -> None:
    with pytest.raises(StationError, match="anybody on that network"):
        OpcUaPort(OpcUa(host="0.0.0.0"), Line())
    with pytest.raises(StationError, match=r"needs opcua\.certificate"):
        OpcUaPort(OpcUa(user="plc"), Line())


def test_a_user_is_known_by_password_over_an_encrypted_connection(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n", encoding="utf-8")
    settings = OpcUa(
        port=free_port(),
        user="plc",
        password_file=str(tmp_path / "password"),
        certificate=str(tmp_path / "station.der"),
        private_key=str(tmp_path / "station.pem"),
    )
    url = f"opc.tcp://127.0.0.1:{settings.port}/scuff/"

    async def connects(password: str) -> bool:
        client = Client(url)
        client.application_uri = "urn:plc"
        await client.set_security_string(
            f"Basic256Sha256,SignAndEncrypt,{tmp_path / 'plc.der'},{tmp_path / 'plc.pem'},{tmp_path / 'station.der'}"
        )
        client.set_user("plc")
        client.set_password(password)
        try:
            async with client:
                return True
        except OSError:
            return False

    async def run() -> None:
        await _certificate(tmp_path / "station", f"{NAMESPACE}:booth1")
        await _certificate(tmp_path / "plc", "urn:plc")
        runs = asyncio.create_task(OpcUaPort(settings, Line(station="booth1")).run(FakeLine()))
        await until(lambda: connects("open sesame"), bool)
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await connects("open barley")
        with pytest.raises(ua.UaError):
            await Client(url).connect()
        runs.cancel()
        await asyncio.wait([runs])

    asyncio.run(run())


async def _certificate(path: Path, uri: str) -> None:
    await setup_self_signed_certificate(
        path.with_suffix(".pem"),
        path.with_suffix(".der"),
        uri,
        "localhost",
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
        {"countryName": "DE", "organizationName": "scuff"},
    )


def test_an_address_that_is_taken_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        number = free_port()
        other = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", number)
        runs = asyncio.create_task(OpcUaPort(OpcUa(port=number), Line()).run(FakeLine()))

        async def log() -> list[str]:
            return [record.getMessage() for record in caplog.records]

        await until(log, lambda seen: any("cannot listen" in each for each in seen))
        other.close()
        await other.wait_closed()
        await until(log, lambda seen: any("listens at" in each for each in seen))
        runs.cancel()
        await asyncio.wait([runs])

    with caplog.at_level(logging.WARNING, "scuff"):
        asyncio.run(run())
    assert len([each for each in caplog.messages if "cannot listen" in each]) == 1
