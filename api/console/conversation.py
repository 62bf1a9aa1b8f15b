"""The page of one thread: what it is about, what was said in it, and who has it."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from storage import marks
from storage.context import Context
from storage.tables import Booking, Conversation, Message, Staff, new_id
from tools import desk, sight, summary
from tools.desk import Item
from tools.messages import LONGEST
from tools.rules import speech
from tools.telling import words

AFRESH = 30  # entries at the end of a thread that are drawn anew when something changes
STANDING = {
    "bot": "The assistant has this thread",
    "waiting_customer": "The assistant waits for the customer",
    "needs_human": "Needs a person",
    "human": "A person has it; the assistant is silent",
    "closed": "Closed",
}
LABELS = {"name": "Name", "address": "Address", "postalCode": "ZIP", "email": "E-mail", "issue": "Issue"}


@router.get("/conversations/{conversation_id}")
async def read(request: Request, conversation_id: str, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """The page; opening it changes nothing, no unread mark either."""
    facts = await caller.read(lambda ctx: shown(ctx, caller.staff, conversation_id))
    return pages.page(request, "conversation.html.j2", active="/console", **facts)


@router.get("/conversations/{conversation_id}/recent")
async def recent(
    request: Request,
    conversation_id: str,
    caller: Annotated[StaffCaller, Depends(signed_in)],
    since: str | None = None,
) -> Response:
    """What may have changed: the entries from the message `since` on, the card, the tasks, and who has the thread."""
    facts = await caller.read(lambda ctx: standing(ctx, caller.staff, conversation_id, since))
    return pages.fragment(request, "conversation_recent.html.j2", recent=facts.pop("entries"), since=since, **facts)


def shown(ctx: Context, staff: Staff, conversation_id: str) -> dict[str, Any]:
    """Everything the page shows."""
    facts = standing(ctx, staff, conversation_id, None)
    entries: list[Item] = facts.pop("entries")
    cut = next((place for place in range(max(0, len(entries) - AFRESH), len(entries)) if entries[place].message), 0)
    return {
        **facts,
        "mark": marks.thread_mark(ctx.session, ctx.org.id, conversation_id),
        "older": entries[:cut],
        "recent": entries[cut:],
        "since": entries[cut].id if entries and entries[cut].message else "",
        "colleagues": [("", "Nobody"), *((one.id, one.name) for one in desk.colleagues(ctx))],
        "longest": LONGEST,
        "once": new_id(),
        "noted": new_id(),
    }


def standing(ctx: Context, staff: Staff, conversation_id: str, since: str | None) -> dict[str, Any]:
    """How a thread stands now: its entries from the message `since` on, its card and its open tasks."""
    thread = sight.thread(ctx, staff, conversation_id)
    entries = desk.entries(ctx, thread, since)
    card = summary.of_conversation(ctx, thread.id)
    said = {one.id: one.at for one in entries if one.message}
    who = ctx.session.get(Staff, thread.assigned_to) if thread.assigned_to else None
    last = next((one.message for one in reversed(entries) if one.message), None)
    return {
        "thread": thread,
        "entries": entries,
        "card": card,
        "name": card["customer"]["name"] or (pages.shown_phone(thread.phone) if thread.phone else "Web visitor"),
        "customer": card["customer"]["name"] or "Customer",
        "due": instant(card["nextAction"]["dueAt"]),
        "facts": [
            (LABELS.get(one["label"], one["label"]), one["value"], one["messageId"], said.get(one["messageId"]))
            for one in card["facts"]
        ],
        "visit": visit(ctx, card),
        "tasks": desk.open_tasks(ctx, thread),
        "assigned": who.name if who else None,
        "has_it": has_it(thread, who),
        "last": last,
        "answerable": desk.answerable(thread),
        "pictures": pictures,
    }


def visit(ctx: Context, card: dict[str, Any]) -> dict[str, Any] | None:
    """The visit the thread is about, as it stands in the store."""
    row = ctx.session.get(Booking, card["booking"]["id"]) if card["booking"] else None
    if row is None:
        return None
    told = words(ctx, row)
    return {
        "id": row.id,
        "service": told.service,
        "when": speech.moment(told.start),
        "who": told.technician,
        "place": told.place,
        "status": row.status,
        "active": row.is_active,
    }


def has_it(thread: Conversation, who: Staff | None) -> str:
    """Who has a thread, in a few words."""
    if thread.state == "human" and who is not None:
        return f"{who.name} has it; the assistant is silent"
    if thread.state == "needs_human" and thread.needs_human_reason:
        return f"Needs a person: {pages.in_words(thread.needs_human_reason)}"
    return STANDING[thread.state]


def pictures(message: Message) -> list[tuple[str, str]]:
    """What came with a text, as (address, what it is); nothing that is not on the web."""
    found = []
    for one in message.media:
        url = str(one.get("url", "")) if isinstance(one, dict) else str(one)
        kind = str(one.get("type", "")).partition("/")[0] if isinstance(one, dict) else ""
        if urlsplit(url).scheme in ("http", "https"):
            found.append((url, {"image": "Picture", "video": "Video", "audio": "Sound"}.get(kind, "Attachment")))
    return found


def instant(written: str | None) -> datetime | None:
    """A summary's instant, aware."""
    return datetime.fromisoformat(written) if written else None
