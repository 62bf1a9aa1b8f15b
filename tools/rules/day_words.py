"""Days as people name them: "next Tuesday", "a week from Friday", "early next week", "the weekend"."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from tools.rules.date_words import Days, Found, date_at, word_at
from tools.rules.heard import END, GARBLED, MONTH_NUMBER, PARTS, WEEKDAY_NUMBER, Word
from tools.rules.holidays import holiday_at

_ABBREVIATED = {"sat": 5, "sun": 6, "wed": 2}
_COUNTS = {"a": 1, "an": 1, "couple": 2, "few": 3}
_LONG = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14}
_PAST = frozenset({"last", "past", "previous", "since"})
_BEFORE_ABBREVIATED = frozenset(
    "on this next for or and to by until from about try any every coming - , . ? ! ; after before"
    " through between not except make it do say maybe like is ok okay yes no then at / am pm works"
    " noon morning afternoon evening".split()
)
_AFTER_ABBREVIATED = frozenset(
    "at @ or and to - works work is please instead would then if for . , ? ! ; from between after"
    " before around next this through until good fine / anytime noon morning afternoon evening night"
    " the in early late".split()
)
_STRETCH = {
    "early": "early", "beginning": "early", "start": "early",
    "mid": "mid", "middle": "mid", "late": "late", "end": "late",
    "later": "later", "rest": "later",
}  # fmt: skip


def monday_of(day: date) -> date:
    """The Monday that starts the calendar week of `day`."""
    return day - timedelta(days=day.weekday())


def coming(today: date, weekday: int) -> date:
    """The next such weekday, never today: who means today says today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _stretch(span: Days, part: str, today: date, *, long: bool) -> Days:
    """The beginning, middle, end or remainder of a week or a month, not before today."""
    first, last = span.first, span.last or span.first
    start = first.replace(day=1) if long else monday_of(last)
    if part == "early":
        first, last = start, start + timedelta(days=6 if long else 1)
    elif part == "mid":
        first, last = start + timedelta(days=10 if long else 1), start + timedelta(days=19 if long else 3)
    elif part == "late":
        first, last = (
            (last - timedelta(days=6), last) if long else (start + timedelta(days=3), start + timedelta(days=4))
        )
    elif first == today < last:
        first = today + timedelta(days=1)
    if last < today:
        return Days(today, span.last)
    return Days(max(first, today), last)


def _month(year: int, month: int, today: date) -> Days:
    return Days(max(date(year, month, 1), today), date(year, month, monthrange(year, month)[1]))


