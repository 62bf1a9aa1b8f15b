"""Calendar dates as people write and say them: "March 12th", "the 24th", "3/12", "2026-11-24"."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tools.rules.heard import END, MONTH_NUMBER, PARTS, WEEKDAY_NUMBER, Word

_AFTER_ORDINAL = (
    frozenset(
        "at @ or and to - works work is please instead would then if for . , ? ! ; from between after"
        " before around next this of through until good fine / anytime noon in on with will be that i"
        " can thanks thank because so but ok okay does we it also say any early late first today"
        " tomorrow when as my maybe there doesn't won't not no isn't leaving you are was could should"
        " by ) inclusive a preferably sometime they he she both either".split()
    )
    | PARTS
)
_NOT_A_FRACTION = frozenset(
    "inch inches hour hours bath baths ton tons hp cup mile of a an month months year years".split()
)


@dataclass(frozen=True, slots=True)
class Days:
    """One day (`last` None) or a span of days, both ends meant."""

    first: date
    last: date | None = None
    sure: bool = True
    """False for a day no calendar has, or a weekday that contradicts its date."""
    past: bool = False
    """Told, not wished: "last Tuesday", "since Monday"."""
    weekly: bool = False
    """Said as "Mondays"."""
    month_said: bool = False
    bare: bool = False
    """A weekday alone, which "next week" said nearby may move."""


Found = tuple[Days, int]


def word_at(words: Sequence[Word], i: int) -> Word:
    """The word at `i`, or an empty one past either edge."""
    return words[i] if 0 <= i < len(words) else END


def _dated(year: int | None, month: int, day: int, today: date) -> Days:
    """A month and a day; without a year the next one that comes. 31 February is unsure, never moved."""
    if not (1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]):
        return Days(today, sure=False, month_said=True)
    for candidate in [year] if year else range(today.year, today.year + 9):
        if day <= monthrange(candidate, month)[1]:
            said = date(candidate, month, day)
            if year or said >= today:
                return Days(said, month_said=True)
    return Days(today, sure=False, month_said=True)


def _day_of_month(day: int, today: date) -> Days:
    """The next month that has such a day and has not passed it: "the 24th"."""
    if not 1 <= day <= 31:
        return Days(today, sure=False)
    month = today.replace(day=1)
    while day > monthrange(month.year, month.month)[1] or month.replace(day=day) < today:
        month = (month + timedelta(days=32)).replace(day=1)
    return Days(month.replace(day=day))


def _year_at(words: Sequence[Word], i: int) -> tuple[int | None, int]:
    j = i
    while word_at(words, j).text in {",", "of", "in", "/", "-"}:
        j += 1
    word = word_at(words, j)
    if word.digits == 4 and word.number is not None and 1900 <= word.number <= 2199:
        return word.number, j + 1
    return None, i


def _is_clock(words: Sequence[Word], i: int) -> bool:
    """Whether the number at `i` goes on as a time of day: "3 pm", "3:15", "11 oclock"."""
    after = word_at(words, i + 1)
    return after.text in {"am", "pm", "oclock"} or (after.text == ":" and after.glued)


def _numeric(words: Sequence[Word], i: int, today: date) -> Found | None:
    """ "3/12", "3/12/2026", "12-3-2026", "2026-11-24", "23.04.2022"; the month stands first unless it cannot."""
    first, mark, second = words[i], word_at(words, i + 1), word_at(words, i + 2)
    if mark.text not in {"/", "-", "."} or first.number is None or first.ordinal or not first.digits:
        return None
    third = word_at(words, i + 4) if word_at(words, i + 3).text == mark.text else END
    month = MONTH_NUMBER.get(second.text, second.number)
    if month is None or second.ordinal or not (mark.glued and second.glued):
        return None
    if first.digits == 4 and third.number is not None and third.digits <= 2:
        return _dated(first.number, month, third.number, today), i + 5
    if first.digits > 2 or second.digits > 2:
        return None
    year, after = None, i + 3
    if third.number is not None and third.glued and third.digits in {2, 4}:
        year, after = third.number + 2000 * (third.digits == 2), i + 5
        if not 1900 <= year <= 2199:
            return None
    if second.text in MONTH_NUMBER:
        return _dated(year, month, first.number, today), after
    told = word_at(words, i - 1).text in {"on", "for"} or word_at(words, i - 1).text in WEEKDAY_NUMBER
    clear = max(first.number, month) > 12 and max(first.number, month) <= 31
    if year is None and (mark.text == "." or (mark.text == "-" and not clear and word_at(words, i - 1).text != "on")):
        return None
    if year is None and (word_at(words, after).text in _NOT_A_FRACTION or _is_clock(words, after - 1)):
        return None
    if year is None and mark.text == "/" and max(first.number, month) > 31 and not told:
        return None
    if first.number > 12 >= month:
        return _dated(year, month, first.number, today), after
    return _dated(year, first.number, month, today), after


def _month_first(words: Sequence[Word], i: int, today: date) -> Found | None:
    month = MONTH_NUMBER[words[i].text]
    j = i + 1
    while word_at(words, j).text in {".", ",", "the", "/", "-", "on"} and j - i < 3:
        j += 1
    number = word_at(words, j)
    if number.number is None or number.digits > 2 or (_is_clock(words, j) and not number.ordinal):
        return None
    if (
        words[i].text in {"may", "march"}
        and not number.ordinal
        and word_at(words, i - 1).text in {"i", "you", "we", "it"}
    ):
        return None
    far = word_at(words, j + 2)
    spanned = word_at(words, j + 1).text in {"-", "through"} and far.number is not None and far.digits in {1, 2}
    if spanned and far.number is not None and number.number < far.number and not _is_clock(words, j + 2):
        year, after = _year_at(words, j + 3)
        first, last = _dated(year, month, number.number, today), _dated(year, month, far.number, today)
        if first.sure and last.sure and first.first < last.first:
            return Days(first.first, last.first, month_said=True), after
    year, after = _year_at(words, j + 1)
    return _dated(year, month, number.number, today), after


def _day_first(words: Sequence[Word], i: int, today: date) -> Found | None:
    """ "12th of March", "8 Jul", "the 24th of this month", "15th day of next month"."""
    number, j = words[i], i + 1
    if number.number is None or number.digits > 2 or word_at(words, i - 1).text == ":":
        return None
    if word_at(words, j).text == "day":
        j += 1
    joined = word_at(words, j).text in {"of", "/", "-", "in"}
    j += joined
    name = word_at(words, j).text
    if name in MONTH_NUMBER and (joined or name not in {"may", "march"} or number.ordinal or number.digits):
        year, after = _year_at(words, j + 1)
        return _dated(year, MONTH_NUMBER[name], number.number, today), after
    if joined and name in {"this", "next", "the"} and word_at(words, j + 1).text == "month" and number.number <= 31:
        if name != "next":
            return _day_of_month(number.number, today), j + 2
        month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return _dated(month.year, month.month, number.number, today), j + 2
    return None


def date_at(words: Sequence[Word], i: int, today: date, *, after_weekday: bool = False) -> Found | None:
    """The calendar date that starts at word `i` and the index after it; None when none does.

    After a weekday a plain 13 to 31 is a day of the month too ("Friday 27").
    """
    word = word_at(words, i)
    if word.text in MONTH_NUMBER:
        return _month_first(words, i, today)
    if word.number is None:
        return None
    found = _numeric(words, i, today) or _day_first(words, i, today)
    if found:
        return found
    after, before = word_at(words, i + 1), word_at(words, i - 1)
    if word.ordinal:
        follows = (
            after is END or after.text in _AFTER_ORDINAL or after.number is not None or after.text in WEEKDAY_NUMBER
        )
        bare = not word.digits
        if follows and (not bare or before.text == "the" or after_weekday) and not (bare and before.text == "at"):
            small = bare and (word.number or 0) <= 4 and not after_weekday
            if small and word_at(words, i - 2).text not in {
                "on",
                "for",
                "until",
                "by",
                "after",
                "before",
                "about",
                "from",
            }:
                return None
            return _day_of_month(word.number, today), i + 1
    elif after_weekday and 13 <= word.number <= 31 and not _is_clock(words, i) and word.digits <= 2:
        if after is END or after.text in _AFTER_ORDINAL:
            return _day_of_month(word.number, today), i + 1
    return None


def date_in_month(month: date, day: int) -> date | None:
    """That day of the month `month` lies in; None when it has none."""
    return month.replace(day=day) if day <= monthrange(month.year, month.month)[1] else None
