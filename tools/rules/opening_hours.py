"""Opening hours as a person writes them: "Mon-Fri 8-5, Sat 9:00-12:00", read into a week and written back."""

import re
from collections.abc import Iterator
from itertools import pairwise

from tools.rules.company_lines import UnreadableAnswer
from tools.rules.working_hours import Span

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = 24 * 60
NOON = 12 * 60

_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|(?:mo?|tu|we?|th|fr?|sa|su)(?![a-z])\.?)"
_TIME = r"(?:\d{1,2}(?::?\d\d)?\s*(?:[ap]\.?m?\.?(?![a-z]))?|noon|midnight)"
_TO = r"\s*(?:-|\u2013|\u2014|\bto\b|\bthrough\b|\bthru\b|\btill?\b|\buntil\b)\s*"
_TOKEN = re.compile(
    rf"(?P<run>{_DAY}{_TO}{_DAY})|(?P<day>{_DAY})"
    rf"|(?P<named>weekdays|weekends?|daily|every\s?day|all week|(?:7|seven)\s+days(?: a week)?)"
    rf"|(?P<always>24\s*/\s*7)|(?P<whole>24\s*(?:h|hrs?|hours)\b|all day)|(?P<closed>closed)"
    rf"|(?P<span>{_TIME}{_TO}{_TIME})|(?P<between>[\s,;:&+/]+|and\b|from\b|open\b)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):?(?P<minute>\d\d)?\s*(?P<half>[ap])?", re.IGNORECASE)
_NAMED = {"weekdays": range(5), "weekend": range(5, 7), "weekends": range(5, 7)}

Week = tuple[tuple[Span, ...], ...]


def read(text: str) -> Week:
    """Seven days of spans, Monday first; a day not named is closed. "8-5" ends in the afternoon, "22:00-06:00" the next
    morning. Hours may stand before their days ("8-5 weekdays"); without any day they are those of Monday to Friday.

    Raises UnreadableAnswer for what cannot be read, a day without hours, and hours that overlap.
    """
    tokens = list(_tokens(text))
    spoken = [one for one in tokens if not one["between"]]
    if spoken and spoken[0]["span"]:
        tokens = _days_first(spoken)
    week: list[list[Span]] = [[] for _ in DAYS]
    named: list[int] = []
    said = False  # whether the days named last have had their hours
    shut = False  # after "closed", which may be said of the days that follow
    for found in tokens:
        if found["always"]:
            named, said = list(range(7)), True
            _open(week, named, Span(0, DAY))
        elif found["run"] or found["day"] or found["named"]:
            named, said = ([], shut) if said else (named, False)
            named += _days(found)
        elif found["span"] or found["whole"]:
            if not named:
                raise UnreadableAnswer("The hours need their days first, like Mon-Fri 8:00-17:00.")
            said, shut = True, False
            _open(week, named, Span(0, DAY) if found["whole"] else _span(found["span"]))
        elif found["closed"]:
            said, shut = True, said
    if not any(week):
        raise UnreadableAnswer("No day is open; write the hours like Mon-Fri 8:00-17:00.")
    if not said:
        raise UnreadableAnswer(f"{DAYS[named[-1]]} has no hours; write them after the day, or the word closed.")
    return tuple(tuple(sorted(day, key=lambda span: span.opens)) for day in week)


def written(week: Week) -> str:
    """The week in the words `read` takes: "Mon-Fri 08:00-17:00, Sat 09:00-12:00"."""
    parts: list[str] = []
    first = 0
    while first < len(DAYS):
        last = first
        while last + 1 < len(DAYS) and week[last + 1] == week[first]:
            last += 1
        if week[first]:
            days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
            parts.append(f"{days} {' and '.join(f'{_clock(one.opens)}-{_clock(one.closes)}' for one in week[first])}")
        first = last + 1
    return ", ".join(parts)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise UnreadableAnswer("Hours are days and times, like Mon-Fri 8:00-17:00, Sat 9:00-12:00.")
        at = found.end()
        yield found


def _days_first(spoken: list[re.Match[str]]) -> list[re.Match[str]]:
    """What began with hours, put the other way round: "8-5 weekdays, 9-1 Sat" as "weekdays 8-5, Sat 9-1"."""
    turned: list[re.Match[str]] = []
    hours: list[re.Match[str]] = []
    days: list[re.Match[str]] = []
    for one in [*spoken, *_tokens("closed")]:
        if one["run"] or one["day"] or one["named"]:
            days.append(one)
            continue
        if days:
            turned += [*days, *hours]
            hours, days = [], []
        hours.append(one)
    open_hours = [one for one in hours if one["span"] or one["whole"]]
    if open_hours and turned:
        raise UnreadableAnswer("The last hours have no day; write them like Mon-Fri 8:00-17:00, Sat 9:00-12:00.")
    return turned or [*_tokens("weekdays"), *open_hours]


def _days(found: re.Match[str]) -> list[int]:
    if found["named"]:
        return list(_NAMED.get(found["named"].lower(), range(7)))
    numbers = [_weekday(word) for word in re.findall(_DAY, found[0], re.IGNORECASE)]
    first, last = numbers[0], numbers[-1]
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _weekday(word: str) -> int:
    return next(at for at, day in enumerate(DAYS) if day.lower().startswith(word.lower().rstrip(".")[:3]))


def _open(week: list[list[Span]], days: list[int], span: Span) -> None:
    for day in days:
        week[day].append(span)
        ordered = sorted(week[day], key=lambda one: one.opens)
        if any(later.opens < earlier.closes for earlier, later in pairwise(ordered)):
            raise UnreadableAnswer(f"{DAYS[day]} has hours that overlap; name each day and time once.")


def _span(text: str) -> Span:
    opening, closing = re.split(_TO, text, maxsplit=1, flags=re.IGNORECASE)
    opens, first_half = _minute(opening)
    closes, last_half = _minute(closing)
    if last_half == "p" and first_half is None and 0 < opens < 7 * 60 and opens + NOON < closes:
        opens += NOON  # "1-5pm"
    if first_half is None and last_half is None and 0 < opens < 5 * 60 and opens < closes and opening[0] != "0":
        opens, closes = opens + NOON, closes + NOON  # "1-5": nobody who opens at one in the morning writes it so
    if last_half is None and closes <= opens <= NOON and not closing.startswith("0"):
        closes += NOON  # "8-5"
    if closes <= opens:
        closes += DAY
    return Span(opens, closes)


def _minute(text: str) -> tuple[int, str | None]:
    """Minutes after midnight, and the half of the day that was written, if it was."""
    word = text.strip().lower()
    if word in ("noon", "midnight"):
        return (NOON, "p") if word == "noon" else (0, "a")
    found = _CLOCK.match(word)
    assert found is not None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if minute > 59 or hour > (12 if half else 24) or (hour == 24 and minute) or (half and hour == 0):
        raise UnreadableAnswer("A time is like 8:00, 17:00 or 5 pm.")
    if minute % 5:
        raise UnreadableAnswer("Opening times are multiples of five minutes.")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute, half


def _clock(minute: int) -> str:
    """Minutes after midnight as 17:00; past midnight as the next morning's time."""
    minute = minute if minute <= DAY else minute - DAY
    return f"{minute // 60:02}:{minute % 60:02}"
