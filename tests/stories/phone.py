"""Somebody on the phone with a real server: Twilio's ConversationRelay and Retell's custom LLM, over real WebSockets.

Both take the same verbs, so that one table of calls is played on both.
"""

import json
import socket
import time
from contextlib import ExitStack
from typing import Any, Self

from twilio.request_validator import RequestValidator
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.stories.real_server import SHOP, RealServer

PATIENCE = 15.0


class Phone:
    """One call. `heard` is everything that was said to the caller, `answers` one text for each finished answer."""

    provider: str

    def __init__(self, server: RealServer, call_id: str, caller: str) -> None:
        self.server, self.call_id, self.caller = server, call_id, caller
        self.answers: list[str] = []
        self.heard = ""
        self.frames: list[dict[str, Any]] = []
        self.part = ""
        self.socket: ClientConnection | None = None
        self.lines = ExitStack()

    def __enter__(self) -> Self:
        self.dial()
        return self

    def __exit__(self, *_error: object) -> None:
        self.lines.close()

    def dial(self) -> None:
        raise NotImplementedError

    def prompt(self, words: str) -> None:
        """The caller says something."""
        raise NotImplementedError

    def talk_over(self, heard: str, words: str) -> None:
        """The caller talks over us after `heard` of our words."""
        raise NotImplementedError

    def again(self) -> None:
        """The last thing the caller said comes in once more, as it was."""
        raise NotImplementedError

    def late(self) -> None:
        """A frame that belongs to an earlier moment comes in now."""
        raise NotImplementedError

    def words_in(self, frame: dict[str, Any]) -> tuple[str, bool]:
        """What a frame says, and whether the answer ends with it."""
        raise NotImplementedError

    def send(self, **frame: Any) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps(frame))

    def say(self, words: str) -> str:
        """Say something and hear the answer out."""
        self.prompt(words)
        return self.listen()

    def listen(self) -> str:
        """The whole answer."""
        while self.step():
            pass
        return self.answers[-1]

    def listen_until(self, words: str) -> None:
        """Listen until these words are out, or something of this kind has happened."""
        over = time.monotonic() + PATIENCE
        while words not in self.part and words not in json.dumps(self.frames[-1:]):
            assert self.step(), f"the answer ended without {words!r}: {self.answers[-1]!r}"
            assert time.monotonic() < over

    def silence(self, seconds: float = 0.4) -> bool:
        """Whether nothing is said for so long."""
        assert self.socket is not None
        try:
            frame = json.loads(self.socket.recv(timeout=seconds))
        except TimeoutError:
            return True
        return not any(self.words_in(frame)[:1])

    def step(self) -> bool:
        """One frame; whether the answer goes on."""
        assert self.socket is not None
        frame = json.loads(self.socket.recv(timeout=PATIENCE))
        self.frames.append(frame)
        words, last = self.words_in(frame)
        self.part += words
        self.heard += words
        if last:
            self.answers.append(self.part.strip())
            self.part = ""
        return not last

    def lose(self) -> None:
        """The connection breaks without a word, and is made anew."""
        assert self.socket is not None
        self.socket.socket.shutdown(socket.SHUT_RDWR)
        self.part = ""
        self.dial()

    def hang_up(self) -> int:
        """Close as a caller does; the close code."""
        assert self.socket is not None
        self.socket.close()
        return self.socket.close_code or 0

    def closed(self) -> int:
        """Wait for the server to close; its code."""
        assert self.socket is not None
        try:
            while True:
                self.socket.recv(timeout=PATIENCE)
        except ConnectionClosed:
            return self.socket.close_code or 0


class RelayPhone(Phone):
    """A call over Twilio ConversationRelay."""

    provider = "twilio"
    said = ""

    def dial(self) -> None:
        url = f"{self.server.url.replace('http', 'ws')}/api/twilio/relay"
        token = self.server.environ["TWILIO_AUTH_TOKEN"]
        signature = RequestValidator(token).compute_signature(url, {})
        self.socket = self.lines.enter_context(
            connect(url, additional_headers={"X-Twilio-Signature": signature}, proxy=None)
        )
        numbers = {"from": self.caller, "to": SHOP, "direction": "inbound", "callType": "PSTN", "callStatus": "RINGING"}
        self.send(type="setup", sessionId="VX1", accountSid="AC1", callSid=self.call_id, **numbers)

    def prompt(self, words: str) -> None:
        self.said = words
        self.send(type="prompt", voicePrompt=words, lang="en-US", last=True)

    def talk_over(self, heard: str, words: str) -> None:
        self.send(type="interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs="460")
        self.part = ""
        self.prompt(words)

    def again(self) -> None:
        self.prompt(self.said)

    def late(self) -> None:
        self.send(type="interrupt", utteranceUntilInterrupt="Thanks for calling", durationUntilInterruptMs=300)

    def words_in(self, frame: dict[str, Any]) -> tuple[str, bool]:
        if frame["type"] != "text":
            return "", False
        return frame["token"], frame["last"]


class RetellPhone(Phone):
    """A call over Retell's custom-LLM WebSocket; `transcript` is what Retell heard on both sides."""

    provider = "retell"

    def __init__(self, server: RealServer, call_id: str, caller: str) -> None:
        super().__init__(server, call_id, caller)
        self.transcript: list[dict[str, str]] = []
        self.number = 0

    def dial(self) -> None:
        token = self.server.company["webhook_tokens"]["retell"]
        url = f"{self.server.url.replace('http', 'ws')}/api/retell/llm/{token}/{self.call_id}"
        self.socket = self.lines.enter_context(connect(url, proxy=None))
        assert json.loads(self.socket.recv(timeout=PATIENCE))["response_type"] == "config"
        numbers = {"from_number": self.caller, "to_number": SHOP, "direction": "inbound"}
        self.send(interaction_type="call_details", call={"call_id": self.call_id, "call_type": "phone_call", **numbers})
        self.send(interaction_type="ping_pong", timestamp=1)
        if self.number == 0:
            self.listen()
            self.told(self.answers[-1])

    def told(self, words: str) -> None:
        self.transcript.append({"role": "agent", "content": words})

    def listen(self) -> str:
        answer = super().listen()
        if self.number:
            self.told(answer)
        return answer

    def prompt(self, words: str) -> None:
        self.transcript.append({"role": "user", "content": words})
        self.number += 1
        self.send(interaction_type="update_only", transcript=self.transcript, turntaking="user_turn")
        self.require(self.number)

    def require(self, number: int) -> None:
        self.send(interaction_type="response_required", response_id=number, transcript=self.transcript)

    def talk_over(self, heard: str, words: str) -> None:
        if heard and self.transcript[-1]["role"] == "agent":
            self.transcript[-1]["content"] = heard
        elif heard:
            self.told(heard)
        self.part = ""
        self.prompt(words)

    def again(self) -> None:
        self.require(self.number)

    def late(self) -> None:
        self.require(max(1, self.number - 1))

    def words_in(self, frame: dict[str, Any]) -> tuple[str, bool]:
        kind = frame["response_type"]
        if kind == "agent_interrupt":
            return frame["content"], frame["content_complete"]
        if kind != "response" or frame["response_id"] not in (0, self.number):
            return "", False
        return frame["content"], frame["content_complete"]
