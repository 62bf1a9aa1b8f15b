"""Which of the offered slots do these words point at? By position ("the second one"), by hour, by day, or by both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tools.rules import when
from tools.rules.assent import Sentence

_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = "|".join(_HOURS)
_POSITIONS = {
    "1st": 0,
    "2nd": 1,
    "3rd": 2,
    "4th": 3,
    "5th": 4,
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
}
_POSITION_WORD = "|".join(_POSITIONS)
_SEAT = r"(?:one|option|slot|time|choice|opening|appointment|available)"

_BY_NUMBER = re.compile(r"\breply (?:with )?(?:[1-9]|(?:a|the|your) number)|\b(?:a|the) number\b")
_ENTRY = re.compile(r"(?:^|\s)\(?([1-9])[).:] ?(?=\S)")
_CLOCK_TIME = re.compile(r"\b\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m)|\b\d{1,2}:\d\d\b|\bnoon\b")
_NUMBERED = re.compile(r"(?:^|\n|\s)\(?1[).:] ?\S[\s\S]*?\s\(?2[).:] ?\S|\breply (?:with )?(?:1|a number)\b")
_POSITION = re.compile(
    rf"\bthe ({_POSITION_WORD}) {_SEAT}(?: {_SEAT})*\b|\b({_POSITION_WORD}) {_SEAT}\b|\bthe (first"
    rf"|second|third|fourth|fifth)(?=\s*(?:[.,!?]|please|works|is|sounds|then|$))"
)
_OPTION = re.compile(
    rf"(?:\b(?:option|number|choice|slot) |\bno\.? |#)(?:number )?([1-9]|{_NUMBER})\b(?! ?(?:am|pm|:"
    rf"|o'?clock))"
)
_ONLY_A_NUMBER = re.compile(
    rf"^[\s#(]*(?:(?:yes|ok|okay|sure|let'?s do|i'?ll take|i want|take|please)[, ]+)?([1-9]"
    rf"|{_NUMBER})[\s.)!]*(?:please|pls|thanks|thank you|works|is good|is fine)?[\s.!]*$"
)
_EDGE = re.compile(
    rf"\b(?:the )?(earlier|earliest|sooner|soonest|former|later|latest|latter|last) (?:{_SEAT}"
    rf"|of the two)\b|\bthe (earlier|earliest|sooner|soonest|former|later|latest"
    rf"|latter)\b(?=\s*(?:[.,!?]|please|works|is|$))"
)
_OPEN, _SHUT = "\x02", "\x03"
_NOWHERE = f"{_OPEN}*{_SHUT}"
_MARK = re.compile(f"{_OPEN}([a-z*]){_SHUT}")

# An hour that is a limit, or part of somebody's timetable, is not a choice.
_LIMIT = re.compile(
    r"\b(?:after|before|until|till?|by|from|since|between|around|about|past (?!ten|twenty|\d)|except"
    r"|off at|home|leave|get (?:off|back|out)|starts?|ends?"
    r"|closes?|at work|work (?:at|on)|meeting|pick up|school|had|was|were|last (?:week|mon|tue|wed|thu"
    r"|fri|sat|sun))\b"
)
_CHOOSES = re.compile(
    r"\b(?:works|will work|would work|'ll work|suits|let'?s|book|schedule|reserve|take|prefer|choose"
    r"|pick|go with|put me|sign me|confirm|i want|i'?d like|i would like|make it|give me|do)\b"
)
_FILLERS = frozenset(
    """a afternoon ahead all already am an and appointment april are at august awesome be best can confirm
    confirmed cool day dec december do done eight eleven evening excellent feb february fifteen fine first
    five for four fri friday go good great half hello hey hi hour i i'd i'll ideal in is it it's jan january
    july june just let's lets like love march may me mon monday morning next nice nine noon nov november now
    o'clock oclock oct october of oh ok okay on one one's opening option our p past perfect pick place please
    pls pm quarter said sat saturday schedule sep september seven sharp six slot so sounds spot sun sunday
    sure take ten thank thanks that that's the then there third thirty this three thu thur thurs thursday time
    to today tomorrow tue tues tuesday twelve two um us ma'am sir visit we we'll wed wednesday week well will
    with wonderful works would yea yeah yep yes you""".split()
)
_HOUR = re.compile(
    rf"(?<![\d:$#/.,-])(?<!\bunit )(?<!\bapt )\b(\d{{1,2}}|{_NUMBER})(?:[:.]([0-5]\d))?\s?(am|pm|a"
    rf"|p)?(?![\w:/$%-])"
    r"(?=[.,!]*\s*(?:o'?clock|please|pls|works?|will|would|is|on|sounds|then|thanks?|for (?:me|us)"
    r"|sharp|it|in the|this|next|today|tomorrow"
    r"|mon|tue|wed|thu|fri|sat|sun|slot|one|time|appointment|and|or|with|be|am|pm|good|great|fine"
    r"|perfect|\x03|[,.!?;)]|$))"
)
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|rs?|day|sday|nesday|rsday|urday)?\b")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Pointed:
    slot: datetime | None
    reason: str  # "named" | "ordinal", or with no slot "ambiguous" | "unclear"


def numbered(context: str | None) -> bool:
    """True when the business's words are a list to be answered with a number ("1) Mon 9:00 2) Mon 10:00")."""
    return bool(context and _NUMBERED.search(context[:2000].lower()))


