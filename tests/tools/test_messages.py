"""Saying something: the text and its job together, or the reason why not; and who has the thread."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.context import ASSISTANT, Context
from storage.tables import Conversation, Customer, Job, Message, Org, Staff
from tests.fakes import LUIS, SARAH, SHOP, Shop
from tools import conversations, latest, leads, messages
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
NIGHT = datetime(2026, 11, 22, 5, tzinfo=UTC)  # 23:00 in Austin
MORNING = datetime(2026, 11, 22, 14, tzinfo=UTC)  # 8:00 in Austin


async def say(shop: Shop, to: str = SARAH, *, in_thread: bool = False, **more: Any) -> Message:
    def unit(ctx: Context) -> Message:
        thread = conversations.thread_for(ctx, to, SHOP, "sms") if in_thread else None
        customer = leads.customer_for(ctx, to)
        given = {"body": "Hello", "kind": "reply", "exempt_quiet": True, **more}
        return messages.say(ctx, to=customer, conversation=thread, **given)

    return await shop.act(unit, actor=ASSISTANT)


async def test_a_text_and_its_job_are_one(shop: Shop) -> None:
    message = await say(shop)
    [job] = await shop.rows(Job)
    assert (message.state, message.from_phone, message.to_phone) == ("queued", SHOP, SARAH)
    assert (job.topic, job.dedupe_key, job.subject_id) == ("send", f"send:{message.id}", message.id)


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        (Customer, {"opted_out_at": NIGHT}, "opted_out"),
        (Customer, {"blocked": True}, "blocked"),
        (Customer, {"landline": True}, "landline"),
        (Org, {"outbound_enabled": False}, "outbound_disabled"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_text_that_must_not_go_is_kept_with_its_reason(
    shop: Shop, table: type, values: dict[str, object], reason: str
) -> None:
    await shop.act(lambda ctx: leads.customer_for(ctx, SARAH))
    await shop.change(table, **values)
    message = await say(shop)
    assert (message.state, message.reason) == ("skipped", reason)
    assert await shop.rows(Job) == []


async def test_somebody_without_a_number_is_not_texted(shop: Shop) -> None:
    def unit(ctx: Context) -> Message:
        return messages.say(ctx, to=leads.customer_for(ctx, None), body="Hello", kind="confirmation")

    message = await shop.act(unit)
    assert (message.state, message.reason) == ("skipped", "no_phone")


async def test_the_same_key_says_it_once(shop: Shop) -> None:
    first = await say(shop, dedupe_key="booking:1:confirmation:0:0")
    again = await say(shop, body="Hello again", dedupe_key="booking:1:confirmation:0:0")
    assert (again.id, again.body) == (first.id, "Hello")
    assert len(await shop.rows(Job)) == 1


async def test_what_nobody_waits_for_waits_for_the_morning(shop: Shop) -> None:
    shop.clock.set(NIGHT)
    await say(shop, kind="reminder", exempt_quiet=False)
    assert [job.due_at for job in await shop.rows(Job)] == [MORNING]


async def test_morning_is_where_the_recipient_is(shop: Shop) -> None:
    shop.clock.set(NIGHT)
    await say(shop, to="+12125550142", kind="reminder", exempt_quiet=False)
    assert [job.due_at for job in await shop.rows(Job)] == [MORNING - timedelta(hours=1)]


async def test_a_reply_at_night_leaves_at_night(shop: Shop) -> None:
    shop.clock.set(NIGHT)
    await say(shop)
    assert [job.due_at for job in await shop.rows(Job)] == [NIGHT]


async def test_typography_that_makes_a_text_dear_is_straightened(shop: Shop) -> None:
    message = await say(shop, body="We\u2019re here \u2013 9\u202fAM")
    assert (message.body, message.segments) == ("We're here - 9 AM", 1)


async def test_an_endless_text_is_cut_where_the_carrier_would_refuse_it(shop: Shop) -> None:
    assert len((await say(shop, body="x" * 5000)).body) == 1600


async def test_what_one_unit_hears_and_says_keeps_its_order(shop: Shop) -> None:
    def unit(ctx: Context) -> list[str]:
        thread = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        for number in range(5):
            conversations.hear(ctx, thread, f"heard {number}")
            messages.say(ctx, to=SARAH, body=f"said {number}", kind="reply", conversation=thread, exempt_quiet=True)
        return [message.body for message in conversations.read_thread(ctx, thread)]

    assert await shop.act(unit) == [f"{deed} {number}" for number in range(5) for deed in ("heard", "said")]


async def test_the_26th_answer_without_a_person_stays_here(shop: Shop) -> None:
    for _ in range(26):
        last = await say(shop, in_thread=True)
    [thread] = await shop.rows(Conversation)
    assert (last.state, last.reason) == ("skipped", "bot_limit")
    assert (thread.state, thread.needs_human_reason) == ("needs_human", "bot_limit")


async def test_a_person_who_writes_resets_the_limit_and_silences_the_assistant(shop: Shop) -> None:
    await say(shop, in_thread=True)
    await shop.act(lambda ctx: conversations.take_over(ctx, conversations.thread_for(ctx, SARAH, SHOP, "sms")))
    [thread] = await shop.rows(Conversation)
    assert (thread.bot_messages, thread.state, thread.is_the_assistants) == (0, "human", False)


async def test_only_resuming_gives_the_thread_back(shop: Shop) -> None:
    def thread_of(ctx: Context) -> Conversation:
        return conversations.thread_for(ctx, SARAH, SHOP, "sms")

    await shop.act(lambda ctx: conversations.take_over(ctx, thread_of(ctx)))
    await shop.act(lambda ctx: conversations.needs_human(ctx, thread_of(ctx), "asked_for_person"))
    assert [thread.state for thread in await shop.rows(Conversation)] == ["human"]
    await shop.act(lambda ctx: conversations.resume(ctx, thread_of(ctx)))
    assert [thread.state for thread in await shop.rows(Conversation)] == ["bot"]


async def test_what_a_person_had_to_answer_waits_for_no_answer_of_the_assistants(shop: Shop) -> None:
    await shop.text("AC died", "SM1")
    [thread] = await shop.rows(Conversation)
    await shop.act(lambda ctx: conversations.take_over(ctx, conversations.get(ctx, thread.id)))
    await shop.text("Monday at 9 works", "SM2")
    await shop.act(lambda ctx: conversations.resume(ctx, conversations.get(ctx, thread.id)))
    await shop.text("Is Thursday possible?", "SM3")
    words = await shop.act(lambda ctx: latest.last_words(replace(ctx, scope=thread.id)))
    assert words[0] == "Is Thursday possible?"


async def test_a_closed_thread_is_not_resumed_and_a_text_opens_a_new_one(shop: Shop) -> None:
    def close(ctx: Context) -> Conversation:
        thread = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        conversations.close(ctx, thread)
        return thread

    closed = await shop.act(close)
    with pytest.raises(Problem, match="INVALID_TRANSITION"):
        await shop.act(lambda ctx: conversations.resume(ctx, conversations.get(ctx, closed.id)))
    await shop.text("hi", "SM1")
    assert len(await shop.rows(Conversation)) == 2


async def test_another_businesss_thread_is_not_found(shop: Shop) -> None:
    with pytest.raises(Problem, match="NOT_FOUND"):
        await shop.act(lambda ctx: conversations.get(ctx, "nobody"))


async def test_the_person_who_takes_over_is_kept(shop: Shop) -> None:
    def unit(ctx: Context) -> str | None:
        mia = Staff(org_id=ctx.org.id, email="mia@bluebird.test", name="Mia", role="owner", created_at=ctx.now)
        ctx.session.add(mia)
        ctx.session.flush()
        thread = conversations.thread_for(ctx, LUIS, SHOP, "sms")
        conversations.take_over(ctx, thread, mia)
        return thread.assigned_to

    assert await shop.act(unit) == (await shop.rows(Staff))[0].id
