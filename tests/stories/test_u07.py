"""U-07: two visits, and a cancellation by phone in two shots."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.real_server import SARAH, RealServer

STRANGER = "+15125550177"
DIAGNOSTIC, INSTALL = ("Diagnostic visit", 90), ("Water heater install", 180)


def book(server: RealServer, phone: str, name: str, service: tuple[str, int], day: str, hour: int = 15) -> str:
    """Book by the private door at an hour of UTC; the booking's id."""
    over = hour * 60 + service[1]
    body = {
        "customerPhone": phone,
        "customerName": name,
        "serviceLabel": service[0],
        "scheduledStartAt": f"{day}T{hour:02d}:00:00Z",
        "scheduledEndAt": f"{day}T{over // 60:02d}:{over % 60:02d}:00Z",
    }
    answer = server.ask("POST", "/api/private/v1/bookings", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["booking"]["id"])


def status(server: RealServer, booking_id: str) -> str:
    answer = server.ask("GET", f"/api/private/v1/bookings/{booking_id}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["booking"]["status"])


@dataclass
class Told:
    """What happened, in the order it happened; `first`, `second` and `earlier` are booking ids."""

    server: RealServer
    first: str
    second: str
    asked: httpx2.Response
    after_asking: list[str]
    earlier: str = ""
    answers: list[httpx2.Response] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)
    audited: list[tuple[Any, ...]] = field(default_factory=list)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Sarah's call, and a third visit that is booked between its two shots."""
    folder: Path = tmp_path_factory.mktemp("u07")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.start()
    try:
        first = book(server, SARAH, "Sarah Jones", DIAGNOSTIC, "2026-11-24")
        second = book(server, SARAH, "Sarah Jones", INSTALL, "2026-11-27")
        asked = server.voice("cancel-booking", call_id="c-two")
        told = Told(server, first, second, asked, [status(server, first), status(server, second)])
        told.earlier = book(server, SARAH, "Sarah Jones", DIAGNOSTIC, "2026-11-23")
        told.answers = [server.voice("cancel-booking", call_id="c-two", booking_selector="2") for _ in range(2)]
        told.after = {one: status(server, one) for one in (told.earlier, first, second)}
        query = "select event from booking_events where booking_id = ? and event like '%cancel%'"
        told.audited = server.rows(query, second)
        yield told
    finally:
        server.stop()


def test_without_a_choice_she_is_asked_which(told: Told) -> None:
    assert told.asked.status_code == 200
    assert told.asked.text.startswith("CHOICE NEEDED:")
    assert re.search("^1[.] Diagnostic visit", told.asked.text, re.MULTILINE)
    assert re.search("^2[.] Water heater install", told.asked.text, re.MULTILINE)


def test_asking_cancels_nothing(told: Told) -> None:
    assert told.after_asking == ["CONFIRMED", "CONFIRMED"]


def test_the_second_line_is_the_one_that_was_read_out(told: Told) -> None:
    assert told.answers[0].text.startswith("Cancelled! Your Water heater install")
    assert told.after == {told.earlier: "CONFIRMED", told.first: "CONFIRMED", told.second: "CANCELED"}


def test_the_same_call_again_says_the_same_and_cancels_nothing_more(told: Told) -> None:
    assert told.answers[1].text == told.answers[0].text
    assert len(told.audited) == 1


@pytest.fixture(scope="module")
def house(module_server: RealServer) -> RealServer:
    return module_server


def two_visits(server: RealServer, caller: str, first_day: str, second_day: str) -> tuple[str, str]:
    """A diagnostic visit and a later install of one caller."""
    server.use_new_key()
    return (
        book(server, caller, "Ann Lee", DIAGNOSTIC, first_day),
        book(server, caller, "Ann Lee", INSTALL, second_day, 17),
    )


def test_water_picks_by_name(house: RealServer) -> None:
    ann = "+15125550161"
    diagnostic, install = two_visits(house, ann, "2026-11-24", "2026-11-24")
    answer = house.voice("cancel-booking", call_id="c-water", caller=ann, booking_selector="water")
    assert answer.text.startswith("Cancelled! Your Water heater install")
    assert (status(house, diagnostic), status(house, install)) == ("CONFIRMED", "CANCELED")


def test_eight_characters_of_the_id_pick_it(house: RealServer) -> None:
    ann = "+15125550162"
    diagnostic, install = two_visits(house, ann, "2026-11-25", "2026-11-25")
    answer = house.voice("cancel-booking", call_id="c-id", caller=ann, booking_selector=diagnostic[:8])
    assert answer.text.startswith("Cancelled! Your Diagnostic visit")
    assert (status(house, diagnostic), status(house, install)) == ("CANCELED", "CONFIRMED")


def test_a_number_beyond_the_list_fails_and_repeats_it(house: RealServer) -> None:
    ann = "+15125550163"
    visits = two_visits(house, ann, "2026-11-27", "2026-11-27")
    answer = house.voice("cancel-booking", call_id="c-nine", caller=ann, booking_selector="9")
    assert answer.text.startswith("BOOKING CANCELLATION FAILED:")
    assert "1. Diagnostic visit" in answer.text
    assert "2. Water heater install" in answer.text
    assert [status(house, one) for one in visits] == ["CONFIRMED", "CONFIRMED"]


@pytest.fixture(scope="module")
def strangers(house: RealServer) -> str:
    """The id of a visit somebody else has on Monday, November 30."""
    house.use_new_key()
    return book(house, STRANGER, "Kim Novak", DIAGNOSTIC, "2026-11-30")


@pytest.mark.parametrize("selector", [None, "1", "diagnostic"])
def test_naming_a_strangers_number_reads_nothing_out(selector: str | None, house: RealServer, strangers: str) -> None:
    house.use_new_key()
    given = {"phone": STRANGER, **({"booking_selector": selector} if selector else {})}
    answer = house.voice("cancel-booking", call_id=f"c-stranger-{selector}", **given)
    assert answer.headers["x-ringback-code"] == "IDENTITY_NEEDED"
    assert status(house, strangers) == "CONFIRMED"
    for secret in ("Diagnostic", "November", "Monday", "Kim", "Novak", strangers[:8]):
        assert secret not in answer.text


def test_the_right_last_name_and_day_open_a_strangers_visit(house: RealServer) -> None:
    house.use_new_key()
    booking = book(house, "+15125550178", "Lena Ortiz", DIAGNOSTIC, "2026-12-01")
    proof = {"phone": "+15125550178", "name": "Ortiz", "visit_day": "2026-12-01"}
    answer = house.voice("cancel-booking", call_id="c-proof", **proof)
    assert answer.text.startswith("Cancelled! ")
    assert status(house, booking) == "CANCELED"


def test_without_an_envelope_the_number_named_is_trusted(house: RealServer) -> None:
    house.use_new_key()
    booking = book(house, "+15125550179", "Lena Ortiz", DIAGNOSTIC, "2026-12-02")
    answer = house.voice("cancel-booking", call_id=None, phone="+15125550179")
    assert answer.text.startswith("Cancelled! ")
    assert status(house, booking) == "CANCELED"
