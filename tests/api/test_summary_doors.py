"""A conversation's summary as the private door gives it: contract 2.11, rule by rule."""

from typing import Any

import pytest

from storage.tables import Booking, Conversation, Message
from tests.api.doors import Key, booked, key_of
from tests.calls.play import Stage
from tests.fakes import SARAH, Shop
from tools import booking, conversations, handoff, leads

pytestmark = pytest.mark.engines("sqlite")
CONVERSATIONS = "/api/private/v1/conversations"


async def told(shop: Shop, key: Key | None = None) -> dict[str, Any]:
    """The summary of Sarah's thread, asked for over the private door."""
    (thread,) = await shop.rows(Conversation, phone=SARAH)
    answer: dict[str, Any] = await (key or await key_of(shop)).get(f"{CONVERSATIONS}/{thread.id}/summary")
    return answer


async def say(shop: Shop, *texts: str) -> Stage:
    """Sarah texts, one after another, and the script answers."""
    stage = Stage(shop)
    for text in texts:
        await stage.say(text)
    return stage


async def test_there_is_one_without_any_model(shop: Shop) -> None:
    await say(shop, "AC died, 12 Oak St 78701")
    assert {"source": "rules", "issue": "AC died"}.items() <= (await told(shop)).items()


async def test_a_visit_spoken_of_but_not_stored_is_no_booking(shop: Shop) -> None:
    await say(shop, "you told me I'm booked for Monday at 9, 12 Oak St 78701")
    assert (await told(shop))["booking"] is None


async def test_the_booking_is_as_the_store_has_it_whatever_was_said(shop: Shop) -> None:
    await say(shop, "AC died, 12 Oak St 78701", "Monday at 9 works")
    (row,) = await shop.rows(Booking)
    await shop.act(lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)))
    assert (await told(shop))["booking"] == {"id": row.id, "status": "CANCELLED", "startAt": "2026-11-23T15:00:00Z"}


async def test_every_fact_cites_a_message_of_the_customers_that_holds_it(shop: Shop) -> None:
    await say(shop, "AC died, 12 Oak St 78701", "my name is Sarah Jones")
    texts = {one.id: one.body for one in await shop.rows(Message, direction="in")}
    facts = (await told(shop))["facts"]
    assert {one["label"] for one in facts} >= {"name", "address", "postalCode"}
    assert all(one["value"] in texts[one["messageId"]] for one in facts)


async def test_a_gate_code_beside_the_address_is_masked_on_the_card(shop: Shop) -> None:
    await say(shop, "AC died, 12 Oak St 78701")
    await shop.act(lambda ctx: leads.tell(ctx, leads.customer_for(ctx, SARAH), address="12 Oak St, gate code 4471"))
    summary = await told(shop)
    assert summary["customer"]["address"] == "12 Oak St, gate code ••••"
    assert "4471" not in str(summary)


async def test_it_is_made_anew_once_a_message_came(shop: Shop) -> None:
    key = await key_of(shop)
    stage = await say(shop, "AC died, 12 Oak St 78701")
    before = await told(shop, key)
    await stage.say("my name is Sarah Jones")
    after = await told(shop, key)
    assert after["messageCount"] > before["messageCount"]
    assert (after["customer"]["name"], after["stale"]) == ("Sarah Jones", False)


async def test_reading_it_leaves_the_unread_marks(shop: Shop) -> None:
    await say(shop, "AC died, 12 Oak St 78701")
    (before,) = await shop.rows(Conversation, phone=SARAH)
    await told(shop)
    (after,) = await shop.rows(Conversation, phone=SARAH)
    assert after.unread == before.unread
    assert before.unread > 0


async def test_it_is_at_most_600_characters_however_long_the_story(shop: Shop) -> None:
    await say(shop, "my furnace is making a terrible noise and " * 30)
    assert 0 < len((await told(shop))["summary"]) <= 600


async def test_a_question_of_price_handed_on_is_a_quote_to_send(shop: Shop) -> None:
    await say(shop, "AC died, 12 Oak St 78701")
    (thread,) = await shop.rows(Conversation, phone=SARAH)

    await shop.act(
        lambda ctx: (
            handoff.hand_off(ctx, conversations.get(ctx, thread.id), "price", "routine", "What is a new unit?", None).id
        )
    )
    summary = await told(shop)
    assert (summary["nextAction"]["type"], summary["nextAction"]["owner"]) == ("SEND_QUOTE", "STAFF")
    assert summary["unbookedReason"] == "price"


async def test_a_visit_that_waits_for_the_office_is_to_be_approved(shop: Shop) -> None:
    made = (await booked(await key_of(shop, requires_approval=True)))["leadId"]
    summary = await (await key_of(shop)).get(f"/api/private/v1/leads/{made}/summary")
    assert summary["booking"]["status"] == "PENDING"
    assert summary["nextAction"]["type"] == "APPROVE_BOOKING"


async def test_a_promise_is_one_sentence_with_its_maker_and_message(shop: Shop) -> None:
    await say(shop, "can I talk to a real person please")
    (promise,) = (await told(shop))["promises"]
    (message,) = [one for one in await shop.rows(Message, direction="out") if one.id == promise["messageId"]]
    assert promise["text"] in message.body
    assert promise["madeBy"] == message.actor_name


async def test_what_hangs_on_an_answer_is_no_promise(shop: Shop) -> None:
    await say(shop, "AC died")
    (thread,) = await shop.rows(Conversation, phone=SARAH)
    words = "Once you pick a time, I'll book it. Shall we say Monday? I'll ask the office about the warranty."
    answer = await (await key_of(shop)).post(f"/api/v1/conversations/{thread.id}/messages", {"body": words})
    assert answer.is_success
    assert [one["text"] for one in (await told(shop))["promises"]] == ["I'll ask the office about the warranty."]
