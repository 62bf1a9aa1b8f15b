"""The receptionist's other tools: who is calling, take a message, text the booking page (contract 2.6, "ours")."""

from datetime import UTC, datetime

import pytest

from storage.tables import Customer, Job, LeadEvent, Message, Org, Task
from tests.api.phone_line import MONDAY_9, Line, line_to
from tests.fakes import SARAH, Shop

pytestmark = pytest.mark.engines("sqlite")

MONDAY_10 = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


async def test_a_caller_nobody_knows_is_new(line: Line) -> None:
    text = (await line.say("context")).text
    assert text == "New caller: nobody is known under the number ending 0142. Ask for their name."


async def test_a_returning_caller_is_known_by_name_and_visit(line: Line) -> None:
    await line.has(MONDAY_9, customer_name="Sarah Jones")
    assert (await line.say("context")).text == (
        "Returning caller: Sarah Jones.\nUpcoming visits: Diagnostic visit on Monday, November 23 at 9:00 AM."
    )


async def test_the_last_conversation_is_told_to_who_may_read_it(shop: Shop) -> None:
    await shop.text("My furnace makes a loud noise", "SM1")
    line = await line_to(shop, "READ_BOOKINGS", "READ_CONVERSATIONS")
    assert "Last conversation: The customer: My furnace makes a loud noise." in (await line.say("context")).text


async def test_the_last_conversation_is_kept_from_who_may_not(shop: Shop, line: Line) -> None:
    await shop.text("My furnace makes a loud noise", "SM1")
    assert "furnace" not in (await line.say("context")).text


async def test_a_message_on_saturday_is_answered_by_ten_on_monday(line: Line) -> None:
    text = (await line.say("message", message="Please call me about a quote")).text
    assert text == (
        "Noted! The office has the message. Someone will call the number ending 0142 back by Monday, November 23 at "
        "10:00 AM Central time."
    )


async def test_the_promised_time_is_the_tasks(shop: Shop, line: Line) -> None:
    await line.say("message", message="Please call me about a quote")
    (task,) = await shop.rows(Task)
    assert (task.kind, task.urgency, task.due_at) == ("message", "routine", MONDAY_10)


async def test_no_heat_is_urgent_though_the_agent_did_not_say_so(shop: Shop, line: Line) -> None:
    await line.say("message", message="We have no heat at all")
    assert [one.urgency for one in await shop.rows(Task)] == ["urgent"]


async def test_the_agents_urgency_counts_too(shop: Shop, line: Line) -> None:
    await line.say("message", message="Please call me back", urgency="urgent")
    assert [one.urgency for one in await shop.rows(Task)] == ["urgent"]


async def test_a_gas_smell_gets_the_safety_words_and_no_times(line: Line) -> None:
    text = (await line.say("message", message="I smell gas in the kitchen")).text
    assert text.startswith("Noted! Say this to the caller now, word for word: ")
    assert "911" in text
    assert text.endswith("The person on call is being texted now. Do not offer times.")


async def test_a_gas_smell_wakes_whoever_is_on_call(shop: Shop, line: Line) -> None:
    await line.say("message", message="I smell gas in the kitchen")
    assert len(await shop.rows(Job, topic="alert", state="queued")) == 1


async def test_the_same_message_twice_is_one_task(shop: Shop, line: Line) -> None:
    first = await line.say("message", message="Please call me about a quote")
    second = await line.say("message", message="Please call me about a quote")
    assert (second.text, second.headers["x-ringback-outcome"]) == (first.text, "replayed")
    assert len(await shop.rows(Task)) == 1


async def test_two_messages_of_one_call_are_two_tasks(shop: Shop, line: Line) -> None:
    await line.say("message", message="Please call me about a quote")
    await line.say("message", message="And the gate code is on file")
    assert len(await shop.rows(Task)) == 2


async def test_a_message_is_on_the_leads_timeline(shop: Shop, line: Line) -> None:
    await line.say("message", message="Please call me about a quote")
    assert len(await shop.rows(LeadEvent, event="message_taken")) == 1


async def test_the_link_is_promised_when_it_is_queued(shop: Shop, line: Line) -> None:
    answer = await line.say("send-link")
    assert answer.text == "Queued! A text with the booking page is on its way to the number ending 0142."
    (message,) = await shop.rows(Message, kind="booking_link")
    assert (message.to_phone, message.state) == (SARAH, "queued")
    assert "https://ringback.test/book/bluebird" in message.body


async def test_no_link_is_promised_to_who_opted_out(shop: Shop, line: Line) -> None:
    await line.has(MONDAY_9)
    await shop.change(Customer, opted_out_at=shop.clock.now())
    assert (await line.say("send-link")).text == (
        "LINK FAILED: this number asked us not to text it. Take the details on the call instead. [code: OPTED_OUT]"
    )


async def test_no_link_is_promised_where_texts_are_off(shop: Shop, line: Line) -> None:
    await shop.change(Org, outbound_enabled=False)
    assert (await line.say("send-link")).text.startswith("LINK FAILED: texts cannot be sent just now.")
