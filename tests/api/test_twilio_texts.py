"""Texts at Twilio's door: keywords and danger first, then one queued answer for a few quick texts (U-04, U-05)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.seed import demo_id
from storage.tables import Booking, ConsentEvent, Conversation, Customer, Job, Lead, Message, Task
from tests.fakes import DANA, LUIS, SARAH, SHOP, Shop
from tools import latest

pytestmark = pytest.mark.anyio


async def out(shop: Shop, **its: str) -> list[Message]:
    return await shop.rows(Message, direction="out", **its)


async def thread(shop: Shop) -> Conversation:
    [found] = await shop.rows(Conversation)
    return found


async def turns(shop: Shop) -> list[Job]:
    return await shop.rows(Job, topic="turn")


async def visit(shop: Shop) -> None:
    """Sarah has a diagnostic visit on Monday at 9:00."""
    [customer], [lead] = await shop.rows(Customer), await shop.rows(Lead)
    start = datetime(2026, 11, 23, 15, tzinfo=UTC)
    row = Booking(
        org_id=shop.org.id,
        customer_id=customer.id,
        lead_id=lead.id,
        service_id=demo_id("diagnostic-visit"),
        service_label="Diagnostic visit",
        technician_id=demo_id("dana"),
        start_at=start,
        end_at=start + timedelta(minutes=90),
        timezone="America/Chicago",
        status="confirmed",
        customer_phone=SARAH,
        channel="sms",
        actor_kind="assistant",
        actor_name="Assistant",
        created_at=shop.clock.now(),
        updated_at=shop.clock.now(),
    )
    await shop.act(lambda ctx: ctx.session.add(row))


async def test_a_text_is_kept_word_for_word_and_an_answer_queued(shop: Shop) -> None:
    await shop.text("AC died 🥵, 12 Oak St 78701", "SM1")
    [message], [job] = await shop.rows(Message), await turns(shop)
    assert (message.body, message.state, message.from_phone) == ("AC died 🥵, 12 Oak St 78701", "received", SARAH)
    assert job.due_at == shop.clock.now() + timedelta(seconds=4)
    assert (job.subject_kind, job.subject_id) == ("conversation", message.conversation_id)


async def test_a_stranger_who_texts_becomes_a_lead(shop: Shop) -> None:
    await shop.text("do you fix furnaces?", "SM1")
    assert [(lead.source, lead.status) for lead in await shop.rows(Lead)] == [("SMS", "active")]


async def test_who_was_texted_back_keeps_the_lead_of_the_missed_call(shop: Shop) -> None:
    await shop.miss("CA1")
    await shop.text("my AC died", "SM1")
    assert [(lead.source, lead.status) for lead in await shop.rows(Lead)] == [("MISSED_CALL", "active")]
    assert (await thread(shop)).state == "bot"


async def test_three_quick_texts_get_one_answer(shop: Shop) -> None:
    for number, body in enumerate(("hi", "my AC died", "12 Oak St"), 1):
        await shop.text(body, f"SM{number}")
        shop.clock.advance(timedelta(seconds=1))
    assert len(await turns(shop)) == 1


async def test_texts_at_the_same_moment_share_one_thread_one_lead_and_one_answer(shop: Shop) -> None:
    await asyncio.gather(*(shop.text(f"text {number}", f"SM{number}") for number in range(6)))
    assert [one.unread for one in await shop.rows(Conversation)] == [6]
    assert len(await shop.rows(Lead)) == 1
    assert len(await turns(shop)) == 1


async def test_the_same_text_delivered_twice_is_one_text(shop: Shop) -> None:
    await shop.text("hi", "SM1")
    await shop.text("hi", "SM1")
    assert len(await shop.rows(Message)) == 1


async def test_pictures_are_kept(shop: Shop) -> None:
    await shop.post(
        "/api/twilio/sms/inbound",
        **{"MessageSid": "MM1", "From": SARAH, "To": SHOP, "Body": "", "NumMedia": "1"},
        MediaUrl0="https://api.twilio.com/m/ME1",
        MediaContentType0="image/jpeg",
    )
    [message] = await shop.rows(Message)
    assert message.media == [{"url": "https://api.twilio.com/m/ME1", "type": "image/jpeg"}]


@pytest.mark.parametrize("word", ["STOP", "Stop.", "unsubscribe", "stop texting me"])
async def test_stop_is_obeyed_without_a_word(shop: Shop, word: str) -> None:
    await shop.text(word, "SM1")
    [customer], [consent] = await shop.rows(Customer), await shop.rows(ConsentEvent)
    assert customer.opted_out_at == shop.clock.now()
    assert (consent.event, consent.phone) == ("opted_out", SARAH)
    assert await out(shop) == []
    assert await turns(shop) == []


async def test_stop_skips_what_still_waits(shop: Shop) -> None:
    await shop.miss("CA1")
    await shop.text("my AC died", "SM1")
    await shop.text("STOP", "SM2")
    to_her = [job for job in await shop.rows(Job) if job.topic != "digest"]  # which is the owner's
    assert [(job.topic, job.state, job.reason) for job in to_her] == [
        ("send", "skipped", "opted_out"),
        ("turn", "skipped", "opted_out"),
    ]
    assert [(message.state, message.reason) for message in await out(shop)] == [("skipped", "opted_out")]


async def test_after_stop_a_missed_call_is_logged_and_not_texted(shop: Shop) -> None:
    await shop.text("STOP", "SM1")
    await shop.pass_time(hours=2)
    await shop.miss("CA1")
    await shop.worker.drain()
    assert await out(shop) == []


async def test_start_opts_in_again_with_one_short_reply(shop: Shop) -> None:
    await shop.text("STOP", "SM1")
    await shop.text("Start", "SM2")
    assert [customer.opted_out_at for customer in await shop.rows(Customer)] == [None]
    [reply] = await out(shop)
    assert "you're back on" in reply.body


async def test_a_keyword_that_was_answered_is_no_part_of_what_she_asks_next(shop: Shop) -> None:
    await shop.text("STOP", "SM1")
    await shop.text("Start", "SM2")
    await shop.text("Do you do drains?", "SM3")
    scope = (await thread(shop)).id
    words = await shop.act(lambda ctx: latest.last_words(replace(ctx, scope=scope)))
    assert words[0] == "Do you do drains?"


async def test_what_she_wrote_while_stopped_is_no_answer_of_today(shop: Shop) -> None:
    await shop.text("STOP", "SM1")
    await shop.text("Monday at 9 works", "SM2")
    await shop.text("Start", "SM3")
    await shop.text("Do you do drains?", "SM4")
    scope = (await thread(shop)).id
    words = await shop.act(lambda ctx: latest.last_words(replace(ctx, scope=scope)))
    assert words[0] == "Do you do drains?"


async def test_yes_is_an_answer_unless_they_had_opted_out(shop: Shop) -> None:
    await shop.text("YES", "SM1")
    assert len(await turns(shop)) == 1
    await shop.text("STOP", "SM2")
    await shop.text("yes", "SM3")
    assert [customer.opted_out_at for customer in await shop.rows(Customer)] == [None]


async def test_help_says_who_we_are_and_how_to_stop(shop: Shop) -> None:
    await shop.text("HELP", "SM1")
    [reply] = await out(shop)
    assert all(words in reply.body for words in ("Bluebird Heating", "+15125550113", "STOP"))
    assert await turns(shop) == []


async def test_what_the_carrier_answered_we_do_not_answer_again(shop: Shop) -> None:
    await shop.text("AYUDA", "SM1", OptOutType="HELP")
    assert await out(shop) == []


async def test_a_bare_cancel_with_a_visit_opts_out_and_asks_the_office_to_call(shop: Shop) -> None:
    await shop.text("hi", "SM1")
    await visit(shop)
    await shop.text("CANCEL", "SM2")
    [customer], [booking], [task] = await shop.rows(Customer), await shop.rows(Booking), await shop.rows(Task)
    assert customer.opted_out_at is not None
    assert booking.status == "confirmed"
    assert (task.kind, task.urgency, task.booking_id) == ("may_want_to_cancel", "urgent", booking.id)
    assert "may want to cancel" in task.text.lower()


async def test_asking_to_cancel_a_visit_in_a_sentence_is_no_opt_out(shop: Shop) -> None:
    await shop.text("please cancel my appointment", "SM1")
    assert [customer.opted_out_at for customer in await shop.rows(Customer)] == [None]
    assert len(await turns(shop)) == 1


async def test_gas_gets_the_safety_words_first_and_no_answer_of_the_assistant(shop: Shop) -> None:
    await shop.text("I smell gas by the furnace", "SM1")
    [first, *_rest] = await out(shop)
    assert first.kind == "safety"
    assert "911" in first.body
    assert "gas company" in first.body
    assert await turns(shop) == []


async def test_gas_makes_the_thread_an_emergency_for_a_person(shop: Shop) -> None:
    await shop.text("I smell gas by the furnace", "SM1")
    found, [task] = await thread(shop), await shop.rows(Task)
    assert (found.state, found.urgency, found.needs_human_reason) == ("needs_human", "emergency", "emergency")
    assert (task.kind, task.urgency) == ("emergency", "emergency")


async def test_an_answer_waiting_for_earlier_texts_is_withdrawn_by_danger(shop: Shop) -> None:
    await shop.text("do you have time on monday?", "SM1")
    await shop.text("wait, I smell gas", "SM2")
    assert [job.state for job in await turns(shop)] == ["superseded"]


async def test_luis_is_woken_first_and_dana_five_minutes_later(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 11, 22, 5, tzinfo=UTC))  # 23:00 in Austin
    await shop.text("I smell gas by the furnace", "SM1")
    await shop.worker.drain()
    assert [message.to_phone for message in await out(shop, kind="alert")] == [LUIS]
    await shop.pass_time(minutes=5)
    alerts = await out(shop, kind="alert")
    assert [(message.to_phone, message.state) for message in alerts] == [(LUIS, "sent"), (DANA, "sent")]
    assert SARAH in alerts[0].body


async def test_a_1_from_luis_takes_it_and_dana_sleeps_on(shop: Shop) -> None:
    await shop.text("I smell gas by the furnace", "SM1")
    await shop.worker.drain()
    await shop.text("1", "SM2", sender=LUIS)
    await shop.pass_time(minutes=30)
    assert [message.to_phone for message in await out(shop, kind="alert")] == [LUIS]
    assert [task.taken_by for task in await shop.rows(Task)] == ["Luis Ortega"]


async def test_a_1_from_dana_who_was_not_alerted_takes_nothing(shop: Shop) -> None:
    await shop.text("I smell gas by the furnace", "SM1")
    await shop.worker.drain()
    await shop.text("1", "SM2", sender=DANA)
    assert [task.taken_by for task in await shop.rows(Task)] == [None]


async def test_a_technicians_text_makes_no_lead_and_no_answer(shop: Shop) -> None:
    await shop.text("running late today", "SM1", sender=LUIS)
    assert await shop.rows(Lead) == []
    assert await turns(shop) == []


async def test_saying_it_twice_wakes_nobody_twice(shop: Shop) -> None:
    await shop.text("I smell gas", "SM1")
    await shop.text("I smell gas!!", "SM2")
    await shop.worker.drain()
    assert len(await shop.rows(Task)) == 1
    assert [message.to_phone for message in await out(shop, kind="alert")] == [LUIS]


async def test_a_high_gas_bill_is_no_emergency(shop: Shop) -> None:
    await shop.text("my gas bill is high", "SM1")
    assert (await thread(shop)).urgency == "routine"
    assert len(await turns(shop)) == 1


async def test_while_a_person_has_the_thread_nothing_is_queued(shop: Shop) -> None:
    await shop.text("hi", "SM1")
    await shop.change(Conversation, state="human")
    await shop.change(Job, state="sent")
    await shop.text("are you there?", "SM2")
    assert [job.state for job in await turns(shop)] == ["sent"]
    assert (await thread(shop)).unread == 2


async def test_after_25_answers_without_a_person_the_office_is_asked(shop: Shop) -> None:
    await shop.text("hi", "SM1")
    await shop.change(Conversation, bot_messages=25)
    await shop.change(Job, state="sent")
    await shop.text("and another thing", "SM2")
    found = await thread(shop)
    assert (found.state, found.needs_human_reason) == ("needs_human", "bot_limit")
    assert len(await turns(shop)) == 1


@pytest.mark.parametrize(
    ("reason", "status"), [("price", "active"), ("spam", "lost"), ("blocked", "lost")], ids=lambda value: str(value)
)
async def test_a_text_reopens_a_lost_lead_unless_it_was_put_aside(shop: Shop, reason: str, status: str) -> None:
    await shop.text("hi", "SM1")
    await shop.change(Lead, status="lost", lost_reason=reason)
    await shop.change(Job, state="sent")
    await shop.text("I changed my mind", "SM2")
    assert [lead.status for lead in await shop.rows(Lead)] == [status]
    assert len(await turns(shop)) == (2 if status == "active" else 1)


@pytest.mark.parametrize(
    ("sender", "reason"), [("72975", "short_code"), ("BANK", "invalid"), ("anonymous", "anonymous")]
)
async def test_what_cannot_be_answered_is_kept_and_left_alone(shop: Shop, sender: str, reason: str) -> None:
    answer = await shop.text("your code is 1234", "SM1", sender=sender)
    [message] = await shop.rows(Message)
    assert answer.status_code == 200
    assert (message.from_phone, message.reason) == (None, reason)
    assert await turns(shop) == []


async def test_an_echo_of_our_own_number_is_not_a_customer(shop: Shop) -> None:
    await shop.text("hi", "SM1", sender=SHOP)
    assert await shop.rows(Message) == []


async def test_a_whatsapp_message_is_a_thread_of_its_own(shop: Shop) -> None:
    await shop.text("hi", "SM1")
    await shop.post(
        "/api/twilio/sms/inbound", MessageSid="SM2", From=f"whatsapp:{SARAH}", To=f"whatsapp:{SHOP}", Body="hi again"
    )
    assert [(one.channel, one.phone) for one in await shop.rows(Conversation)] == [("sms", SARAH), ("whatsapp", SARAH)]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="empty"),
        pytest.param({"To": SHOP}, id="no message id"),
        pytest.param({"To": SHOP, "MessageSid": "SM1"}, id="only the id"),
        pytest.param(
            {"To": SHOP, "MessageSid": "SM1", "From": SARAH, "Body": "\x00", "NumMedia": "many"}, id="nonsense"
        ),
        pytest.param({"To": SHOP, "MessageSid": "SM1", "From": SARAH, "Body": "🙂" * 4000}, id="4000 emoji"),
        pytest.param({"To": SHOP, "MessageSid": "SM1", "From": SARAH, "NumMedia": "10"}, id="media that is not there"),
    ],
)
async def test_odd_texts_are_answered_with_empty_twiml(shop: Shop, fields: dict[str, str]) -> None:
    answer = await shop.post("/api/twilio/sms/inbound", **fields)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/xml")
