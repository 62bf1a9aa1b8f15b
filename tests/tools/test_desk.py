"""A thread on Mia's desk: she answers, notes, gives it away and finishes what there is to do."""

from datetime import timedelta

import pytest

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Conversation, Job, LeadEvent, Message, Note, Staff, Task
from tests.fakes import SARAH, Shop
from tests.people import MIA
from tools import conversations, desk, handoff, leads
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


@pytest.fixture
async def mia(shop: Shop) -> Staff:
    def unit(ctx: Context) -> Staff:
        row = Staff(
            id=demo_id("mia"),
            org_id=ctx.org.id,
            email="mia@bluebird.example",
            name="Mia",
            role="owner",
            created_at=ctx.now,
        )
        ctx.session.add(row)
        return row

    return await shop.act(unit)


@pytest.fixture
async def thread(shop: Shop) -> Conversation:
    """Sarah's thread, her first text heard and not answered yet."""
    await shop.text("AC died, 12 Oak St 78701", "SM1")
    [row] = await shop.rows(Conversation)
    return row


async def say(shop: Shop, mia: Staff, thread: Conversation, body: str = "Hi Sarah, Mia here", once: str = "1") -> None:
    await shop.act(lambda ctx: desk.reply(ctx, conversations.get(ctx, thread.id), mia, body, once), actor=MIA)


