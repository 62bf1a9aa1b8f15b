"""What the office reads about a conversation is so, says where it stands, and changes nothing (contract 2.11)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Message
from tests.calls.play import Stage
from tests.fakes import SARAH, Shop
from tests.people import MARCUS, visit
from tools import booking, conversations, leads, summary
from tools.rules.masking import masked

pytestmark = pytest.mark.engines("sqlite")


async def thread(shop: Shop) -> Conversation:
    return (await shop.rows(Conversation, phone=SARAH))[0]


async def summed(shop: Shop) -> dict[str, Any]:
    """The summary of Sarah's thread."""
    thread_id = (await thread(shop)).id
    return await shop.act(lambda ctx: summary.of_conversation(ctx, thread_id))


async def booked(shop: Shop) -> dict[str, Any]:
    """Sarah booked Monday at 9 by text, and told her name."""
    stage = Stage(shop)
    for text in ("AC died, 12 Oak St 78701", "Monday at 9 works", "my name is Sarah Jones, gate code is 4471#"):
        await stage.say(text)
    return await summed(shop)


async def test_every_fact_cites_the_message_it_stands_in(shop: Shop) -> None:
    facts = (await booked(shop))["facts"]
    texts = {one.id: one.body for one in await shop.rows(Message, direction="in")}
    assert {one["label"] for one in facts} == {"name", "address", "postalCode", "issue"}
    assert all(one["value"] in texts[one["messageId"]] for one in facts)


async def test_what_no_message_holds_is_no_fact(shop: Shop) -> None:
    await booked(shop)
    await shop.act(lambda ctx: leads.tell(ctx, leads.customer_for(ctx, SARAH), address="9 Elm Ct", name="S. Jones"))
    assert {one["label"] for one in (await summed(shop))["facts"]} == {"postalCode", "issue"}


async def test_the_booking_is_the_stores_and_not_the_chats(shop: Shop) -> None:
    await booked(shop)
    (row,) = await shop.rows(Booking)
    await shop.act(lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)))
    told = (await summed(shop))["booking"]
    assert told == {"id": row.id, "status": "CANCELLED", "startAt": "2026-11-23T15:00:00Z"}


async def test_it_has_the_shape_of_the_contract(shop: Shop) -> None:
    told = await booked(shop)
    assert set(told) == {
        *("conversationId", "leadId", "channel", "leadStatus", "customer", "service", "urgency", "issue", "summary"),
        *("nextAction", "booking", "openQuestions", "promises", "facts", "unbookedReason", "messageCount"),
        *("lastMessageAt", "generatedAt", "source", "stale"),
    }
    assert (told["channel"], told["leadStatus"], told["source"], told["stale"]) == ("SMS", "BOOKED", "rules", False)
    assert (told["service"], told["issue"]) == ("Diagnostic visit", "AC died")
    assert len(told["summary"]) <= 600


async def test_reading_it_changes_nothing(shop: Shop) -> None:
    await booked(shop)
    before = await thread(shop)
    await summed(shop)
    after = await thread(shop)
    assert before.unread > 0
    assert {c.name: getattr(before, c.name) for c in before.__table__.columns} == {
        c.name: getattr(after, c.name) for c in after.__table__.columns
    }


async def test_it_is_made_anew_when_a_message_came(shop: Shop) -> None:
    first = await booked(shop)
    stage = Stage(shop)
    stage.sent = 50
    await stage.say("thanks")
    assert (await summed(shop))["messageCount"] > first["messageCount"]


async def test_gate_codes_and_cards_stand_nowhere_in_it(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("AC died, 12 Oak St 78701, gate code is 4471# and my card is 4111 1111 1111 1111")
    text = str(await summed(shop))
    assert "4471" not in text
    assert "4111" not in text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("gate code is 4471#", "gate code is ••••"),
        ("the gate code: #1234", "the gate code: ••••"),
        ("lockbox 0927", "lockbox ••••"),
        ("code for the gate is 4471", "code for the gate is ••••"),
        ("the code is 90210", "the code is ••••"),
        ("card 4111-1111-1111-1111 ok", "card •••• ok"),
        ("12 Oak St 78701", "12 Oak St 78701"),
        ("the garage door, 12 Oak St, 78701", "the garage door, 12 Oak St, 78701"),
        ("my garage is at 500 Lavaca St", "my garage is at 500 Lavaca St"),
        ("call 512-555-0142", "call 512-555-0142"),
        ("the zip code is 78701", "the zip code is 78701"),
        ("error code is 1234", "error code is 1234"),
    ],
)
def test_only_secrets_are_masked(said: str, kept: str) -> None:
    assert masked(said) == kept


async def by_the_office(shop: Shop) -> None:
    thread_id = (await thread(shop)).id
    await shop.act(lambda ctx: conversations.close(ctx, conversations.get(ctx, thread_id), unbooked_reason="price"))


