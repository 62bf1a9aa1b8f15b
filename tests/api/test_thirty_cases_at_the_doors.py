"""The thirty ways scheduling goes wrong elsewhere, where they come in by a door or all at once; numbered as collected.

The others, and more of these, are in tests/tools/test_thirty_cases.py.
"""

import asyncio
import time
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Booking, Call, Customer, Hold, Hours, Job, Message, ProviderEvent, Service, SlotCell, Task
from tests.api.calcom_shop import connected_shop, keeping_there, starts
from tests.api.doors import MONDAY_9, Key, booked, key_of, second_business, visit_body
from tests.calcom_server import calcom_server
from tests.fakes import MONDAY, SARAH, SHOP, VOICEMAIL, Shop, open_shop
from tests.people import diagnostic, wall
from tools import holds, leads, slots
from tools.booking import Visit, book

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

PRIVATE = "/api/private/v1/bookings"
NEIGHBOURS = [f"+1512555{number:04}" for number in range(200, 216)]
LONG_AFTERNOON = {"scheduledStartAt": "2026-11-23T19:00:00Z", "scheduledEndAt": "2026-11-23T22:00:00Z"}


@pytest.fixture
async def key(shop: Shop) -> Key:
    return await key_of(shop)


async def at_once(who: Key, bodies: list[dict[str, Any]], key: str | None = None) -> list[httpx2.Response]:
    return await asyncio.gather(*(who.post(PRIVATE, body, key) for body in bodies))


def statuses(answers: list[httpx2.Response]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


async def test_01_sixteen_at_once_for_one_slot_are_one_visit_and_fifteen_offers(shop: Shop, key: Key) -> None:
    answers = await at_once(key, [visit_body(phone=phone) for phone in NEIGHBOURS])
    assert statuses(answers) == {201: 1, 409: 15}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(one["code"], one["reason"], len(one["alternatives"])) for one in refused} == {
        ("SLOT_UNAVAILABLE", "taken", 3)
    }
    assert len(await shop.rows(Booking)) == 1


async def test_03_the_same_key_at_the_same_moment_is_one_visit_and_another_body_a_conflict(
    shop: Shop, key: Key
) -> None:
    answers = await at_once(key, [visit_body()] * 4, key="k1")
    told = {answer.json()["booking"]["id"] for answer in answers if answer.status_code == 201}
    assert len(told) == len(await shop.rows(Booking)) == 1
    assert set(statuses(answers)) <= {201, 409}
    other = await key.post(PRIVATE, visit_body(notes="Another wish"), key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_CONFLICT")


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("Australia/Lord_Howe", date(2027, 4, 4), "2027-04-03T20:30"),
        ("Pacific/Chatham", date(2027, 4, 4), "2027-04-03T18:15"),
        ("Asia/Kolkata", date(2027, 3, 14), "2027-03-14T01:30"),
        ("America/Phoenix", date(2027, 3, 14), "2027-03-14T14:00"),
        ("Australia/Sydney", date(2027, 4, 4), "2027-04-03T21:00"),
    ],
)
async def test_07_seven_in_the_morning_is_right_in_unusual_zones(shop: Shop, zone: str, day: date, first: str) -> None:
    def unit(ctx: Context) -> tuple[str, str]:
        ctx.org.timezone = zone
        ctx.session.query(Hours).delete()
        ctx.session.add_all(
            Hours(template_id=ctx.org.template_id or "", weekday=weekday, opens=420, closes=600) for weekday in range(7)
        )
        service = diagnostic(ctx)
        service.horizon_days = 400
        ctx.session.flush()
        start = slots.list_open(ctx, service, day, day).openings[0].start
        row = book(ctx, Visit(start, service, customer_phone=SARAH))
        return f"{row.start_at:%Y-%m-%dT%H:%M}", f"{row.start_at.astimezone(ZoneInfo(zone)):%H:%M}"

    assert await shop.act(unit) == (first, "07:00")


async def test_14_a_move_to_the_very_same_time_is_a_success_and_sends_nothing(shop: Shop, key: Key) -> None:
    booking = await booked(key)
    jobs = len(await shop.rows(Job))
    same = await key.patch(f"{PRIVATE}/{booking['id']}", {"scheduledStartAt": booking["scheduledStartAt"]})
    assert (same.status_code, same.json()["booking"]["status"]) == (200, "CONFIRMED")
    assert len(await shop.rows(Job)) == jobs