def _week(words: Sequence[Word], i: int, today: date) -> Found | None:
    """This or next week or month, the week after next, the weekend; `i` at "this", "next" or the noun itself."""
    first, second = words[i].text, word_at(words, i + 1).text
    which, j = 0, i
    if first in {"this", "next", "coming", "following", "the"}:
        which, j = (first in {"next", "following"}), i + 1
        if first == "this" and second in {"coming", "next"}:
            j += 1
    noun = word_at(words, j).text
    monday = monday_of(today)
    if noun == "weekend":
        saturday = monday + timedelta(days=5 + 7 * which)
        span = Days(max(saturday, today), saturday + timedelta(days=1))
        return (Days(span.first) if span.first == span.last else span), j + 1
    if noun == "week" and word_at(words, j + 1).text == "after" and word_at(words, j + 2).text == "next":
        return Days(monday + timedelta(days=14), monday + timedelta(days=20)), j + 3
    if noun == "week" and word_at(words, j + 1).text in {"of", "commencing"}:
        k = j + 2 + (word_at(words, j + 2).text == "the")
        found = date_at(words, k, today)
        if found and found[0].sure:
            start = monday_of(found[0].first)
            return Days(max(start, today), start + timedelta(days=6)), found[1]
    if first not in {"this", "next", "coming", "following"}:
        return None
    if noun in {"week", "workweek"}:
        start = monday + timedelta(days=7 * which)
        return Days(max(start, today), start + timedelta(days=6)), j + 1
    if noun == "month":
        year, month = (today.year + today.month // 12, today.month % 12 + 1) if which else (today.year, today.month)
        return _month(year, month, today), j + 1
    return None


def _part_of_span(words: Sequence[Word], i: int, today: date) -> Found | None:
    """ "early next week", "the end of the month", "mid week", "beginning of December", "in June"."""
    part, start = _STRETCH.get(words[i].text), i
    if words[i].text in {"first", "last"} and [word_at(words, i + k).text for k in (1, 2)] in (
        ["week", "of"],
        ["week", "in"],
    ):
        part, start = ("early" if words[i].text == "first" else "late"), i + 2
    if part is None:
        if words[i].text in {"in", "during", "sometime"} and word_at(words, i + 1).text in MONTH_NUMBER:
            part, j = "whole", i + 1
        else:
            return None
    else:
        j = start + 1
    while word_at(words, j).text in {"of", "in", "the", "on"}:
        j += 1
    name = word_at(words, j).text
    if name in MONTH_NUMBER and (name not in {"may", "march"} or part != "later"):
        if part == "whole" and date_at(words, j, today):
            return None
        month = MONTH_NUMBER[name]
        span = _month(today.year + (month < today.month), month, today)
        return (span if part == "whole" else _stretch(span, part, today, long=True)), j + 1
    found = _week(words, j, today) if j < len(words) else None
    if found and found[0].last and name != "weekend" and word_at(words, j + 1).text != "weekend":
        return _stretch(found[0], part, today, long=word_at(words, found[1] - 1).text == "month"), found[1]
    if name in {"week", "month"} and part != "whole":
        monday = monday_of(today)
        span = Days(today, monday + timedelta(days=6)) if name == "week" else _month(today.year, today.month, today)
        if part == "mid" and name == "week" and today.weekday() >= 3:
            span = Days(monday + timedelta(days=7), monday + timedelta(days=13))
        return _stretch(span, part, today, long=name == "month"), j + 1
    return None


def weekday_of(words: Sequence[Word], i: int) -> int | None:
    """Monday is 0. "sat", "sun" and "wed" count only where a day can stand: nobody sat down on a date."""
    word = word_at(words, i)
    if word.text in WEEKDAY_NUMBER:
        return WEEKDAY_NUMBER[word.text]
    if word.text in _ABBREVIATED:
        before, after = (words[i - 1] if i else END), word_at(words, i + 1)
        fits_after = after is END or after.text in _AFTER_ABBREVIATED or after.number is not None
        if after.ordinal and before.text not in {"the", "a"}:
            return _ABBREVIATED[word.text]
        if fits_after and (before is END or before.text in _BEFORE_ABBREVIATED or before.number is not None):
            return _ABBREVIATED[word.text]
    return None


def _weekday(words: Sequence[Word], i: int, today: date, hops: int) -> Found | None:
    j, which = i, ""
    while word_at(words, j).text in {"this", "next", "coming", "following", "last", "past", "previous"}:
        which, j = (word_at(words, j).text if which != "next" else which), j + 1
    number = weekday_of(words, j)
    if number is None:
        return None
    weekly, monday = words[j].many, monday_of(today)
    j += 1
    if word_at(words, j).text == "." and words[j - 1].text in _ABBREVIATED:
        j += 1
    if which in _PAST:
        return Days(coming(today, number) - timedelta(days=7), past=True), j
    day = monday + timedelta(days=7 + number) if which in {"next", "following"} else coming(today, number)
    tail = tuple(word.text for word in words[j : j + 2])
    if tail == ("after", "next"):
        return Days(monday + timedelta(days=14 + number)), j + 2
    if tail[:1] == ("week",):
        return Days(coming(today, number) + timedelta(days=7)), j + 1
    k = j
    while word_at(words, k).text in {"of", "on", ",", "the", "("}:
        k += 1
    if word_at(words, k).text in _PAST and word_at(words, k + 1).text == "week":
        return Days(monday - timedelta(days=7 - number), past=True), k + 2
    away = _counted(words, k, today, hops) if k < len(words) and words[k].text != "next" else None
    if away and not away[0].last and word_at(words, k + 1 + (words[k].text == "in")).text in {"week", "weeks"}:
        return Days(monday_of(away[0].first) + timedelta(days=number), past=away[0].past), away[1]
    week = _week(words, k, today) if k < len(words) else None
    if week and word_at(words, week[1] - 1).text in {"week", "next"}:
        return Days(monday_of(week[0].last or week[0].first) + timedelta(days=number)), week[1]
    dated = date_at(words, k, today, after_weekday=True)
    if dated and not (words[k].text == "," and k > j + 1):
        return _agreeing(dated, number, today)
    return Days(day, weekly=weekly, bare=not which), j


def _agreeing(dated: Found, weekday: int, today: date) -> Found:
    """ "Friday the 27th": the 27th that is a Friday within two months, else nobody knows which was meant."""
    days, after = dated
    if days.first.weekday() == weekday or not days.sure:
        return days, after
    if days.month_said:
        return Days(days.first, sure=False), after
    month = days.first.replace(day=1)
    for _ in range(2):
        month = (month + timedelta(days=32)).replace(day=1)
        if days.first.day <= monthrange(month.year, month.month)[1]:
            day = month.replace(day=days.first.day)
            if day.weekday() == weekday and (day - today).days <= 62:
                return Days(day), after
    return Days(days.first, sure=False), after


def _relative(words: Sequence[Word], i: int, today: date, hops: int) -> Found | None:
    word, second = words[i].text, word_at(words, i + 1).text
    if word in {"today", "tonight"}:
        states = {"is", "being"} if word == "today" else set()
        if second in states and weekday_of(words, i + 2) is not None:
            return Days(today, past=True), i + 3
        return Days(today), i + 1
    if word == "this" and second in PARTS:
        return Days(today), i + 1
    if word == "tomorrow":
        return Days(today + timedelta(days=1)), i + 1
    if word == "yesterday" or (
        word == "last"
        and second in {"night", "week", "month", "year"}
        and word_at(words, i + 2).text not in {"of", "in"}
    ):
        return Days(today - timedelta(days=1), past=True), i + (1 if word == "yesterday" else 2)
    any_day = word_at(words, i - 1).text in {"any", "every", "some"}
    if word == "day" and second == "after" and not any_day and word_at(words, i + 2).text != "next":
        k = i + 2 + (word_at(words, i + 2).text == "the")
        found = day_at(words, k, today, hops=hops - 1) if k < len(words) else None
        if found:
            return Days(found[0].first + timedelta(days=1), sure=found[0].sure), found[1]
    return None


def _counted(words: Sequence[Word], i: int, today: date, hops: int) -> Found | None:
    """ "in two days", "a week from Friday", "within a week", "the next few days"."""
    lead, j = words[i].text, i
    if lead in {"in", "within", "next", "over", "coming"}:
        j += 1
    while word_at(words, j).text in {"the", "next", "about", "like", "coming"}:
        lead, j = ("next" if words[j].text in {"next", "coming"} else lead), j + 1
    number = word_at(words, j)
    count = number.number if number.number is not None else _COUNTS.get(number.text)
    if count is None or number.ordinal:
        return None
    j += 1
    if number.text == "a" and word_at(words, j).text in {"couple", "few"}:
        count, j = _COUNTS[words[j].text], j + 1
    while word_at(words, j).text in {"of", "more", "business", "working", "full"}:
        j += 1
    unit = _LONG.get(word_at(words, j).text)
    if unit is None or not 0 < count * unit <= 366:
        return None
    j, away = j + 1, timedelta(days=count * unit)
    tail = word_at(words, j).text
    if tail in {"from", "after", "on"} and j + 1 < len(words):
        k = j + 1 + (word_at(words, j + 1).text == "the")
        if word_at(words, j + 1).text == "now":
            return Days(today + away), j + 2
        lasting = word_at(words, i - 1).text in {"for", "stay", "staying", "lasts", "takes"}
        found = day_at(words, k, today, hops=hops - 1) if tail != "on" and not lasting else None
        if found and not found[0].last:
            return Days(found[0].first + away, sure=found[0].sure), found[1]
    if tail == "ago":
        return Days(today - away, past=True), j + 1
    if tail in {"out", "away", "later", "hence"} and lead != "next":
        return Days(today + away), j + 1
    if lead == "in":
        return Days(today + away), j
    if lead == "within":
        return Days(today, today + away), j
    if lead == "next" and number.text != "a":
        return Days(today + timedelta(days=1), today + away), j
    return None


def day_at(words: Sequence[Word], i: int, today: date, *, hops: int = 3) -> Found | None:
    """The day or span of days that starts at word `i` and the index after it; None when no day starts there.

    hops: how many days may hang on one another ("two days after the day after Thanksgiving").
    """
    if hops == 0:
        return None
    if words[i].text == GARBLED:
        return Days(today, sure=False), i + 1
    if words[i].text == "since":
        found = day_at(words, i + 1, today, hops=hops - 1) if i + 1 < len(words) else None
        return (Days(found[0].first, past=True), found[1]) if found else None
    counted = _relative(words, i, today, hops) or _counted(words, i, today, hops) or _part_of_span(words, i, today)
    found = counted or _weekday(words, i, today, hops) or _week(words, i, today)
    if found:
        return found
    named = holiday_at(words, i, today)
    return (Days(named[0]), named[1]) if named else date_at(words, i, today)
