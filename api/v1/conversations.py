"""/api/v1/conversations: the threads, what was said in them, and saying something (EM-A2)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AliasChoices, Field

from api import dialects
from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.v1 import messages as texts
from api.wire import PROBLEMS, Body, Id, Instant, LongText, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Conversation, Customer, Message
from tools import conversations, leads, messages
from tools.problems import Problem

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], responses=PROBLEMS)

READ = ("READ_CONVERSATIONS",)
PREVIEW = 140
ROLES = {"in": "user", "out": "assistant"}
REFUSED = ("opted_out", "blocked")
SAYABLE = Field(min_length=1, max_length=messages.LONGEST, validation_alias=AliasChoices("body", "text", "content"))


class ConversationShown(Shown):
    """One thread. `status` is in this door's words; `state` says who has it: bot, needs_human, human and so on."""

    id: str
    lead_id: str | None
    contact_id: str | None
    channel: str
    phone: str | None
    status: str
    state: str
    needs_human_reason: str | None
    urgency: str
    unbooked_reason: str | None
    message_count: int
    last_message_preview: str | None
    last_message_at: Instant | None
    created_at: Instant
    closed_at: Instant | None


class ThreadMessage(texts.MessageShown):
    """One text of a thread; `role` is user for the customer, assistant for the bot, staff for a person or program."""

    role: Literal["user", "assistant", "staff"]


class NewMessage(Body):
    """A text to the customer."""

    body: Annotated[LongText, SAYABLE]


@router.get("", response_model=page_of("conversations", ConversationShown))
async def list_conversations(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    status: Text | None = None,
    phone: Text | None = None,
    lead_id: Text | None = None,
) -> JSONResponse:
    """Threads, the latest spoken in first; `status` in our words or Empfio's. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        word = (status or "").strip().lower()
        rows, total = listings.conversations(
            ctx,
            offset=page.offset,
            size=page.size,
            states=[] if status is None else dialects.stored_conversation_states(status),
            booked={"completed": True, "abandoned": False}.get(word),
            phone=leads.written_phone(ctx, phone),
            lead_id=lead_id,
        )
        return paged("conversations", shown(ctx, rows), total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/{conversation_id}", response_model=ConversationShown)
async def get_conversation(conversation_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One thread; reading it changes nothing. Scope READ_CONVERSATIONS."""
    return JSONResponse(await caller.read(lambda ctx: shown(ctx, [conversations.get(ctx, conversation_id)])[0]))


@router.get("/{conversation_id}/messages", response_model=page_of("messages", ThreadMessage))
async def list_thread(
    conversation_id: Id,
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
) -> JSONResponse:
    """What was said, oldest first. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        thread = conversations.get(ctx, conversation_id)
        rows, total = listings.messages(ctx, offset=page.offset, size=page.size, conversation_id=thread.id)
        return paged("messages", [_said(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post(
    "/{conversation_id}/messages",
    status_code=201,
    response_model=ThreadMessage,
    openapi_extra={"parameters": [HEADER]},
)
async def send_message(
    request: Request,
    conversation_id: Id,
    body: NewMessage,
    caller: Annotated[Caller, Depends(needs("WRITE_MESSAGES"))],
) -> Response:
    """Text the customer of a thread; `state` says whether it waits or was skipped, and why. Scope WRITE_MESSAGES."""

    def act(ctx: Context) -> dict[str, Any]:
        thread = conversations.get(ctx, conversation_id)
        customer = listings.one_of(ctx, Customer, thread.customer_id) if thread.customer_id else None
        to = customer or thread.phone
        if to is None:
            raise Problem("INVALID_PHONE", "This thread has no number to text.", fix="Answer it where it was started.")
        message = messages.say(ctx, to=to, body=body.body, kind="staff", conversation=thread)
        if message.reason in REFUSED:
            raise Problem("OPTED_OUT", "This person asked for no messages.", fix="Call them instead.")
        return _said(message)

    return await act_once(request, caller, act, status=201)


def shown(ctx: Context, rows: Sequence[Conversation]) -> list[dict[str, Any]]:
    """Threads as this door shows them."""
    ids = [row.id for row in rows]
    last, booked = listings.last_messages(ctx, ids), listings.booked_in(ctx, ids)
    same = ("id", "lead_id", "channel", "phone", "state", "needs_human_reason", "urgency", "unbooked_reason")
    return [
        ConversationShown(
            **{name: getattr(row, name) for name in (*same, "last_message_at", "created_at", "closed_at")},
            contact_id=row.customer_id,
            status=dialects.v1_conversation(row.state, booked=row.id in booked),
            message_count=last[row.id][0] if row.id in last else 0,
            last_message_preview=last[row.id][1][:PREVIEW] if row.id in last else None,
        ).shown()
        for row in rows
    ]


def _said(row: Message) -> dict[str, Any]:
    by_a_person = row.direction == "out" and row.kind == "staff"
    return {**texts.shown(row), "role": "staff" if by_a_person else ROLES[row.direction]}
