"""A real `ringback serve` in a process of its own, and the world speaking to it over HTTP with real signatures."""

import asyncio
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from retell.lib.webhook_auth import symmetric
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from api.demo_company import seed
from api.settings import read_settings
from storage import migrate
from storage.context import SYSTEM, Context
from storage.db import open_database
from storage.tables import Org
from storage.tables.credentials import SCOPES
from tests.stories import forked
from tools import access

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
SHOP, SARAH, MARCUS = "+15125550100", "+15125550142", "+15125550143"
SATURDAY = "2026-11-21T10:00:00-06:00"
TWILIO_TOKEN = "an-auth-token-of-nobody"
RETELL_KEY = "key_of_nobody"
TAG = re.compile(r'\[slot:"(\d{4}-\d\d-\d\d \d\d:\d\d)"\]')
SPOKEN = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\w+) (\d{1,2})|(\d{1,2}:\d\d [AP]M)")
COLLECTED = 5  # seconds: one more than the assistant waits for another text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealServer:
    """One server and its database; `company` is what `seed-demo --json` printed."""

    def __init__(self, folder: Path, database_url: str, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environ = {
            **{k: v for k, v in os.environ.items() if not re.match("RINGBACK_|OPENAI_|TWILIO_|RETELL_", k)},
            "PYTHONPATH": str(ROOT),
            "RINGBACK_DATABASE_URL": database_url,
            "RINGBACK_PUBLIC_URL": self.url,
            "RINGBACK_NOW": SATURDAY,
            "RINGBACK_SECRET_KEY": "a-key-that-opens-nothing-at-all-0123",
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "RETELL_API_KEY": RETELL_KEY,
            **environ,
        }
        settings = read_settings(self.environ, port=self.port)
        migrate.upgrade(database_url)
        self.company: dict[str, Any] = seed(settings)
        self.key: str = self.company["credentials"]["full"]
        self.http = httpx2.Client(base_url=self.url, timeout=30)
        self.process: BaseProcess | None = None
        self.sids = 0

    def ringback(self, *words: str) -> str:
        """Run a command of the command line; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "api", *words],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def use_new_key(self, *scopes: str) -> str:
        """Go on with a credential of its own: each may ask sixty times a minute."""

        async def create() -> str:
            db = open_database(self.environ["RINGBACK_DATABASE_URL"])
            try:
                return await db.write(lambda session: self._create(session, scopes or SCOPES))
            finally:
                await db.close()

        self.key = asyncio.run(create())
        return self.key

    def _create(self, session: Session, scopes: Sequence[str]) -> str:
        org = session.get_one(Org, self.company["org_id"])
        return access.create(Context(session, org, SYSTEM, "console", datetime.now(UTC)), "Test", scopes)[1]

    def start(self) -> float:
        """Start, and wait until it is ready; how many seconds that took."""
        log = self.folder / "server.log"
        self.process = forked.start(["serve", "--port", str(self.port)], self.folder, self.environ, log)
        began = time.perf_counter()
        while time.perf_counter() - began < 30:
            assert self.process.is_alive(), log.read_text()
            try:
                if self.http.get("/readyz").status_code == 200:
                    return time.perf_counter() - began
            except httpx2.TransportError:
                time.sleep(0.02)
        raise AssertionError("the server was not ready within 30 seconds")

    def kill(self) -> None:
        """What the machine does when the power goes."""
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        """Stop it; a bug it logged on the way fails the test."""
        if self.process is not None and self.process.is_alive():
            self.process.terminate()
            self.process.join(timeout=15)
            if self.process.is_alive():
                self.kill()
        self.http.close()
        log = (self.folder / "server.log").read_text()
        assert not re.search("^bug |^job .* failed: |Traceback", log, re.MULTILINE), log

    def twilio(self, path: str, *, token: str | None = None, **fields: str) -> httpx2.Response:
        """A form post of Twilio's, signed by Twilio's own library."""
        url = f"{self.url}/api/twilio{path}"
        signature = RequestValidator(token or self.environ["TWILIO_AUTH_TOKEN"]).compute_signature(url, fields)
        return self.http.post(url, data=fields, headers={"X-Twilio-Signature": signature})

    def text(self, body: str, *, sender: str = SARAH, sid: str | None = None, **more: str) -> httpx2.Response:
        """A homeowner's text."""
        self.sids += 1
        sid = sid or f"SM{self.sids:032d}"
        return self.twilio("/sms/inbound", MessageSid=sid, From=sender, To=SHOP, Body=body, NumMedia="0", **more)

    def miss(self, sid: str = "CA1", *, sender: str = SARAH) -> httpx2.Response:
        """A call nobody took."""
        given = {"CallSid": sid, "From": sender, "To": SHOP, "CallStatus": "in-progress", "DialCallStatus": "no-answer"}
        return self.twilio("/voice/dial-complete", **given)

    def retell(
        self,
        path: str,
        body: Any,
        *,
        key: str = RETELL_KEY,
        at: int | None = None,
        credential: str | None = None,
        client: httpx2.Client | None = None,
    ) -> httpx2.Response:
        """A signed post of Retell's, signed by Retell's own library; `at` is its time in Unix milliseconds."""
        raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        headers = {
            "Authorization": f"Bearer {credential or self.company['credentials']['voice']}",
            "Content-Type": "application/json",
            "X-Retell-Signature": symmetric["sign"](raw, key, at),
        }
        return (client or self.http).post(f"{self.url}{path}", content=raw.encode(), headers=headers)

    def voice(self, tool: str, *, call_id: str | None = "call_1", caller: str = SARAH, **args: Any) -> httpx2.Response:
        """A voice agent's tool call in Retell's envelope; without `call_id` only the arguments are sent."""
        call = {"call_id": call_id, "direction": "inbound", "from_number": caller, "to_number": SHOP}
        body = {"name": tool, "call": call, "args": args} if call_id else args
        return self.retell(f"/api/v1/scheduling/voice/{tool}", body)

    def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> httpx2.Response:
        """A call of a JSON door."""
        headers = {"Authorization": f"Bearer {key or self.key}", **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)

    def pass_time(self, seconds: float) -> None:
        self.http.post("/api/sandbox/clock", json={"advance_seconds": seconds}).raise_for_status()

    def sent(self, to: str = SARAH, *kinds: str) -> list[dict[str, Any]]:
        """The texts that went out to a number, in order."""
        answer = self.ask("GET", "/api/v1/messages", params={"direction": "out", "to": to, "size": 100})
        assert answer.status_code == 200, answer.text
        out = [one for one in answer.json()["messages"] if one["sent_at"] and (not kinds or one["kind"] in kinds)]
        return sorted(out, key=lambda one: str(one["sent_at"]))

    def bookings(self, phone: str | None = None) -> list[dict[str, Any]]:
        """The visits as the private door lists them, by start."""
        answer = self.ask("GET", "/api/private/v1/bookings", params={"size": 100})
        assert answer.status_code == 200, answer.text
        return [one for one in answer.json()["bookings"] if phone in (None, one["customerPhone"])]

    def open_slots(self, service: str = "diagnostic-visit") -> list[str]:
        """The open starts of the next two weeks as slot values."""
        params = {"from": "2026-11-21", "to": "2026-12-05", "service": service}
        answer = self.ask("GET", "/api/private/v1/slots", params=params)
        assert answer.status_code == 200, answer.text
        return [one["slot"] for one in answer.json()["slots"]]

    def say(self, body: str, *, sender: str = SARAH, within: float = 25.0) -> str:
        """A text, and the assistant's reply to it; fails when none comes in time."""
        before = len(self.sent(sender, "reply"))
        assert self.text(body, sender=sender).status_code == 200
        self.pass_time(COLLECTED)
        replies = self.until(lambda: self.sent(sender, "reply")[before:], within=within)
        return str(replies[-1]["body"])

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database itself (SQLite), for what no door shows."""
        with closing(sqlite3.connect(self.environ["RINGBACK_DATABASE_URL"].removeprefix("sqlite:///"))) as connection:
            return connection.execute(query, values).fetchall()

    @staticmethod
    def until(look: Callable[[], T], *, within: float = 10.0) -> T:
        """Look a few times a second until something is there."""
        over = time.monotonic() + within
        pause = 0.1
        while True:
            found = look()
            if found or time.monotonic() > over:
                assert found, f"it did not come within {within:.0f} seconds"
                return found
            time.sleep(pause)
            pause = min(pause * 1.5, 1.5)  # a credential may ask sixty times a minute


def times_named(text: str) -> list[str]:
    """The times a text names after a spelled day of 2026, as slot values, in the order named."""
    found, day = [], None
    for month, number, clock in SPOKEN.findall(text):
        if month:
            day = datetime.strptime(f"{month} {number} 2026Z", "%B %d %Y%z").date()
        elif day:
            found.append(f"{day} {datetime.strptime(f'{clock}Z', '%I:%M %p%z'):%H:%M}")
    return found
