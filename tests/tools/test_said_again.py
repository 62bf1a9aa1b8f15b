"""What the carrier could not explain is said once more, and reminders come back with a START (issue of 30008, 2.8)."""

from datetime import timedelta
from typing import Any

import pytest

from api.hands import hands
from api.worker import Worker
from storage.context import ASSISTANT, Context
from storage.tables import Booking, Conversation, Job, Message, Org, WebhookDelivery
from tests.api.doors import key_of
from tests.fakes import LUIS, SARAH, SHOP, Shop
from tests.people import at, visit
from tools import booking, conversations, leads, messages, summary

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


async def receipt(shop: Shop, message: Message, word: str, code: str) -> None:
    """What Twilio posts about a text of ours."""
    assert message.provider_id is not None
    fields = {"MessageSid": message.provider_id, "MessageStatus": word, "ErrorCode": code, "From": SHOP, "To": SARAH}
    assert (await shop.post("/api/twilio/sms/status", **fields)).status_code == 204


async def missed(shop: Shop) -> Message:
    """A text-back that left."""
    await shop.miss("CA1")
    await shop.worker.drain()
    (message,) = await shop.rows(Message)
    return message


async def by_assistant(shop: Shop, start: str = "2026-11-23 13:00", **more: Any) -> Booking:
    return await shop.act(lambda ctx: visit(ctx, start, **more), actor=ASSISTANT)


async def reminders(shop: Shop) -> list[tuple[str, str]]:
    return [
        (job.state, job.reason or "")
        for job in await shop.rows(Job, topic="remind")
        if job.payload["kind"] == "reminder"
    ]


async def test_an_unknown_error_is_tried_once_more_a_minute_later(shop: Shop) -> None:
    first = await missed(shop)
    await receipt(shop, first, "undelivered", "30008")
    await shop.pass_time(seconds=59)
    assert [one.state for one in await shop.rows(Message)] == ["failed", "queued"]
    await shop.pass_time(seconds=2)
    _, again = await shop.rows(Message)
    assert (again.state, again.body, again.retry_of) == ("sent", first.body, first.id)


async def test_and_only_once(shop: Shop) -> None:
    await receipt(shop, await missed(shop), "undelivered", "30008")
    await shop.pass_time(minutes=2)
    _, again = await shop.rows(Message)
    await receipt(shop, again, "undelivered", "30008")
    await shop.pass_time(minutes=10)
    assert [one.state for one in await shop.rows(Message)] == ["failed", "failed"]


async def test_the_same_receipt_twice_is_one_more_try(shop: Shop) -> None:
    first = await missed(shop)
    for _ in range(2):
        await receipt(shop, first, "undelivered", "30008")
    assert len(await shop.rows(Message)) == 2


@pytest.mark.parametrize("code", ["30007", "30006", "21610"])
async def test_what_is_known_is_not_tried_again(shop: Shop, code: str) -> None:
    await receipt(shop, await missed(shop), "undelivered", code)
    await shop.pass_time(minutes=2)
    assert len(await shop.rows(Message, kind="text_back")) == 1


async def test_the_old_time_of_a_moved_visit_is_not_said_again(shop: Shop) -> None:
    row = await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await shop.worker.drain()
    (first,) = await shop.rows(Message, kind="confirmation")
    await shop.act(lambda ctx: booking.move(ctx, ctx.session.get_one(Booking, row.id), at("2026-11-24 13:00")))
    await receipt(shop, first, "undelivered", "30008")
    assert len(await shop.rows(Message, kind="confirmation")) == 1


async def test_who_opts_in_again_gets_the_reminders_still_to_come(shop: Shop) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await shop.text("STOP", "SM1")
    assert await reminders(shop) == [("skipped", "opted_out")] * 2
    await shop.text("START", "SM2")
    assert await reminders(shop) == [("queued", "")] * 2
    for _ in range(60):
        await shop.pass_time(hours=1)
    assert len(await shop.rows(Message, kind="reminder", state="sent")) == 2


async def test_a_reminder_that_was_sent_is_not_sent_again(shop: Shop) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    shop.clock.set(at("2026-11-22 13:01"))
    await shop.worker.drain()
    await shop.text("STOP", "SM1")
    await shop.text("START", "SM2")
    for _ in range(30):
        await shop.pass_time(hours=1)
    assert len(await shop.rows(Message, kind="reminder")) == 2


async def test_a_reminder_whose_hour_is_gone_stays_skipped(shop: Shop) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await shop.text("STOP", "SM1")
    shop.clock.set(at("2026-11-23 10:00"))
    await shop.text("START", "SM2")
    assert sorted(await reminders(shop)) == [("queued", ""), ("skipped", "opted_out")]


