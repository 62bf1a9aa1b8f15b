"""Retell's webhooks: facts before hello, and calls as they are reported, in any order and twice (contract 2.9)."""

import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from retell.lib.webhook_auth import symmetric
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from storage.tables import Call, Lead, Message, Org
from tests.api.phone_line import MONDAY_9, Line, line_to
from tests.fakes import SARAH, SHOP, Shop, open_shop

pytestmark = pytest.mark.engines("sqlite")

STARTED = {
    "call_id": "call-1",
    "call_type": "phone_call",
    "direction": "inbound",
    "from_number": SARAH,
    "to_number": SHOP,
    "call_status": "ongoing",
    "start_timestamp": 1795276800000,
}
ENDED = {
    **STARTED,
    "call_status": "ended",
    "end_timestamp": 1795276860000,
    "duration_ms": 60000,
    "disconnection_reason": "user_hangup",
    "transcript": "User: Hi\nAgent: Bluebird Heating",
    "recording_url": "https://recordings.test/1.wav",
}
ANALYZED = {**ENDED, "call_analysis": {"call_summary": "Sarah asked for a quote."}}
EVENTS = {"call_started": STARTED, "call_ended": ENDED, "call_analyzed": ANALYZED}
KNOWN = {
    "business_name": "Bluebird Heating",
    "today": "Saturday, November 21, 2026",
    "timezone": "America/Chicago",
    "open_now": "false",
    "customer_name": "Sarah Jones",
    "returning_customer": "true",
    "upcoming_visits": "Diagnostic visit on Monday, November 23 at 9:00 AM",
    "last_summary": "",
    "urgency_words": (
        "gas smell, carbon monoxide, fire or smoke, electrical danger, water near power or no heat, someone vulnerable "
        "at home"
    ),
    "transfer_number": "+15125550113",
}


async def rings(shop: Shop, caller: Any = SARAH) -> httpx2.Response:
    body = {"event": "call_inbound", "call_inbound": {"agent_id": "a1", "from_number": caller, "to_number": SHOP}}
    return await shop.client.post(f"/api/retell/inbound/{shop.org.retell_token}", json=body)


async def tell(shop: Shop, name: str, **more: Any) -> httpx2.Response:
    body = {"event": name, "call": {**EVENTS.get(name, ENDED), **more}}
    return await shop.client.post(f"/api/retell/events/{shop.org.retell_token}", json=body)


async def the_call(shop: Shop) -> Call:
    (call,) = await shop.rows(Call)
    return call


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


async def test_sarah_is_known_before_hello(shop: Shop, line: Line) -> None:
    await line.has(MONDAY_9, customer_name="Sarah Jones")
    assert (await rings(shop)).json()["call_inbound"]["dynamic_variables"] == KNOWN


@pytest.mark.parametrize("caller", [SARAH, "anonymous", "", None, 5])
async def test_every_variable_is_a_string_whoever_rings(shop: Shop, caller: Any) -> None:
    known = (await rings(shop, caller)).json()["call_inbound"]["dynamic_variables"]
    assert set(known) == set(KNOWN)
    assert all(isinstance(one, str) for one in known.values())


async def test_the_last_conversation_is_known_too(shop: Shop) -> None:
    await shop.text("My furnace makes a loud noise", "SM1")
    assert "furnace" in (await rings(shop)).json()["call_inbound"]["dynamic_variables"]["last_summary"]


async def test_a_fault_of_ours_is_no_variables_and_200(shop: Shop) -> None:
    def broken(execution: ORMExecuteState) -> None:
        if "customers" in str(execution.statement):
            raise RuntimeError("the disk is gone")

    event.listen(Session, "do_orm_execute", broken)
    try:
        answer = await rings(shop)
    finally:
        event.remove(Session, "do_orm_execute", broken)
    assert (answer.status_code, answer.json()["call_inbound"]["dynamic_variables"]) == (200, {})


async def test_nonsense_is_no_variables_and_200(shop: Shop) -> None:
    answer = await shop.client.post(f"/api/retell/inbound/{shop.org.retell_token}", content=b"{")
    assert answer.json()["call_inbound"]["dynamic_variables"] == {}


@pytest.mark.parametrize("door", ["inbound", "events"])
async def test_another_token_is_nobodys(shop: Shop, door: str) -> None:
    assert (await shop.client.post(f"/api/retell/{door}/guessed", json={})).status_code == 404


