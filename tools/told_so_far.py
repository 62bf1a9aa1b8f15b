"""How far the texts about visits have come, as every door shows it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from storage.asking import ask
from storage.context import Context
from storage.tables import Booking, Customer, Job, Message
from tools import messages

SETTLED = {"superseded": "SUPERSEDED", "failed": "FAILED", "skipped": "SKIPPED"}
TOLD = {"sent": "SENT", "delivered": "DELIVERED", "failed": "FAILED", "skipped": "SKIPPED"}
JOBS = (
    select(Job.id, Job.subject_id, Job.dedupe_key, Job.state, Job.reason, Job.payload, Job.revision)
    .where(
        Job.org_id == bindparam("org"),
        Job.subject_kind == "booking",
        Job.subject_id.in_(bindparam("bookings", expanding=True)),
        Job.topic == "remind",
    )
    .order_by(Job.revision, Job.created_at, Job.due_at)
)
TEXTS = select(Message.id, Message.state, Message.reason).where(Message.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the texts about a visit have come, in capitals: QUEUED, SENT, DELIVERED, FAILED, SKIPPED, SUPERSEDED, or
    NONE when there never was one. The reason says why skipped or failed; offsets are minutes before the start.

    A visit that is off keeps the reminders it had, those that waited as SKIPPED."""

    confirmation_state: str
    confirmation_reason: str | None
    reminders: list[tuple[int, str]]


def standing(ctx: Context, booking: Booking) -> Standing:
    """How far the texts about one visit have come."""
    return standings(ctx, [booking])[booking.id]


def standings(ctx: Context, bookings: Sequence[Booking]) -> dict[str, Standing]:
    """How far the texts about these visits have come, by booking id, in a handful of queries."""
    ids = [booking.id for booking in bookings]
    jobs: dict[str, list[Any]] = {one: [] for one in ids}
    for job in ask(ctx, JOBS, org=ctx.org.id, bookings=ids):
        jobs[job.subject_id].append(job)
    told = {messages.id_for(ctx, job.dedupe_key): job.id for its in jobs.values() for job in its if job.state == "sent"}
    texts = {told[row.id]: (row.state, row.reason) for row in (ask(ctx, TEXTS, ids=list(told)) if told else ())}
    people = _customers(ctx, {booking.customer_id for booking in bookings})
    return {
        booking.id: _standing(ctx, booking, people[booking.customer_id], jobs[booking.id], texts)
        for booking in bookings
    }


def _customers(ctx: Context, ids: Collection[str]) -> dict[str, Customer]:
    """These customers by id; one alone is most likely in this unit's hands."""
    if len(ids) == 1:
        return {one: ctx.session.get_one(Customer, one) for one in ids}
    return {row.id: row for row in ctx.session.scalars(select(Customer).where(Customer.id.in_(ids)))}


def _standing(
    ctx: Context,
    booking: Booking,
    customer: Customer,
    jobs: Iterable[Any],
    texts: dict[str, tuple[str, str | None]],
) -> Standing:
    unreachable = messages.why_not(ctx, customer, customer.phone)
    states: list[tuple[str, int, int, str, str | None]] = []
    for job in jobs:
        state, reason = SETTLED.get(job.state, "QUEUED"), job.reason
        if job.id in texts:
            text_state, reason = texts[job.id]
            state = TOLD.get(text_state, "QUEUED")
        elif state == "QUEUED" and unreachable is not None:
            state, reason = "SKIPPED", unreachable
        states.append((str(job.payload["kind"]), job.payload["offset"], job.revision, state, reason))
    told = [one for one in states if one[0] in ("confirmation", "moved", "approved")]
    state, reason = told[-1][3:] if told else ("SKIPPED" if unreachable else "NONE", unreachable)
    reminders = [one for one in states if one[0] == "reminder"]
    told_of = booking.revision if booking.is_active else max((one[2] for one in reminders), default=booking.revision)
    return Standing(
        state,
        reason if state in ("SKIPPED", "FAILED") else None,
        [
            (offset, "SKIPPED" if its == "SUPERSEDED" and not booking.is_active else its)
            for _, offset, revision, its, _ in reminders
            if revision == told_of
        ],
    )
