"""Our phone line over Twilio ConversationRelay: how a call comes to the assistant, what it hears, and how it ends."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from api import attending, relay
from storage.context import Context
from storage.seed import demo_id
from storage.tables import Booking, Call, Conversation, Customer, Job, Message, Org, Service, Task
from tests.api.sockets import Relay, Talking, app_of, dialled, ringing
from tests.fakes import MONDAY, SARAH, SHOP, VOICEMAIL, Shop, open_shop
from tools import leads, teams, toolbox

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

every_engine = pytest.mark.engines("sqlite", "aiosqlite", "postgres")
VOICE = "/api/twilio/voice"
NEED = "My furnace is out, I'm at 12 Oak Street, 78701. Is Monday possible?"
OFFER = "I have Monday, November 23 at 8:00 AM or 3:00 PM. Which works for you?"
NOTHING = '"customer_name": null, "address": null, "postal_code": null, "notes": null, "email": null, "urgency": null'
LOOK = {"list_open_slots": '{"service": null, "preferred_day": "monday", "preferred_time": null, "postal_code": null}'}
BOOK = {"book_job": f'{{"slot": "2026-11-23 08:00", "service": null, {NOTHING}}}'}
BOOKED = "You're booked for Monday, November 23 at 8:00 AM with Dana Ruiz."
NOTHING_SAID: tuple[dict[str, Any], ...] = (
    {},
    {"type": "info", "name": "tokensPlayed"},
    {"type": "prompt", "voicePrompt": 5, "last": True},
    {"type": "prompt", "voicePrompt": "", "last": True},
    {"type": "prompt", "voicePrompt": "Hi", "last": "true"},
    {"type": "interrupt", "utteranceUntilInterrupt": None},
    {"type": "dtmf", "digit": ""},
    {"type": "error", "description": "no"},
    {"type": "setup", "callSid": "CA1"},
)
GAS = "Leave the house now and call 911 or the gas company from outside."


@pytest.fixture(autouse=True)
def quick_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that needs no time to speak."""
    monkeypatch.setattr(relay, "SECONDS_A_CHARACTER", 0.0)


