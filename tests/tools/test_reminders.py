"""Texts about a visit: what is queued, what still holds when it is due, and what a booking says of it (2.12)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Booking, Job, Message
from tests.fakes import SARAH, Shop
from tools import booking, leads, reminders, told_so_far

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
MONDAY_AT_ONE = datetime(2026, 11, 23, 19, tzinfo=UTC)


async def visit(shop: Shop, start: datetime = MONDAY_AT_ONE, **more: Any) -> Booking:
    """Sarah's diagnostic visit, as the act of booking leaves it."""

    zoned = {"timezone": "America/Chicago"}

    def unit(ctx: Context) -> Booking:
        customer = leads.customer_for(ctx, SARAH)
        lead = leads.open_lead(ctx, customer, "SMS")
        row = Booking(
            org_id=ctx.org.id,
            customer_id=customer.id,
            lead_id=lead.id,
            service_id=demo_id("diagnostic-visit"),
            service_label="Diagnostic visit",
            technician_id=demo_id("dana"),
            start_at=start,
            end_at=start + timedelta(minutes=90),
            **{"status": "confirmed", "customer_phone": SARAH, "address": "12 Oak St", **zoned, **more},
            channel="sms",
            actor_kind="assistant",
            actor_name="Assistant",
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(row)
        ctx.session.flush()
        reminders.booked(ctx, row)
        return row

    return await shop.act(unit)


async def change(shop: Shop, row: Booking, then: Any = None, **values: Any) -> None:
    def unit(ctx: Context) -> None:
        booking = ctx.session.get_one(Booking, row.id)
        for name, value in values.items():
            setattr(booking, name, value)
        if then is not None:
            then(ctx, booking)

    await shop.act(unit)


async def standing(shop: Shop, row: Booking) -> told_so_far.Standing:
    return await shop.act(lambda ctx: told_so_far.standing(ctx, ctx.session.get_one(Booking, row.id)))


async def said(shop: Shop, **its: str) -> list[str]:
    return [message.body for message in await shop.rows(Message, **its)]


async def jobs(shop: Shop) -> list[tuple[str, str, str | None]]:
    rows = sorted(await shop.rows(Job, topic="remind"), key=lambda job: (job.revision, job.due_at))
    return [(f"{job.payload['kind']} {job.payload['offset']}", job.state, job.reason) for job in rows]


async def test_a_visit_is_confirmed_at_once_with_its_manage_link(shop: Shop) -> None:
    row = await visit(shop)
    await shop.worker.drain()
    [text] = await said(shop, kind="confirmation")
    assert "Monday, November 23 at 1:00 PM" in text
    assert f"https://ringback.test/book/bluebird/manage/{row.management_token}" in text


async def test_a_requested_visit_is_not_called_booked(shop: Shop) -> None:
    await visit(shop, status="pending")
    await shop.worker.drain()
    [text] = await said(shop)
    assert "request" in text
    assert "booked" not in text
    assert [kind for kind, _, _ in await jobs(shop)] == ["confirmation 0"]


async def test_reminders_are_queued_a_day_and_two_hours_ahead(shop: Shop) -> None:
    row = await visit(shop)
    due = {job.payload["offset"]: job.due_at for job in await shop.rows(Job) if job.payload["kind"] == "reminder"}
    assert due == {1440: row.start_at - timedelta(days=1), 120: row.start_at - timedelta(hours=2)}


async def test_a_reminder_due_before_eight_waits_until_eight(shop: Shop) -> None:
    await visit(shop, start=MONDAY_AT_ONE - timedelta(hours=4))
    due = [job.due_at for job in await shop.rows(Job) if job.payload["offset"] == 120]
    assert due == [datetime(2026, 11, 23, 14, tzinfo=UTC)]


async def test_a_reminder_whose_time_is_gone_is_not_queued(shop: Shop) -> None:
    row = await visit(shop, start=shop.clock.now() + timedelta(hours=5))
    assert (await standing(shop, row)).reminders == [(120, "QUEUED")]


async def test_every_reminder_is_sent_once_at_its_time(shop: Shop) -> None:
    await visit(shop)
    await shop.worker.drain()
    for _ in range(60):
        await shop.pass_time(hours=1)
    assert len(await said(shop, kind="reminder")) == 2


async def test_a_moved_visit_withdraws_what_waited_and_says_so_once(shop: Shop) -> None:
    row = await visit(shop)
    await shop.worker.drain()
    tuesday = MONDAY_AT_ONE + timedelta(days=1)
    await change(
        shop,
        row,
        reminders.moved,
        start_at=tuesday,
        end_at=tuesday + timedelta(minutes=90),
        revision=1,
        status="rescheduled",
    )
    await shop.worker.drain()
    assert await jobs(shop) == [
        ("confirmation 0", "sent", None),
        ("reminder 1440", "superseded", "moved"),
        ("reminder 120", "superseded", "moved"),
        ("moved 0", "sent", None),
        ("reminder 1440", "queued", None),
        ("reminder 120", "queued", None),
    ]
    [text] = await said(shop, kind="moved")
    assert "Tuesday, November 24 at 1:00 PM" in text


async def test_a_confirmation_not_yet_sent_gives_way_to_the_move(shop: Shop) -> None:
    row = await visit(shop)
    await change(shop, row, reminders.moved, start_at=MONDAY_AT_ONE + timedelta(hours=1), revision=1)
    await shop.worker.drain()
    assert await said(shop, kind="confirmation") == []


async def test_a_visit_cancelled_by_the_office_is_told_and_reminded_of_no_more(shop: Shop) -> None:
    row = await visit(shop)
    await shop.worker.drain()
    await change(shop, row, lambda ctx, one: reminders.cancelled(ctx, one, tell=True), status="cancelled", revision=1)
    await shop.pass_time(days=3)
    assert len(await said(shop, kind="cancelled")) == 1
    assert await said(shop, kind="reminder") == []


async def test_who_cancelled_themselves_is_not_told(shop: Shop) -> None:
    row = await visit(shop)
    await shop.worker.drain()
    await change(shop, row, lambda ctx, one: reminders.cancelled(ctx, one, tell=False), status="cancelled", revision=1)
    await shop.pass_time(days=3)
    assert [message.kind for message in await shop.rows(Message)] == ["confirmation"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [({"status": "completed"}, "completed"), ({"revision": 3}, "superseded"), ({"status": "cancelled"}, "cancelled")],
    ids=["completed", "another revision", "cancelled"],
)
async def test_a_reminder_is_checked_against_the_visit_when_it_is_due(
    shop: Shop, values: dict[str, Any], reason: str
) -> None:
    row = await visit(shop)
    await shop.worker.drain()
    await change(shop, row, **values)
    await shop.pass_time(days=1, hours=4)
    assert ("reminder 1440", "skipped", reason) in await jobs(shop)
    assert await said(shop, kind="reminder") == []


async def test_a_worker_that_was_away_sends_no_reminder_of_the_past(shop: Shop) -> None:
    await visit(shop)
    await shop.pass_time(days=3)
    assert await said(shop) == []
    assert {state for _, state, _ in await jobs(shop)} == {"skipped"}


async def test_stop_skips_every_reminder_that_waits(shop: Shop) -> None:
    await visit(shop)
    await shop.worker.drain()
    await shop.text("STOP", "SM1")
    assert [one for one in await jobs(shop) if one[0].startswith("reminder")] == [
        ("reminder 1440", "skipped", "opted_out"),
        ("reminder 120", "skipped", "opted_out"),
    ]


async def test_a_requested_visit_is_reminded_of_once_approved(shop: Shop) -> None:
    row = await visit(shop, status="pending")
    await shop.worker.drain()
    await change(shop, row, reminders.approved, status="confirmed")
    await shop.worker.drain()
    assert len(await said(shop, kind="approved")) == 1
    assert (await standing(shop, row)).reminders == [(1440, "QUEUED"), (120, "QUEUED")]


async def test_a_late_technician_is_announced_and_a_late_customer_is_not(shop: Shop) -> None:
    row = await visit(shop)
    await change(shop, row, lambda ctx, one: reminders.late(ctx, one, "customer"), status="late")
    await shop.worker.drain()
    assert await said(shop, kind="running_late") == []
    await change(shop, row, lambda ctx, one: reminders.late(ctx, one, "technician"))
    await shop.worker.drain()
    [text] = await said(shop, kind="running_late")
    assert "Dana Ruiz is running late" in text


async def test_a_no_show_at_night_hears_of_it_in_the_morning(shop: Shop) -> None:
    row = await visit(shop)
    shop.clock.set(datetime(2026, 11, 24, 5, tzinfo=UTC))
    await change(shop, row, reminders.no_show, status="no_show")
    await shop.worker.drain()
    assert [message.state for message in await shop.rows(Message, kind="no_show")] == ["queued"]
    await shop.pass_time(hours=9)
    assert [message.state for message in await shop.rows(Message, kind="no_show")] == ["sent"]


async def test_a_request_nobody_answered_is_told_with_a_way_back(shop: Shop) -> None:
    row = await visit(shop, status="pending")
    await shop.worker.drain()
    await change(shop, row, reminders.expired, status="cancelled", revision=1)
    await shop.worker.drain()
    [text] = await said(shop, kind="expired")
    assert "https://ringback.test/book/bluebird" in text


async def test_a_booking_says_how_far_its_texts_have_come(shop: Shop) -> None:
    row = await visit(shop)
    before = await standing(shop, row)
    await shop.worker.drain()
    after = await standing(shop, row)
    assert (before.confirmation_state, after.confirmation_state) == ("QUEUED", "SENT")
    assert after.reminders == [(1440, "QUEUED"), (120, "QUEUED")]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("opted_out_at", MONDAY_AT_ONE, "opted_out"), ("landline", True, "landline"), ("phone", None, "no_phone")],
)
async def test_a_booking_does_not_pretend_a_text_is_on_its_way(shop: Shop, field: str, value: Any, reason: str) -> None:
    def set_it(ctx: Context) -> None:
        setattr(leads.customer_for(ctx, SARAH), field, value)

    row = await visit(shop)
    await shop.act(set_it)
    now = await standing(shop, row)
    assert (now.confirmation_state, now.confirmation_reason) == ("SKIPPED", reason)
    await shop.worker.drain()
    now = await standing(shop, row)
    assert (now.confirmation_state, now.confirmation_reason) == ("SKIPPED", reason)


