"""A voice agent on the phone: posts tool calls as Retell does, for whoever is on the line."""

from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking
from tests.api.doors import key_of
from tests.fakes import SARAH, Shop
from tests.people import diagnostic, visit, water_heater
from tools import changes

VOICE = "/api/v1/scheduling/voice/"
BOOK = "diagnostic-visit/book"
SLOTS = "diagnostic-visit/slots"
MONDAY_9 = "2026-11-23 09:00"
TUESDAY_8 = "2026-11-24 08:00"
WEDNESDAY_9 = "2026-11-25 09:00"


@dataclass(frozen=True, slots=True)
class Line:
    """One phone call after another; `secret` is the agent's credential."""

    shop: Shop
    secret: str

    async def post(self, tool: str, body: Any = None, content: bytes | None = None, **headers: str) -> httpx2.Response:
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        if content is not None:
            return await self.shop.client.post(VOICE + tool, content=content, headers=sent)
        return await self.shop.client.post(VOICE + tool, json=body, headers=sent)

    async def say(
        self, tool: str, *, call_id: str = "call-1", caller: str | None = SARAH, **args: Any
    ) -> httpx2.Response:
        """A tool call inside Retell's wrapper; without a caller it is a web call, which has no numbers."""
        call: dict[str, Any] = {"call_id": call_id, "call_type": "web_call"}
        if caller is not None:
            call = {"call_id": call_id, "call_type": "phone_call", "direction": "inbound", "from_number": caller}
        return await self.post(tool, {"name": "tool", "call": call, "args": args})

    async def visits(self) -> list[Booking]:
        """Every visit there is, soonest first."""
        rows = await self.shop.rows(Booking)
        return sorted(rows, key=lambda one: one.start_at)

    async def has(self, start: str, phone: str = SARAH, **more: Any) -> str:
        """A Diagnostic visit somebody has already; its id."""
        booking = await self.shop.act(lambda ctx: visit(ctx, start, phone, diagnostic, **more))
        return booking.id

    async def has_heater(self, start: str, phone: str = SARAH) -> str:
        booking = await self.shop.act(lambda ctx: visit(ctx, start, phone, water_heater))
        return booking.id

    async def status(self, booking_id: str) -> str:
        def ask(ctx: Context) -> str:
            return str(ctx.session.scalars(select(Booking.status).where(Booking.id == booking_id)).one())

        return await self.shop.house.read(self.shop.org, ask)

    async def cancel(self, booking_id: str) -> None:
        """The office cancels it."""
        await self.shop.act(lambda ctx: changes.cancel(ctx, ctx.session.get_one(Booking, booking_id)))


async def line_to(shop: Shop, *scopes: str) -> Line:
    key = await key_of(shop, *scopes or ("scheduling:read", "scheduling:write"), actor_type="VOICE_AGENT")
    return Line(shop, key.secret)