async def test_15_the_id_the_customer_holds_still_works_after_a_move(shop: Shop, key: Key) -> None:
    booking = await booked(key)
    moved = await key.patch(f"{PRIVATE}/{booking['id']}", {"scheduledStartAt": "2026-11-24T16:00:00Z"})
    assert moved.json()["booking"]["id"] == booking["id"]
    assert (await key.post(PRIVATE, visit_body(phone=NEIGHBOURS[0]))).status_code == 201  # the old time is free at once
    history = (await key.get(f"{PRIVATE}/{booking['id']}"))["booking"]["history"]
    assert [one["event"] for one in history].count("moved") == 1


async def test_16_a_second_cancel_is_a_success_that_says_so_and_sends_nothing(shop: Shop, key: Key) -> None:
    booking = await booked(key)
    first = await key.patch(f"{PRIVATE}/{booking['id']}", {"status": "CANCELED"})
    jobs = len(await shop.rows(Job))
    second = await key.patch(f"{PRIVATE}/{booking['id']}", {"status": "CANCELED"})
    assert (second.status_code, second.json()["booking"]) == (200, first.json()["booking"])
    assert (second.json()["booking"]["status"], len(await shop.rows(Job))) == ("CANCELED", jobs)


async def test_16_a_cancel_and_a_move_at_once_end_in_one_clear_state(shop: Shop, key: Key) -> None:
    booking = await booked(key)
    cancel, move = await asyncio.gather(
        key.post(f"/api/v1/scheduling-bookings/{booking['id']}/cancel"),
        key.patch(f"{PRIVATE}/{booking['id']}", {"scheduledStartAt": "2026-11-24T16:00:00Z"}),
    )
    assert cancel.status_code == 200
    assert move.status_code == 200 or move.json()["code"] == "INVALID_TRANSITION"
    [row] = await shop.rows(Booking)
    assert row.status == "cancelled"
    assert await shop.rows(SlotCell) == []


async def test_17_a_hold_cannot_be_renewed_for_ever(shop: Shop) -> None:
    starts = [(await shop.act(_hold)).expires_at for _ in range(4)]
    assert starts[2] == starts[3]
    shop.clock.advance(timedelta(minutes=10))
    key = await key_of(shop)
    assert (await key.post(PRIVATE, visit_body(phone=NEIGHBOURS[0]))).status_code == 201


def _hold(ctx: Context) -> Hold:
    return holds.hold(_scoped(ctx, "call-1"), diagnostic(ctx), datetime.fromisoformat("2026-11-23T15:00:00+00:00"))


def _scoped(ctx: Context, scope: str) -> Context:
    return Context(ctx.session, ctx.org, ctx.actor, ctx.channel, ctx.now, scope)


async def test_18_four_at_once_for_two_technicians_are_two_visits_with_different_people(shop: Shop, key: Key) -> None:
    bodies = [
        visit_body(phone=phone, serviceLabel="Water heater install", **LONG_AFTERNOON) for phone in NEIGHBOURS[:4]
    ]
    answers = await at_once(key, bodies)
    assert statuses(answers) == {201: 2, 409: 2}
    rows = await shop.rows(Booking)
    assert {row.technician_id for row in rows} == {demo_id("dana"), demo_id("luis")}


async def test_19_two_a_day_at_once_are_never_three(shop: Shop, key: Key) -> None:
    await shop.change(Service, day_cap=2)
    starts = [(f"2026-11-23T{hour}:00:00Z", f"2026-11-23T{hour + 1}:30:00Z") for hour in (14, 16, 18, 20)]
    answers = await at_once(key, [visit_body(*at, phone=who) for at, who in zip(starts, NEIGHBOURS, strict=False)])
    assert statuses(answers) == {201: 2, 409: 2}
    assert {answer.json()["reason"] for answer in answers if answer.status_code == 409} == {"day_full"}


async def test_20_a_service_made_longer_after_the_list_was_shown_is_judged_by_its_new_length(
    shop: Shop, key: Key
) -> None:
    shown = (await key.get("/api/v1/bookings/available-slots?start_date=2026-11-23&end_date=2026-11-23"))["slots"]
    assert shown[-1]["start"] == "2026-11-23T21:00:00Z"  # 15:00, until half past four
    changed = await key.patch(f"/api/v1/services/{demo_id('diagnostic-visit')}", {"default_duration": 180})
    assert changed.status_code == 200
    refused = await key.post("/api/v1/bookings", {"start_time": shown[-1]["start"], "phone": SARAH})
    assert (refused.status_code, refused.json()["reason"]) == (409, "outside_hours")


