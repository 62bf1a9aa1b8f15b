"""Our assistant as the model behind a Retell voice: which frames it answers, once each, and which it lets go by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api import attending, retell_llm
from storage.tables import Booking, Call, Conversation, Customer, Message, Org, Task
from tests.api.sockets import Socket, Talking, app_of, dialled
from tests.fakes import MONDAY, SARAH, SHOP, Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

NEED = "My furnace is out, I'm at 12 Oak Street, 78701. Is Monday possible?"
EIGHT = "Monday, November 23 at 8:00 AM"
NOTHING_ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"interaction_type": "response_required", "response_id": "1", "transcript": []},
    {"interaction_type": "response_required", "response_id": True, "transcript": []},
    {"interaction_type": "response_required", "response_id": -1, "transcript": []},
    {"interaction_type": "call_details", "call": "none"},
    {"interaction_type": "call_details", "call": {"from_number": 5}},
    {"interaction_type": "something_new"},
)
GREETING = "Thanks for calling Bluebird Heating. This is the automated assistant. How can I help?"


class Retell:
    """Retell's side of one call: `transcript` is what it heard of both."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.transcript: list[dict[str, str]] = []
        self.number = 0
        self.frames: list[dict[str, Any]] = []

    async def details(self, caller: str = SARAH, **more: Any) -> None:
        numbers = {"from_number": caller, "to_number": SHOP, "direction": "inbound", **more}
        await self.socket.send(interaction_type="call_details", call=numbers)

    async def require(self, number: int, words: str = "", kind: str = "response_required") -> None:
        if words:
            self.transcript.append({"role": "user", "content": words})
        await self.socket.send(interaction_type=kind, response_id=number, transcript=self.transcript)

    async def listen(self, number: int) -> str:
        """The whole answer to a response id; other frames on the way are kept."""
        said = ""
        while True:
            frame = await self.socket.frame()
            self.frames.append(frame)
            if frame["response_type"] == "response" and frame["response_id"] == number:
                said += frame["content"]
                if frame["content_complete"]:
                    self.transcript.append({"role": "agent", "content": said.strip()})
                    return said.strip()

    async def say(self, words: str) -> str:
        self.number += 1
        await self.require(self.number, words)
        return await self.listen(self.number)

    @property
    def last(self) -> dict[str, Any]:
        return self.frames[-1]


@asynccontextmanager
async def calling(shop: Shop, call_id: str = "call_1", *, greeted: bool = True) -> AsyncIterator[Retell]:
    """A call whose hello was said."""
    async with dialled(shop, f"/api/retell/llm/{shop.org.retell_token}/{call_id}") as socket:
        call = Retell(socket)
        config = await socket.frame()
        assert config == {"response_type": "config", "config": retell_llm.CONFIG}
        if greeted:
            await call.listen(0)
        yield call


def think(shop: Shop, *steps: Any, pause: float = 0.0) -> Talking:
    model = app_of(shop).state.model = Talking(list(steps), pause)
    return model


async def test_a_path_without_the_businesss_token_is_refused_before_it_is_accepted(shop: Shop) -> None:
    async with dialled(shop, "/api/retell/llm/not-the-token/call_1") as line:
        assert (await line.closed(), line.accepted) == (1008, False)


async def test_the_greeting_answers_response_zero(shop: Shop) -> None:
    async with calling(shop) as call:
        assert call.transcript == [{"role": "agent", "content": GREETING}]
        assert call.last == {
            "response_type": "response",
            "response_id": 0,
            "content": "",
            "content_complete": True,
            "end_call": False,
        }


async def test_a_ping_is_answered_while_an_answer_is_under_way(shop: Shop) -> None:
    think(shop, "and so on " * 500, pause=0.05)
    async with calling(shop) as call:
        await call.require(1, "Tell me everything")
        await call.socket.send(interaction_type="ping_pong", timestamp=1763700000000)
        while (frame := await call.socket.frame())["response_type"] != "ping_pong":
            pass
        assert frame["timestamp"] == 1763700000000


