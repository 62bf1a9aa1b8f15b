"""U-08: moving a visit by phone while others want the time, and while the outside calendar breaks."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx2
import pytest

from storage.seed import demo_id
from tests.calcom_server import EVENT_TYPE, KEY, SECRET, CalcomServer, calcom_server
from tests.stories.real_server import MARCUS, SARAH, TAG, RealServer

TEN, ELEVEN, ONE = "2026-11-23 10:00", "2026-11-23 11:00", "2026-11-23 13:00"
TEN_UTC, ELEVEN_UTC, ONE_UTC = (f"2026-11-23T{hour}:00:00Z" for hour in (16, 17, 19))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealServer, CalcomServer]]:
    """Bluebird, whose diagnostic visits are kept in Cal.com, too."""
    folder = tmp_path_factory.mktemp("server")
    with calcom_server() as there:
        server = RealServer(folder, f"sqlite:///{folder}/ringback.db", CALCOM_BASE_URL=there.url)
        server.start()
        services = [{"service_id": demo_id("diagnostic-visit"), "event_type_id": EVENT_TYPE}]
        body = {"api_key": KEY, "webhook_secret": SECRET, "services": services}
        made = server.ask("PUT", "/api/v1/integrations/calcom/setup", json=body)
        assert made.status_code == 200, made.text
        yield server, there
        server.stop()


@pytest.fixture
def there(running: tuple[RealServer, CalcomServer]) -> CalcomServer:
    return running[1]


@pytest.fixture
def server(running: tuple[RealServer, CalcomServer]) -> Iterator[RealServer]:
    """The same server with nothing booked, here or there."""
    server, there = running
    server.use_new_key()
    there.forget()
    yield server
    there.faults.clear()
    for visit in server.bookings():
        if visit["status"] != "CANCELED":
            server.ask("DELETE", f"/api/v1/bookings/{visit['id']}")
    with closing(sqlite3.connect(server.folder / "ringback.db", timeout=10)) as rows, rows:
        rows.execute("delete from tasks")
        rows.execute("delete from busy_times")
        rows.execute("update jobs set state = 'superseded' where topic = 'outside' and state = 'queued'")
        rows.execute("delete from tool_calls")


def book(server: RealServer, slot: str = TEN, caller: str = SARAH) -> httpx2.Response:
    return server.voice("diagnostic-visit/book", call_id=f"call {caller}", caller=caller, slot=slot, name="Sarah Jones")


def move(server: RealServer, slot: str) -> httpx2.Response:
    return server.voice("reschedule-booking", new_slot=slot)


def active(server: RealServer) -> list[str]:
    return [one["scheduledStartAt"] for one in server.bookings(SARAH) if one["status"] != "CANCELED"]


def cells(server: RealServer) -> tuple[int, int]:
    """How many five minutes are taken, and how many of them by nobody's visit."""
    taken = server.rows("select count(*) from slot_cells")[0][0]
    orphan = "select count(*) from slot_cells where holder_id not in (select id from bookings)"
    return taken, server.rows(orphan)[0][0]


def tasks(server: RealServer) -> list[str]:
    return [kind for (kind,) in server.rows("select kind from tasks where done_at is null")]


def written(server: RealServer) -> list[int]:
    """How many visits there ever were, and how many texts are or were to be sent."""
    questions = (
        "select count(*) from bookings",
        "select count(*) from jobs where subject_kind = 'booking'",
    )
    return [server.rows(question)[0][0] for question in questions]


def failed_and_stands(said: httpx2.Response) -> None:
    assert said.status_code == 200
    assert said.text.startswith("RESCHEDULE FAILED:")
    assert "still stands" in said.text
    assert "Rescheduled!" not in said.text


def test_a_visit_booked_by_phone_stands_in_both_calendars(server: RealServer, there: CalcomServer) -> None:
    before = written(server)
    assert book(server).text.startswith("Booked!")
    assert there.standing() == [TEN_UTC]
    assert [now > then for now, then in zip(written(server), before, strict=True)] == [True, True]
    shown = server.ask("GET", "/api/v1/bookings").json()["bookings"]
    shown = next(one for one in shown if one["status"] != "cancelled")
    made = there.bookings[shown["calcom_booking_uid"]]
    assert (shown["calcom_booking_id"], made["start"]) == (made["id"], TEN_UTC)
    assert shown["event_type_id"] == EVENT_TYPE


