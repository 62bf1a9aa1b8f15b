"""Recorded appointment dialogues (JSON lines): what the person said and why, what was free, what was booked in the end.

STAR rows name weekdays and what each look-up found: the store then holds exactly the starts known to be free. SGD rows
name dates and no calendar: it is open every quarter of an hour by day, except what the recorded assistant failed to
book. An apartment viewing of SGD has a day and no hour, so there its store holds one start a day.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.asked import asked
from tools.problems import Problem

ZONE = ZoneInfo("America/Chicago")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONDAY = date(2020, 6, 1)
BY_LABEL = {
    "hello": "request", "ask_name": "name", "ask_symptoms": "issue", "ask_reason": "issue",
    "ask_day": "when", "ask_start_time": "when", "ask_end_time": "when", "unavailable_ask_different_time": "when",
    "booking_unavailable": "when", "viewing_unavailable": "when", "booking_available": "confirm",
    "viewing_available": "confirm", "fee_paid": "side", "custom_message": "side", "doctor_name": "side",
    "apartment_name": "side", "booking_successful": "close", "inform_confirmed": "close", "anything_else": "close",
    "goodbye_1": "close", "goodbye_2": "close", "out_of_scope": "side",
}  # fmt: skip
TIMED = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thurs?|fri|satur?|sun)(?:day)?s?|today|tomorrow|tonight|morning|afternoon|evening|"
    r"night|noon|midnight|earl(?:y|ier|iest)|later?|soon(?:er|est)?|asap|right away|another (?:day|time)|different|"
    r"any ?time|\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|o'?clock)|(?:at|for|by|to|try|from|about|after) \d{1,2}\b|"
    r"\d{1,2}(?:st|nd|rd|th)|half past|quarter|next|march)\b|\d:\d\d",
    re.IGNORECASE,
)
ABOUT_A_TIME = re.compile(r"\b(?:book|available|schedul|slots?|times?|free|open)|\d ?[ap]\.?m\b", re.IGNORECASE)
YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|perfect|great|sounds|that (?:works|sounds|would)|please|go ahead|"
    r"of course|absolutely|definitely|correct|right|alright|fine|awesome|excellent|wonderful)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """Something the person said: the words, which question they answered, whether they speak of a day or time, and
    (SGD) the day and time wished for once it is said."""

    text: str
    answers: str  # request, name, issue, when, confirm, side, close
    timed: bool
    agrees: bool
    gives: frozenset[str] = frozenset()
    wish: tuple[str | None, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One dialogue. `expected` are the visits left ("2019-03-14 13:30", or only the day); `free` lists local starts,
    None for every quarter of an hour except `taken`; `minutes` is how long a visit takes."""

    name: str
    service: str
    provider: str
    at: datetime
    lines: tuple[Line, ...]
    expected: tuple[str, ...]
    free: tuple[datetime, ...] | None
    taken: tuple[datetime, ...]
    minutes: int
    day_only: bool
    customer: str | None


