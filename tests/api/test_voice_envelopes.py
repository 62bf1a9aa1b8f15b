"""How a tool call arrives, who may send one, and what is answered when something breaks (contract 2.6)."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from retell.lib.webhook_auth import symmetric
from sqlalchemy import Engine, event

from api import voice
from storage.tables import ToolCall
from tests.api.phone_line import BOOK, MONDAY_9, SLOTS, TUESDAY_8, WEDNESDAY_9, Line, line_to
from tests.fakes import SARAH, SHOP, Shop, open_shop
from tests.people import SUCCESS

pytestmark = pytest.mark.engines("sqlite")

KEY = "key_of_nobody"
PREFIXES = {
    SLOTS: "SLOT LOOKUP FAILED:",
    BOOK: "**BOOKING FAILED:",
    "cancel-booking": "BOOKING CANCELLATION FAILED:",
    "reschedule-booking": "RESCHEDULE FAILED:",
    "my-bookings": "VISIT LOOKUP FAILED:",
    "context": "VISIT LOOKUP FAILED:",
    "message": "MESSAGE FAILED:",
    "send-link": "LINK FAILED:",
}
CALL = {"call_id": "call-1", "direction": "inbound", "from_number": SARAH}


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


@pytest.fixture
async def signed(database_url: str, anyio_backend: str) -> AsyncIterator[Line]:
    """The shop holds Retell's key."""
    async with open_shop(database_url, retell_api_key=KEY) as opened:
        yield await line_to(opened)


def signature(body: str, key: str = KEY, at: int | None = None) -> str:
    made: str = symmetric["sign"](body, key, at)
    return made


SHAPES: dict[str, Any] = {
    "wrapped": lambda args: {"name": "book", "call": CALL, "args": args},
    "arguments as text": lambda args: {"name": "book", "call": CALL, "args": json.dumps(args)},
    "arguments beside the call": lambda args: {"call": CALL, **args},
    "arguments only": lambda args: {**args, "phone": SARAH},
    "a field nobody defined": lambda args: {"call": CALL, "args": {**args, "execution_message": "One moment"}},
    "a chat": lambda args: {"chat": {"chat_id": "chat-1"}, "args": {**args, "phone": SARAH}},
    "an outgoing call": lambda args: {
        "call": {"call_id": "c", "direction": "outbound", "from_number": SHOP, "to_number": SARAH},
        "args": args,
    },
    "from our own number": lambda args: {
        "call": {"call_id": "c", "from_number": SHOP, "to_number": SARAH},
        "args": args,
    },
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
async def test_every_envelope_books_the_same_for_sarah(line: Line, shape: Any) -> None:
    answer = await line.post(BOOK, shape({"slot": MONDAY_9, "name": "Sarah Jones"}))
    assert answer.text.startswith("Booked! Sarah Jones is confirmed")
    assert [one.customer_phone for one in await line.visits()] == [SARAH]


async def test_beside_a_call_a_bare_name_is_the_tools(line: Line) -> None:
    answer = await line.post(BOOK, {"name": "book_job", "call": CALL, "slot": MONDAY_9})
    assert answer.headers["x-ringback-code"] == "MISSING_FIELDS"


@pytest.mark.parametrize("tool", PREFIXES)
@pytest.mark.parametrize("body", [b"", b"{}", b" "], ids=["nothing", "an empty object", "a space"])
async def test_a_probe_is_answered_with_a_sentence(line: Line, tool: str, body: bytes) -> None:
    answer = await line.post(tool, content=body)
    assert answer.status_code == 200
    assert answer.text.startswith(("Offering: ", "New caller: ", PREFIXES[tool]))


@pytest.mark.parametrize("tool", PREFIXES)
@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b'{"args": 5}', b'{"args": "{"}', b"[" * 60_000])
async def test_what_cannot_be_read_is_a_failure_with_200(line: Line, tool: str, body: bytes) -> None:
    answer = await line.post(tool, content=body)
    assert (answer.status_code, answer.headers["x-ringback-code"]) == (200, "INVALID_BODY")
    assert answer.text.startswith(PREFIXES[tool])


