"""U-06: a phone booking through Retell."""

import re
from datetime import date
from typing import Any

import httpx2
import pytest

from tests.stories.real_server import MARCUS, SARAH, SHOP, TAG, RealServer

DAY = re.compile(r"(\w+day), (\w+) (\d{1,2})")
MONTHS = {"November": 11, "December": 12}


@pytest.fixture(scope="module")
def listing(module_server: RealServer) -> httpx2.Response:
    return module_server.voice(
        "diagnostic-visit/slots", call_id="c-list", preferred_day="monday", preferred_time="morning"
    )


@pytest.fixture(scope="module")
def booked(module_server: RealServer) -> tuple[str, httpx2.Response]:
    """Sarah takes the first time she is offered: its tag, and the answer."""
    listed = module_server.voice(
        "diagnostic-visit/slots", call_id="c-book", preferred_day="monday", preferred_time="morning"
    )
    tag = TAG.findall(listed.text)[0]
    return tag, module_server.voice("diagnostic-visit/book", call_id="c-book", slot=tag, name="Sarah Jones")


def inbound(server: RealServer, caller: str) -> httpx2.Response:
    body = {"event": "call_inbound", "call_inbound": {"agent_id": "a1", "from_number": caller, "to_number": SHOP}}
    return server.retell(f"/api/retell/inbound/{server.company['webhook_tokens']['retell']}", body)


def variables(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["call_inbound"]["dynamic_variables"]
    return found


def test_an_incoming_call_is_answered_with_what_is_known(module_server: RealServer) -> None:
    assert "customer_name" in variables(inbound(module_server, SARAH))


def test_a_caller_with_a_visit_is_known_by_name_and_visit(module_server: RealServer, booked: object) -> None:
    known = variables(inbound(module_server, SARAH))
    assert known["customer_name"] == "Sarah Jones"
    assert "Diagnostic visit" in known["upcoming_visits"]


def test_the_listing_is_plain_text(listing: httpx2.Response) -> None:
    assert listing.headers["content-type"].startswith("text/plain")


def test_the_listing_begins_with_the_service_and_its_length(listing: httpx2.Response) -> None:
    assert listing.text.splitlines()[0] == "Offering: Diagnostic visit (90 min)"


def test_every_tag_is_written_the_same_way(listing: httpx2.Response) -> None:
    assert len(TAG.findall(listing.text)) == listing.text.count("[slot:") > 0


def test_every_weekday_is_the_one_of_its_date(listing: httpx2.Response) -> None:
    days = DAY.findall(listing.text)
    assert days
    assert all(f"{date(2026, MONTHS[month], int(number)):%A}" == weekday for weekday, month, number in days)


def test_a_booking_is_told_with_its_id(module_server: RealServer, booked: tuple[str, httpx2.Response]) -> None:
    tag, answer = booked
    assert answer.text.startswith("Booked! ")
    booking_id = answer.text.rsplit("Booking ID: ", 1)[1].strip()
    found = module_server.ask("GET", f"/api/private/v1/bookings/{booking_id}")
    assert found.status_code == 200
    assert found.json()["booking"]["formatted"].startswith(f"{date.fromisoformat(tag[:10]):%A, %B}")


def test_a_slot_that_was_booked_is_listed_no_more(module_server: RealServer, booked: tuple[str, object]) -> None:
    again = module_server.voice(
        "diagnostic-visit/slots", call_id="c-again", caller=MARCUS, preferred_day=booked[0][:10]
    )
    assert booked[0] not in TAG.findall(again.text)


def test_a_date_of_the_past_means_its_next_weekday(module_server: RealServer) -> None:
    listed = module_server.voice("water-heater-install/slots", call_id="c-past", preferred_day="2024-05-06")
    assert TAG.findall(listed.text)[0].startswith("2026-11-23")


def test_a_closed_day_gives_its_reason(module_server: RealServer) -> None:
    assert (
        "Thanksgiving"
        in module_server.voice("diagnostic-visit/slots", call_id="c-closed", preferred_day="2026-11-26").text
    )
