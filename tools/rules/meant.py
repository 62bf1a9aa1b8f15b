"""From the days and times a sentence names to the ones it means: ranges, bounds, alternatives, afternoon or morning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from tools.rules.clock_words import Clock
from tools.rules.date_words import Days, date_in_month
from tools.rules.day_parts import Window
from tools.rules.day_words import monday_of
from tools.rules.heard import Word
from tools.rules.mentions import Mention

OPEN_ENDED = timedelta(days=13)
"""How far "after the 15th" reaches: with its first day two weeks, as far as open times are looked for."""
_JOINS = frozenset({"to", "-", "until", "through"})
_BETWEEN_JOINS = frozenset({"the", "on", "that", "this", "at", "of"}) | _JOINS
_DAY = 24 * 60
_TURNED = {"after": "by", "from": "by", "before": "from", "by": "from"}


@dataclass(frozen=True, slots=True)
class DaysMeant:
    """The day or the span, every day named, and whether they agree with each other."""

    day: date | None = None
    last_day: date | None = None
    days: tuple[date, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class TimesMeant:
    """One clock time (`exact`), a window or a bound; every exact time named."""

    start: time | None = None
    end: time | None = None
    exact: bool = False
    near: bool = False
    times: tuple[time, ...] = ()
    sure: bool = True


def all_days(days: Days) -> list[date]:
    """Every day of a span of at most two weeks; the first alone of a longer one."""
    count = (days.last - days.first).days if days.last else 0
    return [days.first + timedelta(days=n) for n in range(count + 1)] if count <= 14 else [days.first]


def placed_in_week(found: Sequence[Mention]) -> list[Mention]:
    """ "next week, Tuesday or Wednesday": weekdays said with a week belong to it."""
    weeks = [
        m.said for m in found if isinstance(m.said, Days) and m.said.last and (m.said.last - m.said.first).days <= 6
    ]
    if len(weeks) != 1:
        return list(found)
    week, placed = weeks[0], []
    for mention in found:
        if isinstance(mention.said, Days) and mention.said.bare and week.last and week.last.weekday() == 6:
            day = monday_of(week.last) + timedelta(days=mention.said.first.weekday())
            if week.first.weekday() == 0 and day >= week.first:
                mention = replace(mention, said=replace(mention.said, first=day))
        placed.append(mention)
    return placed


def _gap(words: Sequence[Word], a: Mention, b: Mention) -> list[str]:
    return [word.text for word in words[a.end : b.begin]]


def _ranged(words: Sequence[Word], a: Mention, b: Mention) -> bool:
    """Whether `b` is the far end of `a`: "9 to 11", "between Monday and Friday", "from noon until 3"."""
    gap = set(_gap(words, a, b))
    if gap and gap <= _BETWEEN_JOINS and gap & _JOINS:
        return True
    return (a.lead == "between" and "and" in gap and len(gap) <= 3) or (a.lead == "from" and b.lead == "by")


def refusals(words: Sequence[Word], refused: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """What a refusal leaves ("busy until 3" is from 3 on), and the days and times it rules out.

    A refused stretch of hours ("from 2 to 4") leaves nothing that one window could say and is passed over.
    """
    left, out, i = list[Mention](), list[Mention](), 0
    while i < len(refused):
        mention, far = refused[i], refused[i + 1] if i + 1 < len(refused) else None
        i += 1
        if far and mention.kind == far.kind and _ranged(words, mention, far):
            if isinstance(mention.said, Days) and isinstance(far.said, Days):
                first, last = _far_end(mention.said, far.said)
                out.append(replace(mention, said=Days(first, last), lead=""))
            i += 1
        elif mention.lead in _TURNED:
            left.append(replace(mention, lead=_TURNED[mention.lead]))
        elif not mention.lead:
            out.append(mention)
    return left, out


def _same_day_twice(words: Sequence[Word], a: Mention, b: Mention) -> tuple[bool, bool]:
    """("tomorrow, Tuesday" is one day said twice, and whether the two agree)."""
    if not (isinstance(a.said, Days) and isinstance(b.said, Days)) or a.said.last or b.said.last:
        return False, True
    if a.said.first == b.said.first:
        return True, True
    beside = set(_gap(words, a, b)) <= {",", "the", "(", "-", "which", "is", "on", "a"}
    if beside and b.said.bare and (not a.said.bare or b.lead):
        return True, a.said.first.weekday() == b.said.first.weekday()
    return False, True


def _far_end(a: Days, b: Days) -> tuple[date, date]:
    first, last = a.first, b.last or b.first
    if b.month_said and not (a.month_said or a.bare) and first > last.replace(day=1) - timedelta(days=400):
        first = date_in_month(last, first.day) or first
        first = first if first <= last else a.first
    elif a.month_said and not b.month_said and not b.bare:
        last = date_in_month(first, last.day) or last
    while last < first:
        last = (
            last + timedelta(days=7)
            if b.bare
            else (last.replace(day=1) + timedelta(days=32)).replace(day=min(last.day, 28))
        )
        if b.month_said:
            return a.first, max(a.first, b.first)
    return first, last


def days_meant(words: Sequence[Word], found: Sequence[Mention], today: date) -> DaysMeant:
    """The day, span or alternatives meant by the day mentions kept, in order."""
    sure, kept = True, list[Mention]()
    for mention in found:
        if not isinstance(mention.said, Days) or mention.said.past:
            continue
        if not mention.said.sure:
            sure = False
            continue
        twice, agree = _same_day_twice(words, kept[-1], mention) if kept else (False, True)
        sure = sure and agree
        if not twice:
            kept.append(mention)
    if kept and kept[0].said == Days(today) and len(kept) > 1:
        gap = _gap(words, kept[0], kept[1])
        if set(gap) & {".", "?", "!"} and not set(gap) & {"or", "if", "otherwise"}:
            kept = kept[1:]
    if not kept or not sure:
        return DaysMeant(sure=sure)
    firm = [m for m in kept if not (m.said.last if isinstance(m.said, Days) else None)]
    if (
        len(kept) > 1
        and firm
        and isinstance(kept[0].said, Days)
        and kept[0].said.last
        and not _ranged(words, kept[0], kept[1])
    ):
        if "or" not in _gap(words, kept[0], kept[1]):
            kept = firm
    said = [m.said for m in kept if isinstance(m.said, Days)]
    named = tuple(dict.fromkeys(days.first for days in said if not days.last))
    if len(kept) > 1 and _ranged(words, kept[0], kept[1]):
        first, last = _far_end(said[0], said[1])
        return DaysMeant(first, last if last > first else None, tuple(dict.fromkeys((first, last))))
    first, last_day, lead = said[0].first, said[0].last, kept[0].lead
    if len(kept) == 1 and lead in {"after", "from"}:
        begin = (last_day or first) + timedelta(days=1) if lead == "after" else first
        return DaysMeant(begin, begin + OPEN_ENDED, named)
    if len(kept) == 1 and lead in {"before", "by"}:
        until = first - timedelta(days=1) if lead == "before" else last_day or first
        return DaysMeant(min(today, until), max(until, today) if until != today else None, named)
    return DaysMeant(first, last_day if len(said) == 1 else None, named)


def _settled(
    clock: Clock, mention: Mention, found: Sequence[Mention], words: Sequence[Word], before: Sequence[time]
) -> int:
    """Minutes after midnight: am or pm from the mention itself, the part of day beside it, or the context."""
    if not clock.fixed and not clock.part:
        offered = [at for at in before if (at.hour * 60 + at.minute - clock.minutes) % 720 == 0]
        parts = [m for m in found if isinstance(m.said, Window) and m.said.part]
        near = min(parts, key=lambda m: abs(m.begin - mention.begin), default=None)
        gap = words[min(near.end, mention.end) : max(near.begin, mention.begin)] if near else ()
        same = not {word.text for word in gap} & {".", "?", "!"}
        if near is not None and same and isinstance(near.said, Window):
            if near.said.part != "morning" or clock.hour_said() >= 6:
                clock = replace(clock, part=near.said.part)
        elif len(offered) == 1:
            return offered[0].hour * 60 + offered[0].minute
        elif before and min(before).hour >= 17 and 7 <= clock.hour_said() <= 11:
            clock = replace(clock, part="evening")
    settled = clock.settled()
    return settled.hour * 60 + settled.minute


def _reach(start: int, first: Clock, end: int, last: Clock) -> tuple[int, int]:
    """ "11 to 2", "3 to 5pm", "9pm-11": the side without am or pm is the one that makes the shortest way forward."""
    if not first.fixed and (last.fixed or last.part):
        start = max((m for m in (first.minutes % 720, first.minutes % 720 + 720) if m < end), default=start)
    elif not last.fixed and not (last.part and end > start):
        end = min((m for m in (last.minutes % 720, last.minutes % 720 + 720) if m > start), default=end)
    return start, end


def _at(minutes: int | None) -> time | None:
    return None if minutes is None else time(*divmod(minutes % _DAY, 60))


def _window(window: Window, mention: Mention) -> tuple[int | None, int | None]:
    if mention.lead == "after" and window.end is not None:
        return window.end, None
    if mention.lead == "before" and window.start is not None:
        return None, window.start
    return (None, window.end) if mention.lead == "by" and window.end is not None else (window.start, window.end)


def times_meant(
    words: Sequence[Word], found: Sequence[Mention], before: Sequence[time], *, many_days: bool = False
) -> TimesMeant:
    """The time or window meant by the time mentions kept. before: the clock times the business had just named."""
    clocks = [(m.said, m) for m in found if isinstance(m.said, Clock)]
    if not all(clock.sure for clock, _ in clocks):
        return TimesMeant(sure=False)
    exact, low, high, near, skip = list[int](), None, None, False, False
    for number, (clock, mention) in enumerate(clocks):
        if skip:
            skip = False
            continue
        at = _settled(clock, mention, found, words, before)
        far_end = clocks[number + 1 : number + 2]
        if far_end and _ranged(words, mention, far_end[0][1]):
            start, end = _reach(at, clock, _settled(*far_end[0], found, words, before), far_end[0][0])
            if low is None and high is None:
                low, high = start, end
            skip = True
        elif mention.lead in {"after", "from"}:
            low = at
        elif mention.lead in {"before", "by"}:
            high = at
        elif mention.lead != "between":
            exact.append(at)
        near = near or mention.near
    if exact:
        times = tuple(dict.fromkeys(time(*divmod(at, 60)) for at in exact))
        return TimesMeant(times[0], None, True, near, times)
    if low is not None or high is not None:
        backwards = low is not None and high is not None and high <= low and high != 0
        return TimesMeant(_at(low), _at(high), near=near, sure=not backwards)
    windows = [(m.said, m) for m in found if isinstance(m.said, Window)]
    if not windows:
        return TimesMeant()
    if len(windows) > 1 and any(mention.lead for _, mention in windows):
        windows = windows[-1:]
    sides = [_window(*window) for window in (windows[:1] if many_days else windows)]
    starts, ends = [start for start, _ in sides if start is not None], [end for _, end in sides if end is not None]
    return TimesMeant(
        _at(min(starts)) if len(starts) == len(sides) else None,
        _at(max(ends)) if len(ends) == len(sides) else None,
        near=windows[0][1].near,
    )
