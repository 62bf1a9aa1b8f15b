"""An owner writes the hours as on the shop's door."""

import pytest

from tools.rules.company_lines import UnreadableAnswer
from tools.rules.opening_hours import DAYS, read, written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mon-Fri 8:00-17:00", "Mon-Fri 08:00-17:00"),
        ("Mon-Fri 8-5, Sat 9:00-12:00", "Mon-Fri 08:00-17:00, Sat 09:00-12:00"),
        ("monday to friday 7:30am - 4pm; saturday 9-noon", "Mon-Fri 07:30-16:00, Sat 09:00-12:00"),
        ("Mon, Wed, Fri 8 am to 5 p.m.", "Mon 08:00-17:00, Wed 08:00-17:00, Fri 08:00-17:00"),
        ("Weekdays 8-12, 1-5pm", "Mon-Fri 08:00-12:00 and 13:00-17:00"),
        ("Mon-Fri 8-12 and 13:00-17:00", "Mon-Fri 08:00-12:00 and 13:00-17:00"),
        ("Mon-Thu 0800-1700, Fri 8-3, Sat-Sun closed", "Mon-Thu 08:00-17:00, Fri 08:00-15:00"),
        ("Daily 9-9pm", "Mon-Sun 09:00-21:00"),
        ("24/7", "Mon-Sun 00:00-24:00"),
        ("Fri 22:00-06:00", "Fri 22:00-06:00"),
        ("Sat 18:00-08:00", "Sat 18:00-08:00"),
        ("Sat-Mon 10-2", "Mon 10:00-14:00, Sat-Sun 10:00-14:00"),
        ("Thursdays 8 until midnight", "Thu 08:00-24:00"),
        ("8-5", "Mon-Fri 08:00-17:00"),
        ("8 to 5 weekdays, 9 to 1 saturday", "Mon-Fri 08:00-17:00, Sat 09:00-13:00"),
        ("mon-fri 8am to 5pm, closed weekends", "Mon-Fri 08:00-17:00"),
        ("M-Th 8-5, F 8-2, Sa 9-12", "Mon-Thu 08:00-17:00, Fri 08:00-14:00, Sat 09:00-12:00"),
        ("m/w/f 8-5", "Mon 08:00-17:00, Wed 08:00-17:00, Fri 08:00-17:00"),
        ("7 days a week 8-8", "Mon-Sun 08:00-20:00"),
        ("Mon-Fri 8-12 and 1-5", "Mon-Fri 08:00-12:00 and 13:00-17:00"),
        ("Sat 01:00-05:00", "Sat 01:00-05:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, meant: str) -> None:
    assert written(read(text)) == meant


@pytest.mark.parametrize("text", ["Mon-Fri 08:00-12:00 and 13:00-17:00, Sat 09:00-12:00", "Fri 22:00-06:00"])
def test_what_is_written_back_reads_the_same(text: str) -> None:
    assert written(read(text)) == text


def test_a_night_belongs_to_the_day_it_begins() -> None:
    friday = read("Fri 22:00-06:00")[DAYS.index("Fri")]
    assert [(span.opens, span.closes) for span in friday] == [(1320, 1800)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "No day is open"),
        ("closed", "No day is open"),
        ("all day", "days first"),
        ("8-5 weekdays, 9-1", "no day"),
        ("Mon-Fri", "No day is open"),
        ("Mon-Fri 8-5, Sat", "Sat has no hours"),
        ("whenever", "days and times"),
        ("Mon-Fri 8-25", "A time is like"),
        ("Mon-Fri 8:03-17:00", "five minutes"),
        ("Mon-Fri 8-5, Fri 8-12", "Fri has hours that overlap"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(UnreadableAnswer, match=says):
        read(text)
