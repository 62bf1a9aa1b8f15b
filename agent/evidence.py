"""What a reply may rest on: acts of this turn, stored visits, open times, and everything tools, profile and customer
said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from agent.plain_numbers import plain
from agent.spoken_times import Moment, moments

LENGTH = re.compile(r"\b(\d{1,3}) ?-?(?:min|minutes?)\b", re.I)
LETTER = re.compile(r"\w")
ACTIVE = ("pending", "confirmed", "rescheduled", "late")
LONGEST = 3000  # characters read of each kind of evidence: reading costs 1 to 3 microseconds a character


@dataclass(frozen=True, slots=True)
class Visit:
    """A stored booking of this customer, or the result of an act in this turn. Times are aware, in the job's zone."""

    start: datetime
    end: datetime
    status: str  # pending, confirmed, rescheduled, late, completed, no_show, cancelled
    service: str
    technician: str | None


@dataclass(frozen=True, slots=True)
class Deed:
    """One act that succeeded in this turn: booked, requested, moved, cancelled, handed_off, message_taken, noted or
    sent."""

    kind: str
    visit: Visit | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All a reply may rest on. `now` and `offered` are aware, in the job's zone; `visits` are this customer's,
    cancelled ones too; `tool_text` the sentences tools returned in this turn; `customer` their own messages, latest
    last; `record` what their card holds: name, address, postal code."""

    now: datetime
    deeds: tuple[Deed, ...]
    visits: tuple[Visit, ...]
    offered: tuple[datetime, ...]
    tool_text: tuple[str, ...]
    profile: str
    customer: tuple[str, ...]
    staff_names: tuple[str, ...]
    record: str = ""


class Known:
    """One turn's evidence, sorted by what it can support; texts are read only when asked for."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.today: date = evidence.now.date()
        done = {kind: [deed.visit for deed in evidence.deeds if deed.kind == kind and deed.visit] for kind in DEEDS}
        self.deeds = {deed.kind for deed in evidence.deeds}
        gone = {visit.start for visit in done["cancelled"]}
        stored = [
            visit
            for visit in evidence.visits
            if visit.status in ACTIVE and visit.end > evidence.now and visit.start not in gone
        ]
        standing = stored + done["booked"] + done["moved"]
        self.firm = [visit for visit in standing if visit.status != "pending"]
        self.held = [visit for visit in standing if visit.status == "pending"] + done["requested"]
        self.moved = done["moved"] + [visit for visit in stored if visit.status == "rescheduled"]
        self.cancelled = done["cancelled"] + [visit for visit in evidence.visits if visit.status == "cancelled"]
        self.past = [visit for visit in evidence.visits if visit.status != "cancelled" and visit.start <= evidence.now]
        self.staff = tuple(plain(name) for name in evidence.staff_names)
        self.visits = [*evidence.visits, *(deed.visit for deed in evidence.deeds if deed.visit)]

    @cached_property
    def tool_words(self) -> str:
        return read("\n".join(self.evidence.tool_text)[:LONGEST])

    @cached_property
    def profile_words(self) -> str:
        return read(self.evidence.profile[:LONGEST])

    @cached_property
    def customer_words(self) -> str:
        return read("\n".join(self.evidence.customer)[-LONGEST:])

    @cached_property
    def everything(self) -> str:
        """All words there are, in lower case, white space made one: where names, addresses and figures must stand."""
        record = plain(self.evidence.record[:LONGEST])
        labels = "\n".join(visit.service for visit in self.visits)
        parts = (self.tool_words, self.profile_words, self.customer_words, record, labels, *self.staff)
        return " ".join("\n".join(parts).lower().split())

    @cached_property
    def ends(self) -> list[datetime]:
        """When a visit at an open time would be over, for each length the profile or a tool names."""
        lengths = {int(found[1]) for found in LENGTH.finditer(f"{self.profile_words} {self.tool_words}")}
        return [start + timedelta(minutes=minutes) for start in self.evidence.offered for minutes in lengths]

    @cached_property
    def tool(self) -> list[Moment]:
        return named(self.tool_words, self.today)

    @cached_property
    def profile(self) -> list[Moment]:
        return named(self.profile_words, self.today)

    @cached_property
    def closed(self) -> set[int | None]:
        """The weekdays the profile calls closed, Monday 0."""
        lines = re.split(r"[.\n](?=\s|$)", self.profile_words)
        shut = [one.day for line in lines if "closed" in line.lower() for one in named(line, self.today)]
        return {day.weekday for day in shut if day and day.kind == "weekday"}

    @cached_property
    def customer(self) -> list[Moment]:
        return named(self.customer_words, self.today, kindly=True)


@lru_cache(maxsize=64)
def read(text: str) -> str:
    """`plain`, remembered: the same evidence is read for every sentence of a call, the profile for every turn."""
    return plain(text)


@lru_cache(maxsize=64)
def named(words: str, today: date, *, kindly: bool = False) -> list[Moment]:
    """The moments of an evidence text in plain words, remembered likewise."""
    return [moment for _, found in moments(words, today, kindly=kindly) for moment in found]


DEEDS = ("booked", "requested", "moved", "cancelled", "handed_off", "message_taken", "noted")


def at(moment: Moment, when: datetime, *, loose: bool = False) -> bool:
    """A moment as named and a local time in; True when the moment can mean it."""
    if moment.day and when.date() not in (moment.day.loose if loose else moment.day.dates):
        return False
    return moment.clock is None or when.hour * 60 + when.minute in moment.clock.minutes


def of_visit(moment: Moment, visit: Visit, *, loose: bool = False) -> bool:
    """True when the moment can mean the start of the visit, or its end."""
    return at(moment, visit.start, loose=loose) or (moment.clock is not None and at(moment, visit.end, loose=loose))


def stands(words: str, text: str) -> bool:
    """True when those words stand in the text whole: "12 oak" does not stand in "112 oaks"."""
    return any(True for _ in where(words, text))


def where(words: str, text: str) -> Iterator[int]:
    """Each end of those words in the text, where they stand whole."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (LETTER.match(text, start - 1) if start else None) and not LETTER.match(text, end):
            yield end
        start = text.find(words, start + 1)


def said(moment: Moment, heard: list[Moment], *, apart: bool = False) -> bool:
    """A moment of ours and those of an evidence text in; True when one of them can mean the same. `apart`: day and
    time may stem from two."""
    same_day = [one for one in heard if moment.day is None or (one.day and one.day.loose & moment.day.loose)]
    same_time = [
        one for one in heard if moment.clock is None or (one.clock and one.clock.minutes & moment.clock.minutes)
    ]
    if apart or moment.carried:
        return bool(same_day or moment.carried) and bool(same_time)
    return any(one in same_time for one in same_day)