async def test_mias_answer_goes_out_and_the_thread_is_hers(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await say(shop, mia, thread)
    await shop.worker.drain()
    [sent] = await shop.rows(Message, kind="staff")
    [after] = await shop.rows(Conversation)
    assert (sent.body, sent.state, sent.actor_name) == ("Hi Sarah, Mia here", "sent", "Mia")
    assert (after.state, after.assigned_to) == ("human", mia.id)


async def test_a_double_click_is_one_text(shop: Shop, mia: Staff, thread: Conversation) -> None:
    for _ in range(2):
        await say(shop, mia, thread)
    assert len(await shop.rows(Message, kind="staff")) == 1


async def test_the_same_words_later_are_a_second_text(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await say(shop, mia, thread, once="1")
    await say(shop, mia, thread, once="2")
    assert len(await shop.rows(Message, kind="staff")) == 2


async def test_at_night_an_answer_to_who_just_wrote_goes_out_at_once(
    shop: Shop, mia: Staff, thread: Conversation
) -> None:
    await shop.pass_time(hours=13)  # 23:00 in Austin
    await shop.text("Still awake?", "SM2")
    await say(shop, mia, thread)
    await shop.worker.drain()
    assert [one.state for one in await shop.rows(Message, kind="staff")] == ["sent"]


async def test_at_night_an_answer_to_this_mornings_text_waits_for_the_morning(
    shop: Shop, mia: Staff, thread: Conversation
) -> None:
    await shop.pass_time(hours=13)
    await say(shop, mia, thread)
    await shop.worker.drain()
    assert [one.state for one in await shop.rows(Message, kind="staff")] == ["queued"]


async def test_who_asked_for_no_texts_is_not_answered_and_the_thread_stays_as_it_was(
    shop: Shop, mia: Staff, thread: Conversation
) -> None:
    await shop.text("STOP", "SM2")
    before = (await shop.rows(Conversation))[0].state
    with pytest.raises(Problem, match="OPTED_OUT"):
        await say(shop, mia, thread)
    assert (await shop.rows(Conversation))[0].state == before
    assert await shop.rows(Message, kind="staff") == []


async def test_no_words_are_no_answer(shop: Shop, mia: Staff, thread: Conversation) -> None:
    with pytest.raises(Problem, match="MISSING_FIELDS"):
        await say(shop, mia, thread, "  ")


async def test_a_closed_thread_takes_no_answer(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await shop.act(lambda ctx: conversations.close(ctx, conversations.get(ctx, thread.id)))
    with pytest.raises(Problem, match="INVALID_TRANSITION"):
        await say(shop, mia, thread)


async def test_a_note_stays_in_the_office(shop: Shop, thread: Conversation) -> None:
    for _ in range(2):
        await shop.act(
            lambda ctx: desk.write_note(ctx, conversations.get(ctx, thread.id), "Gate is broken", "1"), actor=MIA
        )
    [note] = await shop.rows(Note)
    assert (note.author, note.body) == ("Mia", "Gate is broken")
    assert all("Gate" not in one.body for one in await shop.rows(Message))


async def test_reading_is_an_act_of_its_own(shop: Shop, thread: Conversation) -> None:
    assert thread.unread == 1
    await shop.act(lambda ctx: conversations.mark_read(ctx, conversations.get(ctx, thread.id)))
    assert (await shop.rows(Conversation))[0].unread == 0


async def test_giving_a_thread_to_mia_stands_in_the_leads_history(shop: Shop, mia: Staff, thread: Conversation) -> None:
    for _ in range(2):
        await shop.act(lambda ctx: conversations.assign(ctx, conversations.get(ctx, thread.id), mia))
    lines = [one.detail for one in await shop.rows(LeadEvent, event="assigned")]
    assert lines == [{"to": "Mia"}]


async def test_nobody_who_left_is_given_a_thread(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await shop.change(Staff, active=False)
    with pytest.raises(Problem, match="NOT_FOUND"):
        await shop.act(
            lambda ctx: conversations.assign(ctx, conversations.get(ctx, thread.id), ctx.session.get_one(Staff, mia.id))
        )


async def handed_off(shop: Shop, urgency: str) -> Task:
    def unit(ctx: Context) -> Task:
        [row] = ctx.session.query(Conversation)
        return handoff.hand_off(ctx, row, "asked_for_person", urgency, None, leads.customer_for(ctx, SARAH))

    return await shop.act(unit)


async def test_a_finished_emergency_wakes_nobody_else(shop: Shop, thread: Conversation) -> None:
    task = await handed_off(shop, "emergency")
    await shop.worker.drain()
    await shop.act(lambda ctx: handoff.finish(ctx, handoff.task_named(ctx, task.id)), actor=MIA)
    await shop.pass_time(hours=1)
    [kept] = await shop.rows(Task)
    assert len(await shop.rows(Message, kind="alert")) == 1
    assert (kept.done_at is not None, kept.taken_by) == (True, "Mia")
    assert [job.state for job in await shop.rows(Job, topic="alert")] == ["sent", "superseded"]


@pytest.mark.parametrize(("urgency", "hours"), [("emergency", 0), ("urgent", 1), ("routine", 4)])
async def test_a_hand_off_says_when_the_office_should_be_back(
    shop: Shop, thread: Conversation, urgency: str, hours: int
) -> None:
    task = await handed_off(shop, urgency)
    assert task.due_at == shop.clock.now() + timedelta(hours=hours)


async def test_a_thread_reads_in_the_order_it_happened(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await shop.pass_time(seconds=60)
    await shop.act(lambda ctx: desk.write_note(ctx, conversations.get(ctx, thread.id), "Call first", "1"), actor=MIA)
    await shop.pass_time(seconds=60)
    await say(shop, mia, thread)
    items = await shop.act(lambda ctx: desk.entries(ctx, conversations.get(ctx, thread.id)))
    assert ["note" if one.note else "calls" if one.calls else one.message and one.message.kind for one in items] == [
        "customer",
        "note",
        "staff",
    ]


async def test_from_a_message_on_only_what_came_after_it_is_read(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await say(shop, mia, thread)
    [mine] = await shop.rows(Message, kind="staff")
    items = await shop.act(lambda ctx: desk.entries(ctx, conversations.get(ctx, thread.id), mine.id))
    assert [one.id for one in items] == [mine.id]


async def test_a_phone_call_is_not_answered_in_writing(shop: Shop, mia: Staff, thread: Conversation) -> None:
    await shop.change(Conversation, channel="voice")
    with pytest.raises(Problem, match="INVALID_PHONE"):
        await say(shop, mia, thread)


async def test_a_web_chat_is_answered_on_its_page_without_a_number(
    shop: Shop, mia: Staff, thread: Conversation
) -> None:
    await shop.change(Conversation, channel="web", phone=None, customer_id=None)
    await say(shop, mia, thread)
    assert [one.state for one in await shop.rows(Message, kind="staff")] == ["sent"]
