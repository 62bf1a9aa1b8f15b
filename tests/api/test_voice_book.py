"""Booking on the phone, word for word (contract 2.6)."""

import asyncio

import pytest

from storage.tables import Job, Org, Service
from tests.api.phone_line import BOOK, MONDAY_9, TUESDAY_8, WEDNESDAY_9, Line, line_to
from tests.fakes import Shop
from tests.people import MARCUS, SARAH

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


async def test_a_booking_is_told_in_the_contracts_words(line: Line) -> None:
    answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones", address="12 Oak St, Austin", postal_code="78701")
    (visit,) = await line.visits()
    assert answer.text == (
        "Booked! Sarah Jones is confirmed for a Diagnostic visit (90 min) on Monday, November 23, 2026 from 9:00 AM to "
        "10:30 AM Central time with Dana Ruiz.\n"
        "What it covers: a technician checks the system and quotes the repair.\n"
        "Address: 12 Oak St, Austin 78701.\n"
        "A confirmation text is on its way to the number ending 0142.\n"
        f"Booking ID: {visit.id}"
    )


async def test_the_promised_text_is_a_job(shop: Shop, line: Line) -> None:
    await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    jobs = await shop.rows(Job, topic="remind", state="queued")
    assert "confirmation" in [one.payload["kind"] for one in jobs]