async def test_reminders_of_a_visit_that_moved_meanwhile_are_the_new_ones(shop: Shop) -> None:
    row = await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await shop.text("STOP", "SM1")
    await shop.act(lambda ctx: booking.move(ctx, ctx.session.get_one(Booking, row.id), at("2026-11-24 13:00")))
    await shop.text("START", "SM2")
    for _ in range(80):
        await shop.pass_time(hours=1)
    texts = await shop.rows(Message, kind="reminder", state="sent")
    assert len(texts) == 2
    assert all("Tuesday, November 24" in text.body for text in texts)


async def test_the_office_hears_of_what_the_assistant_booked(shop: Shop) -> None:
    await by_assistant(shop, customer_name="Sarah Jones", address="12 Oak St")
    await shop.worker.drain()
    (text,) = await shop.rows(Message, kind="staff_booked")
    assert text.to_phone == LUIS
    assert all(part in text.body for part in ("Diagnostic visit", "Monday, November 23", "Sarah Jones", "12 Oak St"))


async def test_a_visit_the_office_booked_itself_is_no_news(shop: Shop) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await shop.worker.drain()
    assert await shop.rows(Message, kind="staff_booked") == []


async def test_the_office_may_not_want_to_hear_of_it(shop: Shop) -> None:
    await shop.change(Org, alert_on_booking=False)
    await by_assistant(shop)
    await shop.worker.drain()
    assert await shop.rows(Message, kind="staff_booked") == []


async def test_at_night_the_office_hears_of_it_in_the_morning(shop: Shop) -> None:
    shop.clock.set(at("2026-11-21 23:00"))
    await by_assistant(shop)
    await shop.worker.drain()
    assert [one.state for one in await shop.rows(Message, kind="staff_booked")] == ["queued"]
    await shop.pass_time(hours=9)
    assert [one.state for one in await shop.rows(Message, kind="staff_booked")] == ["sent"]


async def test_a_new_summary_is_told_once(shop: Shop) -> None:
    await (await key_of(shop)).post(
        "/api/v1/webhooks", {"url": "https://h.example.com/", "events": ["summary.updated"]}
    )
    await shop.text("No heat since Friday", "SM1")

    def keep(ctx: Context) -> bool:
        (thread,) = ctx.session.query(Conversation)
        return summary.keep(ctx, thread)

    assert [await shop.act(keep), await shop.act(keep)] == [True, False]
    shop.clock.advance(timedelta(minutes=1))
    await shop.text("It is upstairs only", "SM2")
    assert await shop.act(keep) is True
    assert [one.event_type for one in await shop.rows(WebhookDelivery)].count("summary.updated") == 2


async def test_an_answer_of_the_assistant_tells_the_new_summary(shop: Shop) -> None:
    await (await key_of(shop)).post(
        "/api/v1/webhooks", {"url": "https://h.example.com/", "events": ["summary.updated"]}
    )
    await shop.text("No heat since Friday", "SM1")
    topics = hands(None)
    shop.worker = Worker(shop.house, {"turn": topics["turn"], "send": topics["send"]})
    await shop.pass_time(seconds=10)
    assert [one.event_type for one in await shop.rows(WebhookDelivery)].count("summary.updated") == 1


@pytest.mark.parametrize("switched_on", [True, False])
async def test_whatsapp_is_kept_always_and_answered_only_when_on(shop: Shop, switched_on: bool) -> None:
    await shop.change(Org, whatsapp_enabled=switched_on)
    shop.worker = Worker(shop.house, hands(None))
    await shop.post(
        "/api/twilio/sms/inbound", MessageSid="SM1", From=f"whatsapp:{SARAH}", To=f"whatsapp:{SHOP}", Body="No heat"
    )
    await shop.pass_time(seconds=10)
    (thread,) = await shop.rows(Conversation)
    said = [(one.direction, one.channel) for one in await shop.rows(Message)]
    assert said == ([("in", "whatsapp"), ("out", "whatsapp")] if switched_on else [("in", "whatsapp")])
    assert (thread.state == "needs_human") is not switched_on


async def test_whatsapp_switched_off_meanwhile_holds_back_what_waits(shop: Shop) -> None:
    await shop.change(Org, whatsapp_enabled=True)

    def say(ctx: Context) -> None:
        customer = leads.customer_for(ctx, SARAH)
        thread = conversations.thread_for(ctx, SARAH, SHOP, "whatsapp")
        messages.say(ctx, to=customer, body="Hello", kind="staff", conversation=thread)

    await shop.act(say)
    await shop.change(Org, whatsapp_enabled=False)
    await shop.worker.drain()
    assert [(one.state, one.reason) for one in await shop.rows(Message)] == [("skipped", "whatsapp_off")]


async def test_a_whatsapp_thread_while_it_is_off_does_not_swallow_reminders(shop: Shop) -> None:
    await shop.post(
        "/api/twilio/sms/inbound", MessageSid="SM1", From=f"whatsapp:{SARAH}", To=f"whatsapp:{SHOP}", Body="Hello"
    )
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await shop.worker.drain()
    assert [(one.channel, one.state) for one in await shop.rows(Message, kind="confirmation")] == [("sms", "sent")]