@pytest.mark.engines("sqlite", "postgres")
async def test_what_no_database_keeps_is_left_out(line: Line) -> None:
    strange = {"slot": MONDAY_9, "name": "Sarah\x00 Jones", "extra": ["\x00", "\ud800", 1e999]}
    body = json.dumps({"call": CALL, "args": strange}).encode()
    assert (await line.post(BOOK, content=body)).text.startswith("Booked! Sarah Jones")


@pytest.mark.parametrize("tool", PREFIXES)
async def test_without_a_credential_401_begins_with_the_prefix(line: Line, tool: str) -> None:
    answer = await line.post(tool, {}, Authorization="Bearer nobody")
    assert answer.status_code == 401
    assert answer.text.startswith(PREFIXES[tool])


async def test_a_reader_may_not_book(shop: Shop) -> None:
    answer = await (await line_to(shop, "READ_BOOKINGS")).say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    assert answer.status_code == 403
    assert answer.text.endswith("[code: INSUFFICIENT_SCOPE]")


@pytest.mark.parametrize("tool", PREFIXES)
async def test_a_body_beyond_64_kb_is_413_in_plain_text(line: Line, tool: str) -> None:
    answer = await line.post(tool, content=b'{"x":"' + b"a" * 70_000 + b'"}')
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith(PREFIXES[tool])


async def test_the_sixty_first_call_of_a_minute_is_429(line: Line) -> None:
    for _ in range(60):
        await line.post("my-bookings", {})
    answer = await line.post(BOOK, {})
    assert answer.status_code == 429
    assert answer.text.startswith("**BOOKING FAILED:")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_slash_at_the_end_is_no_redirect(line: Line) -> None:
    assert (await line.say("my-bookings/")).status_code == 200


async def test_the_short_path_is_the_same_door(line: Line) -> None:
    headers = {"Authorization": f"Bearer {line.secret}"}
    answer = await line.shop.client.post(f"/scheduling/voice/{SLOTS}", json={}, headers=headers)
    assert answer.text.startswith("Offering: ")


async def test_what_retell_signed_is_accepted(signed: Line) -> None:
    body = json.dumps({"call": CALL, "args": {"slot": MONDAY_9, "name": "Señora Muñoz"}}, ensure_ascii=False)
    answer = await signed.post(BOOK, content=body.encode(), **{"X-Retell-Signature": signature(body)})
    assert answer.text.startswith("Booked! Señora Muñoz is confirmed")


async def test_escaped_accents_verify_too(signed: Line) -> None:
    body = json.dumps({"call": CALL, "args": {"slot": MONDAY_9, "name": "Señora Muñoz"}})
    answer = await signed.post(BOOK, content=body.encode(), **{"X-Retell-Signature": signature(body)})
    assert answer.text.startswith("Booked! Señora Muñoz is confirmed")