async def test_no_text_is_promised_where_texts_are_off(shop: Shop, line: Line) -> None:
    await shop.change(Org, outbound_enabled=False)
    assert "text is on its way" not in (await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")).text


async def test_a_web_caller_without_a_number_is_promised_no_text(line: Line) -> None:
    answer = await line.say(BOOK, caller=None, slot=MONDAY_9, name="Sarah Jones")
    assert answer.text.startswith("Booked! Sarah Jones")
    assert "on its way" not in answer.text


async def test_a_request_is_not_called_confirmed(shop: Shop, line: Line) -> None:
    await shop.change(Service, booking_mode="approval")
    text = (await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")).text
    assert text.startswith("Requested! Sarah Jones asked for a Diagnostic visit (90 min) on Monday")
    assert "is being held until the office approves it.\nDo not say it is confirmed.\n" in text


async def test_a_taken_time_fails_in_the_contracts_words(line: Line) -> None:
    await line.has(MONDAY_9, MARCUS)
    answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    assert answer.text == (
        "**BOOKING FAILED: the visit is NOT booked. Do not tell the caller it is.**\n"
        "Why: that time was just taken.\n"
        'Nearest open times: Monday, November 23 at 11:00 AM [slot:"2026-11-23 11:00"], '
        'Monday, November 23 at 12:00 PM [slot:"2026-11-23 12:00"], '
        'Monday, November 23 at 1:00 PM [slot:"2026-11-23 13:00"].\n'
        "Next: offer these times, then call this tool again with the one the caller picks.\n"
        "[code: SLOT_UNAVAILABLE]"
    )


async def test_a_failure_is_200_and_says_so_in_the_headers(line: Line) -> None:
    answer = await line.say(BOOK, slot="2026-11-26 09:00", name="Sarah Jones")
    assert answer.status_code == 200
    assert answer.headers["x-ringback-outcome"] == "failed"
    assert answer.headers["x-ringback-code"] == "SLOT_UNAVAILABLE"


async def test_a_time_never_read_out_is_booked(line: Line) -> None:
    assert (await line.say(BOOK, slot="2026-12-09 10:00", name="Sarah Jones")).text.startswith("Booked! ")


async def test_a_time_off_the_grid_gets_the_nearest_ones(line: Line) -> None:
    answer = await line.say(BOOK, slot="2026-11-23 09:10", name="Sarah Jones")
    assert answer.headers["x-ringback-code"] == "SLOT_UNAVAILABLE"
    assert '[slot:"2026-11-23 09:00"]' in answer.text


@pytest.mark.parametrize(
    "written",
    ['slot:"2026-11-23 09:00"', '[slot:"2026-11-23 09:00"]', "2026-11-23T09:00:00", "2026-11-23T09:00:00-06:00"],
)
async def test_a_slot_is_read_however_it_comes_back(line: Line, written: str) -> None:
    assert "9:00 AM to 10:30 AM Central time" in (await line.say(BOOK, slot=written, name="Sarah Jones")).text


async def test_the_offers_zone_beats_the_arguments(line: Line) -> None:
    await line.say("diagnostic-visit/slots")
    answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones", timezone="America/New_York")
    assert "from 9:00 AM to 10:30 AM Central time" in answer.text


async def test_a_bad_email_is_told_before_a_taken_slot(line: Line) -> None:
    await line.has(MONDAY_9, MARCUS)
    answer = await line.say(BOOK, slot=MONDAY_9, name="Doug", email="doug@resolvency.")
    assert answer.headers["x-ringback-code"] == "INVALID_EMAIL"
    assert "Next: spell the e-mail back once and call this tool again, or book without it." in answer.text


async def test_a_bad_email_is_told_before_an_unknown_service(line: Line) -> None:
    answer = await line.say("chimney-sweep/book", slot=MONDAY_9, name="Doug", email="doug@resolvency.")
    assert answer.headers["x-ringback-code"] == "INVALID_EMAIL"


@pytest.mark.parametrize("attendees", ["ann@", ["ann@"], [{"email": "ann@"}], 5], ids=str)
async def test_a_bad_attendee_is_told(line: Line, attendees: object) -> None:
    answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones", attendees=attendees)
    assert answer.headers["x-ringback-code"] == "INVALID_ATTENDEE_EMAIL"


@pytest.mark.parametrize("nothing", ["", "none", "N/A", "unknown", None], ids=repr)
async def test_a_name_that_was_not_said_is_missing(line: Line, nothing: str | None) -> None:
    answer = await line.say(BOOK, slot=MONDAY_9, name=nothing)
    assert "Why: no name was given.\nNext: ask the caller for it, then call this tool again with name.\n" in answer.text


async def test_a_variable_nobody_filled_in_names_its_field(line: Line) -> None:
    answer = await line.say(BOOK, slot=MONDAY_9, name="{{user_name}}")
    assert "Why: name still holds a template variable that was not filled in." in answer.text
    assert answer.headers["x-ringback-code"] == "UNSUBSTITUTED_VARIABLE"


async def test_the_same_call_again_hears_the_first_answer(line: Line) -> None:
    first = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    second = await line.say(BOOK, slot='[slot:"2026-11-23 09:00"]', name="Sara Johns", phone="512 555 0142")
    assert (second.text, second.headers["x-ringback-outcome"]) == (first.text, "replayed")


async def test_booked_cancelled_and_booked_again_books_again(line: Line) -> None:
    await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    await line.say("cancel-booking")
    answer = await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")
    assert answer.headers["x-ringback-outcome"] == "ok"
    assert sorted(one.status for one in await line.visits()) == ["cancelled", "confirmed"]


async def test_another_visit_of_that_service_is_mentioned(line: Line) -> None:
    await line.has(WEDNESDAY_9)
    text = (await line.say(BOOK, slot=MONDAY_9, name="Sarah Jones")).text
    other = "This caller also has a Diagnostic visit on Wednesday, November 25 at 9:00 AM; check that both are wanted."
    assert text.startswith("Booked! ")
    assert other in text


async def test_a_stranger_who_books_for_sarah_hears_nothing_of_hers(line: Line) -> None:
    await line.has(WEDNESDAY_9, customer_name="Sarah Jones", address="12 Oak St", postal_code="78701")
    text = (await line.say(BOOK, caller=MARCUS, phone=SARAH, slot=MONDAY_9, name="Marcus Webb")).text
    assert text.startswith("Booked! Marcus Webb")
    assert not any(secret in text for secret in ("Oak", "Sarah", "Wednesday", "also has"))


@pytest.mark.engines("sqlite", "postgres")
async def test_three_copies_at_once_book_once_and_say_so_three_times(line: Line) -> None:
    answers = await asyncio.gather(*(line.say(BOOK, slot=TUESDAY_8, name="Sarah Jones") for _ in range(3)))
    assert len({one.text for one in answers}) == 1
    assert answers[0].text.startswith("Booked!")
    assert sorted(one.headers["x-ringback-outcome"] for one in answers) == ["ok", "replayed", "replayed"]
    assert len(await line.visits()) == 1