def times_listed(context: str | None) -> int:
    """How many choices the business's words hold: the entries of a numbered list, otherwise the clock times in it."""
    low = (context or "")[:2000].lower()
    if numbered(context):
        return max((int(found) for found in _ENTRY.findall(low)), default=2)
    return len(_CLOCK_TIME.findall(low))


def position(text: str, count: int, *, listed: bool) -> int | None:
    """Zero-based place in a list of `count` that plain(text) names ("the second one" is 1), else None.

    -1 where it names a place outside the list, or two. A bare number counts only when the list was
    numbered (`listed`)."""
    found = {_POSITIONS[next(filter(None, m.groups()))] for m in _POSITION.finditer(text)}
    found |= {_digit(m.group(1)) - 1 for m in _OPTION.finditer(text)}
    if listed and (alone := _ONLY_A_NUMBER.match(text)):
        found.add(_digit(alone.group(1)) - 1)
    if re.search(r"\bthe last one\b", text) and count:
        found.add(count - 1)
    if len(found) != 1:
        return -1 if found else None
    place = found.pop()
    return place if place < count else -1


def with_pointers(text: str, offered: Sequence[datetime], context: str | None) -> str:
    """plain(text) with every "the second one" replaced by a mark that pointed() reads.

    The mark is a letter for the place in `offered`, or * where the words fit no place or several.
    """
    text = text.replace(_OPEN, " ").replace(_SHUT, " ")

    def seat(place: int | None) -> str:
        return f"{_OPEN}{chr(97 + place)}{_SHUT}" if place is not None and 0 <= place < len(offered) else _NOWHERE

    def edge(match: re.Match[str]) -> str:
        word = match.group(1) or match.group(2)
        comparative = word in ("earlier", "sooner", "later", "former", "latter")
        if not offered or (comparative and len(offered) != 2):
            return _NOWHERE
        if word in ("former", "latter", "last"):
            return seat(0 if word == "former" else len(offered) - 1)
        pick = min(offered) if word in ("earlier", "earliest", "sooner", "soonest") else max(offered)
        return seat(offered.index(pick))

    if context and numbered(context) and (alone := _ONLY_A_NUMBER.match(text)):
        place = _digit(alone.group(1)) - 1
        same_hour = [i for i, slot in enumerate(offered) if slot.hour % 12 == (place + 1) % 12 and i != place]
        sure = not same_hour or _BY_NUMBER.search(context.lower())
        return seat(place) if sure else _NOWHERE
    text = _EDGE.sub(edge, text)
    text = _OPTION.sub(lambda m: seat(_digit(m.group(1)) - 1), text)
    return _POSITION.sub(lambda m: seat(_POSITIONS[next(filter(None, m.groups()))]), text)


