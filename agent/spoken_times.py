"""The clock times named in our outgoing words, English or Spanish, and the day each belongs to."""

import re
from dataclasses import dataclass
from datetime import date

from agent.spoken_days import WD, Day, days

UNIT = re.compile(
    r"(?:-|\s)*(?:min(?:s|utes?|utos?)?|hours?|hrs?|horas?|days?|dias?|weeks?|semanas?|months?|meses|"
    r"years?|anos?|percent|por ciento|"
    r"dollars?|dolares|bucks|usd|visits?|citas?|visitas?|options?|opciones|technicians?|techs?|people|"
    r"times?|units?|more|other|"
    r"miles?|stor(?:y|ies)|ft|feet|gallons?|galones|tons?|degrees|business|working|texts?|questions?|"
    r"slots?|openings?|messages?|steps?|star|point|"
    r"last|quick|things?|of (?:our|the|my|us|them|your|those|these))\b|\s*%|/\d|\.\d|,\d{3}|(?:st|nd|rd|th)\b|"
    r"\s+(?:\w+\s+){1,2}(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|ct|court|way|pl|place|cir|hwy|pkwy)\b",
)
NUMBER = re.compile(
    r"(?<![\w$#/.,:+'])(?P<h>[01]?\d|2[0-4])(?::(?P<m>[0-5]\d)(?::00)?)?(?![\d:])"
    r"(?:\s*(?P<ap>am|pm)\b|(?P<letter>(?<=\d)[ap])\b|\s*(?P<said>o'?clock|ish|sharp|en punto)\b)?",
)
SIDE = re.compile(
    r"\s*(?:in the|de la|por la|en la|at|del|this|that)\s+(morning|manana|madrugada|afternoon|tarde|"
    r"evening|noche|night|dia)\b|\s*(tonight)\b",
)
CALLED = re.compile(
    r"(?:\b(?:at|by|around|about|until|till?|after|before|from|between|since|for|las?|hasta|desde|entre|tipo|is|are|"
    r"have|prefer|want|take|do|say|make|make it|to|or|como)|@)\s*(?:the\s+)?$",
)
AHEAD = re.compile(
    r"\s*(?:-|to|and|or|,|y|o|a|hasta)\s*(?:las?\s+|at\s+|or\s+)?\d{1,2}(?::\d\d|\s*[ap]m\b|\s*o'clock|"
    r"\s*[?!.])",
)
PICKED = re.compile(
    r"\b(?:first|last|next|earlier|later|new|make|book|get|need|want|like|find|schedule|do)\s+$",
)
COUNTED = re.compile(r"\bof (?:the|those|these) $")
ONE_THAT = re.compile(r" (?:that|who|which|we|you|i|of|with|call|text|ring|reach|come|look|be|get)\b")
LINKED = re.compile(r"\s*(?:,|-|to|and|or|,\s*or|,\s*and|y|o|u|a|hasta|&|/)\s*(?:las?\s+|at\s+|maybe\s+|even\s+)?")
ITSELF = re.compile(
    r"\s*(?:works?|it is|is (?:still |also |now |already |just )?(?:open|yours|taken|booked|available|confirmed|fine|"
    r"good|gone|free|all yours)|"
    r"was (?:just )?taken|"
    r"sounds|(?:would|could|might) (?:be|work|do|suit)|looks|tomorrow|today|on (?:the |" + WD + r"))\b",
)
NAMED_HERE = re.compile(r"[\s,:@()-]*(?:(?:at|from|a|las?|around|about|by|in|the|between|de|por|para|entre)\b[\s,:]*)*")
NAMED_NEXT = re.compile(r"[\s,]*(?:(?:on|this|el|the|del|of|de|para)\b\s*)*")
PART = re.compile(r"\b(?:mornings?|afternoons?|evenings?|tonight|night|(?<=la )(?:manana|tarde|noche))\b")
EDGE = re.compile(r"\b(after|before|past|despues de|antes de)\s+(?:las?\s+)?$")
PARTS = {"m": (0, 720), "a": (720, 1080), "e": (1020, 1440), "n": (1020, 1440)}
SPANISH_PARTS = {"manana": (0, 720), "tarde": (720, 1200), "tonight": (1020, 1440)}
CONTACT = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[a-z\d-]{2,40}\.(?:[a-z\d-]{2,40}\.)?(?:com|net|org|io|co|biz|info|app|link|ly|page|"
    r"shop|site|online|"
    r"example)\b(?:/\S*)?|(?<![\w.+-])[\w.+-]+@[\w-]+\.\w[\w.-]*|(?<![\w$:])\+?\d[\d(). -]{7,}\d(?![\w:])|"
    r"\b[0-9a-f]{8}-[0-9a-f-]{27,}\b|"
    r"\bending (?:in |with )?\d{4}\b|(?<!\$)\b\d{5}(?:-\d{4})?\b(?!\s*dollars)|\b\d{3}-\d{4}\b",
)
ISO = re.compile(r"\d{4}-\d\d-\d\d")
STOP = re.compile(r"[.!?]+(?=[\s\"')]|$)|\n+")


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as named, at text[start:end]: the minutes of the day it can mean. `vague`: "morning", "after 3"."""

    start: int
    end: int
    minutes: frozenset[int]
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a clock time, or both where the text puts them together, and the sentence to its left and right (of the
    clock time alone, where the day stands further off). `carried`: the day stands in an earlier sentence."""

    left: str
    right: str
    day: Day | None
    clock: Clock | None
    carried: bool = False


