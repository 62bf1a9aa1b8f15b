"""Every sentence an answer is made of, once, for voice and chat, so that they cannot disagree (contract 2.6).

The first word decides: success, a choice, or failure. A failure never holds a success word with its exclamation mark
and never says that the new state is so. Dates are spelled for the ear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tools.problems import Problem
from tools.rules import slot_tag, speech

SUCCESS = ("Booked!", "Requested!", "Cancelled!", "Rescheduled!")
LOOKUP_FAILED = "SLOT LOOKUP FAILED:"
BOOKING_FAILED = "**BOOKING FAILED:"
CANCELLATION_FAILED = "BOOKING CANCELLATION FAILED:"
RESCHEDULE_FAILED = "RESCHEDULE FAILED:"
NO_OPEN_TIMES = "NO OPEN TIMES:"
CHOICE_NEEDED = "CHOICE NEEDED:"
LONGEST = 2000

NEXT = {
    "SLOT_UNAVAILABLE": "offer these times, then call this tool again with the one the caller picks.",
    "OUTSIDE_BOOKING_WINDOW": "offer these times, then call this tool again with the one the caller picks.",
    "OUT_OF_SERVICE_AREA": "ask for the postal code once more; if it is the same, offer to take a message.",
    "INVALID_EMAIL": "spell the e-mail back once and call this tool again, or book without it.",
    "INVALID_ATTENDEE_EMAIL": "spell that e-mail back once and call this tool again, or book without it.",
    "INVALID_PHONE": "ask for the number again, area code first.",
    "INVALID_TIME": "ask for another time and call this tool again.",
    "MISSING_FIELDS": "ask the caller for it, then call this tool again.",
    "AMBIGUOUS_EVENT_TYPE": "ask which one the caller means, then call this tool again with its name.",
    "NOT_FOUND": "check what you passed and call this tool again.",
    "SERVICE_NOT_BOOKABLE": "offer to take a message so the office can call back.",
    "CUTOFF_PASSED": "tell the caller the office will call about it.",
    "UNSUBSTITUTED_VARIABLE": "the agent's builder must fill that variable in; ask the caller instead.",
    "INTERNAL_ERROR": "apologise, and offer to take a message so the office can call back.",
    "IDENTITY_NEEDED": "ask for the last name and the day of the visit, then try again.",
    "RATE_LIMITED": "wait a moment, then try once more.",
}


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

    @property
    def when(self) -> str:
        """Tuesday, April 28 at 10:00 AM."""
        return speech.moment(self.start)

    @property
    def line(self) -> str:
        """One line of a list of visits, with the code a model passes back."""
        return f"{self.service}, {self.when} [booking:{self.id[:8]}]"


def lower_first(sentence: str) -> str:
    """A sentence as a clause: first letter small unless it begins a name, no full stop."""
    text = sentence.rstrip(". ")
    second_is_small = len(text) > 1 and not text[1].isupper()
    return text[:1].lower() + text[1:] if second_is_small and not text.startswith(speech.WEEKDAYS) else text


def with_code(text: str, code: str) -> str:
    """A failure's text with its code last, cut so that the code survives the limit of 2,000 characters."""
    tail = f"[code: {code}]"
    return (
        f"{text[: LONGEST - len(tail) - 1]} {tail}"
        if "\n" not in text
        else f"{text[: LONGEST - len(tail) - 1]}\n{tail}"
    )


def times_of(alternatives: Sequence[dict[str, Any]]) -> str:
    """Open alternatives with the tags a model passes back."""
    return ", ".join(f'{_spoken(one)} [slot:"{one["slot"]}"]' for one in alternatives)


def times_spoken(alternatives: Sequence[dict[str, Any]]) -> str:
    """Open alternatives for a person's eyes: no tags."""
    return speech.listing([_spoken(one) for one in alternatives])


def _spoken(alternative: dict[str, Any]) -> str:
    """An open time for the ear, without the year that the JSON doors show."""
    return speech.moment(datetime.fromisoformat(alternative["slot"][:16]))


# What a voice agent hears -------------------------------------------------------------------------------------------


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
    head = [f"Offering: {service} ({speech.duration(minutes)})"]
    if technicians:
        head.append(f"Technician{'s' if len(technicians) > 1 else ''}: {speech.listing(technicians, 'and')}")
    if description:
        head.append(f"Description: {description}")
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


def nothing_open(days: int) -> str:
    """No time at all in the range."""
    return (
        f"{NO_OPEN_TIMES} nothing is open in the next {days} days. Offer to take a message so the office can call back."
    )


def lookup_failed(problem: Problem) -> str:
    """Slots could not be looked up."""
    return with_code(f"{LOOKUP_FAILED} {lower_first(problem.detail)}. {_next(problem)}", problem.code)


