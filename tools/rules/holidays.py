"""Days known by a name: "Thanksgiving", "the 4th of July" as Independence Day, "the day after Christmas"."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from tools.rules.heard import END, Word


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


_NAMED: dict[tuple[str, ...], Callable[[int], date]] = {
    ("independence", "day"): lambda year: date(year, 7, 4),
    ("christmas", "eve"): lambda year: date(year, 12, 24),
    ("christmas", "day"): lambda year: date(year, 12, 25),
    ("christmas",): lambda year: date(year, 12, 25),
    ("xmas",): lambda year: date(year, 12, 25),
    ("new", "year's", "eve"): lambda year: date(year, 12, 31),
    ("new", "years", "eve"): lambda year: date(year, 12, 31),
    ("new", "year's"): lambda year: date(year, 1, 1),
    ("new", "years", "day"): lambda year: date(year, 1, 1),
    ("thanksgiving",): lambda year: _nth(year, 11, 3, 4),
    ("black", "friday"): lambda year: _nth(year, 11, 3, 4) + timedelta(days=1),
    ("labor", "day"): lambda year: _nth(year, 9, 0, 1),
    ("memorial", "day"): lambda year: _nth(year, 6, 0, 1) - timedelta(days=7),
    ("veterans", "day"): lambda year: date(year, 11, 11),
    ("columbus", "day"): lambda year: _nth(year, 10, 0, 2),
    ("mlk", "day"): lambda year: _nth(year, 1, 0, 3),
    ("presidents", "day"): lambda year: _nth(year, 2, 0, 3),
    ("mother's", "day"): lambda year: _nth(year, 5, 6, 2),
    ("father's", "day"): lambda year: _nth(year, 6, 6, 3),
    ("valentine's", "day"): lambda year: date(year, 2, 14),
    ("halloween",): lambda year: date(year, 10, 31),
    ("juneteenth",): lambda year: date(year, 6, 19),
}
_LONGEST_FIRST = sorted(_NAMED, key=len, reverse=True)
_STARTS = frozenset(name[0] for name in _NAMED)


def holiday_at(words: Sequence[Word], i: int, today: date) -> tuple[date, int] | None:
    """The next day so named that starts at word `i`, and the word after it; None when none does."""
    if i >= len(words) or words[i].text not in _STARTS:
        return None
    for name in _LONGEST_FIRST:
        said = tuple(word.text for word in words[i : i + len(name)])
        if said == name:
            day = _NAMED[name](today.year)
            if day < today:
                day = _NAMED[name](today.year + 1)
            after = words[i + len(name)] if i + len(name) < len(words) else END
            return day, i + len(name) + (after.text == "day" and name[-1] != "day")
    return None