def read_dialogs(file: Path) -> list[Recorded]:
    """The dialogues of a JSON-lines file. Raises INVALID_BODY, naming the line, for one of another shape."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
                found.append(_star(row) if "bookings" in row else _sgd(row))
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
                fix = "A line is a dialogue with 'turns', and 'bookings' or 'goal'."
                raise Problem("INVALID_BODY", f"{file.name}, line {number}, is no dialogue.", fix=fix) from error
    return found


def _star(row: dict[str, Any]) -> Recorded:
    checks, bookings = row["availability"], row["bookings"]
    provider = bookings[0]["with_"] if bookings else checks[0]["with_"] if checks else row["service"]
    named = {one["day"].lower() for one in (*checks, *bookings)}
    today = row.get("now_weekday") or next((day for day in DAYS if day not in named), "sunday")
    at = datetime.combine(_next(MONDAY, today), _clock(row.get("now_time") or "08:00"), ZONE) - timedelta(minutes=10)
    state = {}
    for check in checks:
        if check["with_"] == provider and check["available"] is not None:
            state[_start(at, check["day"], check["time"])] = check["available"]
    visits = [_start(at, one["day"], one["time"]) for one in bookings]
    free = {start for start, is_free in state.items() if is_free} | set(visits)
    first = bookings[0] if bookings else {}
    minutes = 60
    if first.get("end_time"):
        minutes = (_minutes(first["end_time"]) - _minutes(first["time"])) % 1440 or 60
    return Recorded(
        name=row["id"],
        service=row["service"],
        provider=provider,
        at=at,
        lines=_lines(row["turns"]),
        expected=tuple(sorted(f"{one:%Y-%m-%d %H:%M}" for one in visits)),
        free=tuple(sorted(free)),
        taken=(),
        minutes=min(minutes, 120),
        day_only=False,
        customer=first.get("name"),
    )


def _sgd(row: dict[str, Any]) -> Recorded:
    goal, day_only = row["goal"], row["goal"]["time"] is None
    at = datetime.fromisoformat(row["now"]).replace(tzinfo=ZONE)
    wanted = _stated(goal["date"], "10:00" if day_only else goal["time"])
    refused, told = [], {"date": goal["date"], "time": goal["time"]}
    for turn in row["turns"]:
        told |= {slot: value for slot, value in (turn.get("gives") or {}).items() if slot in told}
        if "notify_failure" in turn["acts"] and not day_only:
            refused.append(_stated(told["date"], told["time"]))
    expected = f"{wanted:%Y-%m-%d}" if day_only else f"{wanted:%Y-%m-%d %H:%M}"
    return Recorded(
        name=row["id"],
        service=row["service"],
        provider=goal["with_"],
        at=at,
        lines=_lines(row["turns"]),
        expected=(expected,) if row["booked"] else (),
        free=None,
        taken=tuple(one for one in refused if one != wanted or not row["booked"]),
        minutes=60 if day_only else 15,
        day_only=day_only,
        customer=None,
    )


def _lines(turns: list[dict[str, Any]]) -> tuple[Line, ...]:
    found: list[Line] = []
    before: dict[str, Any] = {"label": "hello", "text": ""}
    told: dict[str, str | None] = {"date": None, "time": None}
    for turn in turns:
        if turn["role"] == "user":
            text = turn["text"].strip()
            timed = bool(turn["gives"].keys() & {"date", "time"}) if "gives" in turn else bool(TIMED.search(text))
            agrees = "affirm" in turn["acts"] if "acts" in turn else bool(YES.search(text))
            kind = _why(turn, before)
            if kind == "side" and timed:
                kind = "when"
            gives = frozenset((turn.get("gives") or {}).keys() & told.keys())
            told |= {slot: turn["gives"][slot] for slot in gives}
            wish = (told["date"], told["time"]) if "gives" in turn else None
            found.append(Line(text, kind, timed, agrees, gives, wish))
        else:
            before = turn
    return tuple(one for one in found if one.text)


def _why(turn: dict[str, Any], before: dict[str, Any]) -> str:
    """Which question this turn answers, by the data's own labels, else by the words before it."""
    if "acts" in turn:
        acts, ours = set(turn["acts"]), set(before.get("acts") or ())
        if acts & {"goodbye", "thank_you"} and not turn["gives"]:
            return "close"
        if "confirm" in ours or {"notify_failure", "offer"} <= ours:
            return "confirm"
        if turn["gives"].keys() & {"date", "time"}:
            return "when"
        return "request" if "inform_intent" in acts else "side"
    label = str(before.get("label") or "free")
    for part, kind in BY_LABEL.items():
        if label.endswith(part):
            return kind
    kinds = asked(before.get("text"))
    for kind in ("name", "issue", "when"):
        if kind in kinds:
            return kind
    if "done" in kinds or "more" in kinds:
        return "close"
    if "yes_no" in kinds:
        return "confirm" if ABOUT_A_TIME.search(str(before.get("text"))) else "side"
    return "when" if "none_free" in kinds else "side"


def _start(at: datetime, day: str, clock: str) -> datetime:
    """The next such weekday and time after `at`."""
    start = datetime.combine(_next(at.date(), day), _clock(clock), ZONE)
    return start if start > at else start + timedelta(days=7)


def _next(day: date, weekday: str) -> date:
    return day + timedelta(days=(DAYS.index(weekday.lower()) - day.weekday()) % 7)


def _stated(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), _clock(clock), ZONE)


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _minutes(text: str) -> int:
    at = _clock(text)
    return at.hour * 60 + at.minute
