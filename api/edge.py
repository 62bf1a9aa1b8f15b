"""The outermost layer: a request id, the headers every answer carries, the status for the audit, the size limit."""

import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import internal_error, log_bug, problem_response
from tools.problems import Problem

EVENT_LIMIT = 4 * 1024 * 1024  # bytes; Retell reports a call with every word's timing
EVENTS = ("/api/retell/events/", "/api/vapi/events/", "/api/elevenlabs/events/")


class Edge:
    """Pure ASGI middleware, so that it costs next to nothing and never buffers a stream.

    A bug ends here, logged by ids: further out its text, which may hold what a person wrote, would be logged.
    """

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        """`body_limit` is in bytes; a longer body raises HTTPException 413 where the door reads it, so that the door
        answers in its own words (the framework's own limit answers in its)."""
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and "\x00" in scope["path"]:
            await send({"type": "websocket.close"})  # before it is accepted: refused with 403, as any unknown token
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(8)

        received = 0
        limit = EVENT_LIMIT if scope["path"].startswith(EVENTS) else self._body_limit

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413)
            return message

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["status"] = message["status"]
                headers = message.setdefault("headers", [])
                extra = {"X-Request-Id": state["request_id"], "X-Content-Type-Options": "nosniff"}
                if "rate" in state:
                    extra.update(state["rate"].headers())
                headers.extend((name.lower().encode(), value.encode()) for name, value in extra.items())
            await send(message)

        try:
            if "\x00" in scope["path"]:  # names nothing of ours, and PostgreSQL takes no such text
                await problem_response(Problem("NOT_FOUND", "Not Found."))(scope, receive, answer)
                return
            await self._app(scope, receive_limited, answer)
        except Exception as error:  # noqa: BLE001 - the edge of the server: what gets here is a bug of ours
            log_bug(Request(scope), error)
            if "status" not in state:
                await problem_response(internal_error())(scope, receive, answer)
