"""The days named in our outgoing words, English or Spanish, each as the set of dates it can mean."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        "monday mon lunes|tuesday tues tue martes|wednesday weds wed miercoles|thursday thurs thur thu jueves|"
        "friday fri viernes|saturday sat sabado|sunday sun domingo".split("|")
    )
    for name in names.split()
}
MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan enero|february feb febrero|march mar marzo|april apr abril|may mayo|june jun "
        "junio|july jul julio|"
        "august aug agosto|september sept sep septiembre|october oct octubre|november nov noviembre|"
        "december dec diciembre".split("|"),
        start=1,
    )
    for name in names.split()
}
WD = "(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + ")"
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
NOT_A_DAY = "st|street|ave|avenue|rd|floor|option|one|visit|time|slot|choice|try|reminder|place"
TOKEN = re.compile(
    rf"""
    \b(?P<iso>(?P<iy>\d{{4}})-(?P<im>\d\d)-(?P<id>\d\d))(?=\b|T)
    |(?<![\d/])(?P<slash>(?P<sm>\d{{1,2}})/(?P<sd>\d{{1,2}})(?:/(?P<sy>\d{{2,4}}))?)\b(?!/)
    |\b(?P<date>(?P<m1>{MONTH})\s+(?:the\s+)?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:\d)(?!\s*[ap]m\b)
        (?:,?\s+(?P<y1>20\d\d))?
      |(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:(?:day\s+)?of\s+|de\s+)?(?P<m2>{MONTH})
        (?:,?\s+(?:del?\s+)?(?P<y2>20\d\d))?)\b
    |\b(?P<relative>(?:the\s+)?day\s+after\s+tomorrow|pasado\s+manana|today|this\s+(?:morning|afternoon|evening)|tonight|tomorrow|tmrw|tmw|yesterday|hoy|ayer
      |(?<!la\s)(?<!de\s)(?<!esta\s)manana(?!\s+o\s+(?:(?:en|por)\s+)?(?:la\s+)?(?:tarde|noche)))\b
    |\b(?P<ahead>(?:in|en|within)\s+(?P<n>\d+|an?)\s+(?P<unit>day|dia|week|semana)s?)\b
    |\b(?P<week>(?P<which_week>this|next|esta|proxima)\s+(?:week(?:end)?|(?:fin\s+de\s+)?semana))\b
    |\b(?P<weekday>(?:(?P<which>next|this(?:\s+coming)?|coming|last|past|proximo|este|pasado)\s+)?
      (?P<name>{WD})(?P<plural>s)?(?:\s+(?P<after>que\s+viene|proximo|pasado|next\s+week))?)\b
    |\b(?P<nth>(?:the\s+)?(?P<nthd>\d{{1,2}})(?:st|nd|rd|th)\b(?!\s*(?:{NOT_A_DAY})\b)
      |(?:el|dia)\s+(?P<eld>\d{{1,2}})(?!\d|:\d)\b
      |(?:(?<=lunes\s)|(?<=martes\s)|(?<=miercoles\s)|(?<=jueves\s)|(?<=viernes\s)|(?<=sabado\s)|(?<=domingo\s))
        (?!(?:\d|1[0-2])\s*(?:,|o|y)\s*\d)(?P<after_name>\d{{1,2}})(?!\d|:\d)\b(?!\s*[ap]m\b))
    |\b(?P<month>(?:in|until|till?|by|early|late|mid|en|hasta)\s+(?P<m3>{MONTH}))\b
    """,
    re.X,
)
# No day is named without one of these; TOKEN itself takes microseconds a letter.
HINT = re.compile(rf"\d|day\b|morrow|tonight|tm[rw]|manana|hoy|ayer|week|semana|in an? |en una? |\b{WD}|\b{MONTH}\b")
SURELY_DAY = re.compile(r"\b(?:on|this|next|for|until|by)\s*$")
OFTEN_WORDS = {"sat", "sun", "wed", "mon"}  # words or names of their own unless written with a capital
# "First" and its like are mostly no dates.
AS_DAY_BEFORE = re.compile(rf"\b(?:the|on|for|until|till|by|{WD}),?\s+$")
AS_DAY_AFTER = re.compile(r"\s*(?:$|[.,!?);:]|(?:at|and|or|from|between|works|is|with|in)\b)")
GLUE = re.compile(r"[\s,(]*(?:(?:the|el|on|dia)\b)?[\s,(]*")
RANGE = re.compile(r"\s*(?:-|to|through|thru|a|al)\s*")
TODAY_AS_DAY = re.compile(
    r"\b(?:for|you|there|(?:come|comes|be|coming|head\w*|stop\w*|swing\w*) (?:out|by|over)|be|com\w+|"
    r"arriv\w+|visits?|is|open|available|slots?|earlier|later|on|scheduled|booked|confirmed|para|es)\s*$",
)
OFFSETS = {
    "today": 0,
    "tonight": 0,
    "hoy": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "tmw": 1,
    "manana": 1,
    "yesterday": -1,
    "ayer": -1,
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day as named, at text[start:end]. `dates`: what it can mean read strictly; empty when its weekday and its date
    disagree. `loose`: read kindly (a bare weekday up to two weeks off). `kind`: the TOKEN group it came from."""

    start: int
    end: int
    dates: frozenset[date]
    loose: frozenset[date]
    kind: str
    weekday: int | None = None

    @property
    def broken(self) -> bool:
        return not self.dates


