"""GET /api/v1/messages: the texts as an integrator, or a test of the sandbox, sees them."""

import pytest

from tests.api.doors import booked, key_of
from tests.fakes import SARAH, SHOP, Shop

FIELDS = {
    *("id", "direction", "channel", "from", "to", "body", "state", "reason", "kind"),
    *("conversation_id", "booking_id", "provider_id", "created_at", "sent_at"),
}


async def test_sarahs_confirmation_is_listed_as_it_would_have_been_sent(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    await shop.worker.drain()
    listed = await key.get("/api/v1/messages?direction=out")
    assert (listed["total"], listed["page"], listed["size"]) == (1, 1, 20)
    (text,) = listed["messages"]
    assert set(text) == FIELDS
    assert (text["from"], text["to"], text["kind"], text["booking_id"]) == (SHOP, SARAH, "confirmation", booking["id"])
    assert text["created_at"] == "2026-11-21T16:00:00Z"


async def test_texts_are_found_by_the_number_they_went_to_however_it_is_written(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("hello", "SM1")
    await shop.text("hi", "SM2", sender="+15125550143")
    for written in ("%2B15125550100", "+15125550100", "(512)%20555-0100"):
        assert (await key.get(f"/api/v1/messages?to={written}"))["total"] == 2
    assert (await key.get(f"/api/v1/messages?to={SARAH}"))["total"] == 0


async def test_texts_come_in_the_order_they_were_written_page_by_page(shop: Shop) -> None:
    key = await key_of(shop)
    for number in range(3):
        await shop.text(f"text {number}", f"SM{number}")
    bodies = [
        (await key.get(f"/api/v1/messages?direction=in&size=1&page={page}"))["messages"][0]["body"]
        for page in (1, 2, 3)
    ]
    assert bodies == ["text 0", "text 1", "text 2"]


async def test_a_size_above_100_is_clamped_and_limit_means_size(shop: Shop) -> None:
    key = await key_of(shop)
    assert (await key.get("/api/v1/messages?size=1000"))["size"] == 100
    assert (await key.get("/api/v1/messages?limit=7"))["size"] == 7


async def test_reading_texts_needs_its_scope(shop: Shop) -> None:
    key = await key_of(shop, "READ_BOOKINGS")
    answer = await key.ask("GET", "/api/v1/messages")
    assert (answer.status_code, answer.json()["required"]) == (403, ["READ_CONVERSATIONS"])


@pytest.mark.parametrize("query", ["direction=sideways", "page=0", "to=nobody", "page=99999999999999999999"])
async def test_a_question_that_makes_no_sense_is_refused(shop: Shop, query: str) -> None:
    answer = await (await key_of(shop)).ask("GET", f"/api/v1/messages?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
