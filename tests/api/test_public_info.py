"""What a web page may show of a way in and of a booking page, without a credential (SC-03, SC-39)."""

from datetime import UTC, datetime

import pytest

from storage.seed import demo_id
from tests.api.doors import key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

DIAGNOSTIC = demo_id("diagnostic-visit")
MAIN_LINE = f"/api/v1/entry-points/{demo_id('number main')}"


async def test_on_saturday_a_way_in_says_closed_and_when_it_opens(shop: Shop) -> None:
    told = await shop.client.get(f"{MAIN_LINE}/info")
    assert told.json() == {
        "id": demo_id("number main"),
        "name": "Main line",
        "brand": "Bluebird Heating",
        "open_now": False,
        "next_open_at": "2026-11-23T14:00:00Z",
    }


async def test_on_monday_it_says_open(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 11, 23, 16, tzinfo=UTC))
    told = (await shop.client.get(f"{MAIN_LINE}/info")).json()
    assert (told["open_now"], told["next_open_at"]) == (True, None)


async def test_a_way_in_that_was_closed_is_nobodys(shop: Shop) -> None:
    await (await key_of(shop)).patch(MAIN_LINE, {"active": False})
    assert (await shop.client.get(f"{MAIN_LINE}/info")).status_code == 404


async def test_a_booking_page_says_what_it_offers_and_on_which_days(shop: Shop) -> None:
    key = await key_of(shop)
    page = (await key.post("/api/v1/booking-pages", {"title": "Repairs", "service_ids": [DIAGNOSTIC]})).json()
    told = (await shop.client.get(f"/api/v1/booking-pages/{page['id']}/info")).json()
    assert (told["business"], told["url"], told["timezone"]) == ("Bluebird Heating", page["url"], "America/Chicago")
    assert [(one["slug"], one["duration_minutes"]) for one in told["services"]] == [("diagnostic-visit", 90)]
    assert told["open_days"][:4] == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27"]  # not Thanksgiving


async def test_a_paused_page_has_no_open_days_and_a_removed_one_is_gone(shop: Shop) -> None:
    key = await key_of(shop)
    page = (await key.post("/api/v1/booking-pages", {"title": "Repairs"})).json()["id"]
    paused = await key.ask("PUT", f"/api/v1/booking-pages/{page}", {"active": False})
    assert paused.json()["active"] is False
    told = (await shop.client.get(f"/api/v1/booking-pages/{page}/info")).json()
    assert (told["active"], told["open_days"]) == (False, [])
    await key.ask("DELETE", f"/api/v1/booking-pages/{page}")
    gone = await shop.client.get(f"/api/v1/booking-pages/{page}/info")
    assert (gone.status_code, gone.json()["code"]) == (410, "LINK_EXPIRED")


async def test_an_address_that_asks_without_end_is_told_to_wait(shop: Shop) -> None:
    answers = [(await shop.client.get(f"{MAIN_LINE}/info")).status_code for _ in range(61)]
    assert (answers[:60], answers[60]) == ([200] * 60, 429)
