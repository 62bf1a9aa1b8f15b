"""The tools over the Model Context Protocol, called by the official client in both eras of the protocol."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import MCPError
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from storage.tables import AuditEntry, Booking, ToolCall
from tests.api.doors import key_of
from tests.fakes import SARAH, Shop
from tools.voice_schemas import VOICE_SCHEMAS

pytestmark = pytest.mark.engines("sqlite")

READS, BOTH = ("scheduling:read",), ("scheduling:read", "scheduling:write", "READ_CONVERSATIONS")
NAMES = [tool.tool_name() for tool in VOICE_SCHEMAS]
MONDAY_9 = "2026-11-23 09:00"
every_era = pytest.mark.parametrize("era", ["legacy", "2026-07-28", "auto"])
ARGUMENTS: dict[str, dict[str, Any]] = {
    "list_open_slots": {"service": "Diagnostic visit", "preferred_day": "Monday"},
    "book_job": {"slot": MONDAY_9, "name": "Sarah Jones", "service": "Diagnostic visit", "phone": SARAH},
    "reschedule": {"new_slot": "2026-11-24 09:00", "phone": SARAH},
    "get_conversation_summary": {"phone": SARAH},
    "find_my_bookings": {"phone": SARAH},
    "update_lead": {"phone": SARAH, "address": "12 Oak St"},
    "check_service_area": {"postal_code": "78701"},
    "hand_off": {"phone": SARAH, "message": "Please call me about the warranty."},
    "send_link": {"phone": SARAH},
    "cancel": {"phone": SARAH},
}


@asynccontextmanager
async def client_to(shop: Shop, *scopes: str, era: str = "auto") -> AsyncIterator[Client]:
    key = await key_of(shop, *scopes)
    shop.client.headers["Authorization"] = f"Bearer {key.secret}"
    transport = streamable_http_client("https://ringback.test/mcp", http_client=shop.client)
    async with Client(transport, mode=era) as client:
        yield client


def text_of(result: Any) -> str:
    (only,) = result.content
    return str(only.text)


@every_era
async def test_the_official_client_lists_the_tools_of_every_door(shop: Shop, era: str) -> None:
    async with client_to(shop, *BOTH, era=era) as client:
        assert [one.name for one in (await client.list_tools()).tools] == NAMES


@every_era
async def test_the_official_client_calls_every_tool(shop: Shop, era: str) -> None:
    async with client_to(shop, *BOTH, era=era) as client:
        told = {name: await client.call_tool(name, arguments) for name, arguments in ARGUMENTS.items()}
    assert set(told) == set(NAMES)
    assert {name: text_of(one) for name, one in told.items() if one.is_error} == {}
    assert text_of(told["book_job"]).startswith("Booked! Sarah Jones is confirmed")
    assert text_of(told["reschedule"]).startswith("Rescheduled!")
    assert text_of(told["cancel"]).startswith("Cancelled!")


async def test_a_visit_booked_here_stands_at_the_private_door(shop: Shop) -> None:
    async with client_to(shop, *BOTH) as client:
        await client.call_tool("book_job", ARGUMENTS["book_job"])
    listed = await (await key_of(shop, "READ_BOOKINGS")).get("/api/private/v1/bookings")
    (visit,) = listed["bookings"]
    assert (visit["customerPhone"], visit["scheduledStartAt"]) == (SARAH, "2026-11-23T15:00:00Z")


async def test_the_same_call_again_is_one_booking_and_the_same_words(shop: Shop) -> None:
    async with client_to(shop, *BOTH) as client:
        first, again = [text_of(await client.call_tool("book_job", ARGUMENTS["book_job"])) for _ in range(2)]
    assert first == again
    assert len(await shop.rows(Booking)) == 1


async def test_two_customers_of_one_client_are_two_bookings(shop: Shop) -> None:
    async with client_to(shop, *BOTH) as client:
        for phone, slot in ((SARAH, MONDAY_9), ("+15125550143", "2026-11-23 13:00")):
            await client.call_tool("book_job", {**ARGUMENTS["book_job"], "phone": phone, "slot": slot})
    assert len(await shop.rows(Booking)) == 2


async def test_a_credential_that_only_reads_sees_every_tool(shop: Shop) -> None:
    async with client_to(shop, *READS) as client:
        assert [one.name for one in (await client.list_tools()).tools] == NAMES


async def test_a_credential_that_only_reads_books_nothing_and_hears_which_scope(shop: Shop) -> None:
    async with client_to(shop, *READS) as client:
        told = await client.call_tool("book_job", ARGUMENTS["book_job"])
    assert told.is_error
    assert told.structured_content is not None
    assert told.structured_content["code"] == "INSUFFICIENT_SCOPE"
    assert "WRITE_BOOKINGS" in text_of(told)
    assert await shop.rows(Booking) == []


async def test_the_words_are_those_of_the_voice_door(shop: Shop) -> None:
    key = await key_of(shop, *BOTH)
    spoken = await key.post("/api/v1/scheduling/voice/any/slots", ARGUMENTS["list_open_slots"])
    async with client_to(shop, *BOTH) as client:
        assert text_of(await client.call_tool("list_open_slots", ARGUMENTS["list_open_slots"])) == spoken.text


@pytest.mark.parametrize(
    "arguments",
    [{}, {"slot": "soon"}, {"slot": 5, "name": ["x"]}, {"slot": MONDAY_9, "name": "{{name}}"}, {"slot": "\x00"}],
    ids=str,
)
async def test_arguments_that_make_no_sense_are_answered_with_a_code_and_a_sentence(
    shop: Shop, arguments: dict[str, Any]
) -> None:
    async with client_to(shop, *BOTH) as client:
        told = await client.call_tool("book_job", {"phone": SARAH, **arguments})
    assert told.is_error
    assert text_of(told).startswith("**BOOKING FAILED:")
    assert told.structured_content is not None
    assert told.structured_content["code"]
    assert await shop.rows(Booking) == []


async def test_a_tool_that_is_not_there_is_a_fault_of_the_protocol(shop: Shop) -> None:
    async with client_to(shop, *BOTH) as client:
        with pytest.raises(MCPError, match="book_job"):
            await client.call_tool("drop_tables", {})


async def test_every_call_is_kept_with_its_request(shop: Shop) -> None:
    async with client_to(shop, *BOTH) as client:
        await client.call_tool("find_my_bookings", {"phone": SARAH})
    (kept,) = await shop.rows(ToolCall)
    assert (kept.platform, kept.name, kept.channel) == ("mcp", "voice_my_bookings", "mcp")
    assert json.loads(kept.body or "")["params"]["arguments"] == {"phone": SARAH}


async def test_the_audit_names_the_door(shop: Shop) -> None:
    async with client_to(shop, *READS) as client:
        await client.list_tools()
    await shop.house.usage.flush()
    assert {one.action for one in await shop.rows(AuditEntry, actor_name="Acme Dispatch")} == {"POST /mcp"}


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.mark.parametrize("secret", [None, "rb_nobody"])
async def test_without_a_credential_it_is_401_and_says_how_to_bring_one(shop: Shop, secret: str | None) -> None:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    answer = await shop.client.post("/mcp", json=LIST, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_every_request_counts_against_the_credentials_rate(shop: Shop) -> None:
    key = await key_of(shop, *READS)
    answers = [await key.post("/mcp", LIST) for _ in range(61)]
    assert [one.status_code for one in answers[-2:]] == [200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_another_sites_page_may_not_call(shop: Shop) -> None:
    key = await key_of(shop, *READS)
    headers = {"Authorization": f"Bearer {key.secret}", "Origin": "https://evil.test"}
    assert (await shop.client.post("/mcp", json=LIST, headers=headers)).status_code == 403


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_there_is_no_stream_and_no_session(shop: Shop, method: str) -> None:
    key = await key_of(shop, *READS)
    assert (await key.ask(method, "/mcp")).status_code == 405


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"[" * 5000], ids=["cut", "list", "bytes", "deep"])
async def test_what_is_not_the_protocol_is_refused_without_a_stack_trace(shop: Shop, content: bytes) -> None:
    key = await key_of(shop, *READS)
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"}
    answer = await shop.client.post("/mcp", content=content, headers=headers)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


async def test_a_body_that_is_too_large_is_refused(shop: Shop) -> None:
    key = await key_of(shop, *READS)
    assert (await key.post("/mcp", {**LIST, "params": {"cursor": "x" * 70_000}})).status_code == 413
