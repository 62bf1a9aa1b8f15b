"""U-03: Sarah moves her visit by text, then cancels it by its link."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.real_server import SARAH, RealServer

MONDAY_NINE, TUESDAY_TWO = "2026-11-23T15:00:00Z", "2026-11-24T20:00:00Z"
LINK = re.compile(r"/book/bluebird/manage/[0-9a-f-]{36}")
HOURS = {
    "customerPhone": "+15125550177",
    "customerName": "Ann Lee",
    "scheduledStartAt": "2026-11-25T16:00:00Z",
    "scheduledEndAt": "2026-11-25T17:30:00Z",
    "serviceLabel": "Diagnostic visit",
}


@dataclass
class Told:
    """What happened, in the order it happened."""

    server: RealServer
    booked: dict[str, Any]
    jobs_before: list[tuple[Any, ...]]
    moved: dict[str, Any] = field(default_factory=dict)
    jobs_after: list[tuple[Any, ...]] = field(default_factory=list)
    moved_texts: list[dict[str, Any]] = field(default_factory=list)
    previews: list[httpx2.Response] = field(default_factory=list)
    after_previews: dict[str, Any] = field(default_factory=dict)
    cancelled: httpx2.Response | None = None
    after_cancel: dict[str, Any] = field(default_factory=dict)
    reminders: list[dict[str, Any]] = field(default_factory=list)
    before_the_end: httpx2.Response | None = None
    expired: httpx2.Response | None = None


def jobs(server: RealServer, booking_id: str) -> list[tuple[Any, ...]]:
    """The visit's reminders and confirmations waiting, as (key, state)."""
    query = "select dedupe_key, state from jobs where subject_kind = 'booking' and subject_id = ? and topic = 'remind'"
    return server.rows(f"{query} order by created_at, dedupe_key", booking_id)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Sarah's visit, from the booking to a day after its end."""
    folder: Path = tmp_path_factory.mktemp("u03")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.start()
    try:
        server.say("AC died, 12 Oak St 78701, Monday morning?")
        server.say("Monday at 9 works")
        confirmation = server.until(lambda: server.sent(SARAH, "confirmation"))[0]["body"]
        (booked,) = server.bookings(SARAH)
        told = Told(server, booked, jobs(server, booked["id"]))
        server.use_new_key()
        server.say("can we do Tuesday instead?")
        server.say("2pm")
        server.until(lambda: server.sent(SARAH, "moved"))
        (told.moved,) = server.bookings(SARAH)
        told.jobs_after = jobs(server, booked["id"])
        server.pass_time(120)
        told.moved_texts = server.sent(SARAH, "moved")
        found = LINK.search(confirmation)
        assert found
        link = found.group()
        told.previews = [server.http.get(link) for _ in range(3)]
        (told.after_previews,) = server.bookings(SARAH)
        told.cancelled = server.http.post(f"{link}/cancel")
        (told.after_cancel,) = server.bookings(SARAH)
        server.use_new_key()
        for instant in ("2026-11-23T20:30:00Z", "2026-11-24T18:30:00Z", "2026-11-24T20:01:00Z"):
            server.http.post("/api/sandbox/clock", json={"now": instant}).raise_for_status()
            idle(server)
        told.reminders = server.sent(SARAH, "reminder")
        set_clock(server, "2026-11-25T21:29:00Z")
        told.before_the_end = server.http.get(link)
        set_clock(server, "2026-11-25T21:31:00Z")
        told.expired = server.http.get(link)
        yield told
    finally:
        server.stop()


def set_clock(server: RealServer, instant: str) -> None:
    server.http.post("/api/sandbox/clock", json={"now": instant}).raise_for_status()


def idle(server: RealServer) -> None:
    """Wait until nothing that is due now is left to do."""
    now = server.http.get("/api/sandbox/clock").json()["now"]
    due = "select count(*) from jobs where state in ('queued', 'claimed') and due_at <= ?"
    server.until(lambda: server.rows(due, now.replace("T", " ").removesuffix("Z")) == [(0,)])


def test_the_same_visit_has_the_new_time(told: Told) -> None:
    assert told.booked["scheduledStartAt"] == MONDAY_NINE
    assert (told.moved["id"], told.moved["scheduledStartAt"]) == (told.booked["id"], TUESDAY_TWO)
    assert told.moved["status"] == "RESCHEDULED"


def test_the_visit_remembers_the_time_it_had(told: Told) -> None:
    assert told.moved["previousStartAt"] == MONDAY_NINE


def test_what_was_queued_for_the_old_time_is_superseded(told: Told) -> None:
    waiting = {key for key, state in told.jobs_before if state == "queued"}
    assert waiting
    assert {state for key, state in told.jobs_after if key in waiting} == {"superseded"}


def test_new_reminders_are_queued_for_the_new_time(told: Told) -> None:
    known = {key for key, _state in told.jobs_before}
    assert "queued" in {state for key, state in told.jobs_after if key not in known}


def test_one_text_says_it_is_moved(told: Told) -> None:
    (text,) = told.moved_texts
    assert "Tuesday, November 24 at 2:00 PM" in text["body"]


def test_three_looks_at_the_link_change_nothing(told: Told) -> None:
    assert [one.status_code for one in told.previews] == [200, 200, 200]
    assert told.after_previews == told.moved


def test_the_link_cancels_by_post(told: Told) -> None:
    assert told.cancelled is not None
    assert told.cancelled.status_code == 303
    assert told.after_cancel["status"] == "CANCELED"


def test_a_cancelled_visit_has_no_reminder_when_its_time_passes(told: Told) -> None:
    assert told.reminders == []


def test_the_link_opens_until_a_day_after_the_end(told: Told) -> None:
    assert told.before_the_end is not None
    assert told.before_the_end.status_code == 200


def test_a_day_and_a_minute_after_the_end_the_link_is_gone(told: Told) -> None:
    assert told.expired is not None
    assert told.expired.status_code == 410
    assert "555-0100" in told.expired.text


def private(server: RealServer) -> httpx2.Response:
    return server.ask("POST", "/api/private/v1/bookings", json=HOURS)


def public(server: RealServer) -> httpx2.Response:
    body = {"start_time": "2026-11-27T16:00:00Z", "phone": "+15125550178", "name": "Ann Lee"}
    return server.ask("POST", "/api/v1/bookings", json={**body, "event_type_id": "diagnostic-visit"})


def scheduling(server: RealServer) -> httpx2.Response:
    body = {"fullName": "Ann Lee", "phone": "+15125550179", "date": "2026-11-30", "time": "10:00"}
    return server.ask("POST", "/api/v1/scheduling-bookings", json={**body, "event_type_id": "diagnostic-visit"})


def voice(server: RealServer) -> httpx2.Response:
    given = {"slot": "2026-12-01 10:00", "name": "Ann Lee"}
    return server.voice("diagnostic-visit/book", call_id="c-token", caller="+15125550180", **given)


@pytest.mark.parametrize("door", [private, public, scheduling, voice], ids=lambda door: door.__name__)
def test_no_door_shows_the_token_when_it_books(door: Any, module_server: RealServer) -> None:
    module_server.use_new_key()
    answer = door(module_server)
    assert answer.status_code in (200, 201), answer.text
    tokens = module_server.rows("select management_token from bookings")
    assert tokens
    assert [token for (token,) in tokens if token in answer.text] == []
    assert '"managementToken"' not in answer.text
    assert '"management_token"' not in answer.text
