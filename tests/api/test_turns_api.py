"""What the assistant's answers cost is shown with the conversation they stand in."""

from typing import Any

import pytest

from agent.replying import Reply
from storage.tables import Conversation
from tests.api.doors import key_of
from tests.calls.play import ScriptedModel, Stage
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")


class Paid(ScriptedModel):
    """A model whose every answer costs 900 tokens to read, 500 of them kept from before, and 12 to write."""

    async def reply(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        said = await super().reply(history, tools)
        return Reply(said.text, said.requests, said.entry, 900, 12, 500)


async def test_each_turn_and_their_sum_are_shown(shop: Shop) -> None:
    stage = Stage(shop, Paid(["Hello, what is going on?", "Which day suits you?"]))
    await stage.say("hi")
    await stage.say("the furnace is loud")
    (thread,) = await shop.rows(Conversation)
    told = await (await key_of(shop)).get(f"/api/v1/conversations/{thread.id}/turns")
    assert [(one["source"], one["model"], one["tokens_cached"]) for one in told["turns"]] == [
        ("model", "scripted", 500)
    ] * 2
    assert {name: told["total"][name] for name in ("turns", "rounds", "tokens_in", "tokens_cached", "tokens_out")} == {
        "turns": 2,
        "rounds": 2,
        "tokens_in": 1800,
        "tokens_cached": 1000,
        "tokens_out": 24,
    }
