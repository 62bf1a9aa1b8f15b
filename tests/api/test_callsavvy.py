"""Callsavvy's webhooks: a second line's calls, tickets and chats, which sign nothing and come twice (contract 2.10)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from agent.replying import ModelDown
from api import callsavvy
from api.hands import hands
from api.worker import Worker
from storage.tables import Booking, Call, Conversation, Job, Lead, Message, Org, Task, Team
from tests.api.phone_line import MONDAY_9, line_to
from tests.fakes import LUIS, SARAH, Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

MARCUS = "+15125550143"
OVER = {
    "event": "callSummary",
    "call_direction": "Incoming",
    "call_department": "77",
    "caller_number": SARAH,
    "recording_url": "",
    "call_duration": "0",
    "call_status": "finished",
}
RINGS = {
    "event": "callerInformation",
    "call_department": "77",
    "caller_number": SARAH,
    "call_status": "routing",
}
TICKET = {
    "event": "newTicketOpened",
    "ticket_id": "T-9",
    "ticket_department": "77",
    "ticket_subject": "No hot water",
    "sender_email": "priya@example.com",
    "ticket_status": "New",
}
ESCALATED = {**TICKET, "event": "ticketEscalated", "last_ticket_reply": "2026-11-21 09:00:00", "ticket_status": "Open"}
CHAT = {
    "event": "newChat",
    "chat_department": "77",
    "visitor_name": "Priya Shah",
    "visitor_email": "priya@example.com",
    "visitor_phone": "512-555-0144",
}


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """The demo company with every hand at work."""
    async with open_shop(database_url) as opened:
        opened.worker = Worker(opened.house, hands(None))
        yield opened


async def tell(shop: Shop, told: dict[str, Any], **more: Any) -> httpx2.Response:
    path = f"/api/callsavvy/webhook/{shop.org.callsavvy_token}"
    return await shop.client.post(path, json={**told, **more})


async def chat(shop: Shop, text: str, sender: str = "Priya", **more: str) -> str:
    """What the bot shows for what somebody wrote to it."""
    form = {
        **{"event": "chatbotCallback", "original_message": text, "sender_name": sender, "bot_name": "Helper"},
        **{"department": "Sales", "business_name": "Bluebird", **more},
    }
    answer = await shop.client.post(f"/api/callsavvy/webhook/{shop.org.callsavvy_token}", data=form)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


async def test_sarah_is_on_the_call_screen_with_her_next_visit(shop: Shop) -> None:
    await (await line_to(shop)).has(MONDAY_9, customer_name="Sarah Jones", customer_email="sarah@example.com")
    assert (await tell(shop, RINGS)).json() == {
        "status": "success",
        "caller_name": "Sarah Jones",
        "caller_email": "sarah@example.com",
        "customer_info": "Booked Monday, November 23 at 9:00 AM: Diagnostic visit",
    }


async def test_the_call_screen_says_when_the_last_text_was(shop: Shop) -> None:
    await shop.text("My furnace makes a loud noise", "SM1")
    shop.clock.advance(timedelta(hours=2))
    assert (await tell(shop, RINGS)).json()["customer_info"] == "last text 2 h ago"


@pytest.mark.parametrize("caller", [SARAH, "anonymous", "", None, 5], ids=str)
async def test_a_stranger_is_a_new_caller(shop: Shop, caller: Any) -> None:
    answer = (await tell(shop, RINGS, caller_number=caller)).json()
    assert answer == {"status": "success", "caller_name": "New caller", "caller_email": "", "customer_info": ""}


async def test_an_incoming_call_without_talk_is_texted_back_once(shop: Shop) -> None:
    for _ in range(2):
        assert (await tell(shop, OVER)).status_code == 204
    assert [one.to_phone for one in await shop.rows(Message, kind="text_back")] == [SARAH]
    assert len(await shop.rows(Call)) == 1


@pytest.mark.engines("sqlite", "postgres")
async def test_five_copies_at_the_same_moment_are_one_call_and_one_text(shop: Shop) -> None:
    answers = await asyncio.gather(*(tell(shop, OVER) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [204] * 5
    assert (len(await shop.rows(Call)), len(await shop.rows(Message, kind="text_back"))) == (1, 1)


async def test_the_same_words_three_minutes_later_are_another_call(shop: Shop) -> None:
    await tell(shop, OVER)
    shop.clock.advance(timedelta(minutes=3))
    await tell(shop, OVER)
    assert [call.skip_reason for call in sorted(await shop.rows(Call), key=lambda c: c.started_at)] == [
        None,
        "cooldown",
    ]


@pytest.mark.parametrize(
    ("duration", "missed"), [("4", True), ("5", False), (35, False), ("1:05", False), ("", True)], ids=str
)
async def test_a_call_is_missed_by_how_long_it_was(shop: Shop, duration: Any, missed: bool) -> None:
    await tell(shop, OVER, call_duration=duration)
    (call,) = await shop.rows(Call)
    assert call.missed is missed


async def test_a_call_we_made_is_kept_and_never_missed(shop: Shop) -> None:
    await tell(shop, OVER, call_direction="Outgoing")
    (call,) = await shop.rows(Call)
    assert (call.direction, call.to_phone, call.from_phone, call.missed) == ("outbound", SARAH, None, False)


async def test_the_summary_ends_the_call_that_rang(shop: Shop) -> None:
    await tell(shop, RINGS)
    await tell(shop, OVER, call_duration="60", recording_url="https://recordings.test/1.mp3")
    (call,) = await shop.rows(Call)
    assert (call.status, call.seconds, call.recording_url) == ("completed", 60, "https://recordings.test/1.mp3")


async def test_a_call_nobody_told_the_end_of_is_missed_after_three_minutes(shop: Shop) -> None:
    await tell(shop, RINGS)
    await shop.pass_time(seconds=179)
    assert await shop.rows(Message, kind="text_back") == []
    await shop.pass_time(seconds=2)
    assert len(await shop.rows(Message, kind="text_back")) == 1


async def test_a_call_whose_end_was_told_is_not_looked_at_again(shop: Shop) -> None:
    await tell(shop, RINGS)
    await tell(shop, OVER, call_duration="60")
    await shop.pass_time(minutes=4)
    (call,) = await shop.rows(Call)
    assert (call.missed, call.answered_by) == (False, "person")


async def test_a_long_talk_told_late_is_no_missed_call_after_all(shop: Shop) -> None:
    await tell(shop, RINGS)
    await shop.pass_time(minutes=4)
    await tell(shop, OVER, call_duration="600")
    (call,) = await shop.rows(Call)
    assert (call.missed, call.answered_by, call.seconds) == (False, "person", 600)


async def test_a_department_that_is_a_team_is_on_the_call(shop: Shop) -> None:
    await shop.act(lambda ctx: ctx.session.add(Team(org_id=ctx.org.id, name="Installs", created_at=ctx.now)))
    (team,) = await shop.rows(Team)
    await tell(shop, OVER, call_department="installs")
    (call,) = await shop.rows(Call)
    assert call.team_id == team.id


async def test_a_new_ticket_is_a_lead_and_a_task(shop: Shop) -> None:
    for _ in range(2):
        await tell(shop, TICKET)
    (lead,), (task,) = await shop.rows(Lead), await shop.rows(Task)
    assert (lead.issue, task.text, task.urgency) == ("No hot water", "Ticket: No hot water", "routine")


async def test_an_escalated_ticket_is_urgent_and_wakes_whoever_is_on_call(shop: Shop) -> None:
    await tell(shop, TICKET)
    await tell(shop, ESCALATED)
    await shop.worker.drain()
    (task,) = await shop.rows(Task)
    assert task.urgency == "urgent"
    assert [one.to_phone for one in await shop.rows(Message, kind="alert")] == [LUIS]


async def test_a_ticket_we_never_heard_of_can_be_escalated(shop: Shop) -> None:
    await tell(shop, ESCALATED)
    assert [task.urgency for task in await shop.rows(Task)] == ["urgent"]


async def test_a_new_chat_uses_the_open_lead_again(shop: Shop) -> None:
    await tell(shop, CHAT)
    shop.clock.advance(timedelta(minutes=5))
    await tell(shop, CHAT)
    assert len(await shop.rows(Lead)) == 1


async def test_a_bot_is_given_the_assistants_words(shop: Shop) -> None:
    assert "November" in await chat(shop, "My AC died, can you come on Monday?")


async def test_the_bot_and_the_name_are_the_thread(shop: Shop) -> None:
    await chat(shop, "do you do drains?")
    await chat(shop, "what does a visit cost?")
    await chat(shop, "hello", sender="Marcus")
    assert len(await shop.rows(Conversation)) == 2


async def test_nothing_is_booked_before_there_is_a_number(shop: Shop) -> None:
    await chat(shop, "My AC died, can you come on Monday?")
    assert "phone number" in await chat(shop, "Monday at 9 works")
    assert await shop.rows(Booking) == []


async def test_with_a_number_the_visit_is_booked_under_it(shop: Shop) -> None:
    await chat(shop, "My AC died at 12 Oak St 78701, can you come on Monday? I'm at 512-555-0144")
    assert "Booked" in await chat(shop, "Monday at 9 works")
    (visit,) = await shop.rows(Booking)
    assert visit.customer_phone == "+15125550144"


async def test_a_number_told_to_a_bot_opens_nobodys_visits(shop: Shop) -> None:
    await (await line_to(shop)).has(MONDAY_9)
    assert "Monday, November 23" not in await chat(shop, "My number is 512-555-0142. When is my appointment?")


async def test_danger_gets_the_safety_words_and_people(shop: Shop) -> None:
    assert "911" in await chat(shop, "I smell gas in the kitchen")
    assert [task.kind for task in await shop.rows(Task)] == ["emergency"]


async def test_a_person_who_has_the_thread_is_not_talked_over(shop: Shop) -> None:
    await chat(shop, "do you do drains?")
    await shop.change(Conversation, state="human")
    assert await chat(shop, "hello?") == callsavvy.HOLDING


async def test_a_turn_that_takes_too_long_gets_a_holding_sentence(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callsavvy, "REPLY_WITHIN", 0.0)
    assert await chat(shop, "do you do drains?") == callsavvy.HOLDING


class SilentModel:
    name = "silent"
    api = "chat"

    async def reply(self, *_given: Any, **_more: Any) -> Any:
        raise ModelDown("timeout")


async def test_a_model_that_is_down_leaves_the_words_to_the_script(shop: Shop) -> None:
    shop.client._transport.app.state.model = SilentModel()  # type: ignore[attr-defined]
    assert await chat(shop, "My AC died, can you come on Monday?") != callsavvy.HOLDING


async def test_another_token_is_nobodys(shop: Shop) -> None:
    assert (await shop.client.post("/api/callsavvy/webhook/guessed", json=OVER)).status_code == 404


async def test_an_address_that_is_not_listed_may_not_post(shop: Shop) -> None:
    await shop.change(Org, callsavvy_ips=["203.0.113.0/24"])
    assert (await tell(shop, OVER)).status_code == 403
    assert await shop.rows(Call) == []


@pytest.mark.parametrize("event", ["callTransferred", "", None], ids=str)
async def test_an_unknown_event_changes_nothing(shop: Shop, event: Any) -> None:
    assert (await tell(shop, OVER, event=event)).status_code == 204
    assert await shop.rows(Job) == []


async def test_no_log_line_says_who_it_was(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for told in (RINGS, OVER, TICKET, ESCALATED, CHAT):
        await tell(shop, told)
    await chat(shop, "I'm Priya at 512-555-0144")
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("ringback"))
    assert not any(word in ours for word in (SARAH, "priya", "Priya", "0144"))
