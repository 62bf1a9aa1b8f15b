"""The page of a thread, and what somebody of the office does there."""

import re
from datetime import timedelta

import pytest

from storage.context import Context
from storage.tables import Booking, Conversation, Message, Note, Task, ToolCall, new_id
from tests.api.console_staff import Desk
from tests.api.doors import RANDOM_ID
from tests.fakes import SARAH, Shop
from tests.people import at, visit
from tools import booking as bookings
from tools import handoff, leads

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
async def thread(shop: Shop) -> str:
    """Sarah's thread: she wrote once, asked for a person, and is known with her address."""
    await shop.text("AC died upstairs, 12 Oak St 78701", "SM1")
    [row] = await shop.rows(Conversation)

    def unit(ctx: Context) -> None:
        customer = leads.customer_for(ctx, SARAH, name="Sarah Jones", address="12 Oak St", postal_code="78701")
        found = ctx.session.get_one(Conversation, row.id)
        lead = leads.open_lead(ctx, customer)
        lead.issue = "AC died upstairs"
        handoff.hand_off(ctx, found, "asked_for_person", "urgent", "Wants the owner", customer)

    await shop.act(unit)
    return row.id


async def the_thread(shop: Shop) -> Conversation:
    [row] = await shop.rows(Conversation)
    return row


async def test_the_card_tells_issue_address_and_the_next_step_with_its_time(shop: Shop, mia: Desk, thread: str) -> None:
    page = await mia.get(f"/console/conversations/{thread}")
    card = page[page.index('id="card"') :]
    assert all(words in card for words in ("from rules", "AC died upstairs", "12 Oak St", "Wants the owner"))
    assert re.search(r'Due <time datetime="2026-11-21T17:00:00Z">11:00 AM</time>', card)


async def test_each_fact_leads_to_the_message_it_stands_in(shop: Shop, mia: Desk, thread: str) -> None:
    page = await mia.get(f"/console/conversations/{thread}")
    [said] = await shop.rows(Message, kind="customer")
    assert page.count(f'href="#m-{said.id}"') >= 2
    assert f'id="m-{said.id}"' in page


async def test_the_visit_is_told_from_the_store_though_no_message_mentions_it(
    shop: Shop, mia: Desk, thread: str
) -> None:
    def book(ctx: Context) -> None:
        made = visit(ctx, "2026-11-23 09:00", address="12 Oak St")
        ctx.session.flush()
        bookings.move(ctx, made, at("2026-11-24 14:00"))

    await shop.act(book)
    assert "Tuesday, November 24 at 2:00 PM" in await mia.get(f"/console/conversations/{thread}")


async def test_opening_a_thread_leaves_it_unread_and_marking_it_is_a_button(shop: Shop, mia: Desk, thread: str) -> None:
    await mia.get(f"/console/conversations/{thread}")
    assert (await the_thread(shop)).unread == 1
    await mia.post(f"/console/conversations/{thread}/read")
    assert (await the_thread(shop)).unread == 0


async def test_mias_reply_is_a_text_and_comes_back_with_a_word(shop: Shop, mia: Desk, thread: str) -> None:
    answer = await mia.post(f"/console/conversations/{thread}/reply", body="Hi Sarah, Mia here", once="a")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/conversations/{thread}")
    page = await mia.get(f"/console/conversations/{thread}")
    assert "Sent. The assistant is silent" in page
    assert "Mia has it; the assistant is silent" in page
    assert "Sent. The assistant is silent" not in await mia.get(f"/console/conversations/{thread}")


async def test_sending_the_same_form_twice_sends_one_text(shop: Shop, mia: Desk, thread: str) -> None:
    page = await mia.get(f"/console/conversations/{thread}")
    [once] = re.findall(r'/reply">\s*<input type="hidden" name="once" value="([^"]+)"', page)
    for _ in range(2):
        await mia.post(f"/console/conversations/{thread}/reply", body="On our way", once=once)
    assert len(await shop.rows(Message, kind="staff")) == 1


async def test_mia_takes_it_over_and_hands_it_back(shop: Shop, mia: Desk, thread: str) -> None:
    await mia.post(f"/console/conversations/{thread}/take-over")
    taken = await the_thread(shop)
    await mia.post(f"/console/conversations/{thread}/resume")
    assert (taken.state, taken.assigned_to, (await the_thread(shop)).state) == ("human", mia.staff_id, "bot")


async def test_resuming_a_closed_thread_is_a_page_that_says_why_not(shop: Shop, mia: Desk, thread: str) -> None:
    await mia.post(f"/console/conversations/{thread}/close")
    answer = await mia.post(f"/console/conversations/{thread}/resume")
    assert answer.status_code == 409
    assert "The conversation is closed." in answer.text


async def test_a_reply_to_who_opted_out_is_refused_and_says_what_to_do(shop: Shop, mia: Desk, thread: str) -> None:
    await shop.text("STOP", "SM2")
    answer = await mia.post(f"/console/conversations/{thread}/reply", body="Hello?", once="a")
    assert answer.status_code == 422
    assert "asked for no messages" in answer.text