async def test_21_the_range_of_a_list_is_the_businesss_days(shop: Shop, key: Key) -> None:
    await booked(key)
    for asked, found in (("date_from=2026-11-23&date_to=2026-11-23", 1), ("date_to=2026-11-22", 0)):
        assert (await key.get(f"/api/v1/bookings?{asked}"))["total"] == found
    wrong = await key.ask("GET", "/api/v1/bookings/available-slots?start_date=2026-11-24&end_date=2026-11-23")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("fault", [503, 30.0], ids=["broken", "silent"])
async def test_23_a_dead_outside_calendar_frees_nothing_empties_nothing_and_delays_no_list(
    database_url: str, fault: float
) -> None:
    with calcom_server() as there:
        async with connected_shop(database_url, there) as shop:
            key = await keeping_there(shop)
            there.take(MONDAY_9)
            await shop.worker.drain()
            there.faults = {act: [fault] * 3 for act in ("list", "busy", "create", "find")}
            there.asked.clear()
            began = time.monotonic()
            listed = await starts(key, "2026-11-23")
            assert time.monotonic() - began < 2
            assert (MONDAY_9 in listed, bool(listed), there.asked) == (False, True, [])


async def test_23_a_silent_outside_calendar_is_waited_for_no_longer_than_a_caller_waits(database_url: str) -> None:
    with calcom_server() as there:
        async with connected_shop(database_url, there) as shop:
            key = await keeping_there(shop)
            there.faults = {"create": [30.0]}
            began = time.monotonic()
            body = {"call": {"call_id": "c1", "direction": "inbound", "from_number": SARAH}}
            args = {"slot": "2026-11-23 09:00", "name": "Sarah Jones"}
            answer = await key.post("/api/v1/scheduling/voice/diagnostic-visit/book", {**body, "args": args})
            assert time.monotonic() - began < 5
            assert answer.text.endswith("[code: UPSTREAM_UNAVAILABLE]")
            assert await shop.rows(Booking) == []


async def test_24_one_number_at_two_businesses_is_two_customers(shop: Shop, key: Key) -> None:
    cardinal = await second_business(shop)
    other = await key_of(shop, org=cardinal)
    await booked(key)
    made = await other.post("/api/v1/bookings", {"start_time": "2026-11-23T15:00:00Z", "phone": SARAH})
    assert made.status_code == 201, made.text
    rows = await shop.rows(Customer, phone=SARAH)
    assert len({(row.id, row.org_id) for row in rows}) == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scheduledStartAt": "2027-02-31T15:00:00Z"}, "INVALID_TIME"),
        (
            {"scheduledStartAt": "2023-11-23T15:00:00Z", "scheduledEndAt": "2023-11-23T16:30:00Z"},
            "OUTSIDE_BOOKING_WINDOW",
        ),
        ({"technicianId": "dana"}, "NOT_FOUND"),
        ({"leadId": "a-lead-i-made-up"}, "NOT_FOUND"),
    ],
    ids=["31 February", "2023", "a technician's first name", "a made-up lead"],
)
async def test_25_what_a_model_made_up_is_refused_with_what_to_do(
    shop: Shop, key: Key, wrong: dict[str, str], code: str
) -> None:
    answer = await key.post(PRIVATE, {**visit_body(), **wrong, "invented_member": True})
    assert answer.json()["code"] == code
    assert answer.json()["fix"]
    assert await shop.rows(Booking) == []


async def test_26_another_caller_naming_sarahs_number_moves_nothing(shop: Shop, key: Key) -> None:
    await booked(key)
    call = {"call_id": "c1", "call_type": "phone_call", "direction": "inbound", "from_number": NEIGHBOURS[0]}
    answer = await key.post(
        "/api/v1/scheduling/voice/cancel-booking",
        {"name": "cancel", "call": call, "args": {"phone": SARAH, "name": "Sarah"}},
    )
    assert answer.text.startswith("BOOKING CANCELLATION FAILED:")
    assert answer.text.endswith("[code: IDENTITY_NEEDED]")
    assert [row.status for row in await shop.rows(Booking)] == ["confirmed"]


async def test_27_cancel_by_text_is_an_opt_out_that_start_undoes_and_the_office_hears_of_it(
    shop: Shop, key: Key
) -> None:
    await booked(key)
    await shop.worker.drain()
    sent = len(await shop.rows(Message, direction="out"))
    await shop.text("CANCEL", "SM1")
    await shop.pass_time(days=3)
    [customer] = await shop.rows(Customer)
    out = [one for one in await shop.rows(Message, direction="out") if one.state != "skipped"]
    assert (customer.opted_out_at is not None, len(out)) == (True, sent)
    assert [row.status for row in await shop.rows(Booking)] == ["confirmed"]
    assert [task.urgency for task in await shop.rows(Task)] == ["urgent"]
    await shop.text("START", "SM2")
    [customer] = await shop.rows(Customer)
    assert customer.opted_out_at is None


