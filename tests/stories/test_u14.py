"""U-14: day one of an owner: nothing there, eight answers, and the first caller is texted back."""

import html
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.browser import PASSWORD, Browser, owner
from tests.stories.real_server import RETELL_KEY, ROOT, SARAH, TAG, TWILIO_TOKEN, RealServer, free_port

ANSWERS = {
    "name": "Bluebird Heating",
    "trade": "hvac",
    "zone": "America/Chicago",
    "hours": "Mon-Fri 8:00-17:00",
    "zips": "78701-78759",
    "services": "Diagnostic visit:90:89,Water heater install:180",
    "technicians": "Dana Ruiz:+15125550111,Luis Ortega:+15125550112",
    "forward-to": "+15125550113",
}
MAY = ["READ_BOOKINGS", "WRITE_BOOKINGS", "READ_AVAILABILITY", "WRITE_AVAILABILITY", "READ_CONVERSATIONS"]


class NewServer(RealServer):
    """A server on a machine that knows nothing but eight answers: no demo company, no provider's account, no settings
    but where to listen and what time it is."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environ = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "RINGBACK_PUBLIC_URL": self.url,
            "RINGBACK_NOW": "2026-11-21T10:00:00-06:00",
            "RINGBACK_DATABASE_URL": f"sqlite:///{folder}/ringback.db",
        }
        self.http = httpx2.Client(base_url=self.url, timeout=30)
        self.process = None
        self.sids = 0

    def asked(self, *words: str, answers: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """A command with what is typed into it."""
        command = [sys.executable, "-m", "api", *words]
        settings = {**self.environ, **environ}
        return subprocess.run(
            command, cwd=self.folder, env=settings, input=answers, capture_output=True, text=True, timeout=60
        )


@dataclass
class Told:
    """What happened, in the order it happened."""

    server: NewServer
    first_words: str
    seconds: float
    number: str
    text_back: list[tuple[Any, ...]]
    checks: str
    signed_checks: str
    before: dict[str, set[str]]
    changed: httpx2.Response
    after: dict[str, set[str]]
    booking_id: str


def starts(server: NewServer) -> dict[str, set[str]]:
    """The open starts of Diagnostic visits on Wednesday, November 25, as every door tells them."""
    wednesday = "2026-11-25"
    day = {"date_from": wednesday, "date_to": wednesday, "event_type_id": "diagnostic-visit"}
    params = {"from": wednesday, "to": wednesday, "service": "diagnostic-visit"}
    private = server.ask("GET", "/api/private/v1/slots", params=params).json()["slots"]
    params = {"start_date": wednesday, "end_date": wednesday, "event_type_id": "diagnostic-visit"}
    v1 = server.ask("GET", "/api/v1/bookings/available-slots", params=params).json()["slots"]
    s3 = server.ask("POST", "/api/v1/scheduling-bookings/available-slots", json=day).json()["data"]["dates"]
    voice = server.ask(
        "POST",
        "/api/v1/scheduling/voice/diagnostic-visit/slots",
        json={"preferred_day": wednesday, "preferred_time": "after 2pm"},
    )
    page = server.http.get("/book/bluebird-heating", params={"service": "diagnostic-visit", "zip_code": "78701"}).text
    local = [one["start"].replace("T", " ")[:16] for one in v1]
    return {
        "private": {one["slot"] for one in private},
        "v1": {f"{one[:11]}{int(one[11:13]) - 6:02d}{one[13:]}" for one in local},
        "scheduling": {one["slot"] for each in s3 for one in each["slots"]},
        "voice": {one for one in TAG.findall(voice.text) if one.startswith(wednesday)},
        "page": {one for one in re.findall(r'value="(\d{4}-\d\d-\d\d \d\d:\d\d)"', page) if one.startswith(wednesday)},
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The owner's first minutes, and an early closing later on."""
    folder: Path = tmp_path_factory.mktemp("u14")
    server = NewServer(folder)
    began = time.perf_counter()
    first = server.asked("init", answers="\n".join(ANSWERS.values()) + "\n")
    assert first.returncode == 0, first.stderr
    server.start()
    try:
        [(number,)] = server.rows("select phone from entry_points where phone is not null")
        missed = {"CallSid": "CA1", "From": SARAH, "To": number, "DialCallStatus": "no-answer"}
        assert server.http.post("/api/twilio/voice/dial-complete", data=missed).status_code == 200
        query = "select to_phone, body from messages where kind = 'text_back' and state = 'sent'"
        text_back = server.until(lambda: server.rows(query))
        seconds = time.perf_counter() - began
        checks = server.asked("doctor", answers="").stdout
        providers = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": TWILIO_TOKEN}
        signed = server.asked("doctor", answers="", RETELL_API_KEY=RETELL_KEY, **providers).stdout
        server.key = server.ringback("credential", "create", "--name", "Owner", "--scopes", ",".join(MAY)).split()[0]
        before = starts(server)
        visit = {
            "customerPhone": SARAH,
            "scheduledStartAt": "2026-11-24T21:00:00Z",
            "scheduledEndAt": "2026-11-24T22:30:00Z",
            "serviceLabel": "Diagnostic visit",
        }
        booked = server.ask("POST", "/api/private/v1/bookings", json=visit)
        assert booked.status_code == 201, booked.text
        (hours,) = server.ask("GET", "/api/v1/schedule-templates").json()["schedule_templates"]
        shorter = [{**one, "end": "16:00"} for one in hours["schedule"]]
        path = f"/api/v1/schedule-templates/{hours['id']}"
        changed = server.ask("PUT", path, json={"name": hours["name"], "schedule": shorter})
        made = booked.json()["booking"]["id"]
        yield Told(
            server, first.stdout, seconds, number, text_back, checks, signed, before, changed, starts(server), made
        )
    finally:
        server.stop()


