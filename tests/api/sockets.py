"""A WebSocket to the app in this process: frames go in, and what comes out is kept in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from agent.replying import Reply
from tests.calls.play import ScriptedModel
from tests.fakes import SARAH, SHOP, Shop
from tests.stories.streamed import pieces

WITHIN = 5.0


class Talking(ScriptedModel):
    """The scripted model, listened to: word by word, with a pause (seconds) after each."""

    def __init__(self, steps: list[Any], pause: float = 0.0) -> None:
        super().__init__(steps)
        self.pause = pause
        self.begun = asyncio.Event()  # to answer something

    async def stream(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> AsyncIterator[str | Reply]:
        reply = await self.reply(history, tools)
        self.begun.set()
        for piece in pieces(reply.text):
            yield piece
            await asyncio.sleep(self.pause)
        yield reply


class Socket:
    """One connection. `code` is the close code once the server has closed; 403 when it was never accepted."""

    def __init__(self) -> None:
        self.inward: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outward: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.code: int | None = None
        self.accepted = False

    async def send(self, **frame: Any) -> None:
        await self.raw(json.dumps(frame))

    async def raw(self, text: str | None = None, data: bytes | None = None) -> None:
        await self.inward.put({"type": "websocket.receive", "text": text, "bytes": data})

    async def frame(self) -> dict[str, Any]:
        """The next frame the server sent."""
        message = await asyncio.wait_for(self.outward.get(), WITHIN)
        assert message["type"] == "websocket.send", message
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def closed(self) -> int:
        """The code the server closed with; frames before it are dropped."""
        while True:
            message = await asyncio.wait_for(self.outward.get(), WITHIN)
            if message["type"] == "websocket.close":
                return int(message["code"])

    def silent(self) -> bool:
        """Whether nothing more came out so far."""
        return self.outward.empty()

    async def hang_up(self, code: int = 1000) -> None:
        await self.inward.put({"type": "websocket.disconnect", "code": code})


@asynccontextmanager
async def dialled(shop: Shop, path: str, headers: Sequence[tuple[str, str]] = ()) -> AsyncIterator[Socket]:
    """A connection to `path`; hung up at the end, and seen to its end."""
    line = Socket()
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": ("inner.test", 80),
        "subprotocols": [],
        "state": {},
        "extensions": {},
    }

    async def send(message: dict[str, Any]) -> None:
        line.accepted = line.accepted or message["type"] == "websocket.accept"
        if message["type"] != "websocket.accept":
            await line.outward.put(message)

    await line.inward.put({"type": "websocket.connect"})
    app = asyncio.create_task(app_of(shop)(scope, line.inward.get, send))
    try:
        yield line
    finally:
        await line.hang_up()
        await asyncio.wait_for(app, WITHIN)


def app_of(shop: Shop) -> Any:
    """The app the shop's client talks to."""
    return shop.client._transport.app  # type: ignore[attr-defined]


class Relay:
    """A caller on Twilio ConversationRelay, whose call is set up."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    async def set_up(self, call_id: str = "CA1", caller: str = SARAH, to: str = SHOP) -> None:
        await self.socket.send(type="setup", sessionId="VX1", callSid=call_id, **{"from": caller, "to": to})

    async def prompt(self, words: str, *, last: bool = True) -> None:
        await self.socket.send(type="prompt", voicePrompt=words, lang="en-US", last=last)

    async def listen(self) -> str:
        """One whole answer."""
        said = ""
        while True:
            frame = await self.socket.frame()
            if frame["type"] == "text":
                said += frame["token"]
                if frame["last"]:
                    return said.strip()

    async def say(self, words: str) -> str:
        await self.prompt(words)
        return await self.listen()


@asynccontextmanager
async def ringing(shop: Shop, call_id: str = "CA1", caller: str = SARAH) -> AsyncIterator[Relay]:
    """A call to the shop that the assistant has taken, unsigned, as the sandbox allows."""
    async with dialled(shop, "/api/twilio/relay") as socket:
        relay = Relay(socket)
        await relay.set_up(call_id, caller)
        yield relay
