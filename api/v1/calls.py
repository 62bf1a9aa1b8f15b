"""/api/v1/calls: every call, what became of it, whether a text went back, and what its tools were asked."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api import wire
from api.csv_export import csv_response
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, Id, Instant, Shown, Text, page_of
from storage import call_log
from storage.call_log import OUTCOMES, Wanted
from storage.context import Context
from storage.tables import Call
from tools import calls, leads
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=PROBLEMS)

READ = ("READ_CONVERSATIONS",)
SAME = (
    *("id", "provider", "provider_id", "direction", "caller_kind", "status", "answered_by", "missed", "textback"),
    *("skip_reason", "textback_message_id", "started_at", "ended_at", "seconds", "transcript", "summary"),
    *("disconnection_reason", "rating", "lead_id", "conversation_id"),
)
COLUMNS = (
    *("id", "started_at", "direction", "from", "to", "channel", "status", "outcome", "answered_by", "missed"),
    *("textback", "skip_reason", "seconds", "rating", "disconnection_reason", "summary"),
)
SHEET = {"schema": {"type": "string"}, "example": "id,started_at\r\n3f9c2a1b,2026-11-24T15:00:00Z\r\n"}


class CallShown(Shown):
    """One call. For a missed one `textback` is queued, or skipped with `skip_reason`; lengths are seconds.

    `channel` is who carried it; `outcome` the best that came of it. `recording` is available, expired, deleted or null;
    while it is available, GET `recording_url` with a credential answers a link for a few minutes.
    """

    id: str
    provider: str
    provider_id: str
    channel: str
    direction: str
    from_: str | None = Field(alias="from")
    to: str | None
    caller_kind: str
    status: str
    outcome: str
    answered_by: str | None
    missed: bool
    textback: str | None
    skip_reason: str | None
    textback_message_id: str | None
    started_at: Instant
    ended_at: Instant | None
    seconds: int | None
    transcript: str | None
    summary: str | None
    recording: str | None
    recording_url: str | None
    disconnection_reason: str | None
    rating: int | None
    contact_id: str | None
    lead_id: str | None
    conversation_id: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of calls may be narrowed by, as it is written in the query. `start` and `end` are other names of the
    dates, `rate` of the rating (SC-09)."""

    direction: Text | None = None
    status: Text | None = None
    missed: bool | None = None
    phone: Text | None = None
    channel: Text | None = None
    outcome: Text | None = None
    answered_by: Text | None = None
    rate: Annotated[int | None, Query(ge=0, le=10)] = None
    date_from: Text | None = None
    date_to: Text | None = None
    start: Text | None = None
    end: Text | None = None

    def wanted(self, ctx: Context) -> Wanted:
        """The same in stored words. Raises VALIDATION_ERROR, INVALID_PHONE, INVALID_TIME."""
        if self.outcome is not None and self.outcome.lower() not in OUTCOMES:
            raise Problem("VALIDATION_ERROR", "There is no such outcome.", fix=f"Use one of: {', '.join(OUTCOMES)}.")
        return Wanted(
            direction=_lower(self.direction),
            status=_lower(self.status),
            missed=self.missed,
            phone=leads.written_phone(ctx, self.phone),
            channel=_lower(self.channel),
            outcome=_lower(self.outcome),
            answered_by=_lower(self.answered_by),
            rating=self.rate,
            start_from=wire.bound(self.date_from or self.start, ctx.org.zone),
            start_to=wire.bound(self.date_to or self.end, ctx.org.zone, last=True),
        )


@router.get("", response_model=page_of("calls", CallShown), responses={200: {"content": {"text/csv": SHEET}}})
async def list_calls(
    request: Request,
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    filters: Annotated[Filters, Depends()],
    exporting: bool = False,
) -> Response:
    """Calls, newest first; a bare `date_to` counts. `exporting=true`, or Accept text/csv, answers every match as CSV.
    Scope READ_CONVERSATIONS."""
    if exporting or request.headers.get("accept", "").startswith("text/csv"):
        rows = await caller.read(lambda ctx: [line(*row) for row in call_log.calls(ctx, filters.wanted(ctx))])
        return csv_response("calls", COLUMNS, rows)

    def ask(ctx: Context) -> dict[str, Any]:
        wanted = filters.wanted(ctx)
        found = call_log.calls(ctx, wanted, offset=page.offset, size=page.size)
        shown = [_shown(ctx, caller, *row) for row in found]
        return paged("calls", shown, call_log.count(ctx, wanted), page)

    return JSONResponse(await caller.read(ask))


@router.get("/{call_id}", response_model=CallShown)
async def get_call(call_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One call. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        return _shown(ctx, caller, *(call_log.call_with_outcome(ctx, call_id) or not_found("call")))

    return JSONResponse(await caller.read(ask))


def _shown(ctx: Context, caller: Caller, row: Call, outcome: str) -> dict[str, Any]:
    recording = calls.recording(ctx, row)
    link = f"{caller.house.settings.public_url}{router.prefix}/{row.id}/recording"
    return CallShown(
        **{name: getattr(row, name) for name in SAME},
        **{"from": row.from_phone},
        to=row.to_phone,
        channel=row.provider,
        outcome=outcome,
        contact_id=row.customer_id,
        recording=recording,
        recording_url=link if recording == "available" else None,
    ).shown()


def line(row: Call, outcome: str) -> list[Any]:
    """A call as a row of the sheet, by `COLUMNS`."""
    said = {
        **{name: getattr(row, name) for name in SAME},
        "started_at": row.started_at.isoformat(timespec="seconds"),
        "from": row.from_phone,
        "to": row.to_phone,
        "channel": row.provider,
        "outcome": outcome,
    }
    return [said[name] for name in COLUMNS]


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None
