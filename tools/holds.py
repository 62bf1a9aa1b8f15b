"""Holds: a slot kept for a few minutes for whoever is thinking it over, in a conversation, on a call, in a program."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, select

from storage.asking import ask
from storage.context import Context
from storage.tables import Hold, Service, new_id
from tools import cells
from tools.diaries import read_diaries
from tools.fair_choice import fairest
from tools.problems import Problem
from tools.rules.calendar import Refusal
from tools.slots import refusal

RENEWALS = 2  # a hold cannot be renewed for ever
MOST = 10  # starts a credential keeps at a time
MINE = (Hold.org_id == bindparam("org"), Hold.owner == bindparam("owner"))
OWN, OWN_IDS = select(Hold).where(*MINE), select(Hold.id).where(*MINE)
KEPT = timedelta(days=1)  # dead holds stay that long, so that renewals can be counted


def hold(ctx: Context, service: Service, start: datetime, minutes: int = 10) -> Hold:
    """Keep one slot of `service` for `ctx.scope` (required) for `minutes`; hidden from others, never from its owner.

    In a conversation or call it replaces what was held before; a credential keeps `MOST`, and of those the ones it
    overlaps give way. Asking for the same slot again renews it, twice at most; after that the hold runs out. Raises
    RATE_LIMITED for one too many, and what `slots.decide` raises.
    """
    if ctx.scope is None:
        raise ValueError("a hold needs a conversation or a call")
    start = start.astimezone(UTC)
    day = start.astimezone(ctx.org.zone).date()
    diaries = read_diaries(ctx, service, day, day, lock=True)
    answer = diaries.calendar.decide(start)
    if isinstance(answer, Refusal):
        raise refusal(ctx, service, answer, start)
    own = _own(ctx)
    before = next((one for one in own if (one.service_id, one.start_at) == (service.id, start)), None)
    if before is not None and before.renewals >= RENEWALS:
        if before.expires_at > ctx.now:
            return before
        raise Problem("SLOT_UNAVAILABLE", "That time is open, but it cannot be kept any longer.", fix="Book it now.")
    renewals = before.renewals + 1 if before is not None else 0
    taker = fairest(ctx, diaries.people, answer.technicians, start)
    _check_room(ctx, [one for one in own if one is not before])
    give_way(ctx, service, taker, answer.start, answer.end)
    ctx.session.execute(delete(Hold).where(Hold.org_id == ctx.org.id, Hold.expires_at < ctx.now - KEPT))
    kept = Hold(
        id=new_id(),
        org_id=ctx.org.id,
        owner=ctx.scope,
        service_id=service.id,
        technician_id=taker,
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
    drop(ctx, _own(ctx))


def give_way(ctx: Context, service: Service | None, technician_id: str, start: datetime, end: datetime) -> None:
    """Give back what `ctx.scope` no longer needs once it has this time: everything, in a conversation or call; of a
    credential's starts this very one, and those that overlap it with the same technician."""
    own = _own(ctx)
    if _keeps_several(ctx):
        own = [
            one
            for one in own
            if (one.technician_id == technician_id and one.start_at < end and start < one.end_at)
            or (service is not None and (one.service_id, one.start_at) == (service.id, start))
        ]
    drop(ctx, own)


def drop(ctx: Context, kept: Iterable[Hold]) -> None:
    """Give these holds back."""
    for one in kept:
        cells.free(ctx, one.id)
        ctx.session.delete(one)
        ctx.session.flush()


def _keeps_several(ctx: Context) -> bool:
    """Whether the scope is a credential, which asks for many customers, and not one conversation or call."""
    return ctx.scope is not None and ctx.scope == ctx.actor.id


def _check_room(ctx: Context, others: Iterable[Hold]) -> None:
    live = sorted(one.expires_at for one in others if one.expires_at > ctx.now)
    if _keeps_several(ctx) and len(live) >= MOST:
        raise Problem(
            "RATE_LIMITED",
            f"This credential keeps {MOST} starts already.",
            fix="Book one or give one back, or wait for the seconds in Retry-After.",
            retry_after=int((live[0] - ctx.now).total_seconds()) + 1,
        )


def _own(ctx: Context) -> list[Hold]:
    mine = {"org": ctx.org.id, "owner": ctx.scope}
    if ctx.scope is None or not ask(ctx, OWN_IDS, **mine):  # hardly anybody does, and objects cost far more to ask for
        return []
    return list(ctx.session.scalars(OWN, mine))
