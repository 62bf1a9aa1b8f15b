"""Every text in and out, in the order written; in the sandbox that is also what would have been sent."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, SECURED, Instant, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Message
from tools import leads

router = APIRouter(prefix="/api/v1/messages", tags=["messages"], responses=PROBLEMS, dependencies=SECURED)


class MessageShown(Shown):
    """One text; `from` and `to` are E.164, `state` says how far it came and `reason` why it went no further."""

    id: str
    direction: Literal["in", "out"]
    channel: str
    from_: str | None = Field(alias="from")
    to: str | None
    body: str
    state: str
    reason: str | None
    kind: str
    conversation_id: str | None
    booking_id: str | None
    provider_id: str | None
    created_at: Instant
    sent_at: Instant | None


@router.get("", response_model=page_of("messages", MessageShown))
async def list_messages(
    caller: Annotated[Caller, Depends(needs("READ_CONVERSATIONS"))],
    page: Annotated[Page, Depends(paging)],
    direction: Literal["in", "out"] | None = None,
    to: Text | None = None,
) -> JSONResponse:
    """Texts in the order they were written. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        number = leads.written_phone(ctx, to)
        rows, total = listings.messages(ctx, offset=page.offset, size=page.size, direction=direction, to=number)
        return paged("messages", [shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


def shown(row: Message) -> dict[str, Any]:
    """One text as this door shows it."""
    return MessageShown(
        id=row.id,
        direction="in" if row.direction == "in" else "out",
        channel=row.channel,
        **{"from": row.from_phone},
        to=row.to_phone,
        body=row.body,
        state=row.state,
        reason=row.reason,
        kind=row.kind,
        conversation_id=row.conversation_id,
        booking_id=row.booking_id,
        provider_id=row.provider_id,
        created_at=row.created_at,
        sent_at=row.sent_at,
    ).shown()