async def test_a_note_stands_in_the_thread_and_reaches_nobody(shop: Shop, mia: Desk, thread: str) -> None:
    await mia.post(f"/console/conversations/{thread}/notes", note="Dog in the yard", once="a")
    assert "Dog in the yard" in await mia.get(f"/console/conversations/{thread}")
    [note] = await shop.rows(Note)
    assert (note.author, len(await shop.rows(Message, kind="staff"))) == ("Mia", 0)


async def test_a_task_done_is_gone_from_the_list(shop: Shop, mia: Desk, thread: str) -> None:
    [task] = await shop.rows(Task)
    await mia.post(f"/console/conversations/{thread}/tasks/{task.id}/finish")
    assert "/finish" not in await mia.get(f"/console/conversations/{thread}")


async def test_a_task_of_another_thread_is_not_finished_from_here(shop: Shop, mia: Desk, thread: str) -> None:
    await shop.text("Hello", "SM9", sender="+15125550143")
    other = next(one for one in await shop.rows(Conversation) if one.id != thread)
    [task] = await shop.rows(Task)
    answer = await mia.post(f"/console/conversations/{other.id}/tasks/{task.id}/finish")
    assert answer.status_code == 404
    assert (await shop.rows(Task))[0].done_at is None


async def test_pictures_are_links_and_nothing_but_the_web_is(shop: Shop, mia: Desk, thread: str) -> None:
    media = [{"url": "https://pictures.example/1", "type": "image/jpeg"}, {"url": "javascript:alert(1)", "type": ""}]
    await shop.change(Message, media=media)
    page = await mia.get(f"/console/conversations/{thread}")
    assert 'href="https://pictures.example/1"' in page
    assert "javascript:" not in page


async def test_what_a_customer_writes_is_shown_and_never_run(shop: Shop, mia: Desk, thread: str) -> None:
    await shop.text("<script>alert(1)</script>", "SM2")
    page = await mia.get(f"/console/conversations/{thread}")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


async def test_the_tools_that_were_called_are_folded_into_one_line(shop: Shop, mia: Desk, thread: str) -> None:
    def call(ctx: Context) -> None:
        for name in ("update_lead", "list_open_slots"):
            row = ToolCall(org_id=ctx.org.id, scope=thread, channel="sms", name=name, ok=True, answer="Monday at 9")
            row.created_at = ctx.now
            ctx.session.add(row)

    await shop.act(call)
    page = await mia.get(f"/console/conversations/{thread}")
    assert page.count("<details>") == 1
    assert "update lead, list open slots (2 calls)" in page


async def test_the_part_that_is_drawn_anew_begins_at_the_message_asked_for(shop: Shop, mia: Desk, thread: str) -> None:
    shop.clock.advance(timedelta(minutes=1))
    await shop.text("Are you there?", "SM2")
    last = (await shop.rows(Message, kind="customer"))[-1]
    part = await mia.get(f"/console/conversations/{thread}/recent", since=last.id)
    assert "Are you there?" in part
    assert f'id="m-{last.id}"' in part
    assert 'class="said">AC died' not in part


@pytest.mark.parametrize("act", ["reply", "take-over", "resume", "read", "close", "notes", "assign"])
async def test_ken_can_do_nothing_with_a_thread_that_is_not_his_to_see(
    shop: Shop, ken: Desk, thread: str, act: str
) -> None:
    before = await the_thread(shop)
    mine = await ken.post(f"/console/conversations/{thread}/{act}", body="x", note="x", once="a")
    nobodys = await ken.post(f"/console/conversations/{RANDOM_ID}/{act}", body="x", note="x", once="a")
    assert (mine.status_code, mine.text) == (404, nobodys.text)
    assert (await the_thread(shop)).state == before.state


async def test_another_businesss_owner_finds_no_thread_of_ours(shop: Shop, mia: Desk, thread: str) -> None:
    rosa = await mia.neighbour()
    answer = await rosa.client.get(f"/console/conversations/{thread}")
    nobodys = await rosa.client.get(f"/console/conversations/{new_id()}")
    assert (answer.status_code, answer.text) == (404, nobodys.text)


async def test_who_gives_a_thread_away_and_sees_it_no_more_is_taken_to_the_inbox(
    shop: Shop, mia: Desk, ken: Desk, thread: str
) -> None:
    await mia.post(f"/console/conversations/{thread}/assign", staff=ken.staff_id)
    answer = await ken.post(f"/console/conversations/{thread}/assign", staff=mia.staff_id)
    assert answer.headers["location"] == "/console"


async def test_the_booking_of_a_thread_is_not_made_up(shop: Shop, mia: Desk, thread: str) -> None:
    assert await shop.rows(Booking) == []
    page = await mia.get(f"/console/conversations/{thread}")
    assert re.search(r'<dt>Visit</dt><dd><span class="soft">none</span>', page)


async def test_at_night_mia_is_told_when_her_answer_leaves(shop: Shop, mia: Desk, thread: str) -> None:
    shop.clock.advance(timedelta(hours=13))  # 23:00 in Austin
    await mia.post(f"/console/conversations/{thread}/reply", body="Good morning!", once="a")
    assert "your answer leaves at 8:00 AM" in await mia.get(f"/console/conversations/{thread}")
