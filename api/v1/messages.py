"""Every text in and out, in the order written; in the sandbox that is also what would have been sent."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Instant, LongText, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Message
from tools import leads, messages, texting
from tools.problems import Problem

router = APIRouter(prefix="/api/v1/messages", tags=["messages"], responses=PROBLEMS)


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


class NewText(Body):
    """A text to one number."""

    to: Given
    body: Annotated[LongText, Field(min_length=1, max_length=messages.LONGEST)]


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


@router.post("", status_code=201, response_model=MessageShown, openapi_extra={"parameters": [HEADER]})
async def text_somebody(
    request: Request, body: NewText, caller: Annotated[Caller, Depends(needs("WRITE_MESSAGES"))]
) -> Response:
    """Text one number; `state` says whether it waits or was skipped, and why. Scope WRITE_MESSAGES."""

    def act(ctx: Context) -> dict[str, Any]:
        phone = leads.written_phone(ctx, body.to)
        assert phone is not None
        message = texting.text_number(ctx, phone, body.body)
        if message.reason in ("opted_out", "blocked"):
            raise Problem("OPTED_OUT", "This person asked for no messages.", fix="Call them instead.")
        return shown(message)

    return await act_once(request, caller, act, status=201)


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