def sentences(text: str) -> list[tuple[int, int]]:
    """Plain text in; the (start, end) of each sentence or line out. A line that ends in a colon keeps the next one."""
    spans, begin = [], 0
    for stop in STOP.finditer(text):
        if not (stop[0].startswith("\n") and text[: stop.start()].rstrip().endswith(":")):
            spans.append((begin, stop.end()))
            begin = stop.end()
    return [span for span in [*spans, (begin, len(text))] if text[span[0] : span[1]].strip(" \n.!?\"')")]


def without_contacts(text: str) -> str:
    """Phone numbers, links, addresses of mail, ZIPs and ids blanked out, so that their digits are no times; lengths
    stay."""
    return blanked(CONTACT, text, but=ISO)


def blanked(pattern: re.Pattern[str], text: str, *, but: re.Pattern[str] | None = None) -> str:
    """Plain text in; what the pattern finds in its lower case, save what begins like `but`, made spaces; lengths
    stay."""
    for found in pattern.finditer(text.lower()):
        if but is None or not but.match(found[0]):
            text = f"{text[: found.start()]}{' ' * len(found[0])}{text[found.end() :]}"
    return text


def moments(text: str, today: date, *, kindly: bool = False) -> list[tuple[str, list[Moment]]]:
    """Plain text (from `plain`) and the local date in; every sentence with the moments it names out. `kindly`: a lone
    "9" is a time too, as customers write it."""
    bare = without_contacts(text)
    named_days = days(bare, today)
    bare = bare.lower()
    named_clocks = clocks(bare, named_days, kindly)
    found: list[tuple[str, list[Moment]]] = []
    last: Day | None = None
    for start, end in sentences(text):
        here = [day for day in named_days if start <= day.start < end]
        timed: set[Day] = set()
        named: list[Moment] = []
        for clock in named_clocks:
            if not start <= clock.start < end:
                continue
            day = owner(bare, clock, here)
            if day is not None:
                timed.add(day)
            if day is not None or not clock.vague:
                carried = day is None and last is not None
                alone = not any(day.end <= other.start < clock.start for other in named_clocks) if day else False
                together = (
                    day is not None
                    and alone
                    and (day.end - 1 <= clock.start < day.end + 20 or clock.end <= day.start < clock.end + 12)
                )
                first, second = (
                    (min(day.start, clock.start), max(day.end, clock.end))
                    if day and together
                    else (clock.start, clock.end)
                )
                named.append(Moment(text[start:first], text[second:end], day or last, clock, carried))
        named += [Moment(text[start : day.start], text[day.end : end], day, None) for day in here if day not in timed]
        found.append((text[start:end], named))
        last = here[-1] if here else last
    return found


