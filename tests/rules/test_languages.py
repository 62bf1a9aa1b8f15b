"""Which language somebody writes, and Spanish days and times."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.rules import languages, spanish_said

AUSTIN = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("known", "text", "meant"),
    [
        ("en", "Hola, no funciona mi calefacción", "es"),
        ("en", "Huele a gas", "es"),
        ("en", "hi my furnace is out", "en"),
        ("es", "ok", "es"),
        ("es", "12 Oak St 78701", "es"),
        ("es", "English please", "en"),
        ("es", "in English please, I do not need the Spanish", "en"),
        ("en", "¿hablan español?", "es"),
        ("en", "en español por favor", "es"),
        ("es", "sorry, can you tell me what the price is", "en"),
        ("en", "I live on La Casa Dr", "en"),
        ("en", "no no no", "en"),
    ],
)
def test_the_language_is_kept_until_they_change_it(known: str, text: str, meant: str) -> None:
    assert languages.meant(known, text) == meant


def test_every_day_of_a_year_has_its_own_weekday_and_month() -> None:
    first = date(2026, 1, 1)
    assert spanish_said.day(first) == "jueves 1 de enero"
    days = [first + timedelta(days=number) for number in range(365)]
    assert [spanish_said.day(one).split(" ")[0] for one in days] == [spanish_said.DAYS[one.weekday()] for one in days]
    assert [spanish_said.day(one).split(" de ")[1] for one in days] == [
        spanish_said.MONTHS[one.month - 1] for one in days
    ]


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "las 12:30 AM"), (1, "la 1:30 AM"), (9, "las 9:30 AM"), (12, "las 12:30 PM"), (13, "la 1:30 PM")],
)
def test_one_oclock_is_the_only_single_hour(hour: int, words: str) -> None:
    assert spanish_said.clock(datetime(2026, 11, 23, hour, 30, tzinfo=AUSTIN)) == words


def test_a_time_that_comes_twice_says_which_it_is() -> None:
    night = datetime(2026, 11, 1, 1, 30, tzinfo=AUSTIN)
    assert spanish_said.clock(night) == "la 1:30 AM (antes de atrasar el reloj)"
    assert spanish_said.clock(night.replace(fold=1)) == "la 1:30 AM (ya atrasado el reloj)"


def test_a_window_is_between_two_times() -> None:
    start = datetime(2026, 11, 23, 11, tzinfo=AUSTIN)
    assert spanish_said.between(start, start + timedelta(hours=2)) == "entre las 11:00 AM y la 1:00 PM"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("de-DE, fr;q=0.9, es;q=0.5, en;q=0.3", "es"),
        ("en;q=0.2, ES-419 ; q=0.7", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("es;q=0", "en"),
        ("est,*", "en"),
        ("es;q=9", "en"),
        (";;,,q=," * 400, "en"),
    ],
)
def test_a_browser_is_answered_in_what_it_asks_for_first(asked: str, language: str) -> None:
    assert languages.preferred(asked) == language


def test_a_spanish_moment_is_a_day_and_a_clock_time() -> None:
    at = datetime(2026, 11, 23, 13, 0, tzinfo=AUSTIN)
    assert spanish_said.moment(at) == "lunes 23 de noviembre a la 1:00 PM"
    assert spanish_said.moment_with_year(at) == "lunes 23 de noviembre de 2026 a la 1:00 PM"