UNBOOKED: dict[str, tuple[tuple[str, ...], str | None]] = {
    "too far": (("AC died, 99 Elm St, 78610",), "out_of_area"),
    "no more texts": (("AC died, 12 Oak St 78701", "STOP"), "opted_out"),
    "a person": (("can I talk to a real person please",), "wants_person"),
    "danger": (("I smell gas",), "emergency"),
    "wrong number": (("sorry wrong number",), "wrong_number"),
    "sales": (("we can boost your SEO today",), "spam"),
    "thinking": (("AC died, 12 Oak St 78701", "let me think about it"), "thinking"),
    "booked": (("AC died, 12 Oak St 78701", "let me think about it", "Monday at 9 works"), None),
}


@pytest.mark.parametrize(("said", "reason"), UNBOOKED.values(), ids=UNBOOKED)
async def test_why_nothing_is_booked(said: tuple[str, ...], reason: str | None, shop: Shop) -> None:
    stage = Stage(shop)
    for text in said:
        await stage.say(text)
    assert (await summed(shop))["unbookedReason"] == reason


async def test_the_offices_own_reason_is_kept(shop: Shop) -> None:
    await Stage(shop).say("how much is it?")
    await by_the_office(shop)
    assert (await summed(shop))["unbookedReason"] == "price"


async def gas(shop: Shop) -> None:
    await Stage(shop).say("I smell gas")


async def asks_for_a_person(shop: Shop) -> None:
    await Stage(shop).say("can I talk to a real person please")


async def has_no_address(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("my heater won't turn on")
    await stage.say("Tuesday at 8am")


async def has_times(shop: Shop) -> None:
    await Stage(shop).say("AC died, 12 Oak St 78701")


async def may_want_to_cancel(shop: Shop) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-24 09:00").id)
    await Stage(shop).say("CANCEL")


NEXT: dict[str, tuple[Callable[[Shop], Awaitable[None]], str, str]] = {
    "an emergency": (gas, "EMERGENCY", "STAFF"),
    "a wish for a person": (asks_for_a_person, "CALL_BACK", "STAFF"),
    "a visit without an address": (has_no_address, "CONFIRM_ADDRESS", "STAFF"),
    "times offered": (has_times, "WAIT_CUSTOMER", "CUSTOMER"),
    "an opt-out with a visit": (may_want_to_cancel, "REVIEW_OPT_OUT", "STAFF"),
}


@pytest.mark.parametrize(("happened", "kind", "owner"), NEXT.values(), ids=NEXT)
async def test_what_comes_next(happened: Callable[[Shop], Awaitable[None]], kind: str, owner: str, shop: Shop) -> None:
    await happened(shop)
    action = (await summed(shop))["nextAction"]
    assert (action["type"], action["owner"]) == (kind, owner)


async def test_our_open_question_is_listed_until_it_is_answered(shop: Shop) -> None:
    await has_times(shop)
    assert (await summed(shop))["openQuestions"] == ["Which works for you?"]


async def test_what_we_promised_is_listed_with_its_message(shop: Shop) -> None:
    await asks_for_a_person(shop)
    (promise,) = (await summed(shop))["promises"]
    assert promise["text"] == "I've passed this to the office, and a person will get back to you."
    assert promise["messageId"] in [one.id for one in await shop.rows(Message, direction="out")]


async def test_a_lead_nobody_talked_with_tells_what_is_known_of_it(shop: Shop) -> None:
    await shop.text("No heat since Friday", "SM1", sender=MARCUS)

    def unit(ctx: Context) -> str:
        row = visit(ctx, "2026-11-23 09:00", customer_name="Sarah Jones", address="12 Oak St")
        return row.lead_id

    lead_id = await shop.act(unit)
    told = await shop.act(lambda ctx: summary.for_lead(ctx, lead_id))
    assert (told["conversationId"], told["leadId"], told["leadStatus"], told["messageCount"]) == (
        None,
        lead_id,
        "BOOKED",
        0,
    )
    assert (
        told["summary"] == "Sarah Jones got in touch. Diagnostic visit on Monday, November 23 at 9:00 AM is confirmed."
    )
    assert len(await shop.rows(Conversation)) == 1


async def test_a_leads_summary_is_its_conversations(shop: Shop) -> None:
    told = await booked(shop)
    assert (await shop.act(lambda ctx: summary.for_lead(ctx, told["leadId"])))["conversationId"] == told[
        "conversationId"
    ]
    assert (await shop.rows(Customer, phone=SARAH))[0].name == "Sarah Jones"


async def closed(shop: Shop) -> str | None:
    """The office ends Sarah's thread without a word; the reason its row keeps."""
    thread_id = (await thread(shop)).id
    await shop.act(lambda ctx: conversations.close(ctx, conversations.get(ctx, thread_id)))
    return (await thread(shop)).unbooked_reason


async def test_a_thread_closed_while_our_question_stands_had_no_reply(shop: Shop) -> None:
    await Stage(shop).say("AC died, 12 Oak St 78701")
    assert await closed(shop) == "no_reply"
    assert (await summed(shop))["unbookedReason"] == "no_reply"


async def test_a_thread_closed_after_a_request_for_a_person_says_so(shop: Shop) -> None:
    await Stage(shop).say("can I talk to a real person please")
    assert await closed(shop) == "wants_person"


async def test_a_thread_with_a_visit_has_no_such_reason_when_it_is_closed(shop: Shop) -> None:
    await booked(shop)
    assert await closed(shop) is None
