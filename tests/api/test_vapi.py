"""Vapi's server messages: a call told in any order and twice, its report, its secret, and danger it let pass."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from storage.tables import Booking, Call, Job, Message, Task
from tests.api.doors import key_of
from tests.api.phone_line import MONDAY_9
from tests.fakes import SARAH, SHOP, Shop, open_shop

pytestmark = pytest.mark.engines("sqlite")

CALL = {
    "id": "vc_1",
    "orgId": "org_1",
    "type": "inboundPhoneCall",
    "createdAt": "2026-11-21T15:57:59.000Z",
    "updatedAt": "2026-11-21T15:59:01.000Z",
    "customer": {"number": SARAH},
}
OURS = {"provider": "twilio", "number": SHOP, "twilioAccountSid": "AC1"}
STARTED = {"type": "status-update", "status": "in-progress", "phoneNumber": OURS, "call": CALL}
ENDED = {**STARTED, "status": "ended", "endedReason": "customer-ended-call"}
REPORT: dict[str, Any] = {
    "type": "end-of-call-report",
    "endedReason": "customer-ended-call",
    "phoneNumber": OURS,
    "call": CALL,
    "startedAt": "2026-11-21T15:58:00.000Z",
    "endedAt": "2026-11-21T15:59:00.000Z",
    "artifact": {
        "transcript": "AI: Bluebird Heating.\nUser: What does a visit cost?",
        "recordingUrl": "https://recordings.test/vc_1.wav",
    },
    "analysis": {"summary": "Asked for the price of a visit."},
}
MESSAGES = {"started": STARTED, "ended": ENDED, "report": REPORT}


async def tell(shop: Shop, message: dict[str, Any], **headers: str) -> httpx2.Response:
    path = f"/api/vapi/events/{shop.org.vapi_token}"
    return await shop.client.post(path, json={"message": message}, headers=headers)


async def the_call(shop: Shop) -> Call:
    (call,) = await shop.rows(Call)
    return call


def with_words(*words: str, call_id: str = "vc_1", **more: Any) -> dict[str, Any]:
    artifact = {**REPORT["artifact"], "transcript": "\n".join(words)}
    return {**REPORT, "call": {**CALL, "id": call_id}, "artifact": artifact, **more}


@pytest.mark.parametrize("order", list(itertools.permutations(MESSAGES)), ids=" then ".join)
async def test_in_whatever_order_the_call_is_whole(shop: Shop, order: tuple[str, ...]) -> None:
    for name in order:
        assert (await tell(shop, MESSAGES[name])).status_code == 200
    call = await the_call(shop)
    assert (call.provider, call.status, call.seconds, call.from_phone) == ("vapi", "completed", 60, SARAH)
    assert (call.summary, call.disconnection_reason) == ("Asked for the price of a visit.", "customer-ended-call")
    assert call.recording_url == "https://recordings.test/vc_1.wav"


async def test_a_short_call_without_a_booking_is_texted_back_once_however_often_it_is_reported(shop: Shop) -> None:
    short = {**REPORT, "endedAt": "2026-11-21T15:58:03.000Z"}
    for message in (short, short, ENDED):
        await tell(shop, message)
    assert len(await shop.rows(Message, kind="text_back")) == 1


async def test_a_short_call_that_booked_is_not_missed(shop: Shop) -> None:
    key = await key_of(shop, "scheduling:read", "scheduling:write")
    function = {"name": "book_job", "arguments": {"slot": MONDAY_9, "name": "Sarah Jones"}}
    asked = {"type": "tool-calls", "call": CALL, "toolCallList": [{"id": "tc_1", "function": function}]}
    await key.post("/api/v1/scheduling/voice/any/book", {"message": asked})
    assert len(await shop.rows(Booking)) == 1
    await tell(shop, {**REPORT, "endedAt": "2026-11-21T15:58:03.000Z"})
    assert not (await the_call(shop)).missed


async def test_a_call_put_through_to_a_person_is_not_missed(shop: Shop) -> None:
    await tell(shop, {**REPORT, "endedAt": None, "endedReason": "assistant-forwarded-call"})
    call = await the_call(shop)
    assert (call.missed, call.answered_by, call.status) == (False, "person", "completed")


async def test_an_outgoing_calls_customer_is_the_one_called(shop: Shop) -> None:
    await tell(shop, {**REPORT, "call": {**CALL, "type": "outboundPhoneCall"}})
    call = await the_call(shop)
    assert (call.direction, call.from_phone, call.to_phone) == ("outbound", SHOP, SARAH)


@pytest.mark.parametrize("kind", ["assistant-request", "conversation-update", "speech-update", "hang", "", "new"])
async def test_other_messages_are_taken_and_change_nothing(shop: Shop, kind: str) -> None:
    assert (await tell(shop, {"type": kind, "call": CALL})).status_code == 200
    assert await shop.rows(Call) == []


async def test_another_token_is_nobodys(shop: Shop) -> None:
    assert (await shop.client.post("/api/vapi/events/guessed", json={"message": REPORT})).status_code == 404


@pytest.fixture
async def guarded(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    async with open_shop(database_url, vapi_server_secret="old-secret, new-secret") as opened:
        yield opened


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Vapi-Secret": "new-secret"}, 200),
        ({"X-Vapi-Secret": "old-secret"}, 200),
        ({"Authorization": "Bearer new-secret"}, 200),
        ({"X-Vapi-Secret": "guess"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({}, 401),
    ],
    ids=str,
)
async def test_where_there_is_a_secret_it_is_asked_for(guarded: Shop, headers: dict[str, str], status: int) -> None:
    assert (await tell(guarded, REPORT, **headers)).status_code == status
    assert len(await guarded.rows(Call)) == (status == 200)


GAS = ("AI: How can I help?", "User: I want a tune-up.", "User: There is a strong gas smell in my kitchen.")


async def test_danger_nobody_acted_on_makes_one_emergency_task_an_alert_and_the_safety_text(shop: Shop) -> None:
    for message in (with_words(*GAS), with_words(*GAS), ENDED):
        await tell(shop, message)
    (task,) = await shop.rows(Task)
    assert (task.kind, task.urgency, task.text) == ("emergency", "emergency", "Gas smell.")
    assert len(await shop.rows(Message, kind="safety")) == 1
    assert len(await shop.rows(Job, topic="alert")) == 1


async def test_danger_the_agent_handed_over_is_not_raised_twice(shop: Shop) -> None:
    key = await key_of(shop, "scheduling:read", "scheduling:write")
    function = {"name": "hand_off", "arguments": {"message": "Strong gas smell in the kitchen"}}
    asked = {"type": "tool-calls", "call": CALL, "toolCallList": [{"id": "tc_1", "function": function}]}
    await key.post("/api/v1/scheduling/voice/message", {"message": asked})
    await tell(shop, with_words(*GAS))
    assert len(await shop.rows(Task)) == 1
    assert await shop.rows(Message, kind="safety") == []


@pytest.mark.parametrize(
    "words",
    [
        ("AI: Do you smell gas?", "User: No, nothing like that."),
        ("AI: If you smell gas, leave the house.", "User: My gas bill is high."),
    ],
    ids=["denied", "a bill"],
)
async def test_the_agents_own_words_alarm_nobody(shop: Shop, words: tuple[str, ...]) -> None:
    await tell(shop, with_words(*words))
    assert await shop.rows(Task) == []


async def test_a_yes_to_the_agents_question_is_what_was_asked(shop: Shop) -> None:
    await tell(shop, with_words("AI: I am sorry. Do you smell gas?", "User: Yes, I do."))
    assert [one.text for one in await shop.rows(Task)] == ["Gas smell."]


async def test_danger_from_a_withheld_number_is_a_task_all_the_same(shop: Shop) -> None:
    await tell(shop, with_words(*GAS) | {"call": {"id": "vc_2", "type": "webCall"}})
    (task,) = await shop.rows(Task)
    assert task.urgency == "emergency"


def test_vapis_own_types_take_the_messages_tried_here() -> None:
    from vapi.core.serialization import convert_and_respect_annotation_metadata as by_wire_names
    from vapi.types import ServerMessageEndOfCallReport, ServerMessageStatusUpdate

    ended = by_wire_names(object_=ENDED, annotation=ServerMessageStatusUpdate, direction="read")
    assert ServerMessageStatusUpdate.model_validate(ended).ended_reason == "customer-ended-call"
    report = by_wire_names(object_=REPORT, annotation=ServerMessageEndOfCallReport, direction="read")
    told = ServerMessageEndOfCallReport.model_validate(report)
    assert told.artifact.recording_url == REPORT["artifact"]["recordingUrl"]
