"""The grammar of answers: no failure sounds like a success, and every printed weekday is its date's (contract 2.6)."""

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import AUSTIN, SUCCESS
from tools import wording
from tools.phone_changes import PREFIXES, told
from tools.problems import CODES, Problem
from tools.refusals import SENTENCES, as_written
from tools.rules import speech
from tools.wording import DayTimes, VisitWords

TOOLS = {
    **PREFIXES,
    "book": wording.BOOKING_FAILED,
    "cancel": wording.CANCELLATION_FAILED,
    "reschedule": wording.RESCHEDULE_FAILED,
}
NEW_STATE = re.compile(
    r"\b(?:is|are|has been|now) (?:confirmed|booked|cancelled|rescheduled|moved)\b|\ball set\b", re.I
)
SPOKEN_DAY = re.compile(rf"({'|'.join(speech.WEEKDAYS)}), ({'|'.join(speech.MONTHS)}) (\d{{1,2}})(?:, (\d{{4}}))?")
START = datetime(2026, 4, 28, 10, 0, tzinfo=AUSTIN)
ALTERNATIVES = [as_written(START + timedelta(hours=n), START + timedelta(hours=n + 1), AUSTIN) for n in (1, 3)]
EXTRAS = {
    "nothing": {},
    "alternatives": {"alternatives": ALTERNATIVES, "requested": ALTERNATIVES[0]},
    "candidates": {"candidates": [{"name": "Diagnostic visit"}, {"name": "Water heater install"}]},
    "fields": {"fields": ["name"]},
}


def words(start: datetime = START, **more: str) -> VisitWords:
    return VisitWords(
        id="3f9c2a1b-6a55-4f0e-9d1c-2b7f0a4c9e11",
        service=more.pop("service", "Diagnostic visit"),
        minutes=90,
        start=start,
        end=start + timedelta(minutes=90),
        zone="Central time",
        technician="Dana Ruiz",
        **more,
    )


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("code", CODES)
def test_no_failure_sounds_like_a_success(code: str, tool: str) -> None:
    for extras in EXTRAS.values():
        problem = Problem(code, f"{CODES[code]}.", fix="Do something else.", old=words(), **extras)
        text = told(tool, problem, [words(), words(START + timedelta(days=3))] if code == "NOT_FOUND" else ()).say
        assert text.startswith(TOOLS[tool])
        assert text.endswith(f"[code: {code}]")
        assert not any(word in text for word in SUCCESS)
        assert not NEW_STATE.search(text)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_no_reason_for_a_refused_start_sounds_like_a_success(sentence: str, tool: str) -> None:
    detail = sentence.format(day="Tuesday, April 28", note="Thanksgiving")
    text = told(tool, Problem("SLOT_UNAVAILABLE", detail, fix="Choose.", **EXTRAS["alternatives"])).say
    assert not any(word in text for word in SUCCESS)
    assert not NEW_STATE.search(text)


@pytest.mark.parametrize("tool", ["book", "cancel", "reschedule"])
@pytest.mark.parametrize("code", ["SLOT_UNAVAILABLE", "OUTSIDE_BOOKING_WINDOW"])
def test_a_refused_start_comes_with_the_open_ones(code: str, tool: str) -> None:
    text = told(tool, Problem(code, "That time was just taken.", fix="Choose.", **EXTRAS["alternatives"])).say
    assert 'Nearest open times: Tuesday, April 28 at 11:00 AM [slot:"2026-04-28 11:00"], ' in text


def test_without_open_times_nobody_is_told_to_offer_these() -> None:
    text = told("book", Problem("SLOT_UNAVAILABLE", "That time was just taken.", alternatives=[])).say
    assert "Next: offer to take a message so the office can call back.\n" in text


@pytest.mark.parametrize("tool", TOOLS)
def test_the_code_survives_the_longest_reason(tool: str) -> None:
    visits = [words(service="S" * 500)] * 50
    problem = Problem("NOT_FOUND", "Why. " * 2000, ask="x" * 5000, **EXTRAS["alternatives"])
    text = told(tool, problem, visits).say
    assert len(text) <= wording.LONGEST
    assert text.endswith("[code: NOT_FOUND]")


LONG = words(service="S" * 500, customer="C" * 5000, place="P" * 5000, covers="W" * 5000)
LONG_TEXTS = {
    "booked": wording.booked(LONG, text_to="0142", requested=False, also=wording.also_has([LONG] * 9)),
    "choice": wording.choice_needed([LONG] * 50, "cancelled"),
    "visits": wording.your_visits([LONG] * 50, "0142"),
    "caller": wording.about_caller("C" * 5000, "0142", [words()] * 50, "L" * 5000),
    "emergency": wording.emergency_noted("W" * 5000, alerted=True),
}


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS.keys())
def test_no_answer_is_longer_than_two_thousand_characters(text: str) -> None:
    assert len(text) <= wording.LONGEST


def test_the_id_survives_the_longest_booking() -> None:
    assert LONG_TEXTS["booked"].endswith(f"Booking ID: {LONG.id}")


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(0, 23))
def test_every_printed_weekday_is_its_dates(day: date, hour: int) -> None:
    start = datetime(day.year, day.month, day.day, hour, tzinfo=AUSTIN)
    visit = words(start)
    problem = Problem("SLOT_UNAVAILABLE", "Taken.", alternatives=[as_written(start, visit.end, AUSTIN)], old=visit)
    texts = (
        wording.offering("A", 90, (), "", "Central time", [DayTimes(start.date(), (start,), 0)]),
        wording.booked(visit, text_to=None, requested=False, also=wording.also_has([visit])),
        wording.booked(visit, text_to=None, requested=True, also=None),
        wording.choice_needed([visit], "moved"),
        wording.cancelled(visit),
        wording.rescheduled(visit, start),
        wording.your_visits([visit], "0142"),
        wording.upcoming_sentence([visit]),
        wording.noted(start, "Central time", "0142"),
        told("reschedule", problem, [visit]).say,
    )
    for text in texts:
        days = SPOKEN_DAY.findall(text)
        assert days, text
        for weekday, month, number, year in days:
            printed = date(int(year or start.year), speech.MONTHS.index(month) + 1, int(number))
            assert f"{printed:%A}" == weekday


@pytest.mark.parametrize(
    "text",
    [
        wording.cancelled(words()),
        wording.rescheduled(words(), START),
        wording.booked(words(), text_to="0142", requested=False, also=None),
        wording.your_visits([words()], "0142"),
        told("book", Problem("SLOT_UNAVAILABLE", "Taken.", alternatives=ALTERNATIVES)).say,
    ],
)
def test_no_date_is_written_in_figures(text: str) -> None:
    assert not re.search(r"\d/\d|\d{4}-\d\d-\d\d", re.sub(r'\[slot:"[^"]+"\]', "", text))


def test_the_year_is_said_only_when_it_is_final() -> None:
    said = {
        "Cancelled": wording.cancelled(words()),
        "Rescheduled": wording.rescheduled(words(), START).splitlines()[0],
        "Booked": wording.booked(words(), text_to=None, requested=False, also=None),
    }
    passing = [wording.your_visits([words()], "0142"), wording.rescheduled(words(), START).splitlines()[1]]
    assert all("2026" in text for text in said.values())
    assert not any("2026" in text for text in passing)


def test_a_spoken_list_holds_nine_visits_at_most() -> None:
    assert wording.listed([words()] * 12)[-1] == "(+3 more)"


def test_what_it_covers_is_the_first_sentence() -> None:
    assert wording.first_sentence("A technician looks at it. The $89 fee is waived.") == "a technician looks at it"
