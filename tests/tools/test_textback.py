"""The one text after a missed call: its wording by the hour, and every reason why there is none (contract 2.8)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.context import Actor, Context
from storage.tables import Call, Conversation, Customer, Lead, Message, Org
from tests.fakes import MONDAY, SARAH, SHOP, Shop
from tools import calls, conversations, leads, messages, opening_hours, textback

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
MIA = Actor("staff", "Mia")


async def miss(shop: Shop, sid: str = "CA1", *, ended: timedelta = timedelta(0), **more: Any) -> Call:
    """Sarah's call was missed; it ended that long ago."""

    def unit(ctx: Context) -> Call:
        call = calls.rang(ctx, sid, SARAH, SHOP)
        call.started_at = ctx.now - ended - timedelta(seconds=20)
        call.ended_at = ctx.now - ended
        textback.missed(ctx, call, **more)
        return call

    return await shop.act(unit, channel="voice")


async def sarah(shop: Shop, **values: Any) -> None:
    def unit(ctx: Context) -> None:
        customer = leads.customer_for(ctx, SARAH)
        for name, value in values.items():
            setattr(customer, name, value)

    await shop.act(unit)


async def body(shop: Shop) -> str:
    [message] = await shop.rows(Message, kind="text_back")
    return message.body


@pytest.mark.parametrize(
    ("at", "open_now"),
    [
        (datetime(2026, 11, 23, 13, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 26, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), False),
    ],
    ids=["before eight", "at eight", "just before five", "at five", "Thanksgiving", "Saturday"],
)
async def test_the_shop_is_open_by_its_hours(shop: Shop, at: datetime, open_now: bool) -> None:
    shop.clock.set(at)
    assert await shop.act(opening_hours.open_now) is open_now


async def test_in_office_hours_it_does_not_say_closed(shop: Shop) -> None:
    shop.clock.set(MONDAY)
    await miss(shop)
    assert "closed" not in await body(shop)


async def test_on_saturday_it_says_the_office_is_closed(shop: Shop) -> None:
    await miss(shop)
    assert "office is closed" in await body(shop)


async def test_a_voicemail_is_thanked_for(shop: Shop) -> None:
    await miss(shop, voicemail=True, gist="the furnace")
    assert "voicemail about the furnace" in await body(shop)


async def test_over_six_hours_late_it_speaks_of_an_earlier_call(shop: Shop) -> None:
    await miss(shop, ended=timedelta(hours=6, minutes=1))
    assert "saw your call earlier" in await body(shop)


async def test_a_queue_that_comes_back_late_rewords_what_waited(shop: Shop) -> None:
    await miss(shop)
    await shop.pass_time(hours=7)
    [message] = await shop.rows(Message, kind="text_back")
    assert message.state == "sent"
    assert "saw your call earlier" in message.body


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"opted_out_at": MONDAY}, "opted_out"),
        ({"protected": "family"}, "protected"),
        ({"landline": True}, "landline"),
        ({"blocked": True}, "lead_blocked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_who_must_not_be_texted_is_skipped_with_the_reason(
    shop: Shop, values: dict[str, Any], reason: str
) -> None:
    await sarah(shop, **values)
    call = await miss(shop)
    assert (call.missed, call.textback, call.skip_reason) == (True, "skipped", reason)
    assert await shop.rows(Message) == []


async def test_with_outbound_off_the_call_is_recorded_and_nothing_said(shop: Shop) -> None:
    await shop.change(Org, outbound_enabled=False)
    assert (await miss(shop)).skip_reason == "outbound_disabled"


async def test_a_lead_put_aside_as_spam_is_not_texted(shop: Shop) -> None:
    def spam(ctx: Context) -> None:
        lead = leads.open_lead(ctx, leads.customer_for(ctx, SARAH), "SMS")
        leads.set_status(ctx, lead, "lost", reason="spam")

    await shop.act(spam)
    assert (await miss(shop)).skip_reason == "lead_blocked"
    assert len(await shop.rows(Lead)) == 1


async def test_after_a_person_wrote_to_them_nothing_is_said(shop: Shop) -> None:
    def wrote(ctx: Context) -> None:
        thread = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        messages.say(ctx, to=SARAH, body="Calling you now", kind="staff", conversation=thread, exempt_quiet=True)

    await shop.act(wrote, actor=MIA)
    assert (await miss(shop, ended=timedelta(minutes=2))).skip_reason == "spoke_since"


async def test_after_a_person_took_their_second_call_nothing_is_said(shop: Shop) -> None:
    def took(ctx: Context) -> None:
        calls.accepted(ctx, calls.rang(ctx, "CA0", SARAH, SHOP))

    await shop.act(took)
    assert (await miss(shop, ended=timedelta(minutes=2))).skip_reason == "spoke_since"


@pytest.mark.parametrize(("minutes", "reason"), [(14, "thread_active"), (16, None)])
async def test_a_thread_they_wrote_in_a_quarter_of_an_hour_ago_is_active(
    shop: Shop, minutes: int, reason: str | None
) -> None:
    await shop.text("hi", "SM1")
    shop.clock.advance(timedelta(minutes=minutes))
    assert (await miss(shop)).skip_reason == reason


@pytest.mark.parametrize(("minutes", "reason"), [(59, "cooldown"), (60, None)])
async def test_the_cooldown_is_an_hour(shop: Shop, minutes: int, reason: str | None) -> None:
    await miss(shop)
    await shop.pass_time(minutes=minutes)
    assert (await miss(shop, "CA2")).skip_reason == reason


async def test_five_copies_at_once_text_once(shop: Shop) -> None:
    await asyncio.gather(*(shop.miss("CA1") for _ in range(5)))
    assert len(await shop.rows(Message)) == 1


async def test_two_calls_of_hers_at_once_text_once(shop: Shop) -> None:
    await asyncio.gather(*(shop.miss(f"CA{number}") for number in range(4)))
    assert len(await shop.rows(Message)) == 1
    assert sorted(call.skip_reason or "" for call in await shop.rows(Call)) == ["", *["cooldown"] * 3]


async def test_the_text_joins_the_thread_she_will_answer_in(shop: Shop) -> None:
    await miss(shop)
    await shop.text("my AC died", "SM1")
    [thread], [customer] = await shop.rows(Conversation), await shop.rows(Customer)
    assert (thread.customer_id, thread.bot_messages) == (customer.id, 1)
    assert {message.conversation_id for message in await shop.rows(Message)} == {thread.id}


async def test_a_failed_text_back_does_not_start_a_cooldown(shop: Shop) -> None:
    await miss(shop)

    def failed(ctx: Context) -> None:
        ctx.session.merge(row).state = "failed"

    [row] = await shop.rows(Message)
    await shop.act(failed)
    assert (await miss(shop, "CA2")).skip_reason is None
