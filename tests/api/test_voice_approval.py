"""A voice agent whose writes wait for the office: it asks for visits and changes none that stand (TP-A10)."""

from typing import Any

import pytest

from tests.api.doors import key_of
from tests.api.phone_line import BOOK, MONDAY_9, TUESDAY_8, Line
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

REQUESTED = (
    "Requested! Sarah Jones asked for a Diagnostic visit (90 min) on Monday, November 23, 2026 from 9:00 AM to "
    "10:30 AM Central time. The time is being held until the office approves it.\nDo not say it is confirmed."
)


@pytest.fixture
async def supervised(shop: Shop) -> Line:
    """An agent with all it needs, but for the last word."""
    scopes = ("scheduling:read", "scheduling:write")
    key = await key_of(shop, *scopes, actor_type="VOICE_AGENT", requires_approval=True)
    return Line(shop, key.secret)


async def test_what_it_books_is_requested_and_holds_its_time(supervised: Line) -> None:
    answer = await supervised.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    (visit,) = await supervised.visits()
    assert answer.text.startswith(REQUESTED)
    assert (visit.status, answer.headers["x-ringback-outcome"]) == ("pending", "ok")
    again = await supervised.say(BOOK, call_id="call-2", caller="+15125550143", slot=MONDAY_9, name="Marcus Lee")
    assert again.headers["x-ringback-code"] == "SLOT_UNAVAILABLE"


async def test_a_visit_that_is_only_requested_is_never_read_out_as_one_that_stands(supervised: Line) -> None:
    await supervised.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    listed = (await supervised.say("my-bookings", call_id="call-2")).text
    assert "1. Diagnostic visit, Monday, November 23 at 9:00 AM (waiting for the office) [booking:" in listed
    known = (await supervised.say("context", call_id="call-2")).text
    assert "Upcoming visits: Diagnostic visit on Monday, November 23 at 9:00 AM (waiting for the office)." in known


@pytest.mark.parametrize(
    ("tool", "args", "told"),
    [
        ("cancel-booking", {}, "BOOKING CANCELLATION FAILED: changes to a visit go through the office here."),
        (
            "reschedule-booking",
            {"new_slot": TUESDAY_8},
            "RESCHEDULE FAILED: changes to a visit go through the office here. Nothing was moved.",
        ),
    ],
)
async def test_it_changes_no_visit_that_stands(supervised: Line, tool: str, args: dict[str, Any], told: str) -> None:
    visit = await supervised.has(MONDAY_9)
    answer = await supervised.say(tool, **args)
    assert (answer.status_code, answer.headers["x-ringback-outcome"]) == (200, "failed")
    assert answer.text.startswith(told)
    assert answer.text.endswith(
        "Take a message with the change that is wanted, so the office can make it and call back. "
        "[code: INSUFFICIENT_SCOPE]"
    )
    (kept,) = await supervised.visits()
    assert (kept.id, kept.status, kept.reschedule_count) == (visit, "confirmed", 0)


async def test_the_message_it_is_told_to_take_is_taken(supervised: Line) -> None:
    answer = await supervised.say("message", message="Move my Monday visit", name="Sarah Jones")
    assert answer.text.startswith("Noted!")
