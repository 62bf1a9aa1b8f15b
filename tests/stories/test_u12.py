"""U-12: a booking's full life over the private door, by an integrator with a token."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.real_server import SARAH, RealServer

BOOKINGS = "/api/private/v1/bookings"


def visit(start: str = "2026-11-24T15:00:00Z", phone: str = SARAH) -> dict[str, Any]:
    """A diagnostic visit as the private door takes it; `start` on the full hour, UTC."""
    end = re.sub(r"T(\d\d):00", lambda hour: f"T{int(hour[1]) + 1:02d}:30", start)
    return {
        "customerPhone": phone,
        "customerName": "Sarah Jones",
        "scheduledStartAt": start,
        "scheduledEndAt": end,
        "serviceLabel": "Diagnostic visit",
    }


def post(server: RealServer, body: dict[str, Any], key: str | None = None) -> httpx2.Response:
    return server.ask("POST", BOOKINGS, json=body, headers={"Idempotency-Key": key} if key else {})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    folder: Path = tmp_path_factory.mktemp("u12")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def house(shared: RealServer) -> RealServer:
    """The server, with a credential of this test's own."""
    shared.use_new_key()
    return shared


def test_a_readers_health_lists_its_one_scope(house: RealServer) -> None:
    answer = house.ask("GET", "/api/private/v1/health", key=house.company["credentials"]["read"])
    assert answer.status_code == 200
    assert answer.json()["scopes"] == ["READ_BOOKINGS"]


def test_a_reader_that_books_is_told_which_scope_it_lacks(house: RealServer) -> None:
    answer = house.ask("POST", BOOKINGS, json=visit(), key=house.company["credentials"]["read"])
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert "WRITE_BOOKINGS" in answer.json()["detail"]


def test_without_a_token_nobody_comes_in(house: RealServer) -> None:
    assert house.http.post(BOOKINGS, json=visit()).status_code == 401
    assert house.http.get("/api/private/v1/health").status_code == 401


@pytest.fixture(scope="module")
def twice(shared: RealServer) -> list[httpx2.Response]:
    """Wednesday at nine, asked for twice with one key, then another time with that key."""
    first = [post(shared, visit("2026-11-25T15:00:00Z"), "k1") for _ in range(2)]
    shared.until(lambda: shared.sent(SARAH, "confirmation"))
    shared.pass_time(30)
    return [*first, post(shared, visit("2026-11-25T17:00:00Z"), "k1")]


def test_the_same_request_again_is_the_same_booking(twice: list[httpx2.Response]) -> None:
    assert [one.status_code for one in twice[:2]] == [201, 201]
    assert twice[1].content == twice[0].content
    assert "Idempotent-Replayed" not in twice[0].headers
    assert twice[1].headers["Idempotent-Replayed"] == "true"


def test_it_is_one_row_and_one_confirmation(shared: RealServer, twice: list[httpx2.Response]) -> None:
    made = twice[0].json()["booking"]["id"]
    assert shared.rows("select id from bookings where start_at like '2026-11-25 15:00%'") == [(made,)]
    assert len([one for one in shared.sent(SARAH, "confirmation") if one["booking_id"] == made]) == 1


def test_the_same_key_for_another_time_is_a_conflict(shared: RealServer, twice: list[httpx2.Response]) -> None:
    assert (twice[2].status_code, twice[2].json()["code"]) == (409, "IDEMPOTENCY_KEY_CONFLICT")
    assert shared.rows("select id from bookings where start_at like '2026-11-25 17:00%'") == []


def test_a_failed_try_frees_its_key(house: RealServer) -> None:
    assert post(house, visit("2026-11-26T15:00:00Z"), "k3").status_code == 409
    assert post(house, visit("2026-11-27T15:00:00Z"), "k3").status_code == 201


def test_a_cancelled_visit_stays_on_record_and_is_not_moved(house: RealServer) -> None:
    made = post(house, visit("2026-11-30T15:00:00Z", "+15125550161")).json()["booking"]["id"]
    cancelled = house.ask("PATCH", f"{BOOKINGS}/{made}", json={"status": "CANCELED"})
    assert cancelled.status_code == 200
    kept = house.ask("GET", f"{BOOKINGS}/{made}").json()["booking"]
    assert kept["status"] == "CANCELED"
    assert {one["state"] for one in kept["reminders"]} == {"SKIPPED"}
    moved = house.ask("PATCH", f"{BOOKINGS}/{made}", json={"scheduledStartAt": "2026-11-30T18:00:00Z"})
    assert (moved.status_code, moved.json()["code"]) == (409, "INVALID_TRANSITION")


