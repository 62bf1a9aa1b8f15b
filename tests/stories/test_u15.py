"""U-15: a second line. Callsavvy's webhooks and its RPC door show the same people as every other door."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.stories.real_server import MARCUS, SARAH, RealServer

OVER = {
    "event": "callSummary",
    "call_direction": "Incoming",
    "call_department": "1",
    "caller_number": MARCUS,
    "recording_url": "",
    "call_duration": "0",
    "call_status": "finished",
}
VISIT = {
    "customerPhone": SARAH,
    "customerName": "Sarah Jones",
    "scheduledStartAt": "2026-11-24T15:00:00Z",
    "scheduledEndAt": "2026-11-24T16:30:00Z",
    "serviceLabel": "Diagnostic visit",
    "address": "12 Oak St",
    "postalCode": "78701",
}


@dataclass
class Told:
    """What the second line was told, and what came of it."""

    server: RealServer
    screen: httpx2.Response
    texts: list[dict[str, Any]]
    chat: httpx2.Response
    keys: dict[str, str]

    def rpc(self, resource: str, **headers: str) -> httpx2.Response:
        return self.server.http.post(f"/callsavvy/v1/{resource}", json={}, headers={**self.keys, **headers})


@pytest.fixture(scope="module")
def told(module_server: RealServer) -> Told:
    server = module_server
    webhook = f"/api/callsavvy/webhook/{server.company['webhook_tokens']['callsavvy']}"
    assert server.ask("POST", "/api/private/v1/bookings", json=VISIT).status_code == 201
    server.until(lambda: server.sent(SARAH, "confirmation"))
    rings = {"event": "callerInformation", "call_department": "1", "caller_number": SARAH, "call_status": "routing"}
    screen = server.http.post(webhook, json=rings)
    server.http.post(webhook, json=OVER)
    server.until(lambda: server.sent(MARCUS, "text_back"))
    server.http.post(webhook, json=OVER)
    server.pass_time(10)
    asked = {
        **{"event": "chatbotCallback", "original_message": "do you do drains?", "sender_name": "Ann"},
        **{"bot_name": "Site bot", "department": "Sales", "business_name": "Bluebird Heating"},
    }
    chat = server.http.post(webhook, data=asked)
    me = server.ask("GET", "/api/v1/me").json()
    keys = {"Public-Key": me["credential"]["id"], "Private-Key": server.key}
    return Told(server, screen, server.sent(MARCUS, "text_back"), chat, keys)


def test_the_call_screen_names_sarah_and_her_visit(told: Told) -> None:
    answer = told.screen.json()
    assert (answer["status"], answer["caller_name"]) == ("success", "Sarah Jones")
    assert "Tuesday, November 24 at 9:00 AM" in answer["customer_info"]


def test_a_call_without_talk_is_texted_back_once(told: Told) -> None:
    assert len(told.texts) == 1


def test_a_bot_gets_words_as_plain_text(told: Told) -> None:
    assert told.chat.status_code == 200
    assert told.chat.headers["content-type"].startswith("text/plain")
    assert told.chat.text.strip()


def test_leads_and_calls_are_the_same_people(told: Told) -> None:
    leads = {one["phone"] for one in told.rpc("getLeads").json()["data"]}
    v1 = told.server.ask("GET", "/api/v1/leads").json()["leads"]
    assert leads == {one["phone"] or "" for one in v1}
    assert {SARAH, MARCUS} <= leads
    assert MARCUS in {one["caller"] for one in told.rpc("getCalls").json()["data"]}


def test_get_is_not_recognised_there(told: Told) -> None:
    assert told.server.http.get("/callsavvy/v1/getLeads", headers=told.keys).status_code == 405


def test_bad_keys_get_the_envelope(told: Told) -> None:
    answer = told.rpc("getLeads", **{"Private-Key": "guessed"})
    assert answer.status_code == 401
    assert answer.json() == {"resource": "getLeads", "status": "error", "message": "Invalid API credentials"}


MONTH = {"start": "2026-11-01", "end": "2026-11-30"}
FIRST, LAST = "2026-11-01 05:00:00", "2026-12-01 06:00:00"  # the month in Austin, which puts its clocks back on the 1st
KIM, ANN = "+15125550151", "+15125550152"
RECORDED = {
    **OVER,
    "caller_number": ANN,
    "call_duration": "60",
    "recording_url": "https://recordings.example.com/ann.mp3",
}
RAW = {
    "missed_calls": "select id from calls where missed and started_at >= ? and started_at < ?",
    "text_backs_sent": "select id from messages where kind = 'text_back' and state in ('sent', 'delivered')"
    " and created_at >= ? and created_at < ?",
    "replies": "select id from messages o where kind = 'text_back' and state in ('sent', 'delivered')"
    " and created_at >= ? and created_at < ? and exists (select 1 from messages i where i.direction = 'in'"
    " and i.conversation_id = o.conversation_id and i.created_at > o.created_at)",
    "bookings": "select id from bookings where created_at >= ? and created_at < ?",
    "bookings_from_missed_calls": "select id from bookings b where created_at >= ? and created_at < ? and exists"
    " (select 1 from calls c where c.missed and c.lead_id = b.lead_id and c.started_at <= b.created_at)",
    "moved": "select booking_id from booking_events where event = 'moved' and at >= ? and at < ?",
    "cancelled": "select booking_id from booking_events where event = 'cancelled' and at >= ? and at < ?",
    "no_shows": "select booking_id from booking_events where event = 'no_show' and at >= ? and at < ?",
    "hand_offs": "select id from tasks where kind in ('call_back', 'emergency') and created_at >= ? and created_at < ?",
    "opt_outs": "select id from consent_events where event = 'opted_out' and at >= ? and at < ?",
    "failed_messages": "select id from messages where direction = 'out' and state = 'failed'"
    " and created_at >= ? and created_at < ?",
}


@pytest.fixture(scope="module")
def month(told: Told) -> dict[str, Any]:
    """The month's numbers: Kim books after her missed call, moves, and calls it off; Marcus stops; Ann smells gas."""
    server = told.server
    server.use_new_key()
    server.miss("CA-kim", sender=KIM)
    server.until(lambda: server.sent(KIM, "text_back"))
    server.miss("CA-kim-again", sender=KIM)
    server.pass_time(60)
    visit = {**VISIT, "customerPhone": KIM, "customerName": "Kim Novak"}
    visit |= {"scheduledStartAt": "2026-11-25T15:00:00Z", "scheduledEndAt": "2026-11-25T16:30:00Z"}
    made = server.ask("POST", "/api/private/v1/bookings", json=visit).json()["booking"]["id"]
    for change in ({"scheduledStartAt": "2026-11-25T19:00:00Z"}, {"status": "CANCELED"}):
        server.ask("PATCH", f"/api/private/v1/bookings/{made}", json=change).raise_for_status()
    server.text("STOP", sender=MARCUS)
    server.text("I smell gas", sender=ANN)
    server.pass_time(5)
    server.use_new_key()
    numbers: dict[str, Any] = server.ask("GET", "/api/v1/stats", params=MONTH).json()
    return numbers


