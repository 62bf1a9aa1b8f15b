"""/api/v1/stats: what a span of time brought, each number with the rows behind it (contract 2.13)."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api import wire
from api.csv_export import csv_response
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, Given, Instant, Shown, Text
from storage.context import Context
from tools import stats
from tools.problems import Problem
from tools.refusals import utc

router = APIRouter(prefix="/api/v1/stats", tags=["stats"], responses=PROBLEMS)

READ = ("READ_RESULTS",)
SHEET = {
    "schema": {"type": "string"},
    "example": "number,of,value\r\nmissed_calls,,7\r\nskipped_by_reason,landline,1\r\n",
}


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


@router.get("", response_model=StatsShown, responses={200: {"content": {"text/csv": SHEET}}})
async def get_stats(
    request: Request,
    caller: Annotated[Caller, Depends(needs(*READ))],
    start: Text | None = None,
    end: Text | None = None,
    format: Literal["json", "csv"] | None = None,
) -> Response:
    """The numbers from `start` to `end`, dates or instants; this month so far by default. `format=csv`, or an Accept
    header of text/csv, gives the same numbers as a sheet. Scope READ_RESULTS."""

    def ask(ctx: Context) -> dict[str, Any]:
        span = span_of(ctx, start, end)
        links = {
            name: "/api/v1/stats/rows?" + urlencode({"of": name, "start": utc(span.start), "end": utc(span.end)})
            for name in stats.COUNTED
        }
        return {"start": utc(span.start), "end": utc(span.end), **stats.count(ctx, span), "links": links}

    told = await caller.read(ask)
    if format == "csv" or (format is None and request.headers.get("accept", "").startswith("text/csv")):
        return csv_response("stats", ("number", "of", "value"), as_rows(told))
    return JSONResponse(told)


def as_rows(told: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """The numbers one a line; the middle says which reason or unit a line counts, where there are some."""
    lines: list[tuple[str, str, Any]] = []
    for name, value in told.items():
        if name == "estimated_value":
            lines.append((name, "cents, an estimate", value["cents"]))
        elif isinstance(value, dict) and name != "links":
            lines += [(name, of, count) for of, count in value.items()]
        elif name != "links":
            lines.append((name, "", value))
    return lines


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
