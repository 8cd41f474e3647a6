"""The vision system of OPC 40100-1, as a client uses it."""

import asyncio

from asyncua import ua
from tests.fixtures.fake_line import report
from tests.fixtures.opcua_peer import AUTOMATIC, CAUSE, NO_TIMEOUT, Events, Peer, Station, play, structure

from scuff.core.verdict import Outcome
from scuff.serving.port import State
from scuff.serving.vision_state import Answer


def test_recipes_can_be_listed(station: Station) -> None:
    async def story(peer: Peer) -> None:
        async def listed(prepared: int) -> list[str]:
            given = (
                structure("RecipeIdExternalDataType", ""),
                structure("ProductIdDataType", ""),
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
        given = (structure("ResultIdDataType", "900"), NO_TIMEOUT)
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
            given = [structure(f"{name}DataType", ids.get(name, "")) for name in names]
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
        given = (structure("ResultIdDataType", "77777"), NO_TIMEOUT)
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