def days(text: str, today: date) -> list[Day]:
    """Plain text (from `plain`) and the local date in; the days it names out, a weekday and its date taken as one."""
    merged: list[Day] = []
    written, text = text, text.lower()
    if not HINT.search(text):
        return merged
    for found in TOKEN.finditer(text):
        name = written[slice(*found.span("name"))] if found["name"] else ""
        if name in OFTEN_WORDS and not SURELY_DAY.search(text[: found.start("name")]):
            continue
        if (
            found["nthd"]
            and int(found["nthd"]) < 4
            and not (AS_DAY_BEFORE.search(text[: found.start("nthd")]) and AS_DAY_AFTER.match(text[found.end() :]))
        ):
            continue
        day = meaning(found, today)
        joined = joint(text, merged[-1], day) if merged else None
        if joined is not None:
            merged[-1] = joined
            continue
        if (
            merged
            and day.weekday is not None
            and merged[-1].weekday is not None
            and RANGE.fullmatch(text[merged[-1].end : day.start])
        ):
            between = range(merged[-1].weekday + 1, day.weekday)
            merged += [
                replace(day, dates=upcoming(number, today), loose=upcoming(number, today), weekday=number)
                for number in between
            ]
        merged.append(day)
    # "Monday" after "Monday, November 30" is that Monday.
    whole = {
        one
        for day in merged
        if day.kind not in ("weekday", "week", "month") and len(day.dates) < 9
        for one in day.dates
    }
    return [
        replace(day, dates=day.dates | {one for one in whole if one.weekday() == day.weekday})
        if day.kind == "weekday"
        else day
        for day in merged
    ]


def joint(text: str, first: Day, second: Day) -> Day | None:
    """A text in lower case and two neighbours in it in; one day out when they are a weekday and its date ("Mon the
    23rd", "tomorrow (Sunday)"), else None."""
    between = text[first.end : second.start]
    if (first.kind == "weekday") == (second.kind == "weekday") or not GLUE.fullmatch(between):
        return None
    weekday, dated = (first, second) if first.kind == "weekday" else (second, first)
    if dated.kind in ("month", "week", "both"):
        return None
    dates = frozenset(one for one in dated.dates if one.weekday() == weekday.weekday)
    # "November 23, Tuesday" may be two items of a list; only the weekday in front, or in brackets, belongs to the
    # date for sure.
    if not dates and weekday is second and "(" not in between and dated.kind != "relative":
        return None
    if not dates and text[dated.start : dated.end] == "today" and "," in between:
        return None
    return Day(first.start, second.end, dates, dates, "both", weekday.weekday)


