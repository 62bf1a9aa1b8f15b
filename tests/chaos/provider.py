"""A provider that speaks Twilio's Messages and Calls APIs on loopback, and misbehaves by a seeded plan.

It keeps every text it took with the reference we sent along (our message's id, in the StatusCallback address), so that
what arrived twice or never can be counted there, whatever our own rows say.
"""

import asyncio
import base64
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.chaos.wire import TOKEN, post_form

ACCOUNT = "AC1"
CREDENTIALS = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
NO_PHONE = "+15125550199"  # nobody can be called there
ANSWERS = 0.05  # seconds a well-behaved create takes
PAGE = 50

# What becomes of a create, and how many of a hundred; "taken" ones are kept, whatever was answered.
WELL = {"taken": 100}
BADLY = {
    "taken": 52,
    "taken, answer lost": 9,
    "taken, 503": 9,
    "taken, slow": 5,
    "taken, answered after the time-out": 2,
    "500": 6,
    "connection closed": 4,
    "429": 13,
}
# What is decided within seconds: after a 500 nobody may simply send again for a minute.
KINDLY = {"taken": 70, "taken, answer lost": 8, "taken, slow": 7, "429": 15}


@dataclass(frozen=True, slots=True)
class Taken:
    """One text the provider has: `reference` is our message's id, `at` the monotonic second of its arrival."""

    sid: str
    reference: str
    to: str
    sender: str
    body: str
    at: float
    made: datetime


@dataclass
class Provider:
    """The running provider. `manners` is WELL or BADLY and may be changed at any time."""

    chance: random.Random
    manners: dict[str, int]
    lag: float = 0.0  # seconds until the list shows what was taken
    callbacks: bool = False
    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    rung: list[dict[str, str]] = field(default_factory=list)  # the forms of the calls that were placed
    answered: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    told: Counter[int] = field(default_factory=Counter)  # answers to status callbacks, by HTTP status; 0: no answer
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open from request to request as Twilio does."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                method, target, _ = lines[0].split(" ")
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if headers.get("authorization") != CREDENTIALS or urlsplit(target).path not in (PATH, CALLS):
                    answer = self._answer(401, {"code": 20003, "status": 401})
                elif urlsplit(target).path == CALLS:
                    answer = self._ring(dict(parse_qsl(body.decode())))
                elif method == "GET":
                    answer = self._listed(dict(parse_qsl(urlsplit(target).query)))
                else:
                    given = await self._create(dict(parse_qsl(body.decode(), keep_blank_values=True)))
                    if given is None:
                        break
                    answer = given
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked was killed, or is done
        finally:
            writer.close()

    async def _create(self, form: dict[str, str]) -> bytes | None:
        plan = self.chance.choices(list(self.manners), list(self.manners.values()))[0]
        self.answered[plan] += 1
        if plan.startswith("taken"):
            kept = self._take(form)
        await asyncio.sleep(ANSWERS)
        if plan == "429":
            waits = f"Retry-After: {self.chance.randint(1, 3)}\r\n"
            return self._answer(429, {"code": 20429, "status": 429}, waits)
        if plan == "500":
            return self._answer(500, {"code": 20500, "status": 500})
        if plan in ("connection closed", "taken, answer lost"):
            return None
        if plan == "taken, 503":
            return self._answer(503, {"code": 20503, "status": 503})
        if plan == "taken, slow":
            await asyncio.sleep(2)
        if plan == "taken, answered after the time-out":
            await asyncio.sleep(11)
        return self._answer(201, {"sid": kept.sid, "status": "queued", "error_code": None})

    def _ring(self, form: dict[str, str]) -> bytes:
        if form["To"] == NO_PHONE:
            return self._answer(400, {"code": 21211, "status": 400})
        self.rung.append(form)
        return self._answer(201, {"sid": f"CA{len(self.rung):032x}", "status": "queued"})

    def _take(self, form: dict[str, str]) -> Taken:
        where = form["StatusCallback"]
        reference = parse_qs(urlsplit(where).query)["message"][0]
        now = datetime.now(UTC)
        sid = f"SM{len(self.taken) + 1:032x}"
        kept = Taken(sid, reference, form["To"], form["From"], form["Body"], time.monotonic(), now)
        self.taken.append(kept)
        if self.callbacks and self.chance.random() < 0.7:
            words = ["sending", "sent", "delivered"]
            self.chance.shuffle(words)
            for word in [*words, *self.chance.choices(words, k=self.chance.randint(0, 2))]:
                task = asyncio.create_task(self._tell(kept, where, word, self.chance.uniform(0, 25)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return kept

    async def _tell(self, kept: Taken, where: str, word: str, after: float) -> None:
        """One signed status callback; Twilio does not try it again."""
        await asyncio.sleep(after)
        fields = {"MessageSid": kept.sid, "MessageStatus": word, "To": kept.to, "From": kept.sender}
        self.told[await post_form(where, fields)] += 1

    def _listed(self, asked: dict[str, str]) -> bytes:
        self.looks += 1
        over = time.monotonic() - self.lag
        found = [
            {"sid": one.sid, "to": one.to, "from": one.sender, "body": one.body, "status": "sent"}
            | {"date_created": one.made.strftime("%a, %d %b %Y %H:%M:%S +0000")}
            for one in reversed(self.taken)
            if one.to == asked["To"] and one.sender == asked["From"] and one.at <= over
        ]
        return self._answer(200, {"messages": found[:PAGE], "next_page_uri": None})

    @staticmethod
    def _answer(status: int, body: dict[str, object], more: str = "") -> bytes:
        raw = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n{more}\r\n"
        return head.encode() + raw


@asynccontextmanager
async def provider(
    seed: int, manners: dict[str, int], *, lag: float = 0.0, callbacks: bool = False
) -> AsyncIterator[Provider]:
    """A provider on a free port until the block ends."""
    made = Provider(random.Random(seed), manners, lag, callbacks)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        for task in made._tasks:
            task.cancel()
        server.close()
