"""The call log: filters, CSV, recordings that are never shown dead, and what each tool was asked and answered."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from api.csv_export import cell
from storage.sweeping import sweep
from storage.tables import AuditEntry, Booking, Call, ProviderEvent, ToolCall
from tests.api.doors import Key, key_of, second_business
from tests.api.phone_line import BOOK, MONDAY_9, SLOTS, Line, line_to
from tests.api.test_retell import tell
from tests.fakes import SARAH, SHOP, Shop, open_shop
from tests.people import MARCUS

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
async def key(shop: Shop) -> Key:
    return await key_of(shop)


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


@pytest.fixture
async def busy(shop: Shop, line: Line) -> Shop:
    """A morning: Sarah booked, Marcus hung up at once, somebody was put through, the office rang Sarah."""
    await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones", call_id="booked")
    await tell(shop, "call_ended", call_id="booked", call_analysis={"call_summary": "=HYPERLINK(0)"})
    await tell(shop, "call_ended", call_id="short", from_number=MARCUS, duration_ms=2000)
    await tell(shop, "call_ended", call_id="through", from_number=MARCUS, disconnection_reason="call_transfer")
    await tell(shop, "call_ended", call_id="out", direction="outbound", from_number=SHOP, to_number=SARAH)
    return shop


EVERYONE = {"booked", "short", "through", "out"}
NARROWED = {
    "": EVERYONE,
    "direction=outbound": {"out"},
    "missed=true": {"short"},
    "outcome=booked": {"booked"},
    "outcome=MISSED": {"short"},
    "outcome=person": {"through"},
    "answered_by=person": {"through"},
    "phone=512-555-0142": {"booked", "out"},
    "channel=retell&status=completed": EVERYONE,
    "channel=twilio": set(),
    "rate=5": set(),
    "date_from=2026-11-21&date_to=2026-11-21": EVERYONE,
    "start=2026-11-22": set(),
    "end=2026-11-20": set(),
}


@pytest.mark.engines("sqlite", "postgres")
async def test_the_list_is_narrowed_by_what_is_asked(busy: Shop, key: Key) -> None:
    await busy.change(Call, started_at=busy.clock.now())
    listed = {query: await key.get(f"/api/v1/calls?{query}") for query in NARROWED}
    assert {query: {one["provider_id"] for one in one["calls"]} for query, one in listed.items()} == NARROWED
    assert {query: one["total"] for query, one in listed.items()} == {q: len(ids) for q, ids in NARROWED.items()}


async def test_an_outcome_nobody_knows_is_refused_with_the_list(shop: Shop, key: Key) -> None:
    answer = await key.ask("GET", "/api/v1/calls?outcome=great")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert "voicemail" in answer.json()["fix"]


async def test_the_csv_has_as_many_rows_as_the_list_counts(busy: Shop, key: Key) -> None:
    for query in ("", "missed=true", "phone=%2B15125550142"):
        total = (await key.get(f"/api/v1/calls?size=1&{query}"))["total"]
        answer = await key.ask("GET", f"/api/v1/calls?exporting=true&size=1&{query}")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert len(list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))) == total > 0


async def test_the_csv_says_what_the_list_says_and_runs_nothing(busy: Shop, key: Key) -> None:
    headers = {"Authorization": f"Bearer {key.secret}", "Accept": "text/csv"}
    text = (await busy.client.get("/api/v1/calls?outcome=booked", headers=headers)).text
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    (shown,) = (await key.get("/api/v1/calls?outcome=booked"))["calls"]
    assert (row["id"], row["from"], row["outcome"], row["seconds"]) == (shown["id"], SARAH, "booked", "60")
    assert row["summary"] == "'=HYPERLINK(0)"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1 or so", "'+1 or so"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("+15125550142", "+15125550142"),
        (-5, "-5"),
        (None, ""),
        (True, "true"),
        ("a, b", "a, b"),
    ],
)
def test_a_cell_is_never_a_formula(value: Any, written: str) -> None:
    assert cell(value) == written


async def recorded(shop: Shop) -> str:
    await tell(shop, "call_ended")
    (call,) = await shop.rows(Call)
    return call.id


async def test_a_recording_is_a_link_for_a_few_minutes(shop: Shop, key: Key) -> None:
    call_id = await recorded(shop)
    assert (await key.get(f"/api/v1/calls/{call_id}"))["recording"] == "available"
    told = await key.get(f"/api/v1/calls/{call_id}/recording")
    assert told["expires_at"] == "2026-11-21T16:05:00Z"
    path = told["url"].removeprefix("https://ringback.test")
    answer = await shop.client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://recordings.test/1.wav")
    shop.clock.advance(timedelta(minutes=5))
    assert (await shop.client.get(path)).status_code == 410


async def test_a_link_never_outlives_the_platforms_own(shop: Shop, key: Key) -> None:
    call_id = await recorded(shop)
    shop.clock.advance(timedelta(minutes=8))
    assert (await key.get(f"/api/v1/calls/{call_id}/recording"))["expires_at"] == "2026-11-21T16:10:00Z"


async def test_a_dead_recording_is_not_shown(shop: Shop, key: Key) -> None:
    call_id = await recorded(shop)
    shop.clock.advance(timedelta(minutes=11))
    shown = await key.get(f"/api/v1/calls/{call_id}")
    assert (shown["recording"], shown["recording_url"]) == ("expired", None)
    answer = await key.ask("GET", f"/api/v1/calls/{call_id}/recording")
    assert (answer.status_code, answer.json()["code"]) == (410, "LINK_EXPIRED")


@pytest.mark.parametrize("link", ["guessed", "WyJhIiwiYiIsMV0.x"])
async def test_a_link_we_did_not_sign_is_nobodys(shop: Shop, link: str) -> None:
    assert (await shop.client.get(f"/api/recordings/{link}")).status_code == 404


async def test_a_deleted_recording_is_gone_and_the_audit_says_who_and_when(shop: Shop, key: Key) -> None:
    call_id = await recorded(shop)
    path = (await key.get(f"/api/v1/calls/{call_id}/recording"))["url"].removeprefix("https://ringback.test")
    assert (await key.ask("DELETE", f"/api/v1/calls/{call_id}/recording")).status_code == 204
    shown = await key.get(f"/api/v1/calls/{call_id}")
    assert (shown["recording"], shown["recording_url"]) == ("deleted", None)
    assert (await key.ask("GET", f"/api/v1/calls/{call_id}/recording")).status_code == 404
    assert (await shop.client.get(path)).status_code == 404
    (line,) = await shop.rows(AuditEntry, action="recording.deleted")
    assert (line.actor_name, line.subject_id, line.at) == ("Acme Dispatch", call_id, shop.clock.now())


async def test_a_later_report_does_not_bring_a_deleted_recording_back(shop: Shop, key: Key) -> None:
    call_id = await recorded(shop)
    await key.ask("DELETE", f"/api/v1/calls/{call_id}/recording")
    await tell(shop, "call_analyzed", recording_url="https://recordings.test/1.wav")
    assert (await key.get(f"/api/v1/calls/{call_id}"))["recording"] == "deleted"
    assert "recordings.test" not in json.dumps([one.payload for one in await shop.rows(ProviderEvent)])


async def test_to_delete_a_recording_takes_the_account(shop: Shop) -> None:
    call_id = await recorded(shop)
    reader = await key_of(shop, "READ_CONVERSATIONS", "WRITE_MESSAGES")
    assert (await reader.ask("DELETE", f"/api/v1/calls/{call_id}/recording")).status_code == 403


async def test_another_businesses_recording_is_not_there(shop: Shop) -> None:
    call_id = await recorded(shop)
    other = await key_of(shop, org=await second_business(shop))
    for method in ("GET", "DELETE"):
        assert (await other.ask(method, f"/api/v1/calls/{call_id}/recording")).status_code == 404


@pytest.mark.engines("sqlite", "postgres")
async def test_a_calls_tools_are_kept_as_they_were_asked_and_answered(shop: Shop, key: Key, line: Line) -> None:
    spoken = [await line.say(SLOTS, preferred_day="Monday")]
    for slot in (MONDAY_9, MONDAY_9, "{{slot}}"):
        shop.clock.advance(timedelta(seconds=5))
        spoken.append(await line.say(BOOK, slot=slot, name="Sarah Jones"))
    await tell(shop, "call_ended")
    (call,) = await shop.rows(Call)
    kept = (await key.get(f"/api/v1/calls/{call.id}/tool-calls"))["tool_calls"]
    assert [one["answer"] for one in kept] == [one.text for one in spoken]
    assert [one["tool"] for one in kept] == ["list_open_slots", "book_job", "book_job", "book_job"]
    assert [one["code"] for one in kept] == [None, None, None, "UNSUBSTITUTED_VARIABLE"]
    assert [json.loads(one["body"])["args"]["slot"] for one in kept[1:]] == [MONDAY_9, MONDAY_9, "{{slot}}"]
    assert [one["replay_of"] for one in kept] == [None, None, kept[1]["id"], None]
    assert all(one["platform"] == "retell" and one["milliseconds"] >= 0 for one in kept)


async def test_each_call_in_one_request_is_kept_by_its_place(shop: Shop, key: Key, line: Line) -> None:
    calls = [
        {"id": f"tc_{n}", "function": {"name": "book_job", "arguments": {"slot": slot, "name": "Sarah Jones"}}}
        for n, slot in enumerate((MONDAY_9, "2026-11-23 13:00"))
    ]
    message = {"type": "tool-calls", "call": {"id": "vc_1", "customer": {"number": SARAH}}, "toolCallList": calls}
    await line.post(BOOK, {"message": message})
    kept = (await key.get("/api/v1/tool-calls?platform=vapi&ok=true"))["tool_calls"]
    assert {(one["call_id"], one["arguments"]["slot"]) for one in kept} == {
        ("vc_1", MONDAY_9),
        ("vc_1", "2026-11-23 13:00"),
    }
    for one in kept:
        told = (await key.post(f"/api/v1/tool-calls/{one['id']}/replay")).json()
        assert told["now"]["answer"].split(" from ")[0] == told["then"]["answer"].split(" from ")[0]


@pytest.mark.engines("sqlite", "postgres")
async def test_a_body_that_is_not_json_is_kept_too(shop: Shop, key: Key, line: Line) -> None:
    await line.post(SLOTS, content=b'{"args": \x00')
    (kept,) = (await key.get("/api/v1/tool-calls"))["tool_calls"]
    assert (kept["code"], kept["body"]) == ("INVALID_BODY", '{"args": ')


@pytest.mark.engines("sqlite", "postgres")
async def test_a_replay_shows_both_answers_and_changes_nothing(shop: Shop, key: Key, line: Line) -> None:
    taken = (await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")).text
    (kept,) = await shop.rows(ToolCall)
    (visit,) = await shop.rows(Booking)
    await line.cancel(visit.id)
    await line.has(MONDAY_9, MARCUS)
    before = await shop.rows(Booking)
    told = (await key.post(f"/api/v1/tool-calls/{kept.id}/replay")).json()
    assert (told["tool"], told["then"]["answer"], told["same"]) == ("book_job", taken, False)
    assert told["now"]["code"] == "SLOT_UNAVAILABLE"
    assert told["now"]["answer"].startswith("**BOOKING FAILED:")
    assert [(one.id, one.status) for one in await shop.rows(Booking)] == [(one.id, one.status) for one in before]
    assert len(await shop.rows(ToolCall)) == 1


async def test_a_replay_of_a_booking_that_could_be_made_makes_none(shop: Shop, key: Key, line: Line) -> None:
    await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    (kept,) = await shop.rows(ToolCall)
    (visit,) = await shop.rows(Booking)
    await line.cancel(visit.id)
    told = (await key.post(f"/api/v1/tool-calls/{kept.id}/replay")).json()
    assert told["now"]["answer"].startswith("Booked!")
    assert [one.status for one in await shop.rows(Booking)] == ["cancelled"]


async def test_a_replay_needs_the_tools_own_scope(shop: Shop, line: Line) -> None:
    await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    (kept,) = await shop.rows(ToolCall)
    reader = await key_of(shop, "READ_CONVERSATIONS")
    answer = await reader.post(f"/api/v1/tool-calls/{kept.id}/replay")
    assert (answer.status_code, answer.json()["required"]) == (403, ["WRITE_BOOKINGS"])


async def test_outside_the_sandbox_there_is_no_replay(database_url: str) -> None:
    live = {"twilio_account_sid": "AC1", "twilio_auth_token": "t"}
    async with open_shop(database_url, sandbox=False, **live) as shop:
        line = await line_to(shop)
        await line.say(SLOTS)
        (kept,) = await shop.rows(ToolCall)
        answer = await (await key_of(shop)).post(f"/api/v1/tool-calls/{kept.id}/replay")
        assert answer.status_code == 404


@pytest.mark.engines("sqlite", "postgres")
async def test_what_was_asked_is_forgotten_after_thirty_days_and_what_was_answered_is_not(
    shop: Shop, key: Key, line: Line
) -> None:
    await line.say(SLOTS)
    shop.clock.advance(timedelta(days=30, minutes=1))
    await shop.house.db.write(lambda session: sweep(session, shop.clock.now()))
    (kept,) = (await key.get("/api/v1/tool-calls"))["tool_calls"]
    assert kept["body"] is None
    assert kept["answer"].startswith("Offering:")
    assert (await key.post(f"/api/v1/tool-calls/{kept['id']}/replay")).status_code == 404


async def test_another_businesses_tool_calls_are_not_there(shop: Shop, line: Line) -> None:
    await line.say(SLOTS)
    (kept,) = await shop.rows(ToolCall)
    other = await key_of(shop, org=await second_business(shop))
    assert (await other.get("/api/v1/tool-calls"))["total"] == 0
    assert (await other.ask("GET", f"/api/v1/tool-calls/{kept.id}")).status_code == 404
    assert (await other.post(f"/api/v1/tool-calls/{kept.id}/replay")).status_code == 404