@pytest.mark.parametrize("name", RAW)
def test_a_number_is_the_count_of_its_raw_rows(name: str, told: Told, month: dict[str, Any]) -> None:
    assert month[name] == len(told.server.rows(RAW[name], FIRST, LAST))


def test_every_number_counts_something_or_nothing_happened(month: dict[str, Any]) -> None:
    assert {name for name in RAW if not month[name]} == {"no_shows", "failed_messages"}


def test_every_numbers_link_opens_its_rows(told: Told, month: dict[str, Any]) -> None:
    assert set(month["links"]) == set(RAW)
    for name, link in month["links"].items():
        opened = told.server.ask("GET", link).json()
        raw = {one for (one,) in told.server.rows(RAW[name], FIRST, LAST)}
        assert (set(opened["ids"]), opened["total"]) == (raw, month[name]), name


def test_a_text_that_was_sent_is_not_counted_as_won_back(month: dict[str, Any]) -> None:
    assert month["text_backs_sent"] == 2
    assert month["bookings_from_missed_calls"] == 1


def sheet(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_sheet_has_the_same_totals(told: Told, month: dict[str, Any]) -> None:
    lines = sheet(told.server.ask("GET", "/api/v1/stats", params={**MONTH, "format": "csv"}))
    assert {line["number"]: int(line["value"]) for line in lines if line["number"] in RAW} == {
        name: month[name] for name in RAW
    }


def test_the_sheet_of_calls_has_every_call(told: Told, month: dict[str, Any]) -> None:
    lines = sheet(told.server.ask("GET", "/api/v1/calls", params={**MONTH, "exporting": "true"}))
    assert {line["id"] for line in lines} == {one for (one,) in told.server.rows("select id from calls")}
    assert sum(line["missed"] == "true" for line in lines) == month["missed_calls"]


def test_a_deleted_recording_is_gone_and_the_audit_names_who_and_when(told: Told) -> None:
    server = told.server
    server.use_new_key()
    webhook = f"/api/callsavvy/webhook/{server.company['webhook_tokens']['callsavvy']}"
    server.http.post(webhook, json=RECORDED).raise_for_status()
    calls = server.ask("GET", "/api/v1/calls", params={"phone": ANN}).json()["calls"]
    (call,) = [one for one in calls if one["recording"] == "available"]
    path = f"/api/v1/calls/{call['id']}/recording"
    assert server.ask("GET", path).status_code == 200
    me = server.ask("GET", "/api/v1/me").json()
    assert server.ask("DELETE", path).status_code == 204
    assert server.ask("GET", path).status_code == 404
    after = server.ask("GET", f"/api/v1/calls/{call['id']}")
    assert "recordings.example.com" not in after.text
    assert after.json()["recording_url"] is None
    query = "select actor_name, at from audit where action like '%recording%' and subject_id = ?"
    [(who, when)] = server.rows(query, call["id"])
    assert who == me["credential"]["name"]
    assert when[:10] == me["server_time"][:10]