async def test_a_visit_is_booked_for_the_number_in_the_call_details(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.details()
        assert EIGHT in await call.say(NEED)
        assert (await call.say("Monday at 8 please")).startswith("Booked!")
    [visit] = await shop.rows(Booking)
    [row] = await shop.rows(Call)
    assert (visit.customer_phone, row.provider, row.provider_id, row.from_phone) == (SARAH, "retell", "call_1", SARAH)
    assert (row.status, row.textback) == ("completed", None)


async def test_the_customer_of_a_call_we_placed_is_the_one_who_was_called(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.details(caller=SHOP, to_number=SARAH, direction="outbound")
        await call.say("Are you a robot?")
    [row] = await shop.rows(Call)
    assert (row.from_phone, row.to_phone, row.direction, row.missed) == (SHOP, SARAH, "outbound", False)
    [thread] = await shop.rows(Conversation)
    assert (thread.phone, thread.our_phone) == (SARAH, SHOP)


async def test_a_tool_call_is_told_before_and_after(shop: Shop) -> None:
    look = '{"service": null, "preferred_day": "monday", "preferred_time": null, "postal_code": null}'
    think(shop, {"list_open_slots": look}, f"I have {EIGHT}. Does that work?")
    async with calling(shop) as call:
        await call.say(NEED)
    used, done = [one for one in call.frames if one["response_type"].startswith("tool_call")]
    assert used == {
        "response_type": "tool_call_invocation",
        "tool_call_id": done["tool_call_id"],
        "name": "list_open_slots",
        "arguments": look,
    }
    assert done["successful"] is True
    assert EIGHT in done["content"]


async def test_an_update_is_never_answered(shop: Shop) -> None:
    async with calling(shop) as call:
        said = [{"role": "user", "content": NEED}]
        await call.socket.send(interaction_type="update_only", transcript=said, turntaking="user_turn")
        await call.say("Are you a robot?")
    assert len(await shop.rows(Message, direction="out", kind="reply")) == 2


async def test_only_the_newest_response_id_is_answered(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.require(5, "Are you a robot?")
        assert "automated" in await call.listen(5)
        await call.require(4)
        await call.require(5)
        await call.socket.send(interaction_type="ping_pong", timestamp=1)
        assert (await call.socket.frame())["response_type"] == "ping_pong"
    assert len(await shop.rows(Message, direction="in")) == 1


async def test_a_superseded_answer_stops_and_the_whole_sentence_is_answered(shop: Shop) -> None:
    model = think(shop, "never heard " * 500, "Which day suits you?", pause=0.01)
    async with calling(shop) as call:
        await call.require(1, "My furnace is out")
        await asyncio.wait_for(model.begun.wait(), 5)
        call.transcript[-1]["content"] += " and I smell nothing odd"
        await call.require(2)
        assert await call.listen(2) == "Which day suits you?"
    said = [one.body for one in await shop.rows(Message, direction="in")]
    assert said == ["My furnace is out", "and I smell nothing odd"]


async def test_words_the_caller_did_not_hear_were_not_said(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.say(NEED)
        call.transcript[-1]["content"] = f"Sorry to hear that, let's get someone out to you. I have {EIGHT}"
        assert await call.say("Yes that one") == f"Just to be sure: shall I book {EIGHT} for you?"


async def test_the_same_response_id_on_a_new_connection_gets_the_same_words(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.say(NEED)
        first = await call.say("Monday at 8 please")
    async with calling(shop, greeted=False) as again:
        again.transcript = call.transcript[:-1]
        await again.require(2)
        assert await again.listen(2) == first
    assert len(await shop.rows(Booking)) == 1
    assert len(await shop.rows(Conversation, channel="voice")) == 1


async def test_a_silent_caller_is_asked_twice_and_let_go(shop: Shop) -> None:
    async with calling(shop) as call:
        for number, words in ((1, "Are you still there?"), (2, "I'm still here"), (3, "Goodbye")):
            await call.require(number, kind="reminder_required")
            assert words in await call.listen(number)
        assert call.last["end_call"] is True


async def test_a_reminder_does_not_change_what_a_yes_means(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.say(NEED)
        call.number += 1
        await call.require(call.number, kind="reminder_required")
        await call.listen(call.number)
        assert (await call.say("Monday at 8 please")).startswith("Booked!")


async def test_what_could_not_be_understood_is_asked_for_again(shop: Shop) -> None:
    async with calling(shop) as call:
        assert "didn't catch that" in await call.say("(unintelligible audio)")
    assert await shop.rows(Message, direction="in") == []


async def test_whoever_asks_for_a_person_is_transferred(database_url: str) -> None:
    async with open_shop(database_url, at=MONDAY) as shop:
        await shop.change(Org, transfer_number="+15125550113")
        async with calling(shop) as call:
            await call.say("Can I talk to a real person please")
            assert (call.last["transfer_number"], call.last["end_call"]) == ("+15125550113", False)
        [row] = await shop.rows(Call)
        assert row.disconnection_reason == "call_transfer"


async def test_danger_gets_the_fixed_words_and_a_hand_off(shop: Shop) -> None:
    think(shop, "I have Monday at 8.")
    async with calling(shop) as call:
        await call.details()
        assert (await call.say("I smell gas")).startswith("Leave the house now and call 911")
    assert [(one.kind, one.urgency) for one in await shop.rows(Task)] == [("emergency", "emergency")]


async def test_after_an_emergency_no_model_answers(shop: Shop) -> None:
    model = think(shop, "I have Monday at 8.")
    async with calling(shop) as call:
        await call.say("I smell gas")
        assert "alerted" in await call.say("ok")
    assert model.asked == []


async def test_a_blocked_caller_gets_one_sentence(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.details()
        await call.say("Are you a robot?")
    await shop.change(Customer, blocked=True)
    async with calling(shop, "call_2") as call:
        await call.details()
        words = await call.socket.frame()
        assert (words["response_type"], words["content"]) == (
            "agent_interrupt",
            "Sorry, we can't take this call. Goodbye. ",
        )


async def test_frames_that_ask_nothing_change_nothing(shop: Shop) -> None:
    async with calling(shop) as call:
        for frame in NOTHING_ASKED:
            await call.socket.send(**frame)
        assert "automated" in await call.say("Are you a robot?")


async def test_a_transcript_that_says_nothing_is_asked_for_again(shop: Shop) -> None:
    async with calling(shop) as call:
        for number, transcript in enumerate((None, "no list", [5], [{"role": "user"}]), 1):
            await call.socket.send(interaction_type="response_required", response_id=number, transcript=transcript)
            assert "didn't catch that" in await call.listen(number)


@pytest.mark.parametrize(
    ("text", "data", "code"),
    [("{", None, 1007), ("5", None, 1007), (None, b"{}", 1007), (" " * 1_100_000, None, 1009)],
    ids=["cut", "no-object", "binary", "huge"],
)
async def test_what_is_no_frame_ends_the_connection(
    text: str | None, data: bytes | None, code: int, shop: Shop
) -> None:
    async with calling(shop) as call:
        await call.socket.raw(text, data)
        assert await call.socket.closed() == code


async def test_a_connection_on_which_nothing_comes_is_closed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retell_llm, "SILENT_SECONDS", 0.1)
    async with calling(shop) as call:
        assert await call.socket.closed() == 1008


async def test_no_call_lasts_for_ever(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attending, "LONGEST_CALL", 0.3)
    async with calling(shop) as call:
        frame = await call.socket.frame()
        assert (frame["response_type"], "end this call" in frame["content"]) == ("agent_interrupt", True)
        await call.socket.hang_up()
        await asyncio.sleep(0.1)
    [row] = await shop.rows(Call)
    assert row.disconnection_reason == "max_duration_reached"
