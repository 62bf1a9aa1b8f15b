"""Retell's custom-LLM WebSocket: Retell hears and speaks, our assistant is the model behind it.

Frames in: call_details, ping_pong, update_only, response_required, reminder_required. Frames out: config, response,
agent_interrupt, tool_call_invocation, tool_call_result, ping_pong. Retell signs nothing here: the path is the secret.
"""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket

from agent.replying import Request
from api import frames, line
from api.attending import attend, join
from api.deps import House
from api.line import Line
from storage import lookup
from storage.context import ASSISTANT
from storage.tables import Org
from tools import talking
from tools.rules import overheard
from tools.tool import Said, tidy

router = APIRouter(include_in_schema=False)

LARGEST = 1024 * 1024  # characters: every frame carries the whole transcript
SILENT_SECONDS = 60.0  # Retell pings every two
LAST_WORDS_SECONDS = 12.0  # given to a last sentence before we close
CONFIG = {"auto_reconnect": True, "call_details": True, "transcript_with_tool_calls": False}
UNINTELLIGIBLE = "(unintelligible audio)"
SAY_AGAIN = "Sorry, I didn't catch that. Could you say it again?"


class Answer:
    """The answer to one `response_id`, or unasked words when that is None."""

    def __init__(self, session: "Session", response_id: int | None) -> None:
        self._session = session
        kind = "response" if response_id is not None else "agent_interrupt"
        number = {"response_id": response_id} if response_id is not None else {"interrupt_id": session.interrupts()}
        self._frame: dict[str, Any] = {"response_type": kind, **number}

    async def say(self, words: str) -> None:
        words = words if words[-1:].isspace() else f"{words} "
        await frames.write(self._session.socket, **self._frame, content=words, content_complete=False)

    async def tool_begins(self, request: Request) -> None:
        used = {"tool_call_id": request.id, "name": request.name, "arguments": request.arguments}
        await frames.write(self._session.socket, response_type="tool_call_invocation", **used)

    async def tool_done(self, request: Request, said: Said) -> None:
        result = {"tool_call_id": request.id, "content": said.say, "successful": said.ok}
        await frames.write(self._session.socket, response_type="tool_call_result", **result)

    async def end(self, *, transfer: str | None = None, hang_up: bool = False) -> None:
        # Retell lets the words be spoken before it hangs up or transfers.
        if transfer is not None or hang_up:
            self._session.ending = "call_transfer" if transfer else "agent_hangup"
        then = {"transfer_number": transfer} if transfer is not None else {}
        last = {**self._frame, "content": "", "content_complete": True, "end_call": hang_up, **then}
        await frames.write(self._session.socket, **last)


@router.websocket("/api/retell/llm/{token}/{call_id}")
async def retell_llm(socket: WebSocket, token: str, call_id: str) -> None:
    """One connection of a call; an unknown token is refused before it is accepted."""
    house: House = socket.app.state.house
    org = await house.db.read(lambda session: lookup.org_by_retell_token(session, token))
    call_id = tidy(call_id)[:200]
    if org is None or not call_id:
        await socket.close(frames.NOT_ALLOWED)
        return
    await socket.accept()
    await attend(socket, Session(socket, house, org, call_id))


class Session:
    """What one connection brings: only the newest `response_id` is ever answered, and each at most once."""

    def __init__(self, socket: WebSocket, house: House, org: Org, call_id: str) -> None:
        self.socket, self._house, self._org, self._call_id = socket, house, org, call_id
        self._newest = 0
        self._interrupts = 0
        self.line: Line | None = None
        self.ending: str | None = None

    def interrupts(self) -> int:
        """The number of the next unasked sentence."""
        self._interrupts += 1
        return self._interrupts

    async def listen(self) -> None:
        """Take frames until Retell goes. Raises BadFrame, WebSocketDisconnect, TimeoutError."""
        await frames.write(self.socket, response_type="config", config=CONFIG)
        ring = talking.Ring("retell", self._call_id, secrets.token_hex(8))
        self.line = await join(self.socket, self._org, ring)
        if not self.line.call.resumed:
            await self.line.greet(self._org, Answer(self, 0))
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                frame = await frames.read(self.socket, LARGEST)
            await self._take(frame, self.line)

    async def time_is_up(self) -> None:
        """The call has lasted too long."""
        if self.line is not None:
            await self._last_words(self.line, line.TIME_IS_UP)

    async def _take(self, frame: dict[str, Any], at: Line) -> None:
        """One frame; unknown ones, and those that came late or twice, change nothing."""
        kind = frame.get("interaction_type")
        if kind == "ping_pong":
            await frames.write(self.socket, response_type="ping_pong", timestamp=frame.get("timestamp"))
        elif kind == "call_details":
            await self._details(frame.get("call"), at)
        elif kind in ("response_required", "reminder_required"):
            number = frame.get("response_id")
            if not isinstance(number, int) or isinstance(number, bool) or number <= self._newest:
                return
            self._newest = number
            if kind == "reminder_required":
                await at.nudge(Answer(self, number), f"{at.call.call_id}:{number}")
            else:
                await self._respond(number, frame.get("transcript"), at)

    async def _details(self, call: Any, at: Line) -> None:
        if not isinstance(call, dict):
            return
        numbers = [frames.text(call, "from_number", 40), frames.text(call, "to_number", 40)]
        outbound = call.get("direction") == "outbound"
        caller, ours = reversed(numbers) if outbound else numbers
        put_aside = await self._house.write(
            self._org,
            lambda ctx: talking.identify(ctx, at.call.call_id, caller, ours, outbound=outbound),
            actor=ASSISTANT,
            channel="voice",
        )
        if put_aside:
            await self._last_words(at, line.NOT_FOR_YOU)

    async def _respond(self, number: int, transcript: Any, at: Line) -> None:
        heard, words = tail(transcript)
        turn_key = f"{at.call.call_id}:{number}"
        if at.call.resumed and not at.talking and await at.again(turn_key, Answer(self, number)):
            return
        await at.quiet()
        if heard:
            await at.overheard(heard)
        if words:
            await at.hear(words, turn_key, Answer(self, number), whole=True)
        else:
            await at.tell(Answer(self, number), turn_key, SAY_AGAIN)

    async def _last_words(self, at: Line, words: str) -> None:
        await at.tell(Answer(self, None), secrets.token_hex(16), words, hang_up=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                while True:  # until Retell has said them, and hangs up
                    await frames.read(self.socket, LARGEST)


def tail(transcript: Any) -> tuple[str, str]:
    """What the caller heard of our last words, and everything they have said since; empty where there is nothing."""
    said: list[str] = []
    for one in reversed(transcript if isinstance(transcript, list) else []):
        if not isinstance(one, dict) or one.get("role") not in ("agent", "user"):
            continue
        words = tidy(frames.text(one, "content"))
        if one["role"] == "agent":
            return words, " ".join(reversed(said))
        if words and not overheard.same(words, UNINTELLIGIBLE):
            said.append(words)
    return "", " ".join(reversed(said))
