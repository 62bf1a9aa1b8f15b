"""Holds: a slot kept for a few minutes for whoever is thinking it over in one conversation or call."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from storage.context import Context
from storage.tables import Hold, Service, new_id
from tools import cells
from tools.diaries import fairest, read_diaries
from tools.problems import Problem
from tools.rules.calendar import Refusal
from tools.slots import refusal

RENEWALS = 2  # a hold cannot be renewed for ever
KEPT = timedelta(days=1)  # dead holds stay that long, so that renewals can be counted


def hold(ctx: Context, service: Service, start: datetime, minutes: int = 10) -> Hold:
    """Keep one slot of `service` for `ctx.scope` (required) for `minutes`; hidden from others, never from its owner.

    It replaces what the scope held before. Asking for the same slot again renews it, twice at most; after that the hold
    runs out. Raises what `slots.decide` raises.
    """
    if ctx.scope is None:
        raise ValueError("a hold needs a conversation or a call")
    start = start.astimezone(UTC)
    day = start.astimezone(ctx.org.zone).date()
    diaries = read_diaries(ctx, service, day, day, lock=True)
    answer = diaries.calendar.decide(start)
    if isinstance(answer, Refusal):
        raise refusal(ctx, service, answer, start)
    before = next((one for one in _own(ctx) if (one.service_id, one.start_at) == (service.id, start)), None)
    if before is not None and before.renewals >= RENEWALS:
        if before.expires_at > ctx.now:
            return before
        raise Problem("SLOT_UNAVAILABLE", "That time is open, but it cannot be kept any longer.", fix="Book it now.")
    renewals = before.renewals + 1 if before is not None else 0
    release(ctx)
    ctx.session.execute(delete(Hold).where(Hold.org_id == ctx.org.id, Hold.expires_at < ctx.now - KEPT))
    kept = Hold(
        id=new_id(),
        org_id=ctx.org.id,
        owner=ctx.scope,
        service_id=service.id,
        technician_id=fairest(ctx, diaries.people, answer.technicians, start),
        start_at=answer.start,
        end_at=answer.end,
        buffer_before=service.buffer_before,
        buffer_after=service.buffer_after,
        renewals=renewals,
        expires_at=ctx.now + timedelta(minutes=minutes),
        created_at=ctx.now,
    )
    try:
        cells.take(ctx, kept.id, kept.technician_id, kept.start_at, kept.end_at, expires_at=kept.expires_at, fresh=True)
    except cells.Taken:
        raise refusal(ctx, service, Refusal("taken", day), start) from None
    ctx.session.add(kept)
    ctx.session.flush()
    return kept


def release(ctx: Context) -> None:
    """Give back whatever `ctx.scope` holds; nothing happens when it holds nothing."""
    for kept in _own(ctx):
        cells.free(ctx, kept.id)
        ctx.session.delete(kept)
        ctx.session.flush()


def _own(ctx: Context) -> list[Hold]:
    if ctx.scope is None:
        return []
    return list(ctx.session.scalars(select(Hold).where(Hold.org_id == ctx.org.id, Hold.owner == ctx.scope)))
