"""Sixteen people want each of twenty-five times at once, from one process or several: each time is sold once.

RINGBACK_TEST_SLOTS asks for more times, up to two hundred.
"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest

from tests.parallel.fleet import ALLOWED, Fleet, asked_for, running
from tests.stories.real_server import TAG

ABOUT = 16
SLOTS = min(asked_for("RINGBACK_TEST_SLOTS", 25), 200)
AUSTIN = ZoneInfo("America/Chicago")
VISIT = timedelta(minutes=90)
MONDAY = date(2026, 11, 23)
THANKSGIVING = date(2026, 11, 26)

pytestmark = pytest.mark.timeout(600)


def wanted(count: int) -> list[datetime]:
    """Starts in UTC that do not overlap: four on each working day."""
    days = [MONDAY + timedelta(days=ahead) for ahead in range(count)]
    working = [day for day in days if day.weekday() < 5 and day != THANKSGIVING]
    return [
        datetime(day.year, day.month, day.day, hour, tzinfo=AUSTIN).astimezone(UTC)
        for day in working
        for hour in (8, 10, 12, 14)
    ][:count]


def as_slot(start: datetime) -> str:
    return f"{start.astimezone(AUSTIN):%Y-%m-%d %H:%M}"


def from_slot(slot: str) -> datetime:
    return datetime.strptime(slot, "%Y-%m-%d %H:%M").replace(tzinfo=AUSTIN).astimezone(UTC)


class Racer:
    """One of the sixteen: its own connection, its own credentials, a new phone number each time."""

    def __init__(self, fleet: Fleet, number: int, keys: list[str]) -> None:
        self.fleet, self.number, self.keys = fleet, number, keys
        self.client = httpx2.Client(base_url=fleet.doors[number % len(fleet.doors)], timeout=60)

    def phone(self, turn: int) -> str:
        return f"+1512{200 + self.number:03d}{turn:04d}"

    def by_the_private_door(self, turn: int, start: datetime) -> httpx2.Response:
        body = {
            "customerPhone": self.phone(turn),
            "scheduledStartAt": start.isoformat(),
            "scheduledEndAt": (start + VISIT).isoformat(),
            "serviceLabel": "Diagnostic visit",
        }
        headers = {"Authorization": f"Bearer {self.keys[turn // ALLOWED]}"}
        return self.client.post("/api/private/v1/bookings", json=body, headers=headers)

    def by_the_voice_door(self, turn: int, start: datetime) -> httpx2.Response:
        path = f"{self.client.base_url}".rstrip("/") + "/api/v1/scheduling/voice/diagnostic-visit/book"
        call = {"call_id": f"{self.number}-{turn}", "direction": "inbound", "from_number": self.phone(turn)}
        body = {"name": "book", "call": call, "args": {"slot": as_slot(start), "name": "Sarah Jones"}}
        return Fleet.retell(_At(self.client), path, body, credential=self.keys[turn // ALLOWED], client=self.client)


class _At:
    """What `RealServer.retell` needs of a server when the path is a whole URL."""

    url = ""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http


def race(fleet: Fleet, starts: list[datetime]) -> list[list[httpx2.Response]]:
    """Everybody's answers, time by time; all sixteen are let go at the same moment."""
    each = (len(starts) - 1) // ALLOWED + 1
    keys = fleet.keys(ABOUT * each)
    racers = [Racer(fleet, number, keys[number * each : (number + 1) * each]) for number in range(ABOUT)]
    line = threading.Barrier(ABOUT)

    def run(racer: Racer) -> list[httpx2.Response]:
        speaks = racer.number // len(fleet.doors) % 2 == 1
        answers = []
        for turn, start in enumerate(starts):
            # Every second time is wanted through two doors at once.
            ask = racer.by_the_voice_door if speaks and turn % 2 else racer.by_the_private_door
            line.wait(60)
            answers.append(ask(turn, start))
        racer.client.close()
        return answers

    with ThreadPoolExecutor(ABOUT) as pool:
        return [list(of_one_time) for of_one_time in zip(*pool.map(run, racers), strict=True)]


def is_won(answer: httpx2.Response) -> bool:
    return answer.status_code == 201 or answer.text.startswith("Booked!")


def is_spoken(answer: httpx2.Response) -> bool:
    return answer.headers["content-type"].startswith("text/plain")


def refusal(answer: httpx2.Response) -> tuple[int, str | None]:
    code = answer.headers.get("x-ringback-code") if is_spoken(answer) else answer.json().get("code")
    return answer.status_code, code


def offered(answer: httpx2.Response) -> list[str]:
    return TAG.findall(answer.text) if is_spoken(answer) else [one["slot"] for one in answer.json()["alternatives"]]


def open_at_the_end(fleet: Fleet, last: datetime) -> set[str]:
    """The open starts until a month after the last time that was raced for."""
    headers = {"Authorization": f"Bearer {fleet.keys(1)[0]}"}
    found: set[str] = set()
    day = MONDAY
    while day < last.date() + timedelta(days=31):
        params = {"from": f"{day}", "to": f"{day + timedelta(days=30)}", "service": "diagnostic-visit"}
        answer = fleet.http.get(f"{fleet.doors[-1]}/api/private/v1/slots", params=params, headers=headers)
        found |= {one["slot"] for one in answer.json()["slots"]}
        day += timedelta(days=31)
    return found


def sold(fleet: Fleet) -> list[tuple[str, str, str]]:
    """Every visit that stands: technician, start and end."""
    headers = {"Authorization": f"Bearer {fleet.keys(1)[0]}"}
    rows: list[dict[str, str]] = []
    for page in range(1, 4):
        params = {"size": 100, "page": page}
        rows += fleet.http.get(f"{fleet.doors[0]}/api/private/v1/bookings", params=params, headers=headers).json()[
            "bookings"
        ]
    return [(one["technicianId"], one["scheduledStartAt"], one["scheduledEndAt"]) for one in rows]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("processes", [1, 2])
def test_processes_on_one_sqlite_file_sell_a_time_once(tmp_path: Path, database_url: str, processes: int) -> None:
    sells_each_time_once(tmp_path, database_url, processes)


@pytest.mark.engines("postgres")
def test_four_processes_on_one_postgres_database_sell_a_time_once(tmp_path: Path, database_url: str) -> None:
    sells_each_time_once(tmp_path, database_url, 4)


def sells_each_time_once(folder: Path, database_url: str, processes: int) -> None:
    starts = wanted(SLOTS)
    with running(folder, database_url, processes, work=processes < 4) as fleet:
        rounds = race(fleet, starts)
        still_open = open_at_the_end(fleet, starts[-1])
        visits = sold(fleet)
    assert [sum(is_won(one) for one in answers) for answers in rounds] == [1] * len(starts)
    lost = [(turn, one) for turn, answers in enumerate(rounds) for one in answers if not is_won(one)]
    kinds = Counter(refusal(one) for _turn, one in lost)
    assert set(kinds) <= {(409, "SLOT_UNAVAILABLE"), (200, "SLOT_UNAVAILABLE")}
    for turn, one in lost:
        assert 1 <= len(offered(one)) <= 3
        for slot in offered(one):
            taken_later = any(abs(from_slot(slot) - start) < VISIT for start in starts[turn + 1 :])
            assert slot in still_open or taken_later, f"{slot} was offered when {starts[turn]} was gone"
    assert len(visits) == len(starts)
    in_order = sorted(visits)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(in_order))