def meaning(found: re.Match[str], today: date) -> Day:
    """One token in; the dates it can mean out."""
    kind = (
        found.lastgroup
        if found.lastgroup in ("iso", "slash")
        else next(
            group
            for group in ("iso", "slash", "date", "relative", "ahead", "week", "weekday", "nth", "month")
            if found[group]
        )
    )
    weekday = None
    if kind == "iso":
        dates = on(int(found["iy"]), int(found["im"]), int(found["id"]))
    elif kind == "slash":
        dates = any_year(int(found["sm"]), int(found["sd"]), found["sy"], today)
    elif kind == "date":
        month = MONTHS[found["m1"] or found["m2"]]
        dates = any_year(month, int(found["d1"] or found["d2"]), found["y1"] or found["y2"], today)
    elif kind == "nth":
        number = int(found["nthd"] or found["eld"] or found["after_name"])
        near = [today.replace(day=1) + timedelta(days=31 * ahead) for ahead in (-1, 0, 1, 2)]
        dates = frozenset[date]().union(*(on(one.year, one.month, number) for one in near))
        dates = frozenset(one for one in dates if -14 <= (one - today).days <= 62)
    elif kind == "relative":
        word = found["relative"]
        dates = frozenset({today + timedelta(days=0 if word.startswith("this") else OFFSETS.get(word, 2))})
    elif kind == "ahead":
        count = int(found["n"]) if found["n"].isdigit() else 1
        reach = min(count, 999) * (7 if found["unit"] in ("week", "semana") else 1)
        dates = frozenset({today + timedelta(days=reach)})
    elif kind == "week":
        monday = today - timedelta(days=today.weekday())
        if found["which_week"] in ("next", "proxima"):
            monday += timedelta(days=7)
        dates = frozenset(monday + timedelta(days=ahead) for ahead in range(7))
    elif kind == "month":
        month = MONTHS[found["m3"]]
        ahead = (today + timedelta(days=number) for number in range(330))
        dates = frozenset(one for one in ahead if one.month == month)
    else:
        weekday = WEEKDAYS[found["name"]]
        dates = by_weekday(weekday, (found["which"] or found["after"] or "").split(), today)
    loose = dates
    if kind == "weekday" and not (found["which"] or found["after"]):
        loose = dates | {one + timedelta(days=7) for one in dates}
    return Day(found.start(), found.end(), dates, loose, kind, weekday)


def by_weekday(weekday: int, which: list[str], today: date) -> frozenset[date]:
    """A weekday and the words around it in; the dates out. "next" is the one in next calendar week (contract 2.6)."""
    ahead = (weekday - today.weekday()) % 7
    if "next" in which:
        return frozenset({today + timedelta(days=7 - today.weekday() + weekday)})
    if "last" in which or "past" in which or "pasado" in which:
        return frozenset({today - timedelta(days=7 - ahead)})
    if which:
        return upcoming(weekday, today)
    return upcoming(weekday, today) | {today - timedelta(days=7 - ahead)}


def upcoming(weekday: int, today: date) -> frozenset[date]:
    """The next date with that weekday; on the day itself both today and a week from today."""
    ahead = (weekday - today.weekday()) % 7
    return frozenset({today + timedelta(days=ahead)} | ({today + timedelta(days=7)} if ahead == 0 else set()))


def any_year(month: int, day: int, year: str | None, today: date) -> frozenset[date]:
    """Month and day, and perhaps a year in two or four digits; without one, the date nearest to today."""
    if year:
        return on(int(year) % 100 + 2000, month, day)
    dates = frozenset[date]().union(*(on(today.year + step, month, day) for step in (-1, 0, 1)))
    return frozenset(one for one in dates if -150 <= (one - today).days <= 215)


def on(year: int, month: int, day: int) -> frozenset[date]:
    """The date, or nothing where the calendar has no such day."""
    try:
        return frozenset({date(year, month, day)})
    except ValueError:
        return frozenset()