MINUTES = 60_000
FORGED: dict[str, Any] = {
    "another key": lambda now: signature("{}", "key_of_a_stranger"),
    "six minutes old": lambda now: signature("{}", at=now - 6 * MINUTES),
    "six minutes ahead": lambda now: signature("{}", at=now + 6 * MINUTES),
    "another body": lambda now: signature("{ }"),
    "capitals": lambda now: signature("{}").upper(),
    "swapped": lambda now: ",".join(reversed(signature("{}").split(","))),
    "nothing": lambda now: "",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_wrong_signature_is_401_with_the_prefix(signed: Line, forged: Any) -> None:
    signed.shop.clock.at = datetime.now(UTC)  # a stamp near either clock counts, and the real one passes the shop's
    header = {"X-Retell-Signature": forged(int(time.time() * 1000))}
    answer = await signed.post(BOOK, content=b"{}", **header)
    assert answer.status_code == 401
    assert answer.text.startswith("**BOOKING FAILED:")


async def test_an_unsigned_body_is_refused_before_it_is_read(signed: Line) -> None:
    assert (await signed.post(BOOK, content=b"{")).status_code == 401


async def test_vapi_signs_nothing_and_is_let_in_by_its_credential(signed: Line) -> None:
    assert (await signed.post(SLOTS, vapi([item(0, "nested", {})]))).status_code == 200


def item(number: int, shape: str, args: Any) -> dict[str, Any]:
    named: dict[str, Any] = {"id": f"tc_{number}", "type": "function"}
    if shape == "nested":
        return {**named, "function": {"name": "book_job", "arguments": args}}
    return {**named, "name": "book_job", "arguments" if shape == "flat" else "parameters": args}


def vapi(items: list[dict[str, Any]]) -> dict[str, Any]:
    call = {"id": "vc_1", "type": "inboundPhoneCall"}
    return {"message": {"type": "tool-calls", "call": call, "customer": {"number": SARAH}, "toolCallList": items}}


@pytest.mark.parametrize("shape", ["nested", "flat", "parameters"])
@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
async def test_vapis_six_shapes_book(line: Line, shape: str, as_text: bool) -> None:
    args = {"slot": MONDAY_9, "name": "Sarah Jones"}
    answer = await line.post(BOOK, vapi([item(1, shape, json.dumps(args) if as_text else args)]))
    (result,) = answer.json()["results"]
    assert result["toolCallId"] == "tc_1"
    assert result["result"].startswith("Booked! Sarah Jones")


async def test_vapi_hears_one_line(line: Line) -> None:
    answer = await line.post(SLOTS, vapi([item(1, "nested", {})]))
    assert "\n" not in answer.json()["results"][0]["result"]


async def test_vapis_calls_fail_one_by_one_and_keep_their_order(line: Line) -> None:
    calls = [
        item(1, "nested", {"slot": MONDAY_9, "name": "Sarah Jones"}),
        item(2, "nested", {"slot": MONDAY_9, "name": "{{user_name}}"}),
        item(3, "nested", {"slot": WEDNESDAY_9, "name": "Sarah Jones"}),
    ]
    results = (await line.post(BOOK, vapi(calls))).json()["results"]
    assert [one["toolCallId"] for one in results] == ["tc_1", "tc_2", "tc_3"]
    assert ["result" in one for one in results] == [True, False, True]


@pytest.fixture
def fault() -> Any:
    """Every new booking breaks in the database, and the exception knows whose it was."""

    def broken(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO bookings"):
            raise RuntimeError("Sarah Jones, +15125550142, 12 Oak St")

    event.listen(Engine, "before_cursor_execute", broken)
    yield
    event.remove(Engine, "before_cursor_execute", broken)


@pytest.mark.engines("sqlite", "postgres")
async def test_a_bug_is_a_failure_with_200_and_no_visit(shop: Shop, line: Line, fault: Any) -> None:
    answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    assert answer.status_code == 200
    assert answer.text.startswith("**BOOKING FAILED:")
    assert answer.text.endswith("[code: INTERNAL_ERROR]")
    assert await line.visits() == []
    assert [(one.ok, one.code) for one in await shop.rows(ToolCall)] == [(False, "INTERNAL_ERROR")]


async def test_a_bug_is_logged_without_the_person(line: Line, fault: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones", address="12 Oak St")
    assert "bug RuntimeError" in caplog.text
    assert not any(one in caplog.text for one in ("Sarah", "5550142", "Oak"))


@pytest.mark.engines("sqlite", "aiosqlite", "postgres")
async def test_what_took_too_long_has_failed_and_left_nothing(
    shop: Shop, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO bookings"):
            time.sleep(0.4)

    monkeypatch.setattr(voice, "ANSWER_WITHIN", 0.3)
    event.listen(Engine, "before_cursor_execute", slow)
    try:
        answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
        await asyncio.sleep(0.3)
    finally:
        event.remove(Engine, "before_cursor_execute", slow)
    assert answer.headers["x-ringback-code"] == "UPSTREAM_UNAVAILABLE"
    assert await line.visits() == []


async def test_no_failure_holds_a_word_of_success(line: Line) -> None:
    await line.has(TUESDAY_8, "+15125550166")
    failures = [
        await line.say(BOOK, slot=TUESDAY_8, name="Sarah Jones"),
        await line.say(BOOK, slot="2026-11-24 08:10", name="Sarah Jones"),
        await line.say(BOOK, slot="yesterday", name="Sarah Jones"),
        await line.say(BOOK, slot="2027-11-24 08:00", name="Sarah Jones"),
        await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones", phone="12"),
        await line.say("cancel-booking"),
        await line.say("reschedule-booking", new_slot=TUESDAY_8),
        await line.say("message"),
    ]
    assert {one.headers["x-ringback-outcome"] for one in failures} == {"failed"}
    assert [one.text for one in failures if any(word in one.text for word in SUCCESS)] == []