def booked(
    visit: VisitWords, *, text_to: str | None, requested: bool, also: str | None, note: str | None = None
) -> str:
    """A visit that is booked, or held for the office. `text_to` is the last four digits a queued text goes to."""
    who = visit.customer or "The caller"
    day = speech.day_with_year(visit.start.date())
    span = f"{day} from {speech.clock(visit.start)} to {speech.clock(visit.end)} {visit.zone}"
    what = f"a {visit.service} ({speech.duration(visit.minutes)}) on {span}"
    by = f" with {visit.technician}" if visit.technician else ""
    if requested:
        lines = [
            f"Requested! {who} asked for {what}. The time is being held until the office approves it.",
            "Do not say it is confirmed.",
        ]
    else:
        lines = [f"Booked! {who} is confirmed for {what}{by}."]
    if visit.covers:
        lines.append(f"What it covers: {visit.covers}")
    if visit.place:
        lines.append(f"Address: {visit.place}.")
    if note:
        lines.append(note)
    if text_to:
        lines.append(f"A confirmation text is on its way to the number ending {text_to}.")
    if also:
        lines.append(also)
    lines.append(f"Booking ID: {visit.id}")
    return "\n".join(lines)


def also_has(visits: Sequence[VisitWords]) -> str | None:
    """The caller's other visits of this service, so that nobody is booked twice by accident."""
    if not visits:
        return None
    named = speech.listing([f"a {one.service} on {one.when}" for one in visits], "and")
    return f"This caller also has {named}; check that both are wanted."


def booking_failed(problem: Problem) -> str:
    """Nothing was booked, and why, and what to say next."""
    lines = [
        f"{BOOKING_FAILED} the visit is NOT booked. Do not tell the caller it is.**",
        f"Why: {lower_first(problem.detail)}.",
    ]
    if alternatives := problem.extras.get("alternatives"):
        lines.append(f"Nearest open times: {times_of(alternatives)}.")
    lines.append(f"Next: {_next(problem)}")
    return with_code("\n".join(lines), problem.code)


def choice_needed(visits: Sequence[VisitWords], nothing: str) -> str:
    """Which visit is meant? `nothing` is what has not happened yet: cancelled, moved."""
    lines = [f"{CHOICE_NEEDED} nothing has been {nothing} yet. This caller has {len(visits)} upcoming visits:"]
    if len(visits) == 1:
        lines = [f"{CHOICE_NEEDED} nothing has been {nothing} yet. This caller has one upcoming visit:"]
    lines.extend(f"{number}. {visit.line}" for number, visit in enumerate(visits, 1))
    lines.append(
        "Ask which one, then call this tool again with booking_selector set to the number, the booking code, or part "
        "of the service name."
    )
    return "\n".join(lines)


def cancelled(visit: VisitWords) -> str:
    """The visit is off."""
    return (
        f"Cancelled! Your {visit.service} ({speech.duration(visit.minutes)}) on "
        f"{speech.moment_with_year(visit.start)} has been cancelled."
    )


def cancellation_failed(problem: Problem, visits: Sequence[VisitWords] = ()) -> str:
    """Nothing was cancelled."""
    return _change_failed(CANCELLATION_FAILED, problem, "Nothing was cancelled.", visits)


def rescheduled(visit: VisitWords, old_start: datetime, *, requested: bool = False) -> str:
    """The visit has a new time and the old one is free. A request that is still unapproved says so."""
    state = "is now held, waiting for the office," if requested else "is now confirmed"
    return (
        f"Rescheduled! Your {visit.service} {state} for {speech.moment_with_year(visit.start)}.\n"
        f"The previous time, {speech.moment(old_start)}, has been released."
    )


def reschedule_failed(problem: Problem, visits: Sequence[VisitWords] = (), *, old: VisitWords | None = None) -> str:
    """Nothing was moved, and the truth about the old visit."""
    stands = f"The visit on {old.when} still stands." if old else "Nothing was moved."
    return _change_failed(RESCHEDULE_FAILED, problem, stands, visits)


def your_visits(visits: Sequence[VisitWords]) -> str:
    """What the caller has booked."""
    if not visits:
        return "There is no upcoming visit under this number."
    lines = [f"This caller has {len(visits)} upcoming visit{'s' if len(visits) > 1 else ''}:"]
    lines.extend(f"{number}. {visit.line}" for number, visit in enumerate(visits, 1))
    lines.append("Do not read the bracketed codes aloud.")
    return "\n".join(lines)


def upcoming_sentence(visits: Sequence[VisitWords]) -> str:
    """The same as one sentence without codes, for a greeting; empty when there is none."""
    return speech.listing([f"{one.service} on {one.when}" for one in visits], "and")


def _change_failed(prefix: str, problem: Problem, truth: str, visits: Sequence[VisitWords]) -> str:
    text = f"{prefix} {lower_first(problem.detail)}. {truth}"
    if alternatives := problem.extras.get("alternatives"):
        text += f" Nearest open times: {times_of(alternatives)}."
    if visits:
        listed = " ".join(f"{number}. {visit.line}" for number, visit in enumerate(visits, 1))
        text += f" The upcoming visits are: {listed}."
    advice = _next(problem)
    return with_code(f"{text} {advice[:1].upper()}{advice[1:]}", problem.code)


def _next(problem: Problem) -> str:
    if problem.code in ("SLOT_UNAVAILABLE", "OUTSIDE_BOOKING_WINDOW") and not problem.extras.get("alternatives"):
        return "offer to take a message so the office can call back."
    if problem.code == "NOT_FOUND" and "ask" in problem.extras:
        return str(problem.extras["ask"])
    return NEXT.get(problem.code, problem.fix[:1].lower() + problem.fix[1:] if problem.fix else NEXT["INTERNAL_ERROR"])
