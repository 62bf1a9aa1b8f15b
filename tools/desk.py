"""A thread on somebody's desk: everything that stands in it, in its order, and what that person says and does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.context import Context
from storage.tables import Conversation, Customer, Job, Message, Note, Staff, Task, ToolCall
from tools import conversations, messages
from tools.problems import Problem

SHOWN = 1000  # messages of one thread on one page
NOTE_LONGEST = 4000
REFUSED = ("opted_out", "blocked")
JUST_WROTE = timedelta(hours=1)  # who wrote within the hour is awake: an answer does not wait for the morning


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a thread in order of time: a message, an internal note, or the tools called between two messages."""

    id: str
    at: datetime
    message: Message | None = None
    note: Note | None = None
    calls: Sequence[ToolCall] = ()


def entries(ctx: Context, thread: Conversation, since: str | None = None) -> list[Item]:
    """A thread from its beginning, or from the message with the id `since` on; runs of tool calls are one entry."""
    said = conversations.read_thread(ctx, thread, limit=SHOWN)
    if since is not None:
        said = said[next((place for place, one in enumerate(said) if one.id == since), 0) :]
    start = said[0].created_at if said and since is not None else None
    notes = select(Note).where(Note.org_id == ctx.org.id, Note.conversation_id == thread.id)
    calls = select(ToolCall).where(ToolCall.org_id == ctx.org.id, ToolCall.scope == thread.id)
    if start is not None:
        notes, calls = notes.where(Note.created_at >= start), calls.where(ToolCall.created_at >= start)
    # A tool is called before the words that rest on it, often in the same instant.
    items = [(one.created_at, 0, Item(one.id, one.created_at, calls=(one,))) for one in ctx.session.scalars(calls)]
    items += [(one.created_at, 1, Item(one.id, one.created_at, message=one)) for one in said]
    items += [(one.created_at, 2, Item(one.id, one.created_at, note=one)) for one in ctx.session.scalars(notes)]
    together: list[Item] = []
    for _at, _kind, item in sorted(items, key=lambda one: one[:2]):
        if item.calls and together and together[-1].calls:
            together[-1] = Item(together[-1].id, together[-1].at, calls=(*together[-1].calls, *item.calls))
        else:
            together.append(item)
    return together


def reply(ctx: Context, thread: Conversation, staff: Staff, body: str, once: str) -> Message:
    """A person answers: the text goes out, and the assistant is silent until somebody resumes it (contract 2.8).

    `once` names this one answer: sent twice it is one text. Raises MISSING_FIELDS for no words, OPTED_OUT for who asked
    for none, INVALID_TRANSITION for a closed thread and INVALID_PHONE for a phone call or a thread without a number.
    """
    if not body.strip():
        raise Problem("MISSING_FIELDS", "Please write something first.", fix="Send body.")
    if thread.state == "closed":
        raise Problem(
            "INVALID_TRANSITION", "The conversation is closed.", fix="The customer's next text opens a new one."
        )
    customer = ctx.session.get(Customer, thread.customer_id) if thread.customer_id else None
    to = customer or thread.phone or ("" if thread.channel == "web" else None)
    if to is None or thread.channel == "voice":
        raise Problem("INVALID_PHONE", "Nothing can be written here.", fix="Call them, or answer where it was started.")
    conversations.take_over(ctx, thread, staff)
    message = messages.say(
        ctx,
        to=to,
        body=body,
        kind="staff",
        conversation=thread,
        dedupe_key=f"staff:{thread.id}:{once}",
        exempt_quiet=thread.last_inbound_at is not None and ctx.now - thread.last_inbound_at < JUST_WROTE,
    )
    if message.reason in REFUSED:
        raise Problem("OPTED_OUT", "This person asked for no messages.", fix="Call them instead.")
    return message


def answerable(thread: Conversation) -> bool:
    """Whether something can be written to the customer here: an open thread that is no phone call."""
    return thread.state != "closed" and (thread.channel == "web" or (thread.channel != "voice" and bool(thread.phone)))


def leaves_at(ctx: Context, message: Message) -> datetime | None:
    """When an answer leaves that waits for the customer's morning; None for one that leaves now or never."""
    job = select(Job.due_at).where(Job.org_id == ctx.org.id, Job.dedupe_key == f"send:{message.id}")
    due = ctx.session.scalars(job).first()
    return due if due is not None and due > ctx.now else None


def write_note(ctx: Context, thread: Conversation, body: str, once: str) -> Note:
    """Something for the office's own eyes; `once` names this one note. Raises MISSING_FIELDS for no words."""
    if not body.strip():
        raise Problem("MISSING_FIELDS", "Please write something first.", fix="Send body.")
    note_id = messages.id_for(ctx, f"note:{thread.id}:{once}")
    found = ctx.session.get(Note, note_id)
    if found is None:
        found = Note(
            id=note_id,
            org_id=ctx.org.id,
            conversation_id=thread.id,
            author=ctx.actor.name,
            body=body.strip()[:NOTE_LONGEST],
            created_at=ctx.now,
        )
        ctx.session.add(found)
        ctx.session.flush()
    return found


def open_tasks(ctx: Context, thread: Conversation) -> list[Task]:
    """What the office still has to do about a thread, oldest first."""
    waiting = select(Task).where(Task.org_id == ctx.org.id, Task.conversation_id == thread.id, Task.done_at.is_(None))
    return list(ctx.session.scalars(waiting.order_by(Task.created_at, Task.id)))


def colleagues(ctx: Context) -> list[Staff]:
    """Everybody a thread can be given to, by name."""
    rows = select(Staff).where(Staff.org_id == ctx.org.id, Staff.active)
    return list(ctx.session.scalars(rows.order_by(Staff.name, Staff.id)))
