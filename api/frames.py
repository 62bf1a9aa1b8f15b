"""Frames of a phone call's WebSocket, one JSON object each way, and how a connection ends that brings anything else."""

import json
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.envelopes import storable

# Close codes of RFC 6455, 7.4.1.
DONE, AWAY, UNREADABLE, NOT_ALLOWED, TOO_BIG, OURS = 1000, 1001, 1007, 1008, 1009, 1011
HUNG_UP = (DONE, AWAY, 1005)  # how a call ends that nobody broke off


class BadFrame(Exception):
    """The peer sent what the protocol does not have; `code` is what to close with."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


async def read(socket: WebSocket, largest: int) -> dict[str, Any]:
    """The next frame, fit to be stored. `largest` in characters. Raises BadFrame, WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1005)
    text = message.get("text")
    if text is None:
        raise BadFrame(UNREADABLE)
    if len(text) > largest:
        raise BadFrame(TOO_BIG)
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame(UNREADABLE) from error
    if not isinstance(frame, dict):
        raise BadFrame(UNREADABLE)
    kept: dict[str, Any] = storable(frame)
    return kept


async def write(socket: WebSocket, **frame: Any) -> None:
    """Send one frame. Raises WebSocketDisconnect when nobody is there any more."""
    if socket.application_state is not WebSocketState.CONNECTED:
        raise WebSocketDisconnect(DONE)
    await socket.send_text(json.dumps(frame, ensure_ascii=False))


async def close(socket: WebSocket, code: int) -> None:
    """Close, unless either side has."""
    if WebSocketState.DISCONNECTED not in (socket.client_state, socket.application_state):
        await socket.close(code)


def text(frame: dict[str, Any], name: str, longest: int = 2000) -> str:
    """A field as text of at most so many characters; empty when it is none."""
    value = frame.get(name)
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""
