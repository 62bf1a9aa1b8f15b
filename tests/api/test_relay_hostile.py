"""Models that misbehave, on the phone: whatever they say and whoever talks over them, only what is true is said."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from agent.replying import Reply
from api import relay
from storage.tables import Booking, Message, Task
from tests.agent.bad_models import Hostile
from tests.agent.hostile import SAID, Found, check_words
from tests.api.sockets import app_of, ringing
from tests.fakes import Shop
from tests.stories.streamed import pieces

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
CALLS = 24


@dataclass
class HostileTalker(Hostile):
    """The same models, word by word."""

    async def stream(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> AsyncIterator[str | Reply]:
        reply = await self.reply(history, tools)
        for piece in pieces(reply.text):
            yield piece
        yield reply


async def test_only_what_is_true_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SECONDS_A_CHARACTER", 0.0)
    found, spoken = Found(), 0
    for seed in range(CALLS):
        dice = random.Random(seed)
        app_of(shop).state.model = HostileTalker("random", dice)
        async with ringing(shop, f"CA{seed}") as call:
            lines = [one for one in dice.choice(SAID) if one not in ("STOP", "great thank you")]
            for line in lines:
                if dice.random() < 0.3:
                    await call.prompt(line)
                    await call.socket.send(type="interrupt", utteranceUntilInterrupt="")
                    await call.prompt("sorry, go on")
                await call.say(f"{line} ")
            await shop.pass_time(seconds=60)
        for answer in await shop.rows(Message, channel="voice", kind="reply", direction="out"):
            if answer.state != "skipped":
                spoken += 1
                check_words(answer, await shop.rows(Booking), [], "random", found)
        await shop.change(Task, done_at=shop.clock.now())
    assert found.broken == [], f"of {spoken} answers"
    rows = [one for one in await shop.rows(Booking) if one.is_active]
    assert len({(one.technician_id, one.start_at) for one in rows}) == len(rows)
