"""A thread longer than the prompt's budget: the talk is left out, what was told stays."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from agent import earlier
from storage.context import Context
from storage.tables import Conversation, Message
from tests.calls.play import ScriptedModel, Stage
from tests.fakes import SARAH, Shop, open_shop

pytestmark = pytest.mark.engines("sqlite")

TALK = "My brother says it could be the blower, but he is no expert and I would rather wait and see. " * 3


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """Bluebird Heating on a Saturday morning."""
    async with open_shop(database_url) as opened:
        yield opened


def spoke(ctx: Context, thread: Conversation, number: int, direction: str, body: str) -> None:
    """One stored message of a thread that began yesterday."""
    ctx.session.add(
        Message(
            org_id=ctx.org.id,
            conversation_id=thread.id,
            customer_id=thread.customer_id,
            direction=direction,
            channel="sms",
            kind="customer" if direction == "in" else "reply",
            body=body,
            state="received" if direction == "in" else "delivered",
            actor_kind="customer" if direction == "in" else "assistant",
            actor_name="",
            created_at=ctx.now - timedelta(days=1) + timedelta(minutes=number),
        )
    )


async def talked(shop: Shop, *told: str, count: int = 200) -> list[dict[str, Any]]:
    """Sarah has a thread of `count` messages whose third ones and on are `told`; the prompt of her next turn."""
    model = ScriptedModel(["Hello, what is going on?", "Thanks, and which day suits you?"])
    stage = Stage(shop, model)
    await stage.say("hi")

    def unit(ctx: Context) -> None:
        thread = ctx.session.query(Conversation).filter_by(phone=SARAH).one()
        spoke(ctx, thread, 0, "in", "hello there")
        spoke(ctx, thread, 1, "out", "Someone will call you back about the invoice. What is going on?")
        for number, body in enumerate(told, start=2):
            spoke(ctx, thread, number, "in", body)
        for number in range(len(told) + 2, count):
            spoke(ctx, thread, number, "in" if number % 2 else "out", TALK)

    await shop.act(unit)
    await stage.say("so, can you come?")
    return model.asked[-1]


async def test_an_address_told_in_message_3_of_200_is_in_the_prompt(shop: Shop) -> None:
    history = await talked(shop, "we are at 4410 Duval Street, 78751")
    assert "4410 Duval Street" in history[0]["content"]
    assert all("4410 Duval" not in one["content"] for one in history[1:])


async def test_a_promise_of_ours_from_long_ago_is_in_the_prompt(shop: Shop) -> None:
    assert "call you back about the invoice" in (await talked(shop, "ok"))[0]["content"]


async def test_the_messages_of_a_prompt_stay_within_the_budget(shop: Shop) -> None:
    history = await talked(shop, "we are at 4410 Duval Street, 78751")
    assert sum(len(one["content"]) for one in history[1:]) <= earlier.BUDGET
    assert len(history[0]["content"]) <= 8_000
    assert history[-1]["content"] == "so, can you come?"


async def test_a_short_thread_stands_in_the_prompt_whole(shop: Shop) -> None:
    history = await talked(shop, "we are at 4410 Duval Street, 78751", count=12)
    assert "From the older part" not in history[0]["content"]
    assert any("4410 Duval" in one["content"] for one in history[1:])


async def test_a_card_number_never_reaches_the_model(shop: Shop) -> None:
    history = await talked(shop, "my card is 4111 1111 1111 1111", count=4)
    assert "4111 1111" not in str(history)
