"""What the HTTP server answers."""

import asyncio
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scuff.core.errors import OtherPartError, RecipeError, ScuffError, UnknownPartError
from scuff.serving.http_records import AcceptedOut, PartOut, RecipeIn, StatusOut, TriggerIn
from scuff.serving.metrics import Metrics
from scuff.serving.port import LineControl, State, Trigger
from scuff.store.store import Store

MOST = 1000
"""Parts in one answer."""

LARGEST = 2**63 - 1
"""Number that a part can have in a database."""

MOST_BYTES = 65_536
"""A request that is longer is none of those that there are."""


def make_app(line: LineControl, store: Store, metrics: Metrics) -> FastAPI:
    """Put the answers together.

    Args:
        line: Takes triggers.
        store: Knows the parts.
        metrics: What is shown at ``/metrics``.
    """
    app = FastAPI(title="scuff", docs_url=None, redoc_url=None)
    app.add_middleware(Short)
    _answer_errors(app)

    @app.post("/trigger", status_code=HTTPStatus.ACCEPTED)
    async def trigger(given: TriggerIn) -> AcceptedOut:
        name = given.id or f"http-{uuid4().hex}"
        accepted = await line.trigger(Trigger(name, given.part, "http"))
        return AcceptedOut(id=accepted.id, part=accepted.part, trigger=name, is_new=accepted.is_new)

    @app.get("/parts/{number}")
    async def part(number: Annotated[int, Path(ge=1, le=LARGEST)]) -> PartOut:
        return PartOut.of(await asyncio.to_thread(store.part, number))

    @app.get("/parts")
    async def parts(
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50, part: Annotated[str | None, Query()] = None
    ) -> list[PartOut]:
        found = await (asyncio.to_thread(store.latest, limit) if part is None else asyncio.to_thread(store.find, part))
        return [PartOut.of(each) for each in found[:limit]]

    @app.get("/status")
    async def status() -> StatusOut:
        now = line.status
        return StatusOut(
            state=now.state,
            error=now.error,
            recipe=now.recipe,
            recipes=line.recipes,
            waiting=now.waiting,
            faults=dict(now.faults),
        )

    @app.put("/recipe")
    async def recipe(given: RecipeIn) -> StatusOut:
        await line.select(given.recipe, given.operator or "http")
        return await status()

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        is_well = line.status.state in {State.READY, State.BUSY, State.FULL}
        code = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"state": line.status.state, "error": line.status.error}, code)

    @app.get("/metrics")
    async def figures() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return app


class Short:
    """Answers requests that are too long without reading them: whatever is read lies in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as long as it is short."""
        got = 0

        async def received() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > MOST_BYTES:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MOST_BYTES} bytes")
            return message

        await self._app(scope, received, send)


def _answer_errors(app: FastAPI) -> None:
    """Every error is ``{"error": …}`` in words: 404, 409 or 503 for what scuff refuses, 422 for a wrong request."""

    @app.exception_handler(ScuffError)
    async def refused(request: Request, error: ScuffError) -> JSONResponse:
        return _error(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    @app.exception_handler(UnknownPartError)
    async def unknown(request: Request, error: UnknownPartError) -> JSONResponse:
        return _error(HTTPStatus.NOT_FOUND, str(error))

    @app.exception_handler(OtherPartError)
    @app.exception_handler(RecipeError)
    async def conflict(request: Request, error: ScuffError) -> JSONResponse:
        return _error(HTTPStatus.CONFLICT, str(error))

    @app.exception_handler(RequestValidationError)
    async def wrong(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        return _error(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(problems))

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        return _error(error.status_code, f"{request.method} {request.url.path}: {error.detail}")


def _error(code: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, code)
