"""Working hours: the weekly hours on the wall and the days that differ, turned into stretches of UTC seconds.

A span belongs to the day it opens, even when it runs past midnight. Spans that touch count as one stretch of work, also
across midnight, and each span's own opening anchors a grid that steps in elapsed time: no start falls into a skipped
hour, and a doubled hour is two different hours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tools.rules.wall_time import wall_seconds


@dataclass(frozen=True, slots=True)
class Span:
    """Working hours in minutes after local midnight of the day they belong to; 22:00 to 02:00 is 1320 to 1560, and
    nothing closes later than the end of the next day (2880)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Override:
    """What replaces the weekly hours on one local day; no spans means closed. Customers may hear the reason."""

    day: date
    spans: tuple[Span, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Week:
    """Weekly hours, Monday first, and the days that differ."""

    days: tuple[tuple[Span, ...], ...]
    overrides: Mapping[date, Override]

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans that open on a local day, in order, with overlapping and touching ones merged."""
        override = self.overrides.get(day)
        spans = override.spans if override else self.days[day.weekday()]
        if len(spans) < 2 or all(earlier.closes < later.opens for earlier, later in pairwise(spans)):
            return spans
        merged: list[Span] = []
        for span in sorted(spans, key=lambda span: span.opens):
            if merged and span.opens <= merged[-1].closes:
                merged[-1] = Span(merged[-1].opens, max(merged[-1].closes, span.closes))
            else:
                merged.append(span)
        return tuple(merged)


class Stretch(NamedTuple):
    """Unbroken working time in UTC seconds, and the spans it is made of."""

    opens: int
    closes: int
    spans: list[tuple[int, int]]

    def holds(self, start: int, length: int) -> bool:
        """Whether a visit of `length` seconds that starts at `start` lies inside."""
        return self.opens <= start and start + length <= self.closes

    def grids(self, length: int, step: int) -> list[range]:
        """The starts on each span's own grid, `step` seconds apart, from which such a visit still ends inside."""
        latest = self.closes - length + 1
        return [range(opens, min(closes, latest), step) for opens, closes in self.spans]


def stretches(week: Week, days: Iterable[date], zone: ZoneInfo) -> list[Stretch]:
    """The stretches of work that open on the local days, ascending; a span the clocks jump over is empty."""
    spans = sorted(
        (wall_seconds(zone, day, span.opens), wall_seconds(zone, day, span.closes))
        for day in days
        for span in week.spans_on(day)
    )
    joined: list[Stretch] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1].closes:
            start, end, parts = joined[-1]
            parts.append((opens, closes))
            joined[-1] = Stretch(start, max(end, closes), parts)
        else:
            joined.append(Stretch(opens, closes, [(opens, closes)]))
    return joined