@pytest.fixture
async def monday(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """Monday 10:00, the office is open."""
    async with open_shop(database_url, at=MONDAY) as opened:
        yield opened


def think(shop: Shop, *steps: Any, pause: float = 0.0) -> Talking:
    """Give the assistant a model."""
    model = app_of(shop).state.model = Talking(list(steps), pause)
    return model


async def said(shop: Shop) -> list[str]:
    return [one.body for one in await shop.rows(Message, direction="out", kind="reply") if one.state != "skipped"]


async def the_call(shop: Shop) -> Call:
    [call] = await shop.rows(Call)
    return call


async def ring(shop: Shop, path: str = "inbound", to: str = SHOP, **fields: str) -> str:
    given = {"CallSid": "CA1", "From": SARAH, "To": to, "CallStatus": "ringing"}
    return (await shop.post(f"{VOICE}/{path}", **{**given, **fields})).text


async def test_a_call_goes_to_the_assistant_at_once_where_the_shop_wants_that(shop: Shop) -> None:
    await shop.change(Org, answer_first="assistant")
    answer = await ring(shop)
    assert "<ConversationRelay" in answer
    assert 'url="wss://ringback.test/api/twilio/relay"' in answer
    assert "This is the automated assistant" in answer
    assert '<Connect action="https://ringback.test/api/twilio/voice/assistant-done"' in answer


async def test_a_call_the_shop_did_not_take_goes_to_the_assistant_and_is_not_missed(shop: Shop) -> None:
    await shop.change(Org, answer_first="forward_then_assistant")
    assert "<Dial" in await ring(shop)
    answer = await ring(shop, "dial-complete", DialCallStatus="no-answer", CallStatus="in-progress")
    assert "<ConversationRelay" in answer
    assert ((await the_call(shop)).missed, await shop.rows(Message)) == (False, [])


async def test_a_caller_who_hung_up_while_the_shop_rang_is_missed(shop: Shop) -> None:
    await shop.change(Org, answer_first="forward_then_assistant")
    answer = await ring(shop, "dial-complete", DialCallStatus="no-answer", CallStatus="completed")
    assert "<ConversationRelay" not in answer
    assert (await the_call(shop)).missed


async def test_the_voicemail_line_takes_messages_whatever_the_shop_wants(shop: Shop) -> None:
    await shop.change(Org, answer_first="assistant")
    assert "<Record" in await ring(shop, to=VOICEMAIL)


async def test_a_call_whose_socket_never_came_is_missed_and_may_leave_a_message(shop: Shop) -> None:
    await shop.change(Org, answer_first="assistant")
    await ring(shop)
    assert "<Record" in await ring(shop, "assistant-done", SessionStatus="failed", SessionId="VX1")
    assert (await the_call(shop)).textback == "queued"


async def test_an_unsigned_connection_is_refused_before_it_is_accepted(database_url: str) -> None:
    async with open_shop(database_url, twilio_auth_token="token") as shop, dialled(shop, "/api/twilio/relay") as line:
        assert (await line.closed(), line.accepted) == (1008, False)


async def test_a_connection_that_twilio_signed_is_accepted(database_url: str) -> None:
    signature = RequestValidator("token").compute_signature("wss://ringback.test/api/twilio/relay", {})
    async with (
        open_shop(database_url, twilio_auth_token="token") as shop,
        dialled(shop, "/api/twilio/relay", [("X-Twilio-Signature", signature)]) as line,
    ):
        call = Relay(line)
        await call.set_up()
        assert "assistant" in await call.say("Are you a robot?")


@every_engine
async def test_a_visit_is_booked_on_the_phone(shop: Shop) -> None:
    async with ringing(shop) as call:
        assert "Monday, November 23 at 8:00 AM" in await call.say(NEED)
        assert (await call.say("Monday at 8 please")).startswith("Booked!")
    [visit] = await shop.rows(Booking)
    assert (visit.channel, visit.customer_phone, visit.address) == ("voice", SARAH, "12 Oak Street")


async def test_a_call_leaves_its_transcript_and_a_closed_conversation(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say("Are you a robot?")
    row = await the_call(shop)
    [thread] = await shop.rows(Conversation, channel="voice")
    assert row.transcript is not None
    assert row.transcript.startswith("Agent: Thanks for calling Bluebird Heating.")
    assert "User: Are you a robot?\nAgent: I'm Bluebird Heating's automated assistant" in row.transcript
    assert (row.status, row.answered_by, row.disconnection_reason) == ("completed", "assistant", "user_hangup")
    assert (thread.state, thread.phone, thread.our_phone) == ("closed", SARAH, SHOP)


async def test_nothing_said_on_the_phone_is_sent_as_a_text(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say("Are you a robot?")
        assert [job.topic for job in await shop.rows(Job)] == []


async def test_a_short_call_that_led_to_nothing_is_texted_back(shop: Shop) -> None:
    async with ringing(shop):
        pass
    row = await the_call(shop)
    assert (row.missed, row.textback) == (True, "queued")


async def test_a_call_that_booked_is_not_texted_back(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say(NEED)
        await call.say("Monday at 8 please")
    assert (await the_call(shop)).textback is None


async def test_a_longer_call_is_not_texted_back(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say("What are your hours?")
        await shop.pass_time(seconds=30)
    row = await the_call(shop)
    assert (row.seconds, row.missed) == (30, False)


async def test_a_part_of_a_sentence_is_not_answered(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.prompt("My furnace", last=False)
        assert "automated" in await call.say("Are you a robot?")
    assert len(await shop.rows(Message, direction="in")) == 1


async def test_danger_gets_the_fixed_words_whatever_the_model_and_then_a_person(shop: Shop) -> None:
    think(shop, "Let me find you a slot.")
    await shop.change(Org, transfer_number="+15125550113")
    async with ringing(shop) as call:
        answer = await call.say("I smell gas in the basement")
        end = await call.socket.frame()
    assert answer.startswith(GAS)
    assert (end["type"], '"live-agent"' in end["handoffData"]) == ("end", True)
    [task] = await shop.rows(Task)
    assert (task.kind, task.urgency) == ("emergency", "emergency")
    assert "alert" in {job.topic for job in await shop.rows(Job)}


async def test_whoever_asks_for_a_person_is_put_through_while_the_office_is_open(monday: Shop) -> None:
    await monday.change(Org, transfer_number="+15125550113")
    async with ringing(monday) as call:
        assert "put you through" in await call.say("Can I talk to a real person please")
        assert (await call.socket.frame())["type"] == "end"
    done = await ring(monday, "assistant-done", HandoffData='{"reason":"live-agent"}', SessionId="VX1")
    assert "<Number>+15125550113</Number>" in done
    assert (await the_call(monday)).disconnection_reason == "call_transfer"


async def test_about_a_teams_work_it_is_put_through_to_the_team(monday: Shop) -> None:
    def plumbers(ctx: Context) -> None:
        team = teams.add(ctx, {"name": "Plumbing", "handoff_phone": "+15125550170"})
        ctx.session.get_one(Service, demo_id("water-heater-install")).team_id = team.id
        lead = leads.open_lead(ctx, leads.customer_for(ctx, SARAH))
        leads.describe(ctx, lead.id, service_id=demo_id("water-heater-install"))

    await monday.change(Org, transfer_number="+15125550113")
    await monday.act(plumbers)
    async with ringing(monday) as call:
        await call.say("Can I talk to a real person please")
        assert "+15125550170" in (await call.socket.frame())["handoffData"]
    done = await ring(monday, "assistant-done", HandoffData='{"reason":"live-agent"}', SessionId="VX1")
    assert "<Number>+15125550170</Number>" in done


async def test_a_transfer_nobody_takes_is_no_missed_call_because_the_office_has_it(monday: Shop) -> None:
    await monday.change(Org, transfer_number="+15125550113")
    async with ringing(monday) as call:
        await call.say("Can I talk to a real person please")
    answer = await ring(monday, "dial-complete", DialCallStatus="no-answer", CallStatus="in-progress")
    assert "will call you back" in answer
    assert not (await the_call(monday)).missed


async def test_nobody_is_put_through_while_the_office_is_closed(shop: Shop) -> None:
    await shop.change(Org, transfer_number="+15125550113")
    async with ringing(shop) as call:
        assert "put you through" not in await call.say("Can I talk to a real person please")
    assert [task.kind for task in await shop.rows(Task)] == ["call_back"]


async def test_zero_brings_a_person(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.socket.send(type="dtmf", digit="0")
        assert "a person will get back to you" in await call.listen()


async def test_a_caller_who_says_goodbye_is_let_go(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say("Okay thanks, goodbye")
        assert (await call.socket.frame())["type"] == "end"
    assert (await the_call(shop)).disconnection_reason == "agent_hangup"


@pytest.mark.parametrize(
    ("words", "opted_out"), [("Stop", False), ("Stop stop stop", False), ("Stop texting me", True)]
)
async def test_only_a_plain_wish_about_texts_opts_out_of_them(words: str, opted_out: bool, shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say(words)
    [customer] = await shop.rows(Customer, phone=SARAH)
    assert (customer.opted_out_at is not None) is opted_out


async def test_words_the_caller_talked_over_were_not_said(shop: Shop) -> None:
    think(shop, LOOK, OFFER, "Sure, take your time.")
    async with ringing(shop) as call:
        await call.say(NEED)
        await call.socket.send(type="interrupt", utteranceUntilInterrupt="I have Monday, November 23 at 8:00 AM")
        await call.say("hold on")
    assert "I have Monday, November 23 at 8:00 AM" in await said(shop)
    assert OFFER not in await said(shop)


async def test_a_new_sentence_stops_the_answer_to_the_one_before(shop: Shop) -> None:
    think(shop, "One thing first. " + "And more of it, on and on. " * 20, "Of course.", pause=0.01)
    async with ringing(shop) as call:
        await call.prompt("Tell me everything")
        assert (await call.socket.frame())["token"].startswith("One thing first.")
        await call.prompt("Never mind, hello?")
        while "Of course." not in await call.listen():
            pass
    assert len((await said(shop))[1]) < 300


@every_engine
async def test_an_act_that_has_begun_is_finished_and_known_after_an_interruption(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = think(shop, LOOK, OFFER, BOOK, BOOKED)
    begun, usual = asyncio.Event(), toolbox.call
    loop = asyncio.get_running_loop()

    def slowly(ctx: Any, name: str, *args: Any, **more: Any) -> Any:
        if name == "book_job":
            loop.call_soon_threadsafe(begun.set)
            time.sleep(0.2)
        return usual(ctx, name, *args, **more)

    monkeypatch.setattr(toolbox, "call", slowly)
    async with ringing(shop) as call:
        await call.say(NEED)
        await shop.pass_time(seconds=3)
        await call.prompt("8 please")
        await asyncio.wait_for(begun.wait(), 5)
        assert await call.say("Hello, are you there?") == BOOKED
    assert len(await shop.rows(Booking)) == 1
    assert "Booked! Diagnostic visit on Monday, November 23 at 8:00 AM" in model.asked[-1][0]["content"]


async def test_a_lie_is_never_said_and_a_person_looks(shop: Shop) -> None:
    think(shop, "You're booked for Friday at 6 PM.", "You're booked for Friday at 6 PM.")
    async with ringing(shop) as call:
        answer = await call.say(NEED)
    assert "booked" not in answer
    assert [task.kind for task in await shop.rows(Task)] == ["call_back"]


async def test_what_was_true_before_a_lie_is_said_and_the_model_goes_on_from_there(shop: Shop) -> None:
    model = think(shop, "Happy to help. You're booked for Friday at 6 PM.", "Which day suits you?")
    async with ringing(shop) as call:
        assert await call.say(NEED) == "Happy to help. Which day suits you?"
    assert "You have said already: 'Happy to help. '" in model.asked[1][-1]["content"]


async def test_a_caller_who_speaks_spanish_is_listened_to_in_spanish(shop: Shop) -> None:
    think(shop, "Claro, en que puedo ayudarle?")
    async with ringing(shop) as call:
        await call.prompt("Hola, necesito ayuda con la calefaccion por favor")
        assert await call.socket.frame() == {
            "type": "language",
            "ttsLanguage": "es-US",
            "transcriptionLanguage": "es-US",
        }


async def test_the_same_call_again_goes_on_with_what_waited_for_an_answer(shop: Shop) -> None:
    model = think(shop, "x " * 500, "Which day suits you?", pause=0.05)
    async with ringing(shop) as first:
        await first.prompt(NEED)
        await asyncio.wait_for(model.begun.wait(), 5)
        async with ringing(shop) as second:
            assert await second.listen() == "Which day suits you?"
    assert len(await shop.rows(Conversation, channel="voice")) == 1
    assert len(await shop.rows(Message, direction="in")) == 1


async def test_words_delivered_again_on_a_new_connection_get_the_same_answer(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say(NEED)
        await call.say("Monday at 8 please")
    async with ringing(shop) as call:
        assert (await call.say("Monday at 8 please")).startswith("Booked!")
    assert len(await shop.rows(Booking)) == 1
    assert len(await shop.rows(Message, direction="in")) == 2


@pytest.mark.parametrize(
    ("text", "data", "code"),
    [("{", None, 1007), ("[]", None, 1007), (None, b"{}", 1007), ("9" * 5000, None, 1007), (" " * 70_000, None, 1009)],
    ids=["cut", "no-object", "binary", "endless-number", "huge"],
)
async def test_what_is_no_frame_ends_the_connection(
    text: str | None, data: bytes | None, code: int, shop: Shop
) -> None:
    async with ringing(shop) as call:
        await call.say("Are you a robot?")
        await call.socket.raw(text, data)
        assert await call.socket.closed() == code
    assert (await the_call(shop)).disconnection_reason == "corrupt_frame"


async def test_frames_that_say_nothing_change_nothing(shop: Shop) -> None:
    async with ringing(shop) as call:
        for frame in NOTHING_SAID:
            await call.socket.send(**frame)
        assert "automated" in await call.say("Are you a robot?")
    assert len(await shop.rows(Message, direction="in")) == 1


async def test_words_that_come_before_the_setup_are_answered_after_it(shop: Shop) -> None:
    async with dialled(shop, "/api/twilio/relay") as line:
        call = Relay(line)
        await call.prompt("Are you a robot?")
        await call.set_up()
        assert "automated" in await call.listen()


@pytest.mark.parametrize("to", ["+15125559999", "nonsense"])
async def test_a_call_to_a_number_that_is_not_ours_is_closed(to: str, shop: Shop) -> None:
    async with dialled(shop, "/api/twilio/relay") as line:
        await Relay(line).set_up(to=to)
        assert await line.closed() == 1008
    assert await shop.rows(Call) == []


async def test_a_connection_without_a_setup_is_closed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SETUP_SECONDS", 0.05)
    async with dialled(shop, "/api/twilio/relay") as line:
        assert await line.closed() == 1008


async def test_a_silent_caller_is_asked_twice_and_let_go(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "QUIET_SECONDS", 0.1)
    async with ringing(shop) as call:
        assert await call.listen() == "Are you still there?"
        assert "still here" in await call.listen()
        assert "Goodbye" in await call.listen()
        assert (await call.socket.frame())["type"] == "end"
        assert await call.socket.closed() == 1000


async def test_no_call_lasts_for_ever(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attending, "LONGEST_CALL", 0.3)
    async with ringing(shop) as call:
        assert "end this call" in await call.listen()
        assert await call.socket.closed() == 1000
    assert (await the_call(shop)).disconnection_reason == "max_duration_reached"


async def test_a_blocked_caller_gets_one_sentence(shop: Shop) -> None:
    async with ringing(shop) as call:
        await call.say("Are you a robot?")
    await shop.change(Customer, blocked=True)
    async with ringing(shop, "CA2") as call:
        assert await call.listen() == "Sorry, we can't take this call. Goodbye."


async def test_an_anonymous_caller_can_book_and_nobody_else_is_touched(shop: Shop) -> None:
    async with ringing(shop, caller="anonymous") as call:
        await call.say(NEED)
        assert (await call.say("Monday at 8 please")).startswith("Booked!")
    [visit] = await shop.rows(Booking)
    assert visit.customer_phone is None
