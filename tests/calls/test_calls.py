"""Whole conversations, as people of this trade have them: what is said, and the rows that are left."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.tables import Conversation, Customer, Lead, Message, Task, Turn
from tests.calls.play import ScriptedModel, Stage, calls
from tests.fakes import SARAH, Shop, open_shop
from tests.people import wall

pytestmark = pytest.mark.engines("sqlite")
CALLS = calls()


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """Bluebird Heating on a Saturday morning."""
    async with open_shop(database_url) as opened:
        yield opened


@pytest.mark.parametrize("name", CALLS)
async def test_the_call_goes_as_written(name: str, shop: Shop) -> None:
    call = CALLS[name]
    model = ScriptedModel(call["model"]) if "model" in call else None
    stage = Stage(shop, model)
    await stage.prepare(call.get("given", {}))
    for step in call["said"]:
        fresh, wanted = await stage.step(step)
        check_words(fresh, wanted, step)
    assert await stage.visits() == sorted(call.get("left", []))
    await check_rows(shop, call)
    assert model is None or not model.steps, "the model's script was not used up"


def check_words(fresh: list[Message], wanted: dict[str, Any], step: Any) -> None:
    """One answer to every burst of texts, with the words it must hold and none it must not."""
    answers = [one for one in fresh if one.kind in ("reply", "safety", "notice", "text_back")]
    texted = isinstance(step, str) or "texts" in wanted or "missed_call" in wanted
    expected = 0 if wanted.get("none") or not texted else wanted.get("answers", 1)
    assert len(answers) == expected, f"{step}: {[one.body for one in answers]}"
    said = " ".join(one.body for one in answers)
    for word in wanted.get("reply", ()):
        assert re.search(word, said, re.IGNORECASE), f"{step}: {word!r} is missing in {said!r}"
    for word in wanted.get("never", ()):
        assert not re.search(word, said, re.IGNORECASE), f"{step}: {word!r} stands in {said!r}"


async def check_rows(shop: Shop, call: dict[str, Any]) -> None:
    """What else must be in the store: columns of the customer, lead, thread, visit, and kinds of tasks."""
    tables = {"customer": Customer, "lead": Lead, "thread": Conversation}
    for name, table in tables.items():
        if name in call:
            whose = {"customer_id": (await shop.rows(Customer, phone=SARAH))[0].id} if name == "lead" else {}
            row = (await shop.rows(table, **(whose or {"phone": SARAH})))[-1]
            assert {column: getattr(row, column) for column in call[name]} == call[name]
    if "visit" in call:
        from storage.tables import Booking

        row = (await shop.rows(Booking, customer_phone=SARAH))[-1]
        assert {column: getattr(row, column) for column in call["visit"]} == call["visit"]
    if "tasks" in call:
        assert sorted(one.kind for one in await shop.rows(Task)) == sorted(call["tasks"])


async def test_every_answer_is_short_and_leaves_a_turn(shop: Shop) -> None:
    stage = Stage(shop)
    for text in ("Hi", "AC died, 12 Oak St 78701", "Monday at 9 works", "can we do Tuesday instead?", "2pm", "thanks"):
        for one in await stage.say(text):
            assert one.kind != "reply" or one.segments <= 2
    assert [one.source for one in await shop.rows(Turn)] == ["script"] * 6


async def test_a_moved_visit_keeps_its_id_and_its_former_time(shop: Shop) -> None:
    from storage.tables import Booking

    stage = Stage(shop)
    await stage.say("AC died, 12 Oak St 78701")
    await stage.say("Monday at 9 works")
    (before,) = await shop.rows(Booking)
    await stage.say("can we do Tuesday instead?")
    await stage.say("2pm")
    (after,) = await shop.rows(Booking)
    assert (after.id, wall(after.start_at)) == (before.id, "2026-11-24 14:00")
    assert after.previous_start_at == before.start_at
