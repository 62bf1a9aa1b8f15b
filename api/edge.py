"""The outermost layer: a request id, the headers every answer carries, and the status kept for the audit."""

import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Edge:
    """Pure ASGI middleware, so that it costs next to nothing and never buffers a stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(8)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["status"] = message["status"]
                headers = message.setdefault("headers", [])
                extra = {"X-Request-Id": state["request_id"], "X-Content-Type-Options": "nosniff"}
                if "rate" in state:
                    extra.update(state["rate"].headers())
                headers.extend((name.lower().encode(), value.encode()) for name, value in extra.items())
            await send(message)

        await self._app(scope, receive, answer)
