"""U-15: a second line. Callsavvy's webhooks and its RPC door show the same people as every other door."""

import time
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
    seconds: float
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
    began = time.perf_counter()
    screen = server.http.post(webhook, json=rings)
    seconds = time.perf_counter() - began
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
    return Told(server, screen, seconds, server.sent(MARCUS, "text_back"), chat, keys)


def test_the_call_screen_names_sarah_and_her_visit_within_a_second(told: Told) -> None:
    answer = told.screen.json()
    assert (answer["status"], answer["caller_name"]) == ("success", "Sarah Jones")
    assert "Tuesday, November 24 at 9:00 AM" in answer["customer_info"]
    assert told.seconds < 1


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
