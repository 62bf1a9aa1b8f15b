"""What they wish for by now: a day said before still holds when only an hour is said, and the other way round."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from tools.rules.when import When

LASTS = timedelta(hours=2)
ANY_HOUR = re.compile(
    r"\bany(?:thing| ?time)\b|\bwhenever\b|\ball day\b|\b(?:different|another|other) (?:times?|hours?|slots?)\b|"
    r"\bwhat (?:other )?times?\b|\b(?:earliest|soonest|first available)\b|\b(?:earlier|later|sooner)\b",
    re.IGNORECASE,
)
PARTICULAR = re.compile(
    r"\b(?:next|this|coming|following|week|today|tomorrow|tonight)\b|\d(?:st|nd|rd|th)\b|\d/\d|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d",
    re.IGNORECASE,
)
ANOTHER_DAY = re.compile(
    r"\b(?:different|another|other) (?:days?|dates?)\b|"
    r"\b(?:not|no good|busy|away|working|meeting|can'?t|won'?t|doesn'?t)\b[^.!?]*\bthat day\b|"
    r"\bthat day (?:won'?t|doesn'?t|is (?:bad|no good|not))",
    re.IGNORECASE,
)


def carried(told: When, text: str, kept: dict[str, Any] | None, only_day: date | None, now: datetime) -> When:
    """What was said now, completed by the wish kept from before (see `kept`).

    `only_day` is the day all times offered last lie on, which an hour alone belongs to. `now` is aware.
    """
    before = _read(kept, now)
    timed = bool(told.start or told.end or told.times)
    dated = bool(told.day or told.days)
    if told.asap or not told.sure:
        return told
    told = _same_week(told, text, before.day if before.last_day is None else None, only_day)
    if ANOTHER_DAY.search(text) and not dated:
        ruled_out = tuple(one for one in (before.day or only_day,) if one is not None)
        return replace(told, not_days=(*told.not_days, *ruled_out))
    if not dated and not told.not_days:
        day = before.day or (only_day if timed else None)
        told = replace(told, day=day, last_day=before.last_day, days=before.days)
    elif not dated and before.day is not None and before.day not in told.not_days:
        told = replace(told, day=before.day, last_day=before.last_day, days=before.days)
    same_day = dated and told.day == before.day
    if not timed and not same_day and not ANY_HOUR.search(text) and not (dated and told.last_day):
        told = replace(
            told, start=before.start, end=before.end, exact=before.exact, near=before.near, times=before.times
        )
    return told


def _same_week(told: When, text: str, *spoken_of: date | None) -> When:
    """ "Thursday" while one Thursday is spoken of is that one, not the next."""
    if told.day is None or told.last_day is not None or len(told.days) > 1 or PARTICULAR.search(text):
        return told
    for day in spoken_of:
        if day is not None and day.weekday() == told.day.weekday():
            return replace(told, day=day, days=())
    return told


def kept(wish: When, now: datetime) -> dict[str, Any] | None:
    """A wish as the conversation's memory holds it; None where none was told."""
    if not (wish.day or wish.start or wish.end):
        return None
    return {
        "at": now.isoformat(),
        "day": _text(wish.day),
        "last_day": _text(wish.last_day),
        "days": [one.isoformat() for one in wish.days],
        "start": _text(wish.start),
        "end": _text(wish.end),
        "exact": wish.exact,
        "near": wish.near,
        "times": [one.isoformat() for one in wish.times],
    }


def _read(memory: dict[str, Any] | None, now: datetime) -> When:
    if memory is None or datetime.fromisoformat(memory["at"]) < now - LASTS:
        return When()
    return When(
        day=_day(memory["day"]),
        last_day=_day(memory["last_day"]),
        days=tuple(date.fromisoformat(one) for one in memory["days"]),
        start=_time(memory["start"]),
        end=_time(memory["end"]),
        exact=memory["exact"],
        near=memory["near"],
        times=tuple(time.fromisoformat(one) for one in memory["times"]),
    )


def _text(value: date | time | None) -> str | None:
    return value.isoformat() if value is not None else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
