"""The voice tools over the Model Context Protocol: streamable HTTP at /mcp, one credential as everywhere.

No session is kept, so any of several servers may answer any request of either era of the protocol: with `initialize`
(until 2025-11-25) and without (2026-07-28). A credential sees every tool; one it has no scope for fails and names it.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import Caller, admit, house_of, lacking
from api.envelopes import Envelope, storable
from api.errors import problem_response
from api.tool_export import exported
from api.voice import ANSWER_WITHIN, attempt, body_of
from api.voice_calls import BY_NAME, VoiceTool, keep_failures, outcome
from storage.idempotency import call_key
from tools import phone_changes
from tools.problems import Problem
from tools.recorded import Came, Told
from tools.rules import phones

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams

PATHS = ("/mcp", "/mcp/")
ALIKE_WITHIN = 600  # seconds: the same call for the same customer in this time is one call
INSTRUCTIONS = (
    "Books, moves and cancels visits of one home-service business. Dates and times go in as the customer says them. "
    "Offer only times list_open_slots has listed. An answer that does not begin with Booked!, Requested!, Rescheduled! "
    "or Cancelled! has changed nothing."
)


def install(app: FastAPI) -> None:
    """Add the door. Its paths are exact: a mounted app would answer the bare path with a redirect, which drops the
    body in some clients."""
    for path in PATHS:
        app.router.routes.append(Route(path, endpoint=_Door(path), include_in_schema=False))


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[None]:
    """While the server runs; each run needs a manager of its own."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # here: half a second of import

    # The SDK's check of the Host header guards servers without a credential against a browser on the same machine.
    manager = StreamableHTTPSessionManager(_server(), json_response=True, stateless=True)
    app.state.mcp = manager.handle_request
    async with manager.run():
        yield


class _Door:
    """Credential, rate and origin before the protocol sees anything; no stream is offered, so only POST."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # for the audit and the log, which name a request by its path
        request = Request(scope, receive)
        if request.method != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        try:
            _check_origin(request)
            request.state.caller = await admit(request)
            request.state.body = await body_of(request)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return

        async def replay() -> Message:
            return {"type": "http.request", "body": request.state.body, "more_body": False}

        serve: ASGIApp = request.app.state.mcp
        await serve(scope, replay, send)


def _check_origin(request: Request) -> None:
    """Raise IP_NOT_ALLOWED for a web page of somebody else's, as the protocol wants it."""
    origin = request.headers.get("origin")
    ours = urlsplit(house_of(request).settings.public_url)
    if origin is not None and origin != f"{ours.scheme}://{ours.netloc}" and not _is_local(origin):
        raise Problem("IP_NOT_ALLOWED", "Pages of this origin may not call here.", fix="Call from a program.")


def _is_local(origin: str) -> bool:
    return urlsplit(origin).hostname in ("localhost", "127.0.0.1", "::1")


def _server() -> "Server[Any]":
    from mcp.server.lowlevel import Server

    return Server(
        "ringback",
        version="1",
        title="Ringback",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: {one.name: one.input_schema for one in _tools().tools}.get(name),
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )


@cache
def _tools() -> "ListToolsResult":
    from mcp.types import ListToolsResult

    return ListToolsResult.model_validate(exported("mcp", ""))


async def _list_tools(
    _ctx: "ServerRequestContext[Any, Request]", _params: "PaginatedRequestParams | None"
) -> "ListToolsResult":
    return _tools()


async def _call_tool(ctx: "ServerRequestContext[Any, Request]", params: "CallToolRequestParams") -> "CallToolResult":
    from mcp import MCPError
    from mcp.types import INVALID_PARAMS, CallToolResult, TextContent

    request = ctx.request
    assert request is not None
    tool = BY_NAME.get(params.name)
    if tool is None:
        raise MCPError(INVALID_PARAMS, f"There is no such tool. Use one of: {', '.join(BY_NAME)}.")
    told = await _answer(request, request.state.caller, tool, storable(params.arguments or {}))
    said = told.said
    result = {"ok": said.ok, "code": said.code, "say": said.say}
    return CallToolResult(
        content=[TextContent(type="text", text=said.say)],
        structured_content=result,
        is_error=outcome(said) == "failed",
    )


async def _answer(request: Request, caller: Caller, tool: VoiceTool, arguments: dict[str, Any]) -> Told:
    began = time.monotonic()
    came = Came.of("mcp", "any", request.state.body)
    envelope = Envelope(arguments, call_id=_scope(caller, arguments))
    if caller.may(*tool.scopes):
        told = await attempt(request, caller, tool, envelope, began + ANSWER_WITHIN, came)
    else:
        told = Told(phone_changes.told(tool.name, lacking(tool.scopes)), came=came, call_id=envelope.call_id)
    if told.came is not None:
        await keep_failures(caller, tool, [told], began)
    return told


def _scope(caller: Caller, arguments: dict[str, Any]) -> str:
    """What stands for the phone call here: this credential, about this customer, in these minutes."""
    named = str(arguments.get("phone") or "")
    phone = phones.e164(named, caller.org.region) or named
    window = int(caller.house.clock.now().timestamp()) // ALIKE_WITHIN
    return f"mcp-{call_key(caller.credential.id, phone, window)[:24]}"
