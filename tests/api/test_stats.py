"""GET /api/v1/stats: the month's proof, counted from rows (contract 2.13)."""

import csv
import io

import pytest

from tests.api.doors import TUESDAY_9, booked, key_of
from tests.fakes import Shop

pytestmark = pytest.mark.anyio


async def test_a_missed_call_that_became_a_visit_is_counted_all_the_way(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.miss("CA1")
    await shop.worker.drain()
    await shop.pass_time(minutes=2)
    await shop.text("Yes please, my furnace is out", "SM1")
    booking = await booked(key)
    await key.patch(f"/api/private/v1/bookings/{booking['id']}", {"scheduledStartAt": TUESDAY_9})
    told = await key.get("/api/v1/stats")
    expected = {
        "missed_calls": 1,
        "text_backs_sent": 1,
        "replies": 1,
        "reply_rate": 1.0,
        "bookings": 1,
        "bookings_from_missed_calls": 1,
        "moved": 1,
        "cancelled": 0,
        "estimated_value": {"cents": 35000, "label": "estimate: bookings times the value of their service"},
    }
    assert {name: told[name] for name in expected} == expected


async def test_a_text_that_was_sent_is_not_yet_a_recovery(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.miss("CA1")
    await shop.worker.drain()
    told = await key.get("/api/v1/stats")
    assert (told["text_backs_sent"], told["replies"], told["bookings_from_missed_calls"]) == (1, 0, 0)


async def test_a_booking_of_somebody_who_never_rang_is_no_recovery(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    told = await key.get("/api/v1/stats")
    assert (told["bookings"], told["bookings_from_missed_calls"]) == (1, 0)


async def test_why_a_missed_call_got_no_text_is_counted(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("STOP", "SM1")
    await shop.miss("CA1")
    told = await key.get("/api/v1/stats")
    assert (told["missed_calls"], told["skipped_by_reason"], told["opt_outs"]) == (1, {"opted_out": 1}, 1)


async def test_every_number_links_to_as_many_rows(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.miss("CA1")
    await booked(key)
    told = await key.get("/api/v1/stats")
    for name, link in told["links"].items():
        assert (await key.get(link))["total"] == told[name], name
    call_ids = (await key.get(told["links"]["missed_calls"]))["ids"]
    assert [one["id"] for one in (await key.get("/api/v1/calls"))["calls"]] == call_ids


async def test_an_empty_span_has_no_rate_and_no_median(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.miss("CA1")
    told = await key.get("/api/v1/stats?start=2026-10-01&end=2026-10-31")
    assert (told["missed_calls"], told["reply_rate"], told["median_seconds_to_text_back"]) == (0, None, None)
    assert (told["start"], told["end"]) == ("2026-10-01T05:00:00Z", "2026-11-01T05:00:00Z")


async def test_a_range_that_ends_before_it_starts_is_refused(shop: Shop) -> None:
    answer = await (await key_of(shop)).ask("GET", "/api/v1/stats?start=2026-11-02&end=2026-11-01")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(("query", "accept"), [("?format=csv", "*/*"), ("", "text/csv")])
async def test_the_sheet_holds_the_same_numbers(shop: Shop, query: str, accept: str) -> None:
    key = await key_of(shop)
    await shop.miss("CA1")
    await shop.miss("CA2", sender="anonymous")
    await booked(key)
    told = await key.get("/api/v1/stats")
    headers = {"Authorization": f"Bearer {key.secret}", "Accept": accept}
    sheet = await shop.client.get(f"/api/v1/stats{query}", headers=headers)
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    by_name = {(name, of): value for name, of, value in rows[1:]}
    plain = [name for name, value in told.items() if not isinstance(value, dict)]
    assert {name: by_name[name, ""] for name in plain} == {
        name: "" if told[name] is None else str(told[name]) for name in plain
    }
    assert told["skipped_by_reason"] == {
        of: int(value) for (name, of), value in by_name.items() if name == "skipped_by_reason"
    }
    assert by_name["estimated_value", "cents, an estimate"] == str(told["estimated_value"]["cents"])