def owner(text: str, clock: Clock, here: list[Day]) -> Day | None:
    """Text in lower case in; the day a clock time belongs to: right before it, else right after it, else the last one
    before, else the first after."""
    before = [day for day in here if day.end <= clock.start or day.start <= clock.start < day.end]
    after = [day for day in here if day.start >= clock.end]
    if before and (before[-1].end > clock.start or NAMED_HERE.fullmatch(text[before[-1].end : clock.start])):
        return before[-1]
    gap = text[clock.end : after[0].start] if after else ""
    if after and NAMED_NEXT.fullmatch(gap) and not (before and "," in gap):
        return after[0]
    if clock.vague:
        return None
    return before[-1] if before else after[0] if after else None


def clocks(text: str, named_days: list[Day], kindly: bool) -> list[Clock]:
    """Plain text in lower case in; the clock times it names out. A bare number counts only where the words
    around it make it a time."""
    found = [Clock(part.start(), part.end(), part_of_day(part[0]), vague=True) for part in PART.finditer(text)]
    chain = -1
    for number in NUMBER.finditer(text):
        start, end = number.span()
        if any(day.start <= start < day.end for day in named_days):
            continue
        left, right = text[max(0, start - 24) : start], text[end : end + 48]
        sure = number["m"] or number["ap"] or number["letter"] or number["said"] or SIDE.match(right)
        follows = chain >= 0 and LINKED.fullmatch(text[chain:start]) is not None
        beside_day = any(
            (0 <= start - day.end < 40 and NAMED_HERE.fullmatch(text[day.end : start]))
            or (0 <= day.start - end < 40 and NAMED_NEXT.fullmatch(text[end : day.start]))
            for day in named_days
        )
        bare = kindly or follows or beside_day or CALLED.search(left) or ITSELF.match(right) or AHEAD.match(right)
        if not sure and number["h"] == "1" and (PICKED.search(left) or ONE_THAT.match(right)):
            continue
        if not sure and COUNTED.search(left):
            continue
        if not sure and (not bare or int(number["h"]) == 0 or UNIT.match(right)):
            continue
        minutes = minutes_of(number, SIDE.match(right))
        edge = EDGE.search(left)
        if edge:
            late = edge[1] in ("after", "past", "despues de")
            minutes = frozenset(range(min(minutes), 1440) if late else range(max(minutes) + 1))
        found.append(Clock(start, end, minutes, vague=edge is not None))
        chain = end
    return sorted(found, key=lambda clock: clock.start)


def minutes_of(number: re.Match[str], side: re.Match[str] | None) -> frozenset[int]:
    """A NUMBER match and what follows it in; the minutes of the day it can mean out: "9" is 9:00 or 21:00, "09:00" is
    one."""
    hour, minute = int(number["h"]) % 24, int(number["m"] or 0)
    half = (number["ap"] or number["letter"] or "")[:1]
    if not half and side:
        half = "a" if side[1] in ("morning", "manana", "madrugada") else "p"
    if half and hour <= 12:
        return frozenset({hour % 12 * 60 + minute + (720 if half == "p" else 0)})
    if hour > 12 or (number["m"] and number["h"].startswith("0")):
        return frozenset({hour * 60 + minute})
    return frozenset({hour % 12 * 60 + minute, hour % 12 * 60 + minute + 720})


def part_of_day(word: str) -> frozenset[int]:
    """ "afternoon" or its like in; the minutes of the day it covers out (morning to noon, evening from 5; contract
    2.6)."""
    return frozenset(range(*SPANISH_PARTS.get(word, PARTS[word[0] if word[0] in PARTS else "e"])))
