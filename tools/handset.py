"""What stands on somebody's phone, and what still waits: for whoever tries the business out in the sandbox."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from storage.context import Context
from storage.outbox import WAITING
from storage.tables import Conversation, Job, Message, Staff, Technician

SHOWN = 80  # texts on one phone
ELSEWHERE = 6
WAITS = 6
WORDS = {
    "turn": "Answer the texts",
    "send": "Send a text",
    "alert": "Wake the next person on call",
    "expire": "Give up a request nobody approved",
    "digest": "Morning summary for the owner",
    "silence": "See whether the line fell silent",
    "webhook": "Tell a webhook",
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Something that will happen when its time comes: what, and its instant."""

    what: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Handset:
    """One phone: its texts, oldest first; its thread with us, if any; what left to others, newest first, with whose
    phone it is; what waits, soonest first; whether an answer is being written. `mark` changes when any of it does."""

    texts: list[Message]
    thread_id: str | None
    elsewhere: list[tuple[str, Message]]
    waits: list[Waits]
    writing: bool
    mark: str


def of(ctx: Context, phone: str) -> Handset:
    """How the phone with this number (E.164) stands."""
    mine = (Message.org_id == ctx.org.id, Message.channel != "web")
    order = (Message.created_at.desc(), Message.id.desc())
    both = select(Message).where(*mine, or_(Message.from_phone == phone, Message.to_phone == phone))
    texts = list(reversed(list(ctx.session.scalars(both.order_by(*order).limit(SHOWN)))))
    out = select(Message).where(*mine, Message.direction == "out", Message.to_phone.is_not(None))
    others = list(ctx.session.scalars(out.where(Message.to_phone != phone).order_by(*order).limit(ELSEWHERE)))
    thread = (
        select(Conversation.id)
        .where(Conversation.org_id == ctx.org.id, Conversation.phone == phone, Conversation.channel == "sms")
        .order_by(Conversation.created_at.desc())
        .limit(1)
    )
    thread_id = ctx.session.scalars(thread).first()
    jobs = list(
        ctx.session.scalars(
            select(Job)
            .where(Job.org_id == ctx.org.id, Job.state.in_((*WAITING, "claimed")))
            .order_by(Job.due_at, Job.id)
            .limit(40)
        )
    )
    people = _people(ctx)
    waits = [Waits(_what(job), job.due_at) for job in jobs if job.due_at > ctx.now][:WAITS]
    stands = [(one.id, one.state) for one in (*texts, *others)] + [(one.what, one.due_at) for one in waits]
    return Handset(
        texts,
        thread_id,
        [(people.get(one.to_phone or "", one.to_phone or ""), one) for one in others],
        waits,
        any(job.topic == "turn" and job.subject_id == thread_id for job in jobs),
        hashlib.sha256(repr((stands, thread_id, [job.id for job in jobs])).encode()).hexdigest()[:16],
    )


def _people(ctx: Context) -> dict[str, str]:
    technicians = select(Technician.phone, Technician.name).where(Technician.org_id == ctx.org.id)
    staff = select(Staff.phone, Staff.name).where(Staff.org_id == ctx.org.id)
    rows = [*ctx.session.execute(staff), *ctx.session.execute(technicians)]
    return {phone: name for phone, name in rows if phone}


def _what(job: Job) -> str:
    kind = str(job.payload.get("kind", "")).replace("_", " ")
    return f"{kind.capitalize()} text" if job.topic == "remind" and kind else WORDS.get(job.topic, job.topic)
