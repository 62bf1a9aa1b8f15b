"""The other nouns of the v1 door: leads, threads, calls, what the business offers, and keys."""

from typing import Any

import pytest

from storage.seed import demo_id
from storage.tables import Conversation, Lead, Message
from tests.api.doors import TUESDAY_9, booked, key_of, visit_body
from tests.fakes import SARAH, Shop

pytestmark = pytest.mark.anyio


async def test_a_lead_is_made_and_the_open_one_of_a_number_used_again(shop: Shop) -> None:
    key = await key_of(shop)
    body = {"phone": "(512) 555-0142", "name": "Sarah Jones", "issue": "Furnace hums", "event_type_name": "heater"}
    first, again = [await key.post("/api/v1/leads", body) for _ in range(2)]
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    made = first.json()
    assert (made["phone"], made["status"], made["source"], made["issue"]) == (SARAH, "new", "API", "Furnace hums")
    assert len(await shop.rows(Lead)) == 1


async def test_making_leads_needs_the_scope_for_it(shop: Shop) -> None:
    answer = await (await key_of(shop, "READ_LEADS")).post("/api/v1/leads", {"phone": SARAH})
    assert (answer.status_code, answer.json()["required"]) == (403, ["WRITE_LEADS"])


async def test_leads_are_found_by_status_number_and_part_of_a_name(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    await key.post("/api/v1/leads", {"phone": "+15125550143", "name": "Marcus Bell"})
    for query, names in (
        ("", {"Sarah Jones", "Marcus Bell"}),
        ("?status=booked", {"Sarah Jones"}),
        ("?status=potential", {"Marcus Bell"}),
        ("?phone=512-555-0143", {"Marcus Bell"}),
        ("?search=jones", {"Sarah Jones"}),
        ("?channel=api", {"Sarah Jones", "Marcus Bell"}),
        ("?channel=sms", set()),
        ("?waitlist=true", set()),
    ):
        assert {one["name"] for one in (await key.get(f"/api/v1/leads{query}"))["leads"]} == names, query


async def test_a_lead_tells_its_timeline_and_takes_a_status_in_any_dialect(shop: Shop) -> None:
    key = await key_of(shop)
    lead_id = (await booked(key))["leadId"]
    await shop.pass_time(minutes=1)
    answer = await key.patch(f"/api/v1/leads/{lead_id}", {"status": "Bad Fit"})
    assert (answer.json()["status"], answer.json()["lost_reason"]) == ("lost", "bad_fit")
    told = await key.get(f"/api/v1/leads/{lead_id}")
    assert [line["event"] for line in told["events"]][-1] == "status"
    assert told["events"][0]["event"] == "created"


async def test_a_thread_is_listed_with_its_last_words_in_empfios_status(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("My furnace is out", "SM1")
    listed = await key.get("/api/v1/conversations?status=active")
    (thread,) = listed["conversations"]
    assert (thread["status"], thread["phone"], thread["message_count"]) == ("active", SARAH, 1)
    assert thread["last_message_preview"] == "My furnace is out"
    assert (await key.get("/api/v1/conversations?status=escalated"))["total"] == 0
    said = await key.get(f"/api/v1/conversations/{thread['id']}/messages")
    assert [(one["role"], one["body"]) for one in said["messages"]] == [("user", "My furnace is out")]


async def test_reading_a_thread_leaves_it_unread(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("My furnace is out", "SM1")
    (before,) = await shop.rows(Conversation)
    await key.get(f"/api/v1/conversations/{before.id}/messages")
    (after,) = await shop.rows(Conversation)
    assert (before.unread, after.unread) == (1, 1)


async def test_a_message_is_sent_once_however_often_it_is_asked_for(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("My furnace is out", "SM1")
    (thread,) = await shop.rows(Conversation)
    path = f"/api/v1/conversations/{thread.id}/messages"
    answers = [await key.post(path, {"body": "Dana can come at nine."}, key="m1") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert (answers[0].json()["state"], answers[0].json()["role"]) == ("queued", "staff")
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len(await shop.rows(Message, kind="staff")) == 1


async def test_somebody_who_opted_out_is_not_texted(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("STOP", "SM1")
    (thread,) = await shop.rows(Conversation)
    answer = await key.post(f"/api/v1/conversations/{thread.id}/messages", {"body": "Please come back"})
    assert (answer.status_code, answer.json()["code"]) == (422, "OPTED_OUT")
    assert await shop.rows(Message, kind="staff") == []


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "x" * 1601}, {"body": 7}])
async def test_a_message_without_sayable_words_is_refused(shop: Shop, body: dict[str, Any]) -> None:
    key = await key_of(shop)
    await shop.text("My furnace is out", "SM1")
    (thread,) = await shop.rows(Conversation)
    assert (await key.post(f"/api/v1/conversations/{thread.id}/messages", body)).status_code == 400


async def test_a_missed_call_is_listed_with_what_became_of_it(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.miss("CA1")
    listed = await key.get("/api/v1/calls?missed=true&date_to=2026-11-21")
    (call,) = listed["calls"]
    assert (call["from"], call["missed"], call["textback"]) == (SARAH, True, "queued")
    assert await key.get(f"/api/v1/calls/{call['id']}") == call
    assert (await key.get("/api/v1/calls?missed=false"))["total"] == 0


async def test_services_tell_their_rules_and_who_does_them(shop: Shop) -> None:
    key = await key_of(shop, "READ_BUSINESS_PROFILE")
    listed = (await key.get("/api/v1/services"))["services"]
    first = listed[0]
    assert [one["slug"] for one in listed] == ["diagnostic-visit", "water-heater-install"]
    assert (first["default_duration"], first["slot_interval_minutes"], first["min_notice_hours"]) == (90, 60, 2)
    assert (first["fee_cents"], first["technician_ids"]) == (8900, [demo_id("dana")])


async def test_technicians_tell_what_they_can_do(shop: Shop) -> None:
    listed = (await (await key_of(shop)).get("/api/v1/technicians"))["technicians"]
    assert {one["name"]: len(one["service_ids"]) for one in listed} == {"Dana Ruiz": 2, "Luis Ortega": 1}


async def test_the_week_is_told_with_sunday_as_day_zero(shop: Shop) -> None:
    told = await (await key_of(shop)).get("/api/v1/availability")
    assert told["weekly_hours"] == [{"day": day, "start": "08:00", "end": "17:00"} for day in range(1, 6)]
    assert [(one["date"], one["blocked"], one["reason"]) for one in told["date_overrides"]] == [
        ("2026-11-26", True, "Thanksgiving")
    ]


async def test_a_blackout_closes_its_day_until_it_is_taken_back(shop: Shop) -> None:
    key = await key_of(shop)
    made = (await key.post("/api/v1/blackouts", {"date": "2026-11-24", "reason": "Training"})).json()
    body = visit_body(TUESDAY_9, "2026-11-24T16:30:00Z")
    assert (await key.post("/api/private/v1/bookings", body)).json()["reason"] == "closed"
    assert (await key.ask("DELETE", f"/api/v1/blackouts/{made['id']}")).status_code == 204
    assert (await key.post("/api/private/v1/bookings", body)).status_code == 201


async def test_a_date_can_have_other_hours(shop: Shop) -> None:
    key = await key_of(shop)
    made = await key.post("/api/v1/blackouts", {"date": "2026-11-28", "start": "09:00", "end": "12:00"})
    assert (made.json()["blocked"], made.json()["hours"]) == (False, [{"start": "09:00", "end": "12:00"}])
    told = await key.get("/api/private/v1/slots?from=2026-11-28&to=2026-11-28&service=diagnostic-visit")
    assert [one["slot"] for one in told["slots"]] == ["2026-11-28 09:00", "2026-11-28 10:00"]


@pytest.mark.parametrize(
    "change", [{"start": "12:00", "end": "09:00"}, {"start": "9"}, {"start": "9am", "end": "noon"}, {"date": "someday"}]
)
async def test_hours_that_make_no_sense_are_refused(shop: Shop, change: dict[str, str]) -> None:
    answer = await (await key_of(shop)).post("/api/v1/blackouts", {"date": "2026-11-28", **change})
    assert answer.status_code == 400


async def test_me_tells_whose_key_it_is_without_the_secret(shop: Shop) -> None:
    key = await key_of(shop, "READ_BOOKINGS")
    told = await key.get("/api/v1/me")
    assert (told["slug"], told["credential"]["scopes"]) == ("bluebird", ["READ_BOOKINGS"])
    assert key.secret not in str(told)


async def test_a_new_key_works_and_its_secret_is_shown_once(shop: Shop) -> None:
    key = await key_of(shop)
    made = (await key.post("/api/v1/credentials", {"name": "Reader", "scopes": ["scheduling:read"]})).json()
    assert made["scopes"] == ["READ_BOOKINGS", "READ_AVAILABILITY"]
    answer = await shop.client.get("/api/v1/me", headers={"X-API-Key": made["secret"]})
    assert answer.json()["credential"]["name"] == "Reader"
    listed = await key.ask("GET", "/api/v1/credentials")
    assert (listed.json()["total"], made["secret"] in listed.text) == (2, False)


async def test_a_key_cannot_make_one_that_may_do_more(shop: Shop) -> None:
    key = await key_of(shop, "MANAGE_CREDENTIALS")
    answer = await key.post("/api/v1/credentials", {"name": "Big", "scopes": ["WRITE_BOOKINGS"]})
    assert (answer.status_code, answer.json()["required"]) == (403, ["WRITE_BOOKINGS"])


async def test_a_key_cannot_take_over_one_that_may_do_more(shop: Shop) -> None:
    key, big = await key_of(shop, "MANAGE_CREDENTIALS"), await key_of(shop)
    assert (await key.post(f"/api/v1/credentials/{big.id}/rotate")).status_code == 403


async def test_after_a_rotation_the_old_secret_works_for_the_overlap(shop: Shop) -> None:
    key, other = await key_of(shop), await key_of(shop, "READ_BOOKINGS", name="Other")
    rotated = await key.post(f"/api/v1/credentials/{other.id}/rotate", {"overlap_hours": 1})
    fresh = {"Authorization": f"Bearer {rotated.json()['secret']}"}
    assert (await shop.client.get("/api/v1/me", headers=fresh)).status_code == 200
    assert (await other.ask("GET", "/api/v1/me")).status_code == 200
    await shop.pass_time(minutes=61)
    assert (await other.ask("GET", "/api/v1/me")).status_code == 401


async def test_a_revoked_key_is_useless_at_once(shop: Shop) -> None:
    key, other = await key_of(shop), await key_of(shop, name="Other")
    answers = [await key.ask("DELETE", f"/api/v1/credentials/{other.id}") for _ in range(2)]
    assert [one.status_code for one in answers] == [204, 204]
    assert (await other.ask("GET", "/api/v1/me")).status_code == 401


async def test_a_company_scope_is_refused(shop: Shop) -> None:
    answer = await (await key_of(shop)).post("/api/v1/credentials", {"name": "Wide", "scopes": ["company:read"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
