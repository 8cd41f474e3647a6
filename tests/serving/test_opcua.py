"""The handshake over OPC UA, and who may connect."""

import asyncio
from pathlib import Path

import pytest
from asyncua import Client, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.fixtures.fake_line import FakeLine, report
from tests.fixtures.opcua_peer import Peer, Station, play, structure
from tests.fixtures.soon import free_port, until

from scuff.core.errors import StationError
from scuff.core.station_recipe import Line, OpcUa
from scuff.core.verdict import Outcome
from scuff.serving.opcua import NAMESPACE, OpcUaPort
from scuff.serving.port import PublishError, State
from scuff.serving.report import PartReport
from scuff.serving.signals import Code
from scuff.serving.vision_state import Answer


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
        given = (structure("RecipeIdExternalDataType", "lid"), structure("RecipeIdInternalDataType", ""))
        recipe, completed, error = await peer.call("RecipeManagement", "PrepareRecipe", given=given)
        assert (recipe.Id, completed, error) == ("lid", True, Answer.DONE)
        await peer.sees("ActiveRecipe", 1)
        given = (structure("RecipeIdExternalDataType", "cup"), structure("RecipeIdInternalDataType", ""))
        assert (await peer.call("RecipeManagement", "PrepareRecipe", given=given))[1:] == [False, Answer.NOT_KNOWN]

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
