"""Every sentence an answer is made of, once, for voice and chat, so that they cannot disagree (contract 2.6).

The first word decides: success, a choice, or failure. A failure never holds a success word with its exclamation mark
and never says that the new state is so. Dates are spelled for the ear.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tools.rules import slot_tag, speech

LOOKUP_FAILED = "SLOT LOOKUP FAILED:"
BOOKING_FAILED = "**BOOKING FAILED:"
CANCELLATION_FAILED = "BOOKING CANCELLATION FAILED:"
RESCHEDULE_FAILED = "RESCHEDULE FAILED:"
VISIT_LOOKUP_FAILED = "VISIT LOOKUP FAILED:"
MESSAGE_FAILED = "MESSAGE FAILED:"
LINK_FAILED = "LINK FAILED:"
DETAILS_FAILED = "DETAILS NOT KEPT:"
AREA_FAILED = "AREA LOOKUP FAILED:"
DETAILS_NOTED = "Noted for the office. This books and changes no visit."
NO_OPEN_TIMES = "NO OPEN TIMES:"
NO_VISITS = "NO UPCOMING VISITS:"
CHOICE_NEEDED = "CHOICE NEEDED:"
LONGEST = 2000  # characters of an answer; each part below is clipped so that the sum stays inside
LONGEST_NAME, LONGEST_LABEL, LONGEST_PLACE, LONGEST_TEXT = 80, 80, 160, 400
READ_OUT = 9  # visits in one list


@dataclass(frozen=True, slots=True)
class VisitWords:
    """A visit as it is spoken: local aware start and end, the zone in words, never another customer's data."""

    id: str
    service: str
    minutes: int
    start: datetime
    end: datetime
    zone: str
    technician: str | None = None
    customer: str | None = None
    place: str | None = None
    covers: str | None = None
    video: str | None = None
    waiting: bool = False

    @property
    def when(self) -> str:
        """Tuesday, April 28 at 10:00 AM."""
        return speech.moment(self.start)

    @property
    def line(self) -> str:
        """One line of a list of visits, with the code a model passes back."""
        return f"{clip(self.service, LONGEST_LABEL)}, {self.when}{self.state} [booking:{self.id[:8]}]"

    @property
    def state(self) -> str:
        """What has to be said beside a visit that does not stand yet; else nothing."""
        return " (waiting for the office)" if self.waiting else ""


def lower_first(sentence: str) -> str:
    """A sentence as a clause: first letter small unless it begins a name, no full stop."""
    text = sentence.rstrip(". ")
    second_is_small = len(text) > 1 and not text[1].isupper()
    return text[:1].lower() + text[1:] if second_is_small and not text.startswith(speech.WEEKDAYS) else text


def clip(text: str, longest: int) -> str:
    """At most `longest` characters on one line; a cut is shown."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def times_of(alternatives: Sequence[dict[str, Any]]) -> str:
    """Open alternatives with the tags a model passes back."""
    return ", ".join(f'{_spoken(one)} [slot:"{one["slot"]}"]' for one in alternatives)


def times_spoken(alternatives: Sequence[dict[str, Any]]) -> str:
    """Open alternatives for a person's eyes: no tags."""
    return speech.listing([_spoken(one) for one in alternatives])


def _spoken(alternative: dict[str, Any]) -> str:
    """An open time for the ear, without the year that the JSON doors show."""
    return speech.moment(datetime.fromisoformat(alternative["slot"][:16]))


@dataclass(frozen=True, slots=True)
class DayTimes:
    """The times read out for one day, as local starts, and how many more there are."""

    day: date
    starts: tuple[datetime, ...]
    more: int


def offering(
    service: str,
    minutes: int,
    technicians: Sequence[str],
    description: str,
    zone: str,
    days: Sequence[DayTimes],
    *,
    lead: Sequence[str] = (),
) -> str:
    """The listing of open times. `lead` holds lines that come before the times, such as why a day is closed."""
    head = [f"Offering: {clip(service, LONGEST_LABEL)} ({speech.duration(minutes)})"]
    if technicians:
        named = clip(speech.listing(technicians, "and"), LONGEST_PLACE)
        head.append(f"Technician{'s' if len(technicians) > 1 else ''}: {named}")
    if description:
        head.append(f"Description: {clip(description, LONGEST_TEXT)}")
    head.append(f"Times are {zone}, where the job is.")
    lines = []
    for one in days:
        times = ", ".join(f"{speech.clock(start)} {slot_tag.write(start)}" for start in one.starts)
        lines.append(f"{speech.day(one.day)}: {times}" + (f" (+{one.more} more)" if one.more else ""))
    example = slot_tag.value(days[0].starts[0])
    tail = (
        "Offer the caller two or three of these times and no others. To book, pass the exact value, for example "
        f'slot:"{example}". Do not read the bracketed tags aloud.'
    )
    return "\n".join([*head, "", *lead, *lines, "", tail])


def nothing_open(days: int, closed: Sequence[str] = ()) -> str:
    """No time at all in the range; `closed` holds sentences that say why a day asked for is closed."""
    why = "".join(f" {one}" for one in closed)
    return (
        f"{NO_OPEN_TIMES} nothing is open in the next {days} days.{why} "
        "Offer to take a message so the office can call back."
    )