def test_eight_answers_and_a_start_are_enough_for_the_first_text_back(told: Told) -> None:
    [(to, body)] = told.text_back
    assert to == SARAH
    assert "Bluebird Heating" in body
    assert told.seconds < 600


def test_init_says_what_to_do_next(told: Told) -> None:
    assert "ringback serve" in told.first_words
    assert f"To={told.number}" in told.first_words


def findings(printed: str) -> dict[str, str]:
    """The word of each integration in what the doctor printed."""
    lines = re.findall(r"^(ok|missing|wrong) +(\S+(?: \S+)*?)  +(.*)$", printed, re.MULTILINE)
    return {name: state for state, name, _says in lines}


def test_the_doctor_has_a_line_for_each_integration(told: Told) -> None:
    found = findings(told.checks)
    assert {"database", "business", "worker", "twilio", "retell", "model"} <= set(found)
    assert (found["database"], found["business"], found["worker"]) == ("ok", "ok", "ok")
    assert (found["twilio"], found["retell"], found["model"]) == ("missing", "missing", "missing")


def test_what_is_missing_comes_with_the_next_step(told: Told) -> None:
    for step in ("TWILIO_ACCOUNT_SID", "RETELL_API_KEY", "OPENAI_API_KEY"):
        assert step in told.checks


def test_the_doctor_tries_a_signature_of_both_providers(told: Told) -> None:
    lines = {name: line for line in told.signed_checks.splitlines() for name in ("twilio", "retell") if name in line}
    assert {name: line.split()[0] for name, line in lines.items()} == {"twilio": "ok", "retell": "ok"}
    assert all("signature" in line for line in lines.values())


def test_before_the_change_three_oclock_is_open_at_every_door(told: Told) -> None:
    assert {door for door, open_at in told.before.items() if "2026-11-25 15:00" not in open_at} == set()


def test_closing_at_four_takes_three_oclock_from_every_door(told: Told) -> None:
    assert told.changed.status_code == 200, told.changed.text
    assert {door for door, open_at in told.after.items() if "2026-11-25 14:00" not in open_at} == set()
    assert {door for door, open_at in told.after.items() if max(open_at) > "2026-11-25 14:30"} == set()


def test_the_visit_at_three_oclock_stays(told: Told) -> None:
    kept = told.server.ask("GET", f"/api/private/v1/bookings/{told.booking_id}").json()["booking"]
    assert (kept["status"], kept["scheduledStartAt"]) == ("CONFIRMED", "2026-11-24T21:00:00Z")


def test_the_visit_is_listed_as_outside_the_new_hours(told: Told) -> None:
    assert told.changed.json()["outside_hours_booking_ids"] == [told.booking_id]
    listed = told.server.ask("GET", "/api/v1/availability/outside-hours").json()
    assert [one["id"] for one in listed["bookings"]] == [told.booking_id]


@pytest.fixture(scope="module")
def set_up(module_server: RealServer) -> str:
    """The console's set-up page as its owner sees it."""
    return owner(module_server).page("/console/set-up")


def test_the_set_up_page_shows_the_exact_addresses(module_server: RealServer, set_up: str) -> None:
    tokens = module_server.company["webhook_tokens"]
    for path in (
        "twilio/voice/inbound",
        "twilio/sms/inbound",
        f"retell/inbound/{tokens['retell']}",
        f"callsavvy/webhook/{tokens['callsavvy']}",
    ):
        assert f"{module_server.url}/api/{path}<" in set_up


def test_the_set_up_page_has_tools_to_paste_into_retell(set_up: str) -> None:
    found = re.search(r'<pre[^>]* id="tools-json"[^>]*>(.*?)</pre>', set_up, re.DOTALL)
    assert found
    tools = json.loads(html.unescape(found[1]))
    assert tools
    assert {one["parameters"]["type"] for one in tools} == {"object"}


def test_the_set_up_page_calls_and_names_the_registration(set_up: str) -> None:
    assert "/console/set-up/call" in set_up
    assert "carrier_registration" in set_up


def test_a_wrong_invite_leads_nowhere(module_server: RealServer) -> None:
    assert Browser(module_server).get("/console/invite/guessed").status_code == 404


def test_an_invite_opens_once_and_gives_the_role_chosen(module_server: RealServer) -> None:
    body = {"email": "joe@bluebird.example", "role": "admin"}
    link = module_server.ask("POST", "/api/v1/invites", json=body).json()["link"].removeprefix(module_server.url)
    joe = Browser(module_server)
    assert "admin" in joe.page(link)
    assert joe.post(link, name="Joe", new=PASSWORD, again=PASSWORD).status_code == 303
    assert joe.get("/console").status_code == 200
    assert module_server.rows("select role from staff where email = 'joe@bluebird.example'") == [("admin",)]
    assert Browser(module_server).get(link).status_code == 410
