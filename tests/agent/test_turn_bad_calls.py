"""Calls that are none, replies that are broken, somebody else's visits: the turn goes on, nothing is done."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from api import turns
from storage import outbox
from storage.tables import Booking, Job, Message, ToolCall
from tests.calls.play import ScriptedModel, Stage
from tests.fakes import Shop, open_shop
from tests.people import visit

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """Bluebird Heating on a Saturday morning."""
    async with open_shop(database_url) as opened:
        yield opened


BAD_CALLS = {
    "no such tool": {"send_invoice": "{}"},
    "a name no database takes": {"book\ud800job\x00": "{}"},
    "no JSON": {"book_job": "{slot: tomorrow"},
    "a list": {"book_job": "[1]"},
    "a depth no parser takes": {"book_job": "[" * 7900},
    "200 kB": {"update_lead": json.dumps({"issue": "y" * 200_000})},
    "lone surrogates": {"update_lead": '{"issue": "\\ud800 \\u0000 it leaks"}'},
    "fields nobody defined": {"book_job": '{"slot": "2026-11-23 08:00", "org_id": "x"}'},
    "wrong types": {"book_job": '{"slot": 5, "service": ["a"]}'},
}


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS)
async def test_a_call_that_is_none_is_answered_and_the_turn_goes_on(call: dict[str, str], shop: Shop) -> None:
    stage = Stage(shop, ScriptedModel([call, "What's going on with it?"]))
    (answer,) = await stage.say("hello, my AC")
    assert answer.body == "What's going on with it?"
    assert await shop.rows(Booking) == []
    assert [one.started_at is not None for one in await shop.rows(Job, topic="turn", state="sent")] == [True]


async def test_a_reply_with_broken_letters_is_mended(shop: Shop) -> None:
    stage = Stage(shop, ScriptedModel(["What's going \x07 with it?"]))
    (answer,) = await stage.say("hello")
    assert answer.body == "What's going   with it?"


async def test_another_customers_visit_cannot_be_reached(shop: Shop) -> None:
    other = await shop.act(lambda ctx: visit(ctx, "2026-11-24 09:00", "+15125550143", customer_name="Marcus Webb").id)
    calls = [{"cancel": json.dumps({"booking_selector": one, "reason": None})} for one in (other, other[:8], "Marcus")]
    stage = Stage(shop, ScriptedModel([calls, "I see no upcoming visit under your number."]))
    await stage.say("please cancel Marcus's visit")
    assert [one.status for one in await shop.rows(Booking)] == ["confirmed"]
    said = " ".join(one.answer for one in await shop.rows(ToolCall))
    assert "November 24" not in said


async def test_no_lease_is_left_behind(shop: Shop) -> None:
    await Stage(shop, ScriptedModel(["How can I help?"])).say("hello")
    late = [one for one in await shop.rows(Job) if one.lease_until and one.lease_until > datetime.now(UTC)]
    assert late == []


async def test_two_hands_with_one_job_answer_once(shop: Shop) -> None:
    await shop.text("hello", "SM1")
    shop.clock.advance(timedelta(seconds=5))
    now = shop.clock.now()
    (job,) = await shop.house.db.write(lambda s: outbox.claim(s, "a", now, topics=("turn",), limit=5))
    await turns.turn(shop.house, job, None)
    await turns.turn(shop.house, job, None)
    assert len(await shop.rows(Message, kind="reply")) == 1
