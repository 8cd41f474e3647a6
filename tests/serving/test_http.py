"""The HTTP port, asked as a client asks it."""

import asyncio
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.fixtures.soon import free_port
from tests.serving.conftest import Bench, Running

from scuff.core.errors import StationError, StoreError
from scuff.core.station_recipe import Http
from scuff.core.verdict import Outcome, Verdict
from scuff.serving.equipment import now
from scuff.serving.http import HttpEntrance
from scuff.serving.product import Product
from scuff.store.store import Store


def ask(port: int, path: str, body: object = None, method: str | None = None) -> tuple[int, Any]:
    """Ask, and give the code and the JSON (or text) of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    request.method = method or ("POST" if data else "GET")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            content, code = answer.read(), answer.status
    except urllib.error.HTTPError as error:
        content, code = error.read(), error.code
    return code, json.loads(content) if content[:1] in (b"{", b"[") else content.decode()


Ask = Callable[..., Awaitable[tuple[int, Any]]]


def on(running: Running, work: Callable[[Bench, Ask], Awaitable[None]], **changes: object) -> None:
    """Do something with a line that listens."""

    async def run() -> None:
        async with running(**changes) as bench:
            port = free_port()
            entrance = HttpEntrance(Http(port=port), bench.store, bench.service.metrics)
            serving = asyncio.ensure_future(entrance.run(bench.line))

            async def asked(*args: Any, **named: Any) -> tuple[int, Any]:
                return await asyncio.to_thread(ask, port, *args, **named)

            await bench.until(lambda: _listens(port))
            try:
                await work(bench, asked)
            finally:
                serving.cancel()
                await asyncio.wait([serving])

    asyncio.run(run())


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_trigger_is_accepted_and_its_part_found(running: Running) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        code, accepted = await ask("/trigger", {"id": "T1", "part": "bad1"})
        assert (code, accepted) == (202, {"id": 1, "part": "bad1", "trigger": "T1", "is_new": True})
        await bench.finished(1)
        code, part = await ask("/parts/1")
        assert (code, part["state"], part["report"]["outcome"], part["source"]) == (200, "finished", "fail", "http")
        assert [picture["camera"] for picture in part["pictures"]] == ["left", "right"]
        assert (await ask("/trigger", {"id": "T1"}))[1]["is_new"] is False
        assert [each["id"] for each in (await ask("/parts?part=bad1"))[1]] == [1]

    on(running, work)


def test_a_report_of_another_version_is_listed_as_one(running: Running, product: Product, store: Store) -> None:
    begun = store.begin("old", "P1", "test", product.version, product.bundle, now())
    store.finish(begun.id, Verdict(outcome=Outcome.PASS, rule="no defects"), "", '{"schema_version": 2}', (), now())

    async def work(bench: Bench, ask: Ask) -> None:
        await bench.part("P2")
        code, (new, old) = await ask("/parts")
        assert (code, new["report"]["part"], new["report_error"]) == (200, "P2", "")
        assert (old["state"], old["report"]) == ("finished", None)
        assert "its stored report cannot be read" in old["report_error"]

    on(running, work)


def test_a_trigger_with_the_identifier_of_another_part_is_a_conflict(running: Running) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        await ask("/trigger", {"id": "T1", "part": "P1"})
        code, answer = await ask("/trigger", {"id": "T1", "part": "P2"})
        assert code == 409
        assert answer["error"].startswith("trigger 'T1' was that of part 'P1' already")

    on(running, work)


def test_a_part_without_serial_number_and_trigger_gets_both(running: Running) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        code, accepted = await ask("/trigger", {})
        assert (code, accepted["part"]) == (202, "N000001")
        assert accepted["trigger"].startswith("http-")

    on(running, work)


def test_status_health_and_metrics(running: Running) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        code, status = await ask("/status")
        expected = {
            "state": "ready",
            "error": "",
            "recipe": "plate",
            "recipes": ["plate", "lid"],
            "waiting": 0,
            "faults": {},
        }
        assert (code, status) == (200, expected)
        assert await ask("/healthz") == (200, {"state": "ready", "error": ""})
        bench.rig.ill["left"] = "is gone"
        await bench.until(lambda: bench.line.status.faults)
        assert await ask("/healthz") == (503, {"state": "error", "error": "left: is gone"})
        code, text = await ask("/metrics")
        assert 'scuff_well{device="left"} 0.0' in text.splitlines()

    on(running, work)


def test_a_trigger_that_cannot_be_stored_is_refused(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        def gone(*args: object) -> None:
            raise StoreError("scuff.db: the database is gone")

        monkeypatch.setattr(type(bench.store), "begin", gone)
        assert await ask("/trigger", {"id": "T1"}) == (503, {"error": "scuff.db: the database is gone"})

    on(running, work)


@pytest.mark.parametrize(
    ("path", "body", "method", "code", "message"),
    [
        ("/parts/7", None, None, 404, "part 7: is not in the store"),
        ("/parts/99999999999999999999", None, None, 422, "path.number: Input should be less than or equal to"),
        (
            "/trigger",
            {"part": "P1\u2028verdict: pass"},
            None,
            422,
            "body.part: Value error, 'P1\\u2028verdict: pass' has",
        ),
        ("/trigger", {"part": "x" * 100_000}, None, 413, "POST /trigger: more than 65536 bytes"),
        ("/parts/seven", None, None, 422, "path.number: Input should be a valid integer"),
        ("/nothing", None, None, 404, "GET /nothing: Not Found"),
        ("/trigger", None, "DELETE", 405, "DELETE /trigger: Method Not Allowed"),
        ("/trigger", {"id": 3}, None, 422, "body.id: Input should be a valid string"),
        ("/trigger", {"serial": "x"}, None, 422, "body.serial: Extra inputs are not permitted"),
        ("/recipe", {"recipe": "cup"}, "PUT", 409, "'cup': is none of this station's recipes: plate, lid"),
    ],
)
def test_errors_are_told_in_words(
    running: Running, path: str, body: object, method: str | None, code: int, message: str
) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        found, answer = await ask(path, body, method)
        assert found == code
        assert answer["error"].startswith(message)

    on(running, work)


def test_a_product_is_chosen(running: Running) -> None:
    async def work(bench: Bench, ask: Ask) -> None:
        code, status = await ask("/recipe", {"recipe": "lid", "operator": "Ada"}, "PUT")
        assert (code, status["recipe"]) == (200, "lid")
        assert bench.store.acts(1)[0].operator == "Ada"

    on(running, work)


def test_an_address_that_is_taken_is_named(running: Running) -> None:
    async def run() -> None:
        async with running() as bench:
            with socket.create_server(("127.0.0.1", 0)) as other:
                port = other.getsockname()[1]
                entrance = HttpEntrance(Http(port=port), bench.store, bench.service.metrics)
                with pytest.raises(StationError, match=f"127.0.0.1:{port}: cannot listen there"):
                    await entrance.run(bench.line)

    asyncio.run(run())
