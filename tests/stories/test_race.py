"""Fifty people want one slot at the same moment: one gets it, forty-nine hear what else is open."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.stories.real_server import TAG, RealServer

ABOUT = 50
START, END = "2026-11-24T15:00:00Z", "2026-11-24T16:30:00Z"
SLOT = "2026-11-24 09:00"

pytestmark = [pytest.mark.engines("sqlite", "postgres"), pytest.mark.timeout(180)]


@pytest.fixture
def busy(tmp_path: Path, database_url: str) -> RealServer:
    server = RealServer(tmp_path, database_url)
    server.start()
    return server


def by_the_private_door(server: RealServer, number: int, client: httpx2.Client) -> httpx2.Response:
    body = {
        "customerPhone": f"+1512555{number:04d}",
        "scheduledStartAt": START,
        "scheduledEndAt": END,
        "serviceLabel": "Diagnostic visit",
    }
    headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": f"race-{number}"}
    return client.post(f"{server.url}/api/private/v1/bookings", json=body, headers=headers)


def by_the_voice_door(server: RealServer, number: int, client: httpx2.Client) -> httpx2.Response:
    call = {"call_id": f"race_{number}", "direction": "inbound", "from_number": f"+1512555{number:04d}"}
    body = {"name": "book", "call": call, "args": {"slot": SLOT, "name": f"Caller {number}"}}
    return server.retell("/api/v1/scheduling/voice/diagnostic-visit/book", body, client=client)


def test_one_of_fifty_gets_the_slot_and_the_others_get_open_ones(busy: RealServer) -> None:
    def one(number: int) -> httpx2.Response:
        door = by_the_voice_door if number % 2 else by_the_private_door
        with httpx2.Client(timeout=60) as client:
            return door(busy, 100 + number, client)

    try:
        with ThreadPoolExecutor(ABOUT) as pool:
            answers = list(pool.map(one, range(ABOUT)))
        busy.use_new_key()
        told, spoken = answers[::2], answers[1::2]
        won = [one for one in told if one.status_code == 201]
        won += [one for one in spoken if one.text.startswith("Booked!")]
        assert len(won) == 1
        refused = [one.json() for one in told if one.status_code == 409]
        failed = [one.text for one in spoken if one.headers.get("x-ringback-code") == "SLOT_UNAVAILABLE"]
        assert len(refused) + len(failed) == ABOUT - 1
        still_open = set(busy.open_slots())
        for problem in refused:
            assert problem["code"] == "SLOT_UNAVAILABLE"
            assert 1 <= len(problem["alternatives"]) <= 3
            assert {one["slot"] for one in problem["alternatives"]} <= still_open
        for text in failed:
            assert text.startswith("**BOOKING FAILED:")
            assert TAG.findall(text)
            assert set(TAG.findall(text)) <= still_open
        assert len(busy.bookings()) == 1
    finally:
        busy.stop()
