"""What happened, as one stream, and how the outside systems have been doing."""

from datetime import timedelta
from typing import Any

import pytest

from storage.context import Context
from storage.tables import Conversation, Message, Turn
from tests.api.doors import booked, key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

EVENTS = "/api/v1/events"


def types(told: Any) -> list[str]:
    return [one["type"] for one in told["events"]]


async def test_visits_leads_and_settings_are_one_stream_newest_first(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    shop.clock.advance(timedelta(minutes=1))
    await key.post("/api/v1/teams", {"name": "HVAC"})
    shop.clock.advance(timedelta(minutes=1))
    await key.ask("DELETE", f"/api/v1/bookings/{booking['id']}")
    told = await key.get(EVENTS)
    kinds = types(told)
    assert {kinds[0], kinds[1]} <= {"booking.cancelled", "lead.status"}
    assert kinds.index("team.created") > kinds.index("booking.cancelled")
    assert kinds.index("booking.booked") > kinds.index("team.created")
    assert told["total"] == len(kinds)
    first = next(one for one in told["events"] if one["type"] == "booking.booked")
    assert (first["actor_name"], first["subject"]) == ("Acme Dispatch", {"kind": "booking", "id": booking["id"]})
    assert types(await key.get(f"{EVENTS}?order=asc"))[-1] == kinds[0]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("type=booking.booked", {"booking.booked"}),
        ("type=lead.*", {"lead.created", "lead.status", "lead.booked"}),
        ("type=team.created", {"team.created"}),
        ("type=team.*", {"team.created"}),
        ("type=nothing", set()),
        ("start=2026-11-22", set()),
        ("end=2026-11-20", set()),
    ],
)
async def test_the_stream_is_filtered_by_type_and_time(shop: Shop, asked: str, told: set[str]) -> None:
    key = await key_of(shop)
    await booked(key)
    await key.post("/api/v1/teams", {"name": "HVAC"})
    assert set(types(await key.get(f"{EVENTS}?{asked}"))) == told


async def test_the_pages_of_the_stream_are_the_stream(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    await key.post("/api/v1/teams", {"name": "HVAC"})
    whole = (await key.get(EVENTS))["events"]
    pages = [(await key.get(f"{EVENTS}?size=2&page={number}"))["events"] for number in range(1, len(whole) // 2 + 2)]
    assert [one for page in pages for one in page] == whole


async def test_single_calls_are_told_when_asked_for(shop: Shop) -> None:
    key = await key_of(shop)
    await key.get("/api/v1/me")
    await shop.house.usage.flush()
    assert "GET /api/v1/me" not in types(await key.get(EVENTS))
    assert "GET /api/v1/me" in types(await key.get(f"{EVENTS}?api_calls=true"))


async def test_without_read_audit_nobody_sees_it(shop: Shop) -> None:
    answer = await (await key_of(shop, "READ_BOOKINGS")).ask("GET", EVENTS)
    assert (answer.status_code, answer.json()["required"]) == (403, ["READ_AUDIT"])


async def standing(shop: Shop, name: str) -> tuple[str, bool, str | None]:
    told = await (await key_of(shop, name="Ops")).get(f"/api/v1/integrations/{name}")
    return told["state"], told["configured"], told["last_error"]


async def test_what_was_never_set_up_is_missing(shop: Shop) -> None:
    listed = (await (await key_of(shop)).get("/api/v1/integrations"))["integrations"]
    assert {one["name"]: one["state"] for one in listed} == {
        name: "missing"
        for name in ("twilio", "retell", "model", "vapi", "elevenlabs", "callsavvy", "calcom", "webhooks")
    }


async def test_a_failed_text_after_a_good_one_is_failing_with_its_code(shop: Shop) -> None:
    await shop.miss("CA1")
    await shop.worker.drain()
    assert (await standing(shop, "twilio"))[0] == "missing"
    shop.clock.advance(timedelta(minutes=5))
    await shop.change(Message, state="failed", error_code="30006", sent_at=None, created_at=shop.clock.at)
    assert await standing(shop, "twilio") == ("failing", False, "30006")


async def test_the_models_last_error_is_told_until_it_answers_again(shop: Shop) -> None:
    await shop.text("No heat", "SM1")

    def turn(ctx: Context, source: str, error: str | None) -> None:
        thread = ctx.session.query(Conversation).one()
        ctx.session.add(
            Turn(org_id=ctx.org.id, conversation_id=thread.id, source=source, error=error, created_at=ctx.now)
        )

    await shop.act(lambda ctx: turn(ctx, "script", "status_500"))
    assert await standing(shop, "model") == ("failing", False, "status_500")
    shop.clock.advance(timedelta(minutes=1))
    await shop.act(lambda ctx: turn(ctx, "model", None))
    assert (await standing(shop, "model"))[0] != "failing"


async def test_a_webhook_that_was_never_called_is_unused(shop: Shop) -> None:
    key = await key_of(shop)
    await key.post("/api/v1/webhooks", {"url": "https://hooks.example.com/", "events": ["*"]})
    assert await standing(shop, "webhooks") == ("unused", True, None)
