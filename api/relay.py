"""Our own phone line over Twilio ConversationRelay: Twilio hears and speaks, we send the words.

Frames in: setup, prompt, interrupt, dtmf, error; whatever else there is goes by. Frames out: text, language, end.
"""

import asyncio
import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.websockets import WebSocket

from agent.replying import Request
from api import frames, line, signatures
from api.attending import attend, join
from api.deps import House
from api.line import LOCALES, Line
from api.settings import Settings
from storage import lookup
from tools import talking
from tools.rules import languages, overheard, phones
from tools.tool import Said, tidy

log = logging.getLogger("ringback")
router = APIRouter(include_in_schema=False)

LARGEST = 64 * 1024  # characters of a frame
SETUP_SECONDS = 10.0
QUIET_SECONDS = 45.0  # without a frame: the caller says nothing
TWICE_SECONDS = 2.0  # the same words again so soon are the same frame again
EARLY = 20  # frames kept that came before the setup
# How long a voice needs: `end` may cut off words that are still being spoken.
SECONDS_A_CHARACTER = 0.065


class RelayMouth:
    """One answer as text tokens; they are joined as sent, so each keeps its space."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._socket = session.socket
        self._characters = 0

    async def say(self, words: str) -> None:
        self._characters += len(words)
        await frames.write(self._socket, type="text", token=words if words[-1:].isspace() else f"{words} ", last=False)

    async def tool_begins(self, request: Request) -> None:
        """Twilio has no frame for it."""

    async def tool_done(self, request: Request, said: Said) -> None:
        """Nor for this."""

    async def end(self, *, transfer: str | None = None, hang_up: bool = False) -> None:
        await frames.write(self._socket, type="text", token="", last=True)
        if transfer is None and not hang_up:
            return
        await asyncio.sleep(self._characters * SECONDS_A_CHARACTER)
        self._session.ending = "call_transfer" if transfer else "agent_hangup"
        data = {"reason": "live-agent", "to": transfer} if transfer else {"reason": "goodbye"}
        await frames.write(self._socket, type="end", handoffData=json.dumps(data))


@router.websocket("/api/twilio/relay")
async def relay(socket: WebSocket) -> None:
    """One connection of a call; unsigned ones are refused before they are accepted."""
    house: House = socket.app.state.house
    if not is_signed(socket, house.settings):
        await socket.close(frames.NOT_ALLOWED)
        return
    await socket.accept()
    await attend(socket, Session(socket, house))


def is_signed(socket: WebSocket, settings: Settings) -> bool:
    """Whether Twilio signed this upgrade: the public wss URL without its query, whose parameters are signed as fields.

    In the sandbox without a token nothing is checked.
    """
    if not settings.twilio_auth_token and settings.sandbox:
        return True
    tokens = [settings.twilio_auth_token] if settings.twilio_auth_token else []
    url = f"{settings.public_url.replace('http', 'ws', 1)}{socket.url.path}"
    query = parse_qsl(socket.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return signatures.twilio(tokens, url, query, socket.headers.get("x-twilio-signature"))


class Session:
    """What one connection brings, in order. `line` is there once the call is known."""

    def __init__(self, socket: WebSocket, house: House) -> None:
        self.socket, self._house = socket, house
        self._name = secrets.token_hex(8)
        self._setup: str | None = None
        self._heard_at = 0.0
        self._replayed = False
        self._language = "en"
        self.line: Line | None = None
        self.ending: str | None = None

    async def listen(self) -> None:
        """Take frames until the call is over. Raises BadFrame, WebSocketDisconnect."""
        early: list[dict[str, Any]] = []
        async with asyncio.timeout(SETUP_SECONDS):
            while self.line is None:
                frame = await frames.read(self.socket, LARGEST)
                if frame.get("type") == "setup":
                    await self._set_up(frame)
                elif len(early) < EARLY:
                    early.append(frame)
        for frame in early:
            await self._take(frame)
        while True:
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    frame = await frames.read(self.socket, LARGEST)
            except TimeoutError:
                if self.line.talking or await self.line.nudge(self._mouth(), secrets.token_hex(16)):
                    continue
                return
            await self._take(frame)

    async def time_is_up(self) -> None:
        """The call has lasted too long."""
        if self.line is not None:
            await self.line.tell(self._mouth(), secrets.token_hex(16), line.TIME_IS_UP, hang_up=True)

    async def _set_up(self, frame: dict[str, Any]) -> None:
        sid, ours = frames.text(frame, "callSid", 64), phones.e164(frames.text(frame, "to", 40), "US")
        point = await self._house.db.read(lambda s: lookup.entry_point_by_phone(s, ours)) if ours else None
        org = await self._house.db.read(lambda s: lookup.org_by_id(s, point.org_id)) if point else None
        if not sid or ours is None or org is None:
            raise frames.BadFrame(frames.NOT_ALLOWED)
        ring = talking.Ring("twilio", sid, self._name, frames.text(frame, "from", 40), ours)
        self._setup = sid
        self.line = await join(self.socket, org, ring)
        call = self.line.call
        self._replayed, self._language = call.resumed, call.language
        if call.put_aside:
            await self.line.tell(self._mouth(), secrets.token_hex(16), line.NOT_FOR_YOU, hang_up=True)
        elif not call.resumed:
            await self.line.greet(org, None)
        else:
            await self.line.go_on(secrets.token_hex(16), self._mouth())

    async def _take(self, frame: dict[str, Any]) -> None:
        """One frame of a call under way; unknown ones and those with nothing in them change nothing."""
        assert self.line is not None
        match frame.get("type"):
            case "prompt" if frame.get("last", True) is True:
                await self._prompt(tidy(frames.text(frame, "voicePrompt")))
            case "dtmf":
                await self._prompt(DIGITS.get(frames.text(frame, "digit", 1), frames.text(frame, "digit", 1)))
            case "interrupt":
                await self._interrupt(frames.text(frame, "utteranceUntilInterrupt"))
            case "setup" if frames.text(frame, "callSid", 64) != self._setup:
                raise frames.BadFrame(frames.NOT_ALLOWED)
            case "error":
                log.warning("twilio reports an error in session %s", self._name)

    async def _prompt(self, words: str) -> None:
        """The caller said something. The same words at once, or first thing on a new connection, are the same frame
        delivered again (Twilio replays what it buffered while a connection was lost)."""
        assert self.line is not None
        if not words or self.line.call.put_aside:
            return
        soon = time.monotonic() - self._heard_at < TWICE_SECONDS
        if overheard.same(words, self.line.words) and (soon or self.line.talking):
            return
        replayed, self._replayed = self._replayed, False
        self._heard_at = time.monotonic()
        if replayed and await self.line.repeats(words, self._mouth()):
            return
        language = languages.meant(self._language, words)
        if language != self._language:
            self._language, code = language, LOCALES[language]
            await frames.write(self.socket, type="language", ttsLanguage=code, transcriptionLanguage=code)
        await self.line.hear(words, secrets.token_hex(16), self._mouth(), whole=replayed)

    async def _interrupt(self, heard: str) -> None:
        """The caller talked over us. What names words of an earlier answer came late, and stops nothing new."""
        assert self.line is not None
        mute = self.line.talking and not self.line.said
        if self.line.talking and not mute and overheard.up_to(self.line.said, heard) is not None:
            await self.line.quiet()
        if heard or not mute:
            await self.line.overheard(heard)

    def _mouth(self) -> RelayMouth:
        return RelayMouth(self)


DIGITS = {"0": "I'd like to talk to a person, please."}  # as every phone menu has taught people
