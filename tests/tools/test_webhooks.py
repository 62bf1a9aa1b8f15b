"""Announcing: who is told of what, the rows it leaves, and how tries are spaced."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from storage import outbox
from storage.context import Context
from storage.tables import Booking, Conversation, Job, Lead, WebhookDelivery, WebhookEndpoint
from tests.people import MIA, SARAH, Office, at, visit
from tools import booking, calls, conversations, inbound, leads, webhook_deliveries, webhooks
from tools.problems import Problem
from tools.webhook_deliveries import Reply

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
NINE, ELEVEN = "2026-11-23 09:00", "2026-11-23 11:00"
HOOK, OTHER = "https://hooks.example.com/in", "https://other.example.com/in"
SHOP = "+15125550100"


def register(ctx: Context, *events: str, url: str = HOOK) -> WebhookEndpoint:
    """An endpoint whose ping is out of the way."""
    endpoint, _ = webhooks.register(ctx, url, events or ["*"], seal=lambda secret: secret[::-1], own_machine=False)
    ctx.session.flush()
    for ping in ctx.session.scalars(select(WebhookDelivery)):
        ping.state = "kept"
        outbox.supersede(ctx, ("delivery", ping.id), "test")
    return endpoint


def told(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
    """Events and their data in order, without pings."""
    rows = ctx.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.number))
    return [(row.event_type, json.loads(row.body)["data"]) for row in rows if row.event_type != "ping"]


def names(ctx: Context) -> list[str]:
    return [name for name, _ in told(ctx)]


def claimed(ctx: Context) -> list[Job]:
    ctx.session.flush()
    return outbox.claim(ctx.session, "worker-1", ctx.now, topics=("webhook",), limit=10)


async def test_nothing_is_written_when_nobody_asked(office: Office) -> None:
    def unit(ctx: Context) -> int:
        visit(ctx, NINE)
        return ctx.session.scalar(select(func.count()).select_from(Job).where(Job.topic == "webhook")) or 0

    assert await office(unit) == 0


async def test_a_visit_that_nobody_is_told_of_costs_one_question(office: Office) -> None:
    asked: list[str] = []

    def unit(ctx: Context) -> None:
        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "webhook" in statement:
                asked.append(statement)

        connection = ctx.session.connection()
        event.listen(connection, "before_cursor_execute", note)
        visit(ctx, NINE)

    await office(unit)
    assert len(asked) == 1


async def test_a_life_of_a_visit_is_told_in_order(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        register(ctx, *(name for name in webhooks.EVENTS if name.startswith("booking.")))
        row = visit(ctx, NINE)
        booking.move(ctx, row, at(ELEVEN))
        booking.cancel(ctx, row)
        booking.cancel(ctx, row)
        return names(ctx)

    assert await office(unit) == ["booking.created", "booking.rescheduled", "booking.cancelled"]


@pytest.mark.parametrize("word", ["completed", "no_show"])
async def test_how_a_visit_ended_is_told(office: Office, word: str) -> None:
    def book(ctx: Context) -> Booking:
        register(ctx, f"booking.{word}")
        return visit(ctx, NINE)

    def end(ctx: Context) -> list[str]:
        row = ctx.session.get_one(Booking, made.id)
        booking.set_status(ctx, row, word)
        booking.set_status(ctx, row, word)
        return names(ctx)

    made = await office(book)
    office.now = at("2026-11-23 12:00")
    assert await office(end, actor=MIA) == [f"booking.{word}"]


async def test_another_technician_at_the_same_time_is_no_move(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        register(ctx, "booking.rescheduled")
        row = visit(ctx, NINE)
        booking.move(ctx, row, row.start_at, end=row.end_at + timedelta(minutes=30), on_grid=False)
        return names(ctx)

    assert await office(unit, actor=MIA, channel="console") == []


async def test_a_leads_birth_and_every_new_status_is_told_with_the_old_one(office: Office) -> None:
    def unit(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
        register(ctx, "lead.created", "lead.status_changed")
        lead = leads.open_lead(ctx, leads.customer_for(ctx, SARAH, name="Sarah Jones"), "SMS")
        leads.set_status(ctx, lead, "contacted")
        leads.set_status(ctx, lead, "active")
        return told(ctx)

    created, changed = await office(unit)
    assert (created[0], created[1]["name"], created[1]["phone"]) == ("lead.created", "Sarah Jones", SARAH)
    assert (changed[1]["previous_status"], changed[1]["status"]) == ("new", "active")


async def test_a_text_is_told_without_its_words(office: Office) -> None:
    def unit(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
        register(ctx, "message.received")
        inbound.receive(ctx, inbound.Text("SM1", SARAH, SHOP, "The gate code is 4417"))
        return told(ctx)

    ((name, data),) = await office(unit)
    assert (name, data["from"], data["to"]) == ("message.received", SARAH, SHOP)
    assert "4417" not in json.dumps(data)


async def test_a_missed_call_is_told_once_with_what_became_of_it(office: Office) -> None:
    def unit(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
        register(ctx, "call.missed")
        call = calls.rang(ctx, "CA1", SARAH, SHOP)
        calls.dial_ended(ctx, call, "no-answer", bridged=None)
        calls.ended(ctx, call, "completed", 20)
        return told(ctx)

    ((name, data),) = await office(unit)
    assert (name, data["from"], data["textback"], data["skip_reason"]) == ("call.missed", SARAH, "queued", None)


async def test_a_thread_is_escalated_once_until_it_gets_worse(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        register(ctx, "conversation.escalated")
        thread = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        for urgency in ("routine", "routine", "emergency"):
            conversations.needs_human(ctx, thread, "asked_for_person", urgency)
        return [data["urgency"] for _, data in told(ctx)]

    assert await office(unit) == ["routine", "emergency"]


async def test_a_closed_thread_has_a_final_summary(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        register(ctx, "summary.updated")
        thread: Conversation = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        conversations.close(ctx, thread)
        return names(ctx)

    assert await office(unit) == ["summary.updated"]


async def test_two_endpoints_get_the_same_event_under_one_id(office: Office) -> None:
    def unit(ctx: Context) -> list[WebhookDelivery]:
        register(ctx, "booking.created")
        register(ctx, "*", url=OTHER)
        visit(ctx, NINE)
        mine = select(WebhookDelivery).where(WebhookDelivery.event_type == "booking.created")
        return list(ctx.session.scalars(mine))

    first, second = await office(unit)
    assert (first.message_id, first.body) == (second.message_id, second.body)
    assert first.endpoint_id != second.endpoint_id
    assert first.message_id.startswith("msg_")
    assert "." not in first.message_id


async def test_an_act_that_fails_is_not_told(office: Office) -> None:
    await office(lambda ctx: register(ctx, "booking.created"))
    with pytest.raises(Problem):
        await office(lambda ctx: (visit(ctx, NINE), visit(ctx, NINE, "+15125550143")))
    assert await office(names) == []


async def test_a_disabled_endpoint_is_not_told(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        endpoint = register(ctx, "booking.created")
        visit(ctx, NINE)
        webhooks.change(ctx, endpoint, own_machine=False, active=False)
        visit(ctx, "2026-11-24 09:00", "+15125550143")
        return names(ctx)

    assert await office(unit) == ["booking.created"]


async def test_tries_are_about_one_five_thirty_minutes_two_and_twelve_hours_apart(office: Office) -> None:
    waits: list[float] = []

    def attempt(ctx: Context) -> None:
        (job,) = claimed(ctx)
        assert webhook_deliveries.take_up(ctx, job) is not None
        webhook_deliveries.settle(ctx, job, Reply(status=503))
        ctx.session.flush()
        due_at = ctx.session.scalars(select(WebhookDelivery.due_at).where(WebhookDelivery.event_type != "ping")).one()
        if due_at is not None:
            waits.append((due_at - ctx.now) / timedelta(minutes=1))
            office.now = due_at

    await office(lambda ctx: (register(ctx, "lead.created"), visit(ctx, NINE)))
    for _ in range(6):
        await office(attempt)
    assert len(waits) == 5
    for waited, usual in zip(waits, (1, 5, 30, 120, 720), strict=True):
        assert usual <= waited <= usual * 1.2


@pytest.mark.parametrize(("asked", "minutes"), [(10, 1), (3600, 60), (9_999_999, 720)])
async def test_a_receiver_may_ask_for_more_time_within_reason(office: Office, asked: int, minutes: int) -> None:
    def unit(ctx: Context) -> float:
        register(ctx, "lead.created")
        visit(ctx, NINE)
        (job,) = claimed(ctx)
        webhook_deliveries.settle(ctx, job, Reply(status=429, retry_after=asked))
        ctx.session.flush()
        due_at = ctx.session.scalars(select(WebhookDelivery.due_at).where(WebhookDelivery.event_type != "ping")).one()
        assert due_at is not None
        return (due_at - ctx.now) / timedelta(minutes=1)

    assert minutes <= await office(unit) <= minutes * 1.2


async def test_a_claim_that_was_lost_writes_nothing(office: Office) -> None:
    def unit(ctx: Context) -> str:
        register(ctx, "lead.created")
        visit(ctx, NINE)
        (job,) = claimed(ctx)
        ctx.session.execute(Job.__table__.update().values(owner="worker-2"))
        ctx.session.expunge(job)
        webhook_deliveries.settle(ctx, job, Reply(status=204))
        return ctx.session.scalars(select(WebhookDelivery.state).where(WebhookDelivery.event_type != "ping")).one()

    assert await office(unit) == "queued"


async def test_events_of_different_visits_do_not_wait_for_each_other(office: Office) -> None:
    def unit(ctx: Context) -> int:
        register(ctx, "booking.created")
        visit(ctx, NINE)
        visit(ctx, "2026-11-24 09:00", "+15125550143")
        return sum(webhook_deliveries.take_up(ctx, job) is not None for job in claimed(ctx))

    assert await office(unit) == 2


async def test_the_later_of_two_events_of_one_visit_waits(office: Office) -> None:
    def unit(ctx: Context) -> list[bool]:
        register(ctx, "booking.created", "booking.cancelled")
        booking.cancel(ctx, visit(ctx, NINE))
        jobs = sorted(claimed(ctx), key=lambda job: names_by_job(ctx)[job.subject_id])
        return [webhook_deliveries.take_up(ctx, job) is not None for job in jobs]

    assert await office(unit) == [False, True]  # cancelled, created


def names_by_job(ctx: Context) -> dict[str, str]:
    return {row.id: row.event_type for row in ctx.session.scalars(select(WebhookDelivery))}


async def test_a_moved_endpoint_is_pinged_and_one_left_where_it_is_is_not(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        endpoint = register(ctx)
        webhooks.change(ctx, endpoint, own_machine=False, url=HOOK, events=["lead.created"])
        assert claimed(ctx) == []
        webhooks.change(ctx, endpoint, own_machine=False, url=OTHER)
        return [names_by_job(ctx)[job.subject_id] for job in claimed(ctx)]

    assert await office(unit) == ["ping"]


async def test_a_lead_booked_by_a_visit_is_told_after_its_birth(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        register(ctx, "*")
        visit(ctx, NINE)
        assert ctx.session.scalar(select(func.count()).select_from(Lead)) == 1
        return names(ctx)

    assert await office(unit) == ["lead.created", "lead.status_changed", "booking.created"]
