"""The listing of open times, as a voice agent reads it (contract 2.6)."""

import pytest

from storage.tables import DateOverride, Offer, Service
from tests.api.phone_line import SLOTS, Line, line_to
from tests.fakes import Shop
from tools.rules import speech

pytestmark = pytest.mark.engines("sqlite")

LISTING = """\
Offering: Diagnostic visit (90 min)
Technician: Dana Ruiz
Description: A technician checks the system and quotes the repair. The $89 visit fee is waived if you go ahead.
Times are Central time, where the job is.

Monday, November 23: 8:00 AM [slot:"2026-11-23 08:00"], 12:00 PM [slot:"2026-11-23 12:00"], \
3:00 PM [slot:"2026-11-23 15:00"] (+5 more)

Offer the caller two or three of these times and no others. To book, pass the exact value, for example \
slot:"2026-11-23 08:00". Do not read the bracketed tags aloud."""


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


async def test_monday_is_listed_in_the_contracts_words(line: Line) -> None:
    assert (await line.say(SLOTS, preferred_day="monday")).text == LISTING


async def test_the_listing_is_plain_text_in_utf_8(line: Line) -> None:
    assert (await line.say(SLOTS)).headers["content-type"] == "text/plain; charset=utf-8"


async def test_at_most_three_days_are_read_out(line: Line) -> None:
    text = (await line.say(SLOTS)).text
    assert sum(one.startswith(speech.WEEKDAYS) for one in text.splitlines()) == 3


async def test_one_day_is_read_out_when_one_is_asked_for(line: Line) -> None:
    text = (await line.say(SLOTS, days=1)).text
    assert sum(one.startswith(speech.WEEKDAYS) for one in text.splitlines()) == 1


async def test_words_nobody_can_place_are_said_back_once(line: Line) -> None:
    text = (await line.say(SLOTS, preferred_day="blursday")).text
    assert 'I could not place "blursday", so these are the soonest times.' in text


async def test_a_wish_nothing_answers_gets_the_closest_times(line: Line) -> None:
    text = (await line.say(SLOTS, preferred_day="monday", preferred_time="evening")).text
    assert "Nothing is open Monday evening. The closest times are:\nMonday, November 23: " in text


async def test_thanksgiving_is_closed_and_says_why(line: Line) -> None:
    text = (await line.say(SLOTS, preferred_day="thursday")).text
    assert "Thursday, November 26 is closed (Thanksgiving).\nNothing is open Thursday. The closest times are:" in text


async def test_a_date_gone_by_means_its_next_weekday(line: Line) -> None:
    assert 'Monday, November 23: 8:00 AM [slot:"2026-11-23' in (await line.say(SLOTS, preferred_day="2024-05-06")).text


async def test_a_street_outside_the_area_is_refused(line: Line) -> None:
    answer = await line.say(SLOTS, address="9 Alameda Ave, El Paso 79901")
    assert answer.text == (
        "SLOT LOOKUP FAILED: that postal code is outside the area this business covers. Ask for the postal code once "
        "more; if it is the same, offer to take a message. [code: OUT_OF_SERVICE_AREA]"
    )


@pytest.fixture
async def shut(shop: Shop, line: Line) -> Line:
    """Nobody works for the rest of the year."""
    await shop.change(Service, horizon_days=0)
    return line


async def test_nothing_at_all_offers_a_message(shut: Line) -> None:
    answer = await shut.say(SLOTS)
    assert answer.text == (
        "NO OPEN TIMES: nothing is open in the next 14 days. Offer to take a message so the office can call back."
    )


async def test_nothing_at_all_has_an_outcome_of_its_own(shut: Line) -> None:
    assert (await shut.say(SLOTS)).headers["x-ringback-outcome"] == "none"


async def test_nothing_on_a_closed_day_still_begins_with_the_outcome(shut: Line) -> None:
    text = (await shut.say(SLOTS, preferred_day="thursday")).text
    assert text.startswith("NO OPEN TIMES: nothing is open in the next 14 days. Thursday, November 26 is closed (Th")


async def test_a_closed_day_without_a_reason_is_simply_closed(shop: Shop, line: Line) -> None:
    await shop.change(DateOverride, reason=None)
    assert "Thursday, November 26 is closed.\n" in (await line.say(SLOTS, preferred_day="thursday")).text


async def test_what_was_read_out_is_remembered_for_the_call(shop: Shop, line: Line) -> None:
    await line.say(SLOTS, call_id="call-7")
    assert [one.timezone for one in await shop.rows(Offer, scope="call-7", kind="slots")] == ["America/Chicago"]


async def test_any_takes_the_service_from_the_arguments(line: Line) -> None:
    text = (await line.say("any/slots", service="new water heater")).text
    assert text.startswith("Offering: Water heater install (180 min)\nTechnicians: Dana Ruiz and Luis Ortega\n")


async def test_a_service_we_do_not_have_is_a_failure_with_200(line: Line) -> None:
    answer = await line.say("chimney-sweep/slots")
    assert (answer.status_code, answer.headers["x-ringback-code"]) == (200, "NOT_FOUND")


async def test_two_services_that_fit_are_both_named(shop: Shop, line: Line) -> None:
    await shop.change(Service, aliases=["the usual"])
    answer = await line.say("any/slots", service="the usual")
    assert "Diagnostic visit or Water heater install" in answer.text
    assert answer.headers["x-ringback-code"] == "AMBIGUOUS_EVENT_TYPE"


async def test_an_endless_description_leaves_room_for_the_times(shop: Shop, line: Line) -> None:
    await shop.change(Service, description="Long words. " * 500, name="N" * 300)
    text = (await line.say(SLOTS)).text
    assert len(text) <= 2000
    assert text.endswith("Do not read the bracketed tags aloud.")
