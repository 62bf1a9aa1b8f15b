"""ElevenLabs' webhooks: facts before hello, the signed transcript after the call, and danger in it."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from api import signatures
from storage.tables import Call, Message, Task
from tests.api.doors import booked, key_of
from tests.api.test_retell import KNOWN
from tests.fakes import SARAH, SHOP, Shop, open_shop

pytestmark = pytest.mark.engines("sqlite")

SECRET = "wsec_test"
DATA: dict[str, Any] = {
    "agent_id": "agent_1",
    "conversation_id": "conv_1",
    "status": "done",
    "transcript": [
        {"role": "agent", "message": "Bluebird Heating.", "time_in_call_secs": 0},
        {"role": "user", "message": "What does a visit cost?", "time_in_call_secs": 3},
        {"role": "user", "message": None, "time_in_call_secs": 4},
    ],
    "metadata": {
        "start_time_unix_secs": 1795276680,
        "call_duration_secs": 60,
        "termination_reason": "Call ended by remote party",
        "phone_call": {
            "type": "twilio",
            "direction": "inbound",
            "phone_number_id": "p1",
            "agent_number": SHOP,
            "external_number": SARAH,
            "stream_sid": "MZ1",
            "call_sid": "CA1",
        },
    },
    "analysis": {"call_successful": "success", "transcript_summary": "Asked for the price of a visit."},
    "has_audio": True,
    "has_user_audio": True,
    "has_response_audio": True,
    "has_auxiliary_audio": False,
}


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    seconds = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v0={digest}"


async def tell(shop: Shop, kind: str = "post_call_transcription", **more: Any) -> httpx2.Response:
    body = json.dumps({"type": kind, "event_timestamp": 1795276800, "data": {**DATA, **more}}).encode()
    headers = {"ElevenLabs-Signature": signed(body), "Content-Type": "application/json"}
    return await shop.client.post(f"/api/elevenlabs/events/{shop.org.elevenlabs_token}", content=body, headers=headers)


async def the_call(shop: Shop) -> Call:
    (call,) = await shop.rows(Call)
    return call


async def test_the_transcript_after_the_call_makes_the_call(shop: Shop) -> None:
    assert (await tell(shop)).status_code == 200
    call = await the_call(shop)
    assert (call.provider, call.provider_id, call.from_phone, call.to_phone) == ("elevenlabs", "conv_1", SARAH, SHOP)
    assert (call.seconds, call.status, call.summary) == (60, "completed", "Asked for the price of a visit.")
    assert call.transcript == "Agent: Bluebird Heating.\nUser: What does a visit cost?"


async def test_a_report_that_comes_twice_counts_once(shop: Shop) -> None:
    for _ in range(2):
        await tell(shop, metadata={**DATA["metadata"], "call_duration_secs": 2})
    assert len(await shop.rows(Message, kind="text_back")) == 1


async def test_danger_nobody_acted_on_makes_an_emergency_task(shop: Shop) -> None:
    await tell(shop, transcript=[{"role": "user", "message": "I smell gas in the basement"}])
    assert [one.urgency for one in await shop.rows(Task)] == ["emergency"]


async def test_a_call_that_could_not_be_made_is_nobodys_missed_call(shop: Shop) -> None:
    await tell(shop, "call_initiation_failure", failure_reason="busy", transcript=None)
    call = await the_call(shop)
    assert (call.direction, call.missed, call.disconnection_reason) == ("outbound", False, "Call ended by remote party")


@pytest.mark.parametrize("kind", ["post_call_audio", "", "something_new"])
async def test_other_reports_are_taken_and_change_nothing(shop: Shop, kind: str) -> None:
    assert (await tell(shop, kind)).status_code == 200
    assert await shop.rows(Call) == []


async def test_sarah_is_known_before_hello(shop: Shop) -> None:
    await booked(await key_of(shop))
    asked = {"caller_id": SARAH, "agent_id": "agent_1", "called_number": SHOP, "call_sid": "CA1"}
    answer = (await shop.client.post(f"/api/elevenlabs/inbound/{shop.org.elevenlabs_token}", json=asked)).json()
    assert answer["type"] == "conversation_initiation_client_data"
    assert set(answer["dynamic_variables"]) == set(KNOWN)
    assert answer["dynamic_variables"]["upcoming_visits"] == KNOWN["upcoming_visits"]


async def test_nonsense_before_hello_is_no_facts_and_200(shop: Shop) -> None:
    path = f"/api/elevenlabs/inbound/{shop.org.elevenlabs_token}"
    answer = await shop.client.post(path, content=b"{")
    assert (answer.status_code, answer.json()["dynamic_variables"]) == (200, {})


@pytest.mark.parametrize("door", ["inbound", "events"])
async def test_another_token_is_nobodys(shop: Shop, door: str) -> None:
    assert (await shop.client.post(f"/api/elevenlabs/{door}/guessed", json={})).status_code == 404


@pytest.fixture
async def guarded(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    async with open_shop(database_url, elevenlabs_webhook_secret=f"wsec_old,{SECRET}") as opened:
        yield opened


BODY = json.dumps({"type": "post_call_transcription", "data": DATA}).encode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (lambda: signed(BODY), 200),
        (lambda: signed(BODY, "wsec_old"), 200),
        (lambda: signed(BODY, at=int(time.time()) - 1500), 200),
        (lambda: signed(BODY, at=int(time.time()) - 4000), 401),
        (lambda: signed(BODY, "wsec_other"), 401),
        (lambda: signed(BODY + b" "), 401),
        (lambda: signed(BODY).upper(), 401),
        (lambda: "", 401),
        (lambda: None, 401),
    ],
    ids=["ours", "the old key", "25 minutes", "stale", "another key", "another body", "upper case", "empty", "none"],
)
async def test_a_report_is_signed_over_its_bytes(guarded: Shop, header: Callable[[], str | None], status: int) -> None:
    guarded.clock.at = datetime.now(UTC)  # a stamp near either clock counts, and the real one passes the shop's
    signature = header()
    headers = {"Content-Type": "application/json", **({} if signature is None else {"ElevenLabs-Signature": signature})}
    path = f"/api/elevenlabs/events/{guarded.org.elevenlabs_token}"
    assert (await guarded.client.post(path, content=BODY, headers=headers)).status_code == status
    assert len(await guarded.rows(Call)) == (status == 200)


def test_the_vendors_own_library_accepts_what_we_accept() -> None:
    from elevenlabs.client import ElevenLabs

    construct = ElevenLabs(api_key="none").webhooks.construct_event
    assert construct(BODY.decode(), signed(BODY), SECRET)["type"] == "post_call_transcription"
    with pytest.raises(Exception, match=r"does not match"):
        construct(BODY.decode(), signed(BODY, "wsec_other"), SECRET)


def test_the_known_answer_checks() -> None:
    body = b'{"type":"post_call_transcription","event_timestamp":1700000000,"data":{"conversation_id":"conv_1"}}'
    header = "t=1700000000,v0=443aa6aad184163cc7842a5ae1b6a437addc1cba93c870d2a900ca86c60ef3c3"
    assert signatures.elevenlabs([SECRET], body, header, datetime.fromtimestamp(1700000060, UTC))


def test_the_vendors_own_types_take_the_report_tried_here() -> None:
    from elevenlabs.types import GetConversationResponseModel

    told = GetConversationResponseModel.model_validate(DATA)
    assert told.metadata.phone_call is not None
    assert told.metadata.phone_call.external_number == SARAH