def test_a_move_to_a_time_taken_by_someone_else_names_others_and_the_old_visit_stands(
    server: RealServer, there: CalcomServer
) -> None:
    book(server)
    assert book(server, ONE, MARCUS).text.startswith("Booked!")
    said = move(server, ONE)
    failed_and_stands(said)
    assert TAG.search(said.text)
    assert active(server) == [TEN_UTC]
    assert there.standing() == [TEN_UTC, ONE_UTC]


def test_a_move_to_a_time_taken_in_the_outside_calendar_alone_fails_the_same_way(
    server: RealServer, there: CalcomServer
) -> None:
    book(server)
    there.take(ONE_UTC)
    said = move(server, ONE)
    failed_and_stands(said)
    assert TAG.search(said.text)
    assert ONE not in TAG.findall(said.text)
    assert active(server) == [TEN_UTC]


@pytest.mark.parametrize("fault", [503, 401, "lost", 2.8], ids=str)
def test_a_fault_after_the_new_time_is_taken_leaves_the_old_visit_and_no_cells_beside_it(
    server: RealServer, there: CalcomServer, fault: int | float | str
) -> None:
    book(server)
    there.faults["create"] = [fault]
    failed_and_stands(move(server, ONE))
    assert active(server) == [TEN_UTC]
    assert cells(server) == (18, 0)
    if fault in ("lost", 2.8):
        server.until(lambda: there.standing() == [TEN_UTC, ONE_UTC])  # made after all, and nobody was told
    server.pass_time(90)
    server.until(lambda: there.standing() == [TEN_UTC])


def test_a_move_makes_the_new_one_and_cancels_the_old_one_there(server: RealServer, there: CalcomServer) -> None:
    book(server)
    there.asked.clear()
    assert "Rescheduled" in move(server, ONE).text
    assert [one for one in there.acts() if one in ("create", "cancel", "move")] == ["create", "cancel"]
    assert there.standing() == active(server) == [ONE_UTC]
    assert cells(server) == (18, 0)


def test_when_the_old_one_cannot_be_cancelled_there_the_new_one_is_rolled_back(
    server: RealServer, there: CalcomServer
) -> None:
    book(server)
    there.faults["cancel"] = [503]
    failed_and_stands(move(server, ONE))
    assert there.standing() == active(server) == [TEN_UTC]
    assert cells(server) == (18, 0)
    assert "needs_review" not in tasks(server)


def test_when_the_roll_back_fails_too_the_office_gets_a_task(server: RealServer, there: CalcomServer) -> None:
    book(server)
    there.faults["cancel"] = [503, 503]
    said = move(server, ONE)
    failed_and_stands(said)
    assert "office" in said.text
    assert active(server) == [TEN_UTC]
    assert cells(server) == (18, 0)
    assert "needs_review" in tasks(server)


def test_a_ninety_minute_visit_moves_by_an_hour_into_its_own_old_time(server: RealServer, there: CalcomServer) -> None:
    book(server)
    assert "Rescheduled" in move(server, ELEVEN).text
    assert there.standing() == active(server) == [ELEVEN_UTC]
    assert cells(server) == (18, 0)


def test_the_same_call_three_times_at_once_books_once_in_both(server: RealServer, there: CalcomServer) -> None:
    there.faults["create"] = [0.5]
    with ThreadPoolExecutor(3) as pool:
        said = [one.result() for one in [pool.submit(book, server) for _ in range(3)]]
    assert [one.text.startswith("Booked!") for one in said] == [True] * 3
    assert sorted(one.headers["X-Ringback-Outcome"] for one in said) == ["ok", "replayed", "replayed"]
    assert there.standing() == active(server) == [TEN_UTC]


def test_a_dead_outside_calendar_is_told_within_five_seconds_and_nothing_is_booked(
    server: RealServer, there: CalcomServer
) -> None:
    before = written(server)
    there.faults["create"] = [2.8]
    said = book(server)
    assert said.elapsed.total_seconds() < 5
    assert said.text.startswith("**BOOKING FAILED:")
    assert active(server) == []
    assert cells(server) == (0, 0)
    assert written(server) == before
    server.until(there.standing)  # it was only slow
    server.pass_time(90)
    server.until(lambda: there.standing() == [], within=25)


def test_a_crash_while_the_outside_calendar_thinks_leaves_nothing_on_either_side(
    server: RealServer, there: CalcomServer
) -> None:
    there.faults["create"] = [0.5]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(book, server)
        server.until(lambda: "create" in there.acts())
        server.kill()
        with pytest.raises(httpx2.TransportError):
            asked.result()
    server.until(there.standing)
    server.start()
    server.pass_time(3600)  # its clock begins anew, and was ahead
    server.until(lambda: there.standing() == [], within=25)
    server.until(lambda: cells(server) == (0, 0))
    assert active(server) == []
