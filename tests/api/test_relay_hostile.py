"""Models that misbehave, on the phone: whatever they say and whoever talks over them, only what is true is said."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from agent import talk
from agent.claim_guard import Verdict
from agent.replying import Reply
from api import relay
from storage.tables import Booking, Message, Task
from tests.agent.bad_models import Hostile
from tests.agent.hostile import SAID, Found, check_words
from tests.api.sockets import app_of, ringing
from tests.fakes import Shop
from tests.stories.streamed import pieces

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


@pytest.fixture(autouse=True)
def quick_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that needs no time to speak."""
    monkeypatch.setattr(relay, "SECONDS_A_CHARACTER", 0.0)


@dataclass
class HostileTalker(Hostile):
    """The same models, word by word."""

    async def stream(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> AsyncIterator[str | Reply]:
        reply = await self.reply(history, tools)
        for piece in pieces(reply.text):
            yield piece
        yield reply


async def played(shop: Shop, calls: int) -> Found:
    """So many calls with such models, callers talking over them; what was broken."""
    found = Found()
    for seed in range(calls):
        dice = random.Random(seed)
        app_of(shop).state.model = HostileTalker("random", dice)
        async with ringing(shop, f"CA{seed}") as call:
            for line in dice.choice(SAID):
                if dice.random() < 0.3:
                    await call.prompt(line)
                    await call.socket.send(type="interrupt", utteranceUntilInterrupt="")
                    await call.prompt("sorry, go on")
                await call.say(f"{line}, please")
            await shop.pass_time(seconds=60)
        answers = await shop.rows(Message, channel="voice", kind="reply", direction="out")
        for answer in answers:
            if answer.state != "skipped":
                check_words(answer, await shop.rows(Booking), [], "random", found)
        found.answers = len(answers)
        await shop.change(Task, done_at=shop.clock.now())
    return found


async def test_only_what_is_true_is_said(shop: Shop) -> None:
    found = await played(shop, 14)
    assert found.broken == [], f"of {found.answers} answers"
    rows = [one for one in await shop.rows(Booking) if one.is_active]
    assert len({(one.technician_id, one.start_at) for one in rows}) == len(rows)


async def test_without_the_guard_lies_are_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(talk.answer.__kwdefaults__, "check", lambda *_args, **_more: Verdict(True, (), ""))
    assert (await played(shop, 3)).of("I1")
