"""What a person said about day and time, read into dates and times of the job's wall clock; pure, no guessing.

The conventions are those of the voice door: "next Tuesday" is the one in the next calendar week, weeks start on Monday,
a bare 1 to 6 is afternoon, 7 to 11 morning, 12 noon. What contradicts itself, or no calendar has, is not sure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tools.rules.clock_words import Clock
from tools.rules.date_words import Days, date_at
from tools.rules.day_parts import Window
from tools.rules.heard import LONGEST, Word, heard
from tools.rules.meant import all_days, days_meant, placed_in_week, refusals, times_meant
from tools.rules.mentions import Mention, mentions, without_past
from tools.rules.ruled_out import ruled_out, taken_back

_ASAP = re.compile(
    r"\basap\b|\bas soon as\b|\bsoonest\b|\bsooner the better\b|\bright (?:away|now)\b|\bimmediately\b"
    r"|\bwhenever you can\b|\bnow please\b|\b(?:see|come|out) (?:me |us )?now\b"
    r"|\b(?:first|next|earliest) (?:available|opening|slot|appointment|possible|time you|you have|one you|you've got)"
    r"|\bearliest (?:time|day)\b|\b(?:today|now) if (?:you|possible|at all)"
    r"|\bas early as possible\b|\bwhatever(?:'s| is) (?:the )?(?:earliest|soonest)"
)
_OTHER_NUMBER = re.compile(
    r"\bhow (?:many|old|big|much|long|far|large)\b|\bnumber of\b"
    r"|\b(?:phone|zip|postal|gate|square|code|address|bedrooms?|unit)\b"
)
_TIME_ASKED = re.compile(r"\b(?:what|which) (?:other )?(?:day|time|date)|\bwhen\b|\b\d+ ?[ap]\.?m\b")
_PARTY = re.compile(r"\b(?:people|persons?|guests?|adults?|kids?|children|party of|table|room|suite|of us|seats?)\b")
_SAME_TIME = re.compile(r"\bsame (?:exact )?time\b")
_NOTHING = frozenset(
    [
        "",
        "null",
        "none",
        "n/a",
        "na",
        "unknown",
        "any",
        "anytime",
        "any time",
        "any day",
        "flexible",
        "whenever",
        "no preference",
    ]
)
_ROLLED = timedelta(days=300)


@dataclass(frozen=True, slots=True)
class When:
    """What a person said about day and time, in the job's wall time.

    `days` names each day as said, in order. With `last_day` set a span was meant ("this week", "Monday to Wednesday",
    "by Friday", "after the 15th" for two weeks): take `day` to `last_day`; without it several `days` are alternatives.
    """

    day: date | None = None
    last_day: date | None = None
    """Inclusive last day of a span; None for one day."""
    start: time | None = None
    """The exact time, or the start of the window, or the lower bound."""
    end: time | None = None
    """The end of the window or the upper bound ("before noon" leaves `start` None)."""
    exact: bool = False
    """`start` is one clock time, not a window."""
    near: bool = False
    """ "around two", "2ish"."""
    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    not_days: tuple[date, ...] = ()
    not_times: tuple[time, ...] = ()
    """Ruled out; when one refusal names both ("not Friday at 2") each stands in its own list."""
    asap: bool = False
    sure: bool = True
    """False when garbled or contradictory: ask, never guess."""
    unread: str | None = None
    """Words of a tool argument that could not be read (only from `wish`)."""


def _without_weak(found: Sequence[Mention], party: bool) -> list[Mention]:
    """ "a table for 2 at 7:30": a bare number counts only when no better time was said and nobody counts heads."""
    strong = any(isinstance(m.said, Clock) and not m.said.weak for m in found)
    return [m for m in found if not (isinstance(m.said, Clock) and m.said.weak and (strong or party))]


def _stray_pm(words: Sequence[Word], found: Sequence[Mention]) -> bool:
    """A "pm" that belongs to no hour: the hour was misheard."""
    covered = {i for m in found for i in range(m.begin, m.end)}
    return any(word.text == "pm" and i not in covered for i, word in enumerate(words))


def read(text: str, now: datetime, *, context: str | None = None) -> When:
    """What `text` says about day and time.

    now: aware, in the job's zone; context: what the business said just before.
    """
    words, line = heard(text), text[:LONGEST].lower()
    before = read(context, now) if context else When()
    asked = context[-LONGEST:].lower() if context else ""
    other = bool(_OTHER_NUMBER.search(asked)) and not _TIME_ASKED.search(asked)
    offered_day = before.days[-1] if before.days else before.day
    found = _without_weak(mentions(words, now, context_day=offered_day, bare_ok=not other), bool(_PARTY.search(line)))
    found = placed_in_week(without_past(words, found))
    spans = [(mention.begin, mention.end) for mention in found]
    out, gone = ruled_out(words, spans), taken_back(words, spans, [mention.kind for mention in found])
    kept = [mention for number, mention in enumerate(found) if number not in out | gone]
    refused = [mention for number, mention in enumerate(found) if number in out]
    turned, refused = refusals(words, refused)
    told = sorted(kept + turned, key=lambda mention: mention.begin)
    days = days_meant(words, told, now.date())
    times = times_meant(words, told, before.times, many_days=len(days.days) > 1)
    start, end = times.start, times.end
    for mention in refused if not any(isinstance(m.said, Days) for m in refused) else []:
        if isinstance(mention.said, Window) and mention.said.part and start is None and end is None:
            start = time(12) if mention.said.part == "morning" else None
            end = None if start else time(12) if mention.said.part == "afternoon" else time(17)
    exact, named = times.exact, times.times
    if start is None and end is None and before.exact and _SAME_TIME.search(line):
        start, exact, named = before.start, True, before.times[:1]
    return When(
        day=days.day,
        last_day=days.last_day,
        start=start,
        end=end,
        exact=exact,
        near=times.near,
        days=days.days,
        times=named,
        not_days=tuple(
            dict.fromkeys(
                day for m in refused if isinstance(m.said, Days) and not m.said.past for day in all_days(m.said)
            )
        ),
        not_times=tuple(dict.fromkeys(m.said.settled() for m in refused if isinstance(m.said, Clock) and m.said.sure)),
        asap=bool(_ASAP.search(line)),
        sure=days.sure and times.sure and not _stray_pm(words, found),
    )


def _said(argument: str | None) -> str:
    text = " ".join((argument or "")[:LONGEST].split()).strip(" '\"")
    return "" if text.lower() in _NOTHING else text


def _advanced(day: date, today: date) -> date:
    """A date gone by moves to the next same weekday; one that rolled to next year for it comes back."""
    if day - today > _ROLLED:
        last_year = day.replace(year=day.year - 1, day=min(day.day, 28)) + timedelta(days=day.day - min(day.day, 28))
        if last_year < today and (today - last_year).days <= 60:
            day = last_year
    return (
        day if day >= today else day + timedelta(days=-(day - today).days // 7 * 7 + 7 * (-(day - today).days % 7 > 0))
    )


def wish(preferred_day: str | None, preferred_time: str | None, now: datetime) -> When:
    """The day and time arguments of list_open_slots, read. now: aware, in the job's zone.

    A past date advances to the next same weekday; words that cannot be read become `asap` with the words in `unread`.
    """
    day_text, time_text = _said(preferred_day), _said(preferred_time)
    day, clock = read(day_text, now), read(time_text, now)
    if day_text.isascii() and day_text.isdigit() and len(day_text) <= 2:
        found = date_at(heard(f"the {day_text}th"), 1, now.date())
        day = When(day=found[0].first, days=(found[0].first,)) if found and found[0].sure else When(sure=False)
    placed = day.day is not None or bool(day.not_days)
    timed = day.start is not None or day.end is not None
    unread_day = bool(day_text) and (not day.sure or not (placed or timed or day.asap))
    clocked = (
        clock.start is not None or clock.end is not None or bool(clock.not_times) or clock.asap or clock.day is not None
    )
    unread_time = bool(time_text) and (not clock.sure or not clocked)
    unread = day_text[:40] if unread_day else time_text[:40] if unread_time else None
    if unread_day:
        day = When(asap=True)
    if day.day is None and clock.day is not None and not unread_time:
        day = replace(clock, start=None, end=None, exact=False, near=False, times=())
    hours = day if (unread_time or not clocked) else clock
    first = _advanced(day.day, now.date()) if day.day else None
    shift = first - day.day if first and day.day else timedelta(0)
    return replace(
        day,
        day=first,
        last_day=day.last_day + shift if day.last_day else None,
        days=tuple(_advanced(said, now.date()) for said in day.days),
        start=hours.start,
        end=hours.end,
        exact=hours.exact,
        near=hours.near,
        times=hours.times,
        not_times=tuple(dict.fromkeys(day.not_times + clock.not_times)),
        asap=day.asap or clock.asap or unread is not None,
        sure=True,
        unread=unread,
    )