def booked(visit: VisitWords, *, text_to: str | None, requested: bool, also: str | None) -> str:
    """A visit that is booked, or held for the office. `text_to` is the last four digits a queued text goes to."""
    who = clip(visit.customer or "The caller", LONGEST_NAME)
    day = speech.day_with_year(visit.start.date())
    span = f"{day} from {speech.clock(visit.start)} to {speech.clock(visit.end)} {visit.zone}"
    what = f"a {clip(visit.service, LONGEST_LABEL)} ({speech.duration(visit.minutes)}) on {span}"
    by = f" with {clip(visit.technician, LONGEST_NAME)}" if visit.technician else ""
    if requested:
        lines = [f"Requested! {who} asked for {what}. The time is being held until the office approves it."]
        lines.append("Do not say it is confirmed.")
    else:
        lines = [f"Booked! {who} is confirmed for {what}{by}."]
    if visit.covers:
        lines.append(f"What it covers: {clip(first_sentence(visit.covers), LONGEST_TEXT)}.")
    if visit.place:
        lines.append(f"Address: {clip(visit.place, LONGEST_PLACE)}.")
    if visit.video:
        lines.append(f"Video link: {visit.video}")
    if text_to:
        lines.append(f"A confirmation text is on its way to the number ending {text_to}.")
    if also:
        lines.append(also)
    lines.append(f"Booking ID: {visit.id}")
    return "\n".join(lines)


def first_sentence(text: str) -> str:
    """The first sentence of a description, as a clause."""
    return lower_first(re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0])


def also_has(visits: Sequence[VisitWords]) -> str | None:
    """The caller's other visits of this service, so that nobody is booked twice by accident."""
    if not visits:
        return None
    named = speech.listing([f"a {clip(one.service, LONGEST_LABEL)} on {one.when}" for one in visits[:3]], "and")
    return f"This caller also has {named}; check that both are wanted."


def choice_needed(visits: Sequence[VisitWords], nothing: str) -> str:
    """Which visit is meant? `nothing` is what has not happened yet: cancelled, moved."""
    lines = [f"{CHOICE_NEEDED} nothing has been {nothing} yet. This caller has {len(visits)} upcoming visits:"]
    if len(visits) == 1:
        lines = [f"{CHOICE_NEEDED} nothing has been {nothing} yet. This caller has one upcoming visit:"]
    lines.extend(listed(visits))
    lines.append(
        "Ask which one, then call this tool again with booking_selector set to the number, the booking code, or part "
        "of the service name."
    )
    return "\n".join(lines)


def cancelled(visit: VisitWords) -> str:
    """The visit is off."""
    return (
        f"Cancelled! Your {clip(visit.service, LONGEST_LABEL)} ({speech.duration(visit.minutes)}) on "
        f"{speech.moment_with_year(visit.start)} has been cancelled."
    )


def rescheduled(visit: VisitWords, old_start: datetime, *, requested: bool = False) -> str:
    """The visit has a new time and the old one is free. A request that is still unapproved says so."""
    state = "is now held, waiting for the office," if requested else "is now confirmed"
    return (
        f"Rescheduled! Your {clip(visit.service, LONGEST_LABEL)} {state} for {speech.moment_with_year(visit.start)}.\n"
        f"The previous time, {speech.moment(old_start)}, has been released."
    )


def listed(visits: Sequence[VisitWords]) -> list[str]:
    """Visits as numbered lines, and how many are left unread."""
    lines = [f"{number}. {visit.line}" for number, visit in enumerate(visits[:READ_OUT], 1)]
    return [*lines, f"(+{len(visits) - READ_OUT} more)"] if len(visits) > READ_OUT else lines


def your_visits(visits: Sequence[VisitWords], number_ending: str) -> str:
    """What the caller has booked."""
    if not visits:
        return (
            f"{NO_VISITS} there is no upcoming visit under the number ending {number_ending}. "
            "Ask for the number it was booked with, or offer to book."
        )
    count = f"{len(visits)} upcoming visits" if len(visits) > 1 else "one upcoming visit"
    return "\n".join([f"This caller has {count}:", *listed(visits), "Do not read the bracketed codes aloud."])


def noted(call_back: datetime, zone: str, number_ending: str) -> str:
    """A message was taken; `call_back` (local) is when the task is due."""
    return (
        f"Noted! The office has the message. Someone will call the number ending {number_ending} back by "
        f"{speech.moment(call_back)} {zone}."
    )


def emergency_noted(safety: str, *, alerted: bool) -> str:
    """A message that tells of danger: the fixed words first. `alerted`: a text to whoever is on call is queued."""
    told = "The person on call is being texted now." if alerted else "The office has it as an emergency."
    return f"Noted! Say this to the caller now, word for word: {clip(safety, LONGEST_TEXT)}\n{told} Do not offer times."


def link_queued(number_ending: str) -> str:
    """The text with the booking page is queued."""
    return f"Queued! A text with the booking page is on its way to the number ending {number_ending}."


def about_caller(name: str | None, number_ending: str, visits: Sequence[VisitWords], last: str | None) -> str:
    """Who is calling, for a voice agent's eyes: name, visits, and what the last conversation was about."""
    lines = [f"Returning caller: {clip(name, LONGEST_NAME)}." if name else f"Known number ending {number_ending}."]
    lines.append(
        f"Upcoming visits: {upcoming_sentence(visits[:READ_OUT])}." if visits else "There is no upcoming visit."
    )
    if last:
        lines.append(f"Last conversation: {clip(last, 600)}")
    return "\n".join(lines)


def new_caller(number_ending: str | None) -> str:
    """Nobody we know."""
    under = f" under the number ending {number_ending}" if number_ending else ""
    return f"New caller: nobody is known{under}. Ask for their name."


def upcoming_sentence(visits: Sequence[VisitWords]) -> str:
    """The same as one sentence without codes, for a greeting; empty when there is none."""
    return speech.listing([f"{one.service} on {one.when}{one.state}" for one in visits], "and")
