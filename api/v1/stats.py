"""/api/v1/stats: what a span of time brought, each number with the rows behind it (contract 2.13)."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api import wire
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, SECURED, Given, Instant, Shown, Text
from storage.context import Context
from tools import stats
from tools.problems import Problem
from tools.refusals import utc

router = APIRouter(prefix="/api/v1/stats", tags=["stats"], responses=PROBLEMS, dependencies=SECURED)

READ = ("READ_RESULTS",)


class Estimate(Shown):
    """Money that is an estimate and says so."""

    cents: int
    label: str


class StatsShown(Shown):
    """The numbers of a span; `links` names for each count where its rows are listed."""

    start: Instant
    end: Instant
    missed_calls: int
    text_backs_sent: int
    skipped_by_reason: dict[str, int]
    replies: int
    reply_rate: float | None
    median_seconds_to_text_back: float | None
    bookings: int
    bookings_from_missed_calls: int
    moved: int
    cancelled: int
    no_shows: int
    hand_offs: int
    median_minutes_to_human: float | None
    unbooked_by_reason: dict[str, int]
    opt_outs: int
    failed_messages: int
    estimated_value: Estimate
    links: dict[str, str]


class RowsBehind(Shown):
    """The ids of the rows a number counts."""

    ids: list[str]
    total: int
    page: int
    size: int


@router.get("", response_model=StatsShown)
async def get_stats(
    caller: Annotated[Caller, Depends(needs(*READ))], start: Text | None = None, end: Text | None = None
) -> JSONResponse:
    """The numbers from `start` to `end`, dates or instants; this month so far by default. Scope READ_RESULTS."""

    def ask(ctx: Context) -> dict[str, Any]:
        span = span_of(ctx, start, end)
        links = {
            name: "/api/v1/stats/rows?" + urlencode({"of": name, "start": utc(span.start), "end": utc(span.end)})
            for name in stats.COUNTED
        }
        return {"start": utc(span.start), "end": utc(span.end), **stats.count(ctx, span), "links": links}

    return JSONResponse(await caller.read(ask))


@router.get("/rows", response_model=RowsBehind)
async def list_rows(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    of: Given,
    start: Text | None = None,
    end: Text | None = None,
) -> JSONResponse:
    """The ids one number counts: calls, messages, bookings or tasks. Scope READ_RESULTS."""

    def ask(ctx: Context) -> dict[str, Any]:
        ids = stats.rows(ctx, of, span_of(ctx, start, end))
        return paged("ids", ids[page.offset : page.offset + page.size], len(ids), page)

    return JSONResponse(await caller.read(ask))


def span_of(ctx: Context, start: str | None, end: str | None) -> stats.Span:
    """The span asked for; a bare end date counts. Raises INVALID_TIME, VALIDATION_ERROR when it ends too early."""
    zone = ctx.org.zone
    first = wire.bound(start or f"{ctx.local_now:%Y-%m}-01", zone)
    last = wire.bound(end or f"{ctx.local_now:%Y-%m-%d}", zone, last=True)
    if first is None or last is None or last <= first:
        raise Problem("VALIDATION_ERROR", "The range ends before it starts.", fix="Send start before end.")
    return stats.Span(first, last)