async def test_28_a_delivery_twice_late_or_out_of_order_texts_once(shop: Shop) -> None:
    await asyncio.gather(*(shop.text("My AC died", "SM1") for _ in range(4)))
    assert len(await shop.rows(Message, direction="in")) == 1
    await asyncio.gather(*(shop.miss("CA1", NEIGHBOURS[0]) for _ in range(4)))
    await shop.pass_time(seconds=10)
    [text] = await shop.rows(Message, direction="out")
    for state in ("delivered", "sent", "delivered"):
        status = {"MessageSid": text.provider_id or "", "MessageStatus": state, "From": SHOP, "To": NEIGHBOURS[0]}
        assert (await shop.post("/api/twilio/sms/status", **status)).status_code < 300
    [text] = await shop.rows(Message, direction="out")
    assert text.state == "delivered"
    kept = [one.copies for one in await shop.rows(ProviderEvent, kind="sms.status")]
    assert sorted(kept) == [0, 1]  # both are on record, and the repeat is counted


async def test_28_an_answer_told_after_the_missed_call_takes_the_text_back(shop: Shop) -> None:
    ended = {"From": NEIGHBOURS[0], "To": SHOP, "CallStatus": "completed"}
    await shop.post("/api/twilio/voice/status", CallSid="CA1", **ended)
    bridged = {"From": NEIGHBOURS[0], "To": SHOP, "DialCallStatus": "completed", "DialBridged": "true"}
    await shop.post("/api/twilio/voice/dial-complete", CallSid="CA1", CallStatus="in-progress", **bridged)
    await shop.pass_time(minutes=5)
    assert [one for one in await shop.rows(Message, direction="out") if one.state == "sent"] == []


async def test_28_unsigned_deliveries_are_refused(database_url: str) -> None:
    async with open_shop(database_url, twilio_account_sid="AC1", twilio_auth_token="token") as shop:
        assert (await shop.text("hello", "SM1")).status_code == 403
        assert await shop.rows(Message) == []


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "22395", SHOP, VOICEMAIL, "+15125550111"])
async def test_29_who_must_not_be_texted_back_is_not_and_the_reason_is_kept(shop: Shop, caller: str) -> None:
    await shop.miss("CA1", caller)
    await shop.pass_time(minutes=1)
    assert await shop.rows(Message) == []
    [call] = await shop.rows(Call)
    assert call.skip_reason


@pytest.mark.parametrize("who", [{"opted_out_at": MONDAY}, {"landline": True}], ids=["opted out", "land line"])
async def test_29_a_customer_who_opted_out_or_has_a_land_line_is_not_texted(shop: Shop, who: dict[str, Any]) -> None:
    await shop.act(lambda ctx: leads.customer_for(ctx, NEIGHBOURS[0]))
    await shop.change(Customer, **who)
    await shop.miss("CA1", NEIGHBOURS[0])
    await shop.pass_time(minutes=1)
    assert await shop.rows(Message) == []
    assert [call.skip_reason for call in await shop.rows(Call)] == [next(iter(who)).removesuffix("_at")]


async def test_29_a_second_call_within_the_cool_down_is_not_texted_again(shop: Shop) -> None:
    for number in (1, 2):
        await shop.miss(f"CA{number}", NEIGHBOURS[0])
        await shop.pass_time(minutes=20)
    assert len(await shop.rows(Message, direction="out")) == 1
    assert [call.skip_reason for call in await shop.rows(Call)] == [None, "cooldown"]


async def test_30_who_hangs_up_before_booking_gives_the_hold_back_and_asks_again_without_a_second_visit(
    shop: Shop, key: Key
) -> None:
    await shop.act(_hold)
    shop.clock.advance(timedelta(minutes=10))
    call = {"call_type": "phone_call", "direction": "inbound", "from_number": SARAH}
    args = {"slot": "2026-11-23 09:00", "name": "Sarah Jones"}
    for number in (1, 2):  # the first answer was never heard; she rings again and wants the same
        body = {"name": "book", "call": {**call, "call_id": f"call-{number}"}, "args": args}
        answer = await key.post("/api/v1/scheduling/voice/diagnostic-visit/book", body)
        assert answer.text.startswith("Booked! Sarah Jones")
    assert [wall(row.start_at) for row in await shop.rows(Booking)] == ["2026-11-23 09:00"]
    assert {cell.expires_at for cell in await shop.rows(SlotCell)} == {None}