@pytest.fixture
async def signed(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    async with open_shop(database_url, retell_api_key="key_before, key_of_nobody") as opened:
        yield opened


@pytest.mark.parametrize(("key", "status"), [("key_of_nobody", 204), ("key_before", 204), ("key_of_a_stranger", 401)])
async def test_events_are_signed(signed: Shop, key: str, status: int) -> None:
    body = json.dumps({"event": "call_ended", "call": ENDED})
    headers = {"X-Retell-Signature": symmetric["sign"](body, key)}
    path = f"/api/retell/events/{signed.org.retell_token}"
    assert (await signed.client.post(path, content=body.encode(), headers=headers)).status_code == status


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)), ids=" then ".join)
async def test_in_whatever_order_the_call_is_whole(shop: Shop, order: tuple[str, ...]) -> None:
    for name in order:
        assert (await tell(shop, name)).status_code == 204
    call = await the_call(shop)
    assert (call.status, call.seconds, call.summary) == ("completed", 60, "Sarah asked for a quote.")
    assert (call.transcript, call.disconnection_reason) == (ENDED["transcript"], "user_hangup")


@pytest.mark.engines("sqlite", "postgres")
async def test_an_event_that_comes_twice_counts_once(shop: Shop) -> None:
    for _ in range(2):
        await tell(shop, "call_ended", duration_ms=2000)
    assert len(await shop.rows(Message, kind="text_back")) == 1


async def test_a_short_call_without_a_booking_is_missed_and_texted_back(shop: Shop) -> None:
    await tell(shop, "call_ended", duration_ms=4000)
    call = await the_call(shop)
    assert (call.missed, call.textback) == (True, "queued")


async def test_a_longer_call_is_not_missed(shop: Shop) -> None:
    await tell(shop, "call_ended", duration_ms=5000)
    assert not (await the_call(shop)).missed


async def test_a_longer_call_leaves_a_lead(shop: Shop) -> None:
    await tell(shop, "call_ended")
    assert [one.source for one in await shop.rows(Lead)] == ["VOICE"]


async def test_a_call_that_never_connected_is_missed(shop: Shop) -> None:
    await tell(shop, "call_analyzed", duration_ms=None, end_timestamp=None, disconnection_reason="error_retell")
    assert (await the_call(shop)).missed


async def test_a_short_call_that_booked_is_not_missed(shop: Shop, line: Line) -> None:
    await shop.change(Org, missed_under_seconds=90)
    await line.say("diagnostic-visit/book", slot=MONDAY_9, name="Sarah Jones")
    await tell(shop, "call_ended")
    assert not (await the_call(shop)).missed


async def test_a_call_put_through_to_a_person_is_not_missed(shop: Shop) -> None:
    await tell(shop, "call_ended", duration_ms=2000, disconnection_reason="call_transfer")
    assert not (await the_call(shop)).missed


async def test_our_own_outgoing_call_is_not_missed(shop: Shop) -> None:
    await tell(shop, "call_ended", duration_ms=2000, direction="outbound", from_number=SHOP, to_number=SARAH)
    assert not (await the_call(shop)).missed


async def test_a_web_call_has_no_number_to_text(shop: Shop) -> None:
    body = {"event": "call_ended", "call": {"call_id": "web-1", "call_type": "web_call", "duration_ms": 1000}}
    await shop.client.post(f"/api/retell/events/{shop.org.retell_token}", json=body)
    assert (await the_call(shop)).skip_reason == "anonymous"


async def test_a_recording_is_kept_with_the_time_its_link_dies(shop: Shop) -> None:
    await tell(shop, "call_ended")
    call = await the_call(shop)
    assert (call.recording_url, call.details["recording_until"]) == (
        "https://recordings.test/1.wav",
        "2026-11-21T16:10:00+00:00",
    )


async def test_an_hours_words_are_not_too_many(shop: Shop) -> None:
    words = [{"word": "hello", "start": 0.1, "end": 0.2}] * 5000
    await tell(shop, "call_ended", transcript_object=[{"role": "user", "content": "hello", "words": words}])
    assert (await the_call(shop)).status == "completed"


@pytest.mark.parametrize("name", ["transcript_updated", "chat_started", "", "something_new"])
async def test_other_events_are_taken_and_change_nothing(shop: Shop, name: str) -> None:
    assert (await tell(shop, name)).status_code == 204
    assert await shop.rows(Call) == []
