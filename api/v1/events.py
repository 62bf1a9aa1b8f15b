"""/api/v1/events: what happened, for whoever has to account for it (SC-54, CS-A6)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api import wire
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, Instant, Shown, Text, page_of
from storage.context import Context
from tools import events

router = APIRouter(prefix="/api/v1/events", tags=["events"], responses=PROBLEMS)


class Subject(Shown):
    """What it happened to."""

    kind: str
    id: str


class EventShown(Shown):
    """One thing that happened: a visit's or lead's history line, or a change to how the business is run."""

    id: str
    at: Instant
    type: str
    actor_kind: str
    actor_name: str
    subject: Subject | None
    detail: dict[str, Any]


@router.get("", response_model=page_of("events", EventShown))
async def list_events(
    caller: Annotated[Caller, Depends(needs("READ_AUDIT"))],
    page: Annotated[Page, Depends(paging)],
    type: Text | None = None,
    start: Text | None = None,
    end: Text | None = None,
    order: Literal["desc", "asc"] = "desc",
    api_calls: bool = False,
) -> JSONResponse:
    """What happened, newest first. `type` is one in full (booking.moved, credential.created) or a family (booking.*,
    lead.*); `start` and `end` are dates or instants; `api_calls=true` counts in each single call of a credential. Scope
    READ_AUDIT."""

    def ask(ctx: Context) -> dict[str, Any]:
        zone = ctx.org.zone
        asked = events.Asked(type, wire.bound(start, zone), wire.bound(end, zone, last=True), calls=api_calls)
        rows, total = events.listed(ctx, asked, offset=page.offset, size=page.size, oldest_first=order == "asc")
        return paged("events", [_shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


def _shown(row: events.Happened) -> dict[str, Any]:
    about = Subject(kind=row.subject_kind, id=row.subject_id) if row.subject_kind and row.subject_id else None
    same = ("id", "at", "type", "actor_kind", "actor_name", "detail")
    return EventShown(**{name: getattr(row, name) for name in same}, subject=about).shown()
