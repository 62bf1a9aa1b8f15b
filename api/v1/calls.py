"""/api/v1/calls: every call, what became of it, and whether a text went back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from api import wire
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, SECURED, Id, Instant, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Call
from tools import leads
from tools.problems import not_found

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=PROBLEMS, dependencies=SECURED)

READ = ("READ_CONVERSATIONS",)
SAME = (
    *("id", "provider", "provider_id", "direction", "caller_kind", "status", "answered_by", "missed", "textback"),
    *("skip_reason", "textback_message_id", "started_at", "ended_at", "seconds", "transcript", "summary"),
    *("disconnection_reason", "rating", "lead_id", "conversation_id"),
)


class CallShown(Shown):
    """One call. For a missed one `textback` is queued, or skipped with `skip_reason`; lengths are seconds."""

    id: str
    provider: str
    provider_id: str
    direction: str
    from_: str | None = Field(alias="from")
    to: str | None
    caller_kind: str
    status: str
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
    recording_url: str | None
    disconnection_reason: str | None
    rating: int | None
    contact_id: str | None
    lead_id: str | None
    conversation_id: str | None


@router.get("", response_model=page_of("calls", CallShown))
async def list_calls(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    missed: bool | None = None,
    phone: Text | None = None,
    date_from: Text | None = None,
    date_to: Text | None = None,
) -> JSONResponse:
    """Calls, newest first; a bare `date_to` counts. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = listings.calls(
            ctx,
            offset=page.offset,
            size=page.size,
            missed=missed,
            phone=leads.written_phone(ctx, phone),
            start_from=wire.bound(date_from, ctx.org.zone),
            start_to=wire.bound(date_to, ctx.org.zone, last=True),
        )
        return paged("calls", [_shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/{call_id}", response_model=CallShown)
async def get_call(call_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One call. Scope READ_CONVERSATIONS."""
    return JSONResponse(await caller.read(lambda ctx: _shown(listings.one_of(ctx, Call, call_id) or not_found("call"))))


def _shown(row: Call) -> dict[str, Any]:
    return CallShown(
        **{name: getattr(row, name) for name in SAME},
        **{"from": row.from_phone},
        to=row.to_phone,
        contact_id=row.customer_id,
        recording_url=None if row.recording_deleted_at else row.recording_url,
    ).shown()
