"""Callsavvy's words: its fields read, its statuses, and instants as it writes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.context import Context
from tools.problems import Problem
from tools.rules import prices, wall_time

NEWEST = 500  # rows of a list: it has no pages
LONGEST = 4000

# Contract 2.1: the stored lead status, and every word of its cell; the first is what is shown.
LEAD_WORDS = {
    "new": ("Potential",),
    "active": ("Qualified", "Interested"),
    "booked": ("Interested",),
    "won": ("Converted",),
    "lost": ("Not Interested", "Bad Fit"),
}
LEAD_STATUSES = ("Potential", "Qualified", "Interested", "Converted", "Not Interested", "Bad Fit")
DIRECTIONS = {"incoming": "inbound", "outgoing": "outbound"}
_PERIOD = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?)?")


@dataclass(frozen=True, slots=True)
class Said:
    """The parameters of one call; whatever is no text or number counts as not sent."""

    fields: Mapping[str, Any]

    def get(self, name: str) -> str | None:
        """A parameter as text, or None when it is not sent or empty. Raises VALIDATION_ERROR for one too long."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        text = str(value).strip()
        if len(text) > LONGEST:
            raise Problem("VALIDATION_ERROR", f"{name} is too long.", fix=f"Send at most {LONGEST} characters.")
        return text or None

    def need(self, *names: str) -> list[str]:
        """Required parameters, in this order. Raises MISSING_FIELDS that names every absent one."""
        given = [self.get(name) for name in names]
        missing = [name for name, value in zip(names, given, strict=True) if value is None]
        if missing:
            named = ", ".join(missing)
            raise Problem("MISSING_FIELDS", f"Missing: {named}.", fix=f"Send {named}.", fields=missing)
        return [value for value in given if value is not None]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its act, the scope it needs, and whether it changes anything."""

    act: Callable[[Context, Said], Any]
    scope: str
    writes: bool = False


def one_of(name: str, value: str | None, words: tuple[str, ...]) -> str | None:
    """A parameter that takes certain words, in any case, as they are written. Raises VALIDATION_ERROR."""
    if value is None:
        return None
    found = next((word for word in words if word.casefold() == value.casefold()), None)
    if found is None:
        raise Problem("VALIDATION_ERROR", f"There is no such {name}.", fix=f"Use one of: {', '.join(words)}.")
    return found


def stored_statuses(word: str) -> list[str]:
    """The stored lead statuses whose cell holds this word."""
    return [stored for stored, words in LEAD_WORDS.items() if word in words]


def period(text: str | None, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """A second, a day or a month of the business's wall clock, its end not included. Raises INVALID_TIME."""
    if text is None:
        return None
    found = _PERIOD.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        year, month, day, *clock = (None if part is None else int(part) for part in found.groups())
        assert year is not None
        assert month is not None
        first = date(year, month, day or 1)
        if clock[0] is not None:
            hour, minute, second = (part or 0 for part in clock)
            start = wall_time.resolve(first, time(hour, minute, second), zone)
            return start, start + timedelta(seconds=1)
        last = first if day else (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return wall_time.day_bounds(first, zone)[0], wall_time.day_bounds(last, zone)[1]
    except (ValueError, OverflowError):
        raise Problem(
            "INVALID_TIME", "That is not a period.", fix="Write YYYY-MM-DD HH:MM:SS, YYYY-MM-DD or YYYY-MM."
        ) from None


def written(instant: datetime | None, zone: ZoneInfo) -> str:
    """An instant as they write it: YYYY-MM-DD HH:MM:SS on the business's wall clock, empty for none."""
    return "" if instant is None else f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def worth(text: str | None) -> int | None:
    """A worth in cents: "$3,000", "3000", "3000 USD". Raises VALIDATION_ERROR for what names no amount."""
    if text is None:
        return None
    amounts = prices.cents_in(text) or prices.cents_in(f"${text}")
    if not amounts:
        raise Problem("VALIDATION_ERROR", "That is not an amount of money.", fix="Write it as $3,000.")
    return amounts[0]