def names_a_time(text: str, now: datetime) -> bool:
    """True when the words hold a day, an hour, a part of a day or a place in the list."""
    read = when.read(text, now)
    return bool(
        _MARK.search(text) or _HOUR.search(text) or read.day or read.start or read.end or read.days or read.times
    )


def pointed(sentence: Sentence, offered: Sequence[datetime], now: datetime) -> Pointed | None:
    """The one slot a sentence chooses, a reason why it chooses none, or None when it chooses nothing at all."""
    text = _MARK.sub(" ", sentence.text)
    marks = set(_MARK.findall(sentence.text))
    if not _is_choice(sentence, text):
        return None
    seat = {offered[ord(mark) - 97] for mark in marks if mark != "*"}
    if len(seat) > 1 or "*" in marks:
        return Pointed(None, "ambiguous")
    named = _named(text, offered, now)
    if seat:
        slot = seat.pop()
        agree = named is None or named.slot == slot or (named.slot is None and named.reason == "ambiguous")
        return Pointed(slot, "ordinal") if agree else Pointed(None, "ambiguous")
    return named


def _is_choice(sentence: Sentence, text: str) -> bool:
    bare = all(
        word in _FILLERS
        for word in re.findall(r"[a-z][a-z']*", re.sub(r"(?<=\d)(?:am|pm|a|p|st|nd|rd|th)\b", "", text))
    )
    return not _LIMIT.search(text) and (bare or sentence.agrees or bool(_CHOOSES.search(text)))


def _named(text: str, offered: Sequence[datetime], now: datetime) -> Pointed | None:
    read = when.read(text, now)
    hours = {_clock(match) for match in _HOUR.finditer(text)}
    if read.not_days or read.not_times or read.asap:
        return Pointed(None, "unclear")
    if len(hours) > 1 or len(set(read.days)) > 1 or len(set(read.times)) > 1:
        return Pointed(None, "ambiguous")
    if not hours and read.exact and read.start:
        hours = {(read.start.hour, read.start.minute, True)}
    fits = [slot for slot in dict.fromkeys(offered) if _fits(slot, text, read, hours, offered)]
    if not (hours or read.day or read.start or read.end):
        return None
    if len(fits) == 1:
        return Pointed(fits[0], "named")
    if fits:
        return Pointed(None, "ambiguous")
    one_day = read.day and read.last_day in (None, read.day)
    certain = read.exact and read.sure and not read.near and not re.search(r"\bsee you\b", text)
    if read.day and read.start and one_day and certain:
        return Pointed(datetime.combine(read.day, read.start, tzinfo=now.tzinfo), "named")
    return Pointed(None, "unclear")


def _fits(
    slot: datetime, text: str, read: when.When, hours: set[tuple[int, int, bool]], offered: Sequence[datetime]
) -> bool:
    if read.day is not None and not _same_day(slot.date(), text, read, offered):
        return False
    if hours:
        hour, minute, certain = next(iter(hours))
        same = slot.hour == hour if certain else slot.hour % 12 == hour % 12
        return same and slot.minute == minute
    moment = slot.timetz().replace(tzinfo=None)
    return (read.start is None or read.start <= moment) and (read.end is None or moment <= read.end)


def _same_day(day: date, text: str, read: when.When, offered: Sequence[datetime]) -> bool:
    assert read.day is not None
    if read.last_day and read.last_day != read.day:
        return read.day <= day <= read.last_day
    if any(slot.date() == read.day for slot in offered):
        return day == read.day
    # "Monday" means the Monday that was offered, be it this one or the one after.
    weekday = _WEEKDAY.search(text)
    loose = weekday and not re.search(r"\b(?:next|this|coming)\b|\d(?:st|nd|rd|th)\b|\d/\d", text)
    return day.weekday() == _WEEKDAYS.index(weekday.group(1)) if weekday and loose else day == read.day


def _clock(match: re.Match[str]) -> tuple[int, int, bool]:
    hour, half = _digit(match.group(1)), (match.group(3) or "")[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, int(match.group(2) or 0), bool(half) or hour > 12


def _digit(word: str) -> int:
    return int(word) if word.isdigit() else _HOURS.index(word) + 1
