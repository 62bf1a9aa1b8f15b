"""The outside, faked: a Twilio on loopback, a clock that stands still, and one process of ours to talk to."""

import base64
import dataclasses
import json
import socketserver
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route

from api import carrier, sending
from api.app import create_app
from api.clock import Clock
from api.deps import House
from api.settings import Settings
from api.signatures import twilio_signature
from api.worker import Hand, Worker
from storage.context import SYSTEM, Actor, Context
from storage.seed import seed_demo
from storage.tables import Org

T = TypeVar("T")

SATURDAY = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # 10:00 in Austin
MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
SHOP = "+15125550100"
VOICEMAIL = "+15125550101"
SARAH = "+15125550142"
DANA = "+15125550111"
LUIS = "+15125550112"
HANDS: dict[str, Hand] = {
    "send": sending.send,
    "remind": sending.remind,
    "alert": sending.alert,
    "expire": sending.expire,
    "opening": sending.opening,
}


class FixedClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by

    def set(self, to: datetime) -> None:
        self.at = to


class FakeTwilio:
    """What Twilio's Messages API does, on loopback: it keeps every text it took, and misbehaves when told to.

    `next` holds what becomes of the coming creates: an HTTP status, a Twilio error code, or a text that is taken and
    answered too late ("slow"), never ("drop") or as if it were not ("taken 503"). Empty means 201.
    """

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.next: list[int | str] = []
        self.looks = 0
        self.hidden = False  # the list lags behind what was taken
        self.posts = 0
        self.url = ""

    def take(self, form: dict[str, str]) -> dict[str, Any]:
        message = {
            "sid": f"SM{len(self.taken) + 1:032x}",
            "status": "queued",
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "status_callback": form.get("StatusCallback"),
            "date_created": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "num_segments": "1",
            "error_code": None,
        }
        self.taken.append(message)
        return message


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def fake_twilio() -> Iterator[FakeTwilio]:
    """A running FakeTwilio; its address is in `url`."""
    fake = FakeTwilio()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            return None

        def answer(self, status: int, body: dict[str, Any], **headers: str) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(raw)

        def allowed(self) -> bool:
            wanted = "Basic " + base64.b64encode(b"AC1:token").decode()
            path = self.path.partition("?")[0]
            if self.headers["Authorization"] == wanted and path == "/2010-04-01/Accounts/AC1/Messages.json":
                return True
            self.answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
            return False

        def do_GET(self) -> None:
            if not self.allowed():
                return
            fake.looks += 1
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            found = [m for m in fake.taken if m["to"] == asked["To"] and m["from"] == asked["From"] and not fake.hidden]
            self.answer(200, {"messages": found, "next_page_uri": None})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if not self.allowed():
                return
            fake.posts += 1
            form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
            plan = fake.next.pop(0) if fake.next else 201
            if plan == "drop":
                fake.take(form)
                self.close_connection = True
            elif plan == "slow":
                fake.take(form)
                time.sleep(1.5)
                self.close_connection = True
            elif plan == "taken 503":
                fake.take(form)
                self.answer(503, {"code": 20503, "message": "Unavailable", "status": 503})
            elif plan == 201:
                self.answer(201, fake.take(form))
            elif plan == 429:
                self.answer(429, {"code": 20429, "message": "Too Many Requests", "status": 429}, Retry_After="7")
            elif isinstance(plan, int) and plan >= 1000:
                self.answer(400, {"code": plan, "message": "no", "status": 400})
            else:
                self.answer(int(plan), {"code": 20500, "message": "Internal", "status": plan})

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield fake
        server.shutdown()


@dataclasses.dataclass(slots=True)
class Shop:
    """One process of ours with the demo company, its clock standing still, and its worker run by hand."""

    client: httpx2.AsyncClient
    house: House
    org: Org
    worker: Worker
    clock: FixedClock

    async def post(self, path: str, token: str | None = None, **fields: str) -> httpx2.Response:
        """Post a form as Twilio does, signed when a token is given."""
        url = f"{self.house.settings.public_url}{path}"
        headers = {"X-Twilio-Signature": twilio_signature(token, url, fields.items())} if token else {}
        return await self.client.post(path, data=fields, headers=headers)

    async def text(self, body: str, sid: str, sender: str = SARAH, **fields: str) -> httpx2.Response:
        """Somebody sends a text to the shop."""
        return await self.post(
            "/api/twilio/sms/inbound", MessageSid=sid, From=sender, To=SHOP, Body=body, NumMedia="0", **fields
        )

    async def miss(self, sid: str, sender: str = SARAH, **fields: str) -> httpx2.Response:
        """Somebody rings the shop, and nobody takes it."""
        given = {"CallSid": sid, "From": sender, "To": SHOP, "CallStatus": "in-progress", "DialCallStatus": "no-answer"}
        return await self.post("/api/twilio/voice/dial-complete", **{**given, **fields})

    async def act(self, unit: Callable[[Context], T], *, actor: Actor = SYSTEM, channel: str = "sms") -> T:
        """Run an act in one unit."""
        return await self.house.write(self.org, unit, actor=actor, channel=channel)

    async def rows(self, table: type[T], **its: Any) -> list[T]:
        """The rows of a table, oldest first."""
        from sqlalchemy import select

        def ask(ctx: Context) -> list[T]:
            query = select(table).filter_by(**its)
            if hasattr(table, "created_at"):
                query = query.order_by(table.created_at)
            return list(ctx.session.scalars(query))

        return await self.house.read(self.org, ask)

    async def change(self, table: type[Any], **values: Any) -> None:
        """Set columns of every row of a table, behind every rule's back."""

        def unit(ctx: Context) -> None:
            for row in rows:
                merged = ctx.session.merge(row)
                for name, value in values.items():
                    setattr(merged, name, value)

        rows = await self.rows(table)
        await self.act(unit)
        if table is Org:
            org_id = self.org.id
            self.org = await self.house.db.read(lambda session: session.get_one(Org, org_id))

    async def pass_time(self, **by: float) -> None:
        """Move the clock and do what became due."""
        self.clock.advance(timedelta(**by))
        await self.worker.drain()


_worked_out: dict[int, BaseRoute] = {}  # the included routers of this process's first app, by their place


def share_routes(app: FastAPI) -> FastAPI:
    """The same app with the route tables of an earlier one: they hold nothing of it, and take 0.3 s to work out."""
    for place, route in enumerate(app.router.routes):
        if not isinstance(route, Route | Mount):
            app.router.routes[place] = _worked_out.setdefault(place, route)
    return app


@asynccontextmanager
async def open_shop(database_url: str, *, at: datetime = SATURDAY, **settings: Any) -> AsyncIterator[Shop]:
    """A Shop over an empty, migrated database; further arguments are settings."""
    given = {"public_url": "https://ringback.test", "secret_key": "k" * 32, **settings}
    app = share_routes(create_app(Settings(database_url=database_url, **given), work=False))
    async with app.router.lifespan_context(app):
        clock = FixedClock(at)
        house = app.state.house = dataclasses.replace(app.state.house, clock=clock)
        org = await house.db.write(lambda session: seed_demo(session, at))
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://inner.test") as client:
            yield Shop(client, house, org, Worker(house, HANDS), clock)
        sender = carrier.sender_for(house.settings)
        if sender is not None:
            await sender.close()
