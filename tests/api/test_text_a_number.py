"""POST /api/v1/messages, and what a lead is worth to the office: what the RPC door does, on our own (CV-23, CV-37)."""

from typing import Any

import pytest

from storage.tables import Conversation, Message
from tests.api.doors import key_of
from tests.fakes import SARAH, Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


async def test_a_number_is_texted_in_a_thread_of_its_own(shop: Shop) -> None:
    answer = await (await key_of(shop)).post("/api/v1/messages", {"to": "512-555-0142", "body": "We open at eight."})
    assert (answer.status_code, answer.json()["to"], answer.json()["state"]) == (201, SARAH, "queued")
    assert [thread.phone for thread in await shop.rows(Conversation)] == [SARAH]


async def test_the_thread_under_way_is_used(shop: Shop) -> None:
    await shop.text("No heat", "SM1")
    await (await key_of(shop)).post("/api/v1/messages", {"to": SARAH, "body": "Dana is on her way."})
    assert len(await shop.rows(Conversation)) == 1


async def test_who_opted_out_is_not_texted(shop: Shop) -> None:
    await shop.text("STOP", "SM1")
    answer = await (await key_of(shop)).post("/api/v1/messages", {"to": SARAH, "body": "Hello"})
    assert (answer.status_code, answer.json()["code"]) == (422, "OPTED_OUT")


async def test_the_same_key_texts_once(shop: Shop) -> None:
    key = await key_of(shop)
    for _ in range(2):
        await key.post("/api/v1/messages", {"to": SARAH, "body": "Hello"}, key="k1")
    assert len(await shop.rows(Message)) == 1


@pytest.mark.parametrize(
    "body", [{"to": "12", "body": "Hi"}, {"to": SARAH}, {"to": SARAH, "body": "x" * 1601}], ids=str
)
async def test_what_cannot_be_texted_is_refused(shop: Shop, body: dict[str, Any]) -> None:
    assert (await (await key_of(shop)).post("/api/v1/messages", body)).status_code == 400


async def test_a_lead_carries_priority_and_worth(shop: Shop) -> None:
    key = await key_of(shop)
    made = (await key.post("/api/v1/leads", {"phone": SARAH, "priority": "Hot", "worth_cents": 300_000})).json()
    assert (made["priority"], made["worth_cents"]) == ("hot", 300_000)
    changed = await key.patch(f"/api/v1/leads/{made['id']}", {"priority": "cold"})
    assert (changed.json()["priority"], changed.json()["worth_cents"]) == ("cold", 300_000)


@pytest.mark.parametrize("wrong", [{"priority": "tepid"}, {"worth_cents": -1}, {"worth_cents": 10**12}], ids=str)
async def test_a_priority_or_worth_we_do_not_know_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    assert (await (await key_of(shop)).post("/api/v1/leads", {"phone": SARAH, **wrong})).status_code == 400
