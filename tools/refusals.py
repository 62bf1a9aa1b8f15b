"""Refused starts: the sentence for each reason, and the open times in the shape every door passes on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.tables import Service
from tools.problems import Problem
from tools.rules import slot_tag, speech
from tools.rules.calendar import REMEMBERED, Opening, Refusal

WINDOW = ("past", "too_soon", "too_far")
SENTENCES = {
    "past": "That time has already passed.",
    "too_soon": "That is sooner than the office can come.",
    "too_far": "That is further ahead than the office books.",
    "closed": "{day} is closed.",
    "closed_for": "{day} is closed ({note}).",
    "outside_hours": "That is outside working hours.",
    "off_grid": "Visits do not start at that time.",
    "day_full": "{day} is full.",
    "week_full": "The week of {day} is full.",
    "taken": "That time was just taken.",
    "no_technician": "Nobody who does this works at that time.",
}


def refused(
    why: Refusal, start: datetime, end: datetime, around: Sequence[Opening], zone: ZoneInfo, service: Service | None
) -> Problem:
    """The Problem of a refused start: INVALID_TIME, OUTSIDE_BOOKING_WINDOW or SLOT_UNAVAILABLE (contract 2.2)."""
    if why.reason == "off_cell":
        return Problem(
            "INVALID_TIME",
            "Visits start and end on a multiple of five minutes.",
            fix="Send minutes such as :00, :05 or :30, and no seconds.",
            reason=why.reason,
            alternatives=[as_written(one.start, one.end, zone) for one in around],
        )
    sentence = SENTENCES["closed_for" if why.reason == "closed" and why.note else why.reason]
    return Problem(
        "OUTSIDE_BOOKING_WINDOW" if why.reason in WINDOW else "SLOT_UNAVAILABLE",
        sentence.format(day=speech.day(why.day), note=why.note),
        fix="Choose one of the alternatives." if around else "Nothing is open; have the office call back.",
        reason=why.reason,
        requested=as_written(start, end, zone),
        alternatives=[as_written(one.start, one.end, zone) for one in around],
        service_id=service.id if service else None,
    )


@lru_cache(maxsize=REMEMBERED)
def as_written(start: datetime, end: datetime, zone: ZoneInfo) -> Mapping[str, str]:
    """A time as JSON doors show it: UTC instants, the local date and time, the words, and the bare slot value."""
    local = start.astimezone(zone)
    written = local.isoformat(timespec="minutes")
    return {
        "start": utc(start),
        "end": utc(end),
        "date": written[:10],
        "time": written[11:16],
        "formatted": speech.moment_with_year(local),
        "slot": slot_tag.value(local),
    }


def utc(instant: datetime) -> str:
    """2026-11-23T15:00:00Z."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"
