"""One process on SQLite and four on PostgreSQL give the same answers to the same calls, one at a time.

RINGBACK_TEST_CALLS asks for more calls than three hundred.
"""

import random
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.parallel.fleet import ALLOWED, Fleet, asked_for, running

CALLS = asked_for("RINGBACK_TEST_CALLS", 300)
DAYS = [f"2026-11-{day}" for day in (22, 23, 24, 25, 26, 27, 30)] + ["2026-12-01", "2026-12-02", "2026-11-31"]
MADE_BY_CHANCE = re.compile(r"id$|token|url|created|updated|expires|canceledat|^at$|^cursor$|^after$", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=booking:)[0-9a-f]{8}")

pytestmark = [pytest.mark.timeout(600), pytest.mark.engines("postgres")]


def masked(value: Any, name: str = "") -> Any:
    """A body without what chance or the time of day made; the rows of a list in an order that chance does not make."""
    if isinstance(value, dict):
        return {key: masked(inside, key) for key, inside in value.items()}
    if isinstance(value, list):
        inside = [masked(one) for one in value]
        return sorted(inside, key=repr) if name in ("bookings", "data") else inside
    if value is not None and MADE_BY_CHANCE.search(name):
        return "masked"
    return UUID.sub("masked", value) if isinstance(value, str) else value


def told(answer: httpx2.Response) -> tuple[int, Any]:
    kind = answer.headers.get("content-type", "")
    return answer.status_code, masked(answer.json() if "json" in kind else answer.text)


def script(count: int) -> list[tuple[str, str, Any]]:
    """Method, path and body of each call; `{visit}` stands for one of the visits booked so far."""
    dice = random.Random(20261121)
    calls: list[tuple[str, str, Any]] = []
    for number in range(count):
        day, at = (
            dice.choice(DAYS),
            f"{dice.choice((7, 8, 9, 10, 11, 13, 14, 15, 16)):02d}:{dice.choice(('00', '00', '07'))}",
        )
        phone = dice.choice([f"+151255502{n:02d}" for n in range(12)] + ["no phone"])
        service = dice.choice(("Diagnostic visit", "Water heater install", "Diagnostic visit", "Drains"))
        label = {"event_type_name": service}
        v1 = {**label, "start_time": f"{day}T{at}:00", "phone": phone, "name": "Sarah Jones"}
        private = {
            "customerPhone": phone,
            "scheduledStartAt": f"{day}T{at}:00",
            "scheduledEndAt": f"{day}T{int(at[:2]) + 2:02d}:{at[3:]}:00",
            "serviceLabel": service,
        }
        spoken = {"call": {"call_id": f"call_{number}", "direction": "inbound", "from_number": phone}}
        voice = "/api/v1/scheduling/voice"
        s = "/api/v1/scheduling-bookings"
        tag = f"{day} {at}"
        calls.append(
            dice.choice(
                [
                    ("GET", f"/api/private/v1/slots?from={day}", None),
                    ("GET", f"/api/v1/bookings/available-slots?start_date={day}&end_date=2026-12-03", None),
                    ("GET", "/api/private/v1/bookings?size=100", None),
                    ("GET", "/api/private/v1/bookings/{visit}", None),
                    ("POST", "/api/private/v1/bookings", private),
                    ("POST", "/api/private/v1/bookings", {**private, "scheduledEndAt": 7}),
                    ("POST", "/api/v1/bookings", v1),
                    ("POST", s, {**label, "fullName": "Sarah Jones", "phone": phone, "date": day, "time": at}),
                    ("POST", f"{s}/check-availability", {**label, "date": day, "time": at}),
                    ("PATCH", "/api/private/v1/bookings/{visit}", {"scheduledStartAt": f"{day}T{at}:00"}),
                    ("PATCH", "/api/v1/bookings/{visit}", {"start_time": f"{day}T{at}:00"}),
                    ("PATCH", "/api/private/v1/bookings/{visit}", {"status": "CANCELED"}),
                    ("DELETE", "/api/v1/bookings/{visit}", None),
                    ("POST", f"{s}/{{visit}}/{dice.choice(('mark-late', 'mark-no-show', 'mark-attended'))}", None),
                    ("POST", f"{voice}/any/slots", {**spoken, "name": "slots", "args": {"service": service}}),
                    ("POST", f"{voice}/diagnostic-visit/book", {**spoken, "args": {"slot": tag, "name": "Ann"}}),
                    ("POST", f"{voice}/cancel-booking", {**spoken, "args": {}}),
                    ("POST", f"{voice}/reschedule-booking", {**spoken, "args": {"new_slot": tag}}),
                    ("POST", f"{voice}/my-bookings", {**spoken, "args": {}}),
                ]
            )
        )
    return calls


class World:
    """A fleet as the script meets it: its credentials, and the visits it has booked so far."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.keys = fleet.keys(CALLS // ALLOWED + 1)
        self.visits = ["7b0f6f8e-0000-4000-8000-000000000000"]

    def ask(self, number: int, method: str, path: str, body: Any) -> httpx2.Response:
        url = self.fleet.doors[number % len(self.fleet.doors)]
        path = path.replace("{visit}", self.visits[number * 7 % len(self.visits)])
        key = self.keys[number // ALLOWED]
        if "/voice/" in path:
            return self.fleet.retell(path, body, credential=key, client=_Rooted(self.fleet, url))
        headers = {"Authorization": f"Bearer {key}"}
        answer = self.fleet.http.request(method, url + path, json=body, headers=headers)
        if answer.status_code == 201:
            shown = answer.json()
            shown = shown.get("data", shown)
            self.visits.append(shown.get("booking", shown)["id"])
        return answer


class _Rooted:
    """A client that sends what is meant for the first address to the one whose turn it is."""

    def __init__(self, fleet: Fleet, url: str) -> None:
        self.fleet, self.url = fleet, url

    def post(self, url: str, **more: Any) -> httpx2.Response:
        return self.fleet.http.post(url.replace(self.fleet.url, self.url, 1), **more)


def test_sqlite_and_four_processes_on_postgres_give_the_same_answers(tmp_path: Path, database_url: str) -> None:
    first, second = tmp_path / "one", tmp_path / "four"
    first.mkdir()
    second.mkdir()
    with (
        running(first, f"sqlite:///{first}/ringback.db", 1, work=False) as one,
        running(second, database_url, 4, work=False) as four,
    ):
        small, large = World(one), World(four)
        for number, call in enumerate(script(CALLS)):
            expected = told(small.ask(number, *call))
            assert told(large.ask(number, *call)) == expected, f"call {number}: {call}"
            assert expected[0] < 500, f"call {number}: {call}"
        assert len(small.visits) > CALLS // 50