async def test_the_window_and_the_fee_are_said_as_money_and_time(shop: Shop) -> None:
    row = await visit(shop, fee_cents=8900)
    found = await shop.act(
        lambda ctx: reminders.facts(ctx, ctx.session.get_one(Booking, row.id), "https://ringback.test")
    )
    assert (found["fee"], found["duration"], found["window"]) == ("$89", "90 min", None)


async def test_a_request_nobody_answers_ends_by_itself(shop: Shop) -> None:
    row = await visit(shop, status="pending", expires_at=shop.clock.now() + timedelta(hours=24))
    await shop.act(lambda ctx: booking.expire_later(ctx, ctx.session.get_one(Booking, row.id)))
    await shop.pass_time(hours=23)
    assert [one.status for one in await shop.rows(Booking)] == ["pending"]
    await shop.pass_time(hours=1)
    assert [one.status for one in await shop.rows(Booking)] == ["cancelled"]
    assert len(await said(shop, kind="expired")) == 1


async def test_a_request_answered_in_time_does_not_end(shop: Shop) -> None:
    row = await visit(shop, status="pending", expires_at=shop.clock.now() + timedelta(hours=24))
    await shop.act(lambda ctx: booking.expire_later(ctx, ctx.session.get_one(Booking, row.id)))
    await change(shop, row, booking.approve)
    await shop.pass_time(hours=25)
    assert [one.status for one in await shop.rows(Booking)] == ["confirmed"]
