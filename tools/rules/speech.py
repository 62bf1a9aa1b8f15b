"""The grammar of dates, times and lists as they are said aloud (contract 2.6, rule 4).

Spelled here rather than with strftime, whose names follow the machine's locale, or babel, whose narrow space before
PM doubles the price of a text.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day(d: date) -> str:
    """ "Tuesday, April 28"."""
    return f"{WEEKDAYS[d.weekday()]}, {MONTHS[d.month - 1]} {d.day}"


def day_with_year(d: date) -> str:
    """ "Tuesday, April 28, 2026"."""
    return f"{day(d)}, {d.year}"


def clock(t: time | datetime) -> str:
    """ "10:00 AM"; a datetime is read on its own wall clock, and one that comes twice that night says which it is."""
    said = f"{t.hour % 12 or 12}:{t.minute:02} {'AM' if t.hour < 12 else 'PM'}"
    if not isinstance(t, datetime) or t.replace(fold=0).utcoffset() == t.replace(fold=1).utcoffset():
        return said
    at_first = t.utcoffset() == t.replace(fold=0).utcoffset()
    return f"{said} ({'before' if at_first else 'after'} the clocks go back)"


def moment(local: datetime) -> str:
    """ "Tuesday, April 28 at 10:00 AM", from a datetime already in the visit's zone."""
    return f"{day(local)} at {clock(local)}"


def moment_with_year(local: datetime) -> str:
    """ "Tuesday, April 28, 2026 at 10:00 AM": only for final confirmations."""
    return f"{day_with_year(local)} at {clock(local)}"


def between(start: datetime, until: datetime) -> str:
    """ "between 9:00 AM and 11:00 AM"."""
    return f"between {clock(start)} and {clock(until)}"


def listing(items: Sequence[str], joiner: str = "or") -> str:
    """ "a, b or c"; an empty sequence is an empty string."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joiner} {items[-1]}"


def duration(minutes: int) -> str:
    """ "90 min"."""
    return f"{minutes} min"
