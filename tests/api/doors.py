"""Callers of the JSON doors: keys of the demo company and of a second business, and the bodies they send."""

from dataclasses import dataclass
from typing import Any

import httpx2

from storage.context import SYSTEM, Context
from storage.seed import demo_id
from storage.tables import Hours, Org, ScheduleTemplate, Service, Skill, Technician
from storage.tables.credentials import SCOPES
from tests.fakes import SARAH, Shop
from tools import access

MONDAY_9 = "2026-11-23T15:00:00Z"
MONDAY_1030 = "2026-11-23T16:30:00Z"
TUESDAY_9 = "2026-11-24T15:00:00Z"
RANDOM_ID = "7c1f4f0e-93a5-4d39-8e61-0a5f2f6f7b10"


@dataclass(frozen=True, slots=True)
class Key:
    """One credential's secret, sending requests as its holder does."""

    client: httpx2.AsyncClient
    secret: str
    id: str

    async def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.secret}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.client.request(method, path, json=body, headers=headers)

    async def get(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, key: str | None = None) -> httpx2.Response:
        return await self.ask("POST", path, body, key)

    async def patch(self, path: str, body: Any, key: str | None = None) -> httpx2.Response:
        return await self.ask("PATCH", path, body, key)


async def key_of(shop: Shop, *scopes: str, org: Org | None = None, name: str = "Acme Dispatch", **more: Any) -> Key:
    """A credential with these scopes (none: all), of the shop or of `org`; roomy rate limits are the test's affair."""
    made, secret = await shop.house.write(
        org or shop.org, lambda ctx: access.create(ctx, name, scopes or SCOPES, **more), actor=SYSTEM
    )
    return Key(shop.client, secret, made.id)


async def second_business(shop: Shop) -> Org:
    """Cardinal Plumbing in New York, open all week round the clock, with one technician and one service."""

    def unit(ctx: Context) -> Org:
        org = Org(id=demo_id("cardinal"), slug="cardinal", name="Cardinal Plumbing", timezone="America/New_York")
        org.template_id, org.created_at = demo_id("cardinal hours"), ctx.now
        ctx.session.add(org)
        ctx.session.flush()
        ctx.session.add(ScheduleTemplate(id=org.template_id, org_id=org.id, name="Always", created_at=ctx.now))
        ctx.session.flush()
        ctx.session.add_all(Hours(template_id=org.template_id, weekday=day, opens=0, closes=1440) for day in range(7))
        ctx.session.add(Technician(id=demo_id("rosa"), org_id=org.id, name="Rosa Diaz", created_at=ctx.now))
        ctx.session.add(
            Service(
                id=demo_id("leak"),
                org_id=org.id,
                slug="leak-repair",
                name="Leak repair",
                duration_minutes=60,
                created_at=ctx.now,
            )
        )
        ctx.session.flush()
        ctx.session.add(Skill(service_id=demo_id("leak"), technician_id=demo_id("rosa")))
        return org

    return await shop.house.write(shop.org, unit)


def visit_body(start: str = MONDAY_9, end: str = MONDAY_1030, phone: str = SARAH, **more: Any) -> dict[str, Any]:
    """The body of S0's book_job for Sarah's Diagnostic visit."""
    return {
        "customerPhone": phone,
        "scheduledStartAt": start,
        "scheduledEndAt": end,
        "customerName": "Sarah Jones",
        "serviceLabel": "Diagnostic visit",
        "notes": "No cooling upstairs",
        "address": "12 Oak St, Austin",
        "postalCode": "78701",
        **more,
    }


async def booked(key: Key, **more: Any) -> dict[str, Any]:
    """A booking made over the private door."""
    answer = await key.post("/api/private/v1/bookings", visit_body(**more))
    assert answer.status_code == 201, answer.text
    booking: dict[str, Any] = answer.json()["booking"]
    return booking
