"""Results: what a span of days brought (contract 2.13), every number with the rows behind it.

A text that was sent is no recovery: only a visit booked after a missed call is.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.calls import WHY_NOT
from api.console.door import StaffCaller, router, staff_with
from api.csv_export import csv_response
from api.v1.stats import as_rows, span_of
from storage.context import Context
from tools import results, stats
from tools.refusals import utc
from tools.rules import speech
from tools.stats import Span

Leading = Annotated[StaffCaller, Depends(staff_with("owner", "admin", "supervisor"))]
HERE = "/console/results"
DAY = timedelta(days=1)
TITLES = {
    "missed_calls": "Missed calls",
    "text_backs_sent": "Text-backs sent",
    "replies": "Replies to them",
    "bookings_from_missed_calls": "Booked after a missed call",
    "bookings": "Visits booked, all together",
    "moved": "Moved",
    "cancelled": "Cancelled",
    "no_shows": "No-shows",
    "hand_offs": "Handed to a person",
    "opt_outs": "Opted out",
    "failed_messages": "Texts that failed",
    "skipped_by_reason": "Missed calls without a text",
    "unbooked_by_reason": "Threads without a visit",
}
PLOTTED = ("missed_calls", "text_backs_sent", "replies", "bookings_from_missed_calls", "bookings")
PLAIN = ("moved", "cancelled", "no_shows", "hand_offs", "opt_outs", "failed_messages")
REASONED = ("skipped_by_reason", "unbooked_by_reason")
BAR, GAP, HIGH = 6, 2, 36  # of the plots, in their own units


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a plot, in the plot's own units; `words` for whoever points at it."""

    x: int
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A number by day: its bars, the width of all, and what it shows in words."""

    bars: list[Bar]
    width: int
    words: str


@dataclass(frozen=True, slots=True)
class Range:
    """The local days chosen, as they stand in the address; both count. This month so far when they are missing."""

    start: str | None = None
    end: str | None = None

    def span(self, ctx: Context, caller: StaffCaller) -> Span:
        """The same as instants, narrowed to what this person may see. Raises INVALID_TIME, VALIDATION_ERROR."""
        span = span_of(ctx, self.start or None, self.end or None)
        return span if caller.sees_all else replace(span, staff=caller.staff)

    def address(self, path: str = "", **more: str) -> str:
        """The path of a page of these days."""
        told = {"start": self.start, "end": self.end, **more}
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{HERE}{path}" + (f"?{query}" if query else "")


@router.get("/results")
async def numbers(request: Request, caller: Leading, chosen: Annotated[Range, Depends()]) -> Response:
    """The numbers of a span of days, by default of this month."""

    def ask(ctx: Context) -> dict[str, Any]:
        span, zone = chosen.span(ctx, caller), ctx.org.zone
        told = stats.count(ctx, span)
        days = [span.start.astimezone(zone).date(), (span.end - timedelta(seconds=1)).astimezone(zone).date()]
        return {
            "told": told,
            "days": days,
            "cards": [
                (TITLES[name], told[name], behind(chosen, name), plot(results.per_day(ctx, name, span)), name)
                for name in PLOTTED
            ],
            "plain": [(TITLES[name], told[name], behind(chosen, name)) for name in PLAIN],
            "reasoned": [
                (TITLES[name], [(in_words(why), n, behind(chosen, name, why)) for why, n in told[name].items()])
                for name in REASONED
            ],
            "behind": {name: behind(chosen, name) for name in stats.COUNTED},
            "spans": spans(ctx.local_now.date(), days),
            "sheet": chosen.address("/sheet"),
            "narrowed": not caller.sees_all,
        }

    return pages.page(request, "results.html.j2", active=HERE, **await caller.read(ask))


@router.get("/results/rows")
async def rows(
    request: Request,
    caller: Leading,
    chosen: Annotated[Range, Depends()],
    of: str,
    why: str | None = None,
    page: int = 1,
) -> Response:
    """One page of the rows behind a number; `why` is the reason, for a number by reason."""

    def ask(ctx: Context) -> dict[str, Any]:
        offset = (max(page, 1) - 1) * results.PAGE
        found, total = results.behind(ctx, of, chosen.span(ctx, caller), reason=why, offset=offset)
        more = {"of": of, **({"why": why} if why else {})}
        return {
            "title": TITLES[of] + (f": {in_words(why)}" if why else ""),
            "rows": [(one, page_of(one)) for one in found],
            "total": total,
            "back": chosen.address(),
            "newer": chosen.address("/rows", **more, page=str(page - 1)) if page > 1 else None,
            "older": chosen.address("/rows", **more, page=str(page + 1)) if offset + len(found) < total else None,
        }

    return pages.page(request, "results_rows.html.j2", active=HERE, **await caller.read(ask))


@router.get("/results/sheet")
async def sheet(caller: Leading, chosen: Annotated[Range, Depends()]) -> Response:
    """The same numbers as CSV."""

    def ask(ctx: Context) -> dict[str, Any]:
        span = chosen.span(ctx, caller)
        return {"start": utc(span.start), "end": utc(span.end), **stats.count(ctx, span)}

    return csv_response("results", ("number", "of", "value"), as_rows(await caller.read(ask)))


def behind(chosen: Range, name: str, why: str | None = None) -> str:
    """The path of the rows a number counts."""
    return chosen.address("/rows", of=name, **({"why": why} if why else {}))


def in_words(why: str) -> str:
    """A reason for people."""
    return WHY_NOT.get(why, pages.in_words(why))


def page_of(row: results.Row) -> str | None:
    """Where a row can be looked at."""
    places = {"call": "calls", "booking": "bookings", "thread": "conversations"}
    return f"/console/{places[row.kind]}/{row.id}" if row.kind else None


def plot(days: list[tuple[date, int]]) -> Plot:
    """Bars by day; the highest day fills the height."""
    most = max((number for _day, number in days), default=0)
    bars = []
    for place, (one, number) in enumerate(days):
        height = round(HIGH * number / most, 1) if number else 1
        bars.append(Bar(place * (BAR + GAP), round(HIGH - height, 1), height, f"{pages.day(one)}: {number}"))
    words = f"At most {most} a day" if most else "None on any day"
    return Plot(bars, max(len(days) * (BAR + GAP) - GAP, BAR), words)


def spans(today: date, days: list[date]) -> list[tuple[str, str, bool, None]]:
    """This month, the last one, and the last thirty days, to be chosen at a press."""
    month = today.replace(day=1)
    before = month - DAY
    offered = (
        ("This month", month, today),
        (speech.MONTHS[before.month - 1], before.replace(day=1), before),
        ("Last 30 days", today - 29 * DAY, today),
        ("This year", today.replace(month=1, day=1), today),
    )
    return [
        (name, Range(first.isoformat(), last.isoformat()).address(), [first, last] == days, None)
        for name, first, last in offered
    ]