def test_deleting_twice_is_twice_204(house: RealServer) -> None:
    made = post(house, visit("2026-11-30T19:00:00Z", "+15125550162")).json()["booking"]["id"]
    assert [house.ask("DELETE", f"/api/v1/bookings/{made}").status_code for _ in range(2)] == [204, 204]
    assert house.ask("GET", f"{BOOKINGS}/{made}").json()["booking"]["status"] == "CANCELED"


CALLS: dict[str, tuple[str, str, Any]] = {
    "a write": ("POST", BOOKINGS, visit("2026-12-01T15:00:00Z", "+15125550163")),
    "a read": ("GET", BOOKINGS, None),
    "health": ("GET", "/api/private/v1/health", None),
    "open times": ("GET", "/api/private/v1/slots", None),
    "a refused write": ("POST", BOOKINGS, {}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_call_moves_when_the_key_was_last_used(call: tuple[str, str, Any], house: RealServer) -> None:
    method, path, body = call
    house.ask("GET", "/api/v1/me")
    before = house.until(lambda: last_used(house))
    house.pass_time(60)
    house.ask(method, path, **({"json": body} if body is not None else {}))
    assert house.until(lambda: last_used(house) > before, within=3)


def last_used(server: RealServer) -> str:
    """When the key was last used, as the list of keys says, which another key reads."""
    me = server.ask("GET", "/api/v1/credentials", key=server.company["credentials"]["full"], params={"size": 100})
    return next(str(one["last_used_at"] or "") for one in me.json()["credentials"] if one["prefix"] in server.key)


def test_a_booking_names_the_credential_that_made_it(house: RealServer) -> None:
    me = house.ask("GET", "/api/v1/me").json()["credential"]
    source = post(house, visit("2026-12-02T15:00:00Z", "+15125550164")).json()["booking"]["source"]
    assert (source["actorName"], source["credentialId"]) == (me["name"], me["id"])


def at_once(server: RealServer, count: int, key: str, start: str) -> list[httpx2.Response]:
    """`count` people ask for one time in the same moment; {} in `key` stands for their number."""

    def one(number: int) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": key.format(number)}
        body = visit(start, SARAH if "{}" not in key else f"+1512555{number:04d}")
        with httpx2.Client(timeout=60) as client:
            return client.post(f"{server.url}{BOOKINGS}", json=body, headers=headers)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(100, 100 + count)))


def test_a_key_is_told_when_it_was_last_used(house: RealServer) -> None:
    shown = [house.ask("GET", "/api/v1/me").json()["credential"]["last_used_at"]]
    house.pass_time(60)
    house.ask("GET", BOOKINGS)

    def moved() -> bool:
        shown.append(house.ask("GET", "/api/v1/me").json()["credential"]["last_used_at"])
        return (shown[-1] or "") > (shown[0] or "")

    assert house.until(moved, within=3)


@pytest.mark.engines("sqlite", "postgres")
def test_of_many_at_once_one_books_and_the_others_hear_the_truth(tmp_path: Path, database_url: str) -> None:
    server = RealServer(tmp_path, database_url)
    server.start()
    try:
        same = at_once(server, 20, "k2", "2026-11-24T15:00:00Z")
        server.use_new_key()
        others = at_once(server, 50, "race-{}", "2026-11-24T18:00:00Z")
        server.use_new_key()
        booked = [one["id"] for one in server.bookings()]
        still_open = set(server.open_slots())
    finally:
        server.stop()
    made = [one for one in same if one.status_code == 201]
    assert len({one.json()["booking"]["id"] for one in made}) == 1
    assert len([one for one in made if "Idempotent-Replayed" not in one.headers]) == 1
    assert {one.json()["code"] for one in same if one not in made} <= {"IDEMPOTENCY_IN_PROGRESS"}
    won = [one for one in others if one.status_code == 201]
    lost = [one for one in others if one.status_code == 409]
    assert (len(won), len(lost)) == (1, 49)
    assert len(booked) == 2
    for answer in lost:
        problem = answer.json()
        assert problem["code"] == "SLOT_UNAVAILABLE"
        assert 1 <= len(problem["alternatives"]) <= 3
        assert {one["slot"] for one in problem["alternatives"]} <= still_open
