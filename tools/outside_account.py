"""A business's account at its outside calendar: set up, taken out, and the time it says is taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from storage import listings, outbox
from storage.context import Context
from storage.tables import Booking, BusyTime, CalcomAccount, Service, Technician
from storage.tables.bookings import ACTIVE
from tools import audit, outside_calendar
from tools.problems import Problem, not_found
from tools.setup import setup_of

PULL = "outside_pull"
EVERY = timedelta(minutes=10)
AHEAD = timedelta(days=60)  # as far as most services are booked
Span = tuple[str | None, str | None, datetime, datetime]  # uid, the key of our wish, start, end


def get(ctx: Context) -> CalcomAccount | None:
    """The account, if there is one."""
    return ctx.session.get(CalcomAccount, ctx.org.id)


def kept_there(ctx: Context) -> dict[str, int]:
    """The services kept outside, too, by id, with their event types."""
    rows = ctx.session.execute(
        select(Service.id, Service.calcom_event_type_id).where(
            Service.org_id == ctx.org.id, Service.calcom_event_type_id.is_not(None)
        )
    )
    return {service: event_type for service, event_type in rows if event_type is not None}


def set_up(
    ctx: Context,
    services: Mapping[str, int],
    *,
    sealed_key: str | None,
    sealed_secret: str | None,
    technician_id: str | None,
) -> CalcomAccount:
    """Keep `services` (ids with event types) outside from now on; what is left out comes home. Visits stay as they are.

    A key or secret left out stays what it was. Raises MISSING_FIELDS for a first time without both, NOT_FOUND.
    """
    account = get(ctx)
    if account is None and (sealed_key is None or sealed_secret is None):
        missing = [name for name, given in (("api_key", sealed_key), ("webhook_secret", sealed_secret)) if not given]
        raise Problem("MISSING_FIELDS", "The account cannot be used like this.", fix="Send it.", fields=missing)
    if technician_id is not None and listings.one_of(ctx, Technician, technician_id) is None:
        not_found("technician")
    known = {one.id: one for one in ctx.session.scalars(select(Service).where(Service.org_id == ctx.org.id))}
    if not set(services) <= set(known):
        not_found("service")
    if account is None:
        account = CalcomAccount(org_id=ctx.org.id, created_at=ctx.now)
        ctx.session.add(account)
    account.sealed_key = sealed_key or account.sealed_key
    account.sealed_secret = sealed_secret or account.sealed_secret
    account.technician_id = technician_id
    for service in known.values():
        service.calcom_event_type_id = services.get(service.id)
    ctx.session.flush()
    audit.note(ctx, "calcom.set_up", "integration", "calcom", services=len(services))
    pull_at(ctx, ctx.now)
    return account


def take_out(ctx: Context) -> None:
    """Keep everything here alone again: account, event types and what was taken outside are forgotten."""
    ctx.session.execute(update(Service).where(Service.org_id == ctx.org.id).values(calcom_event_type_id=None))
    ctx.session.execute(delete(BusyTime).where(BusyTime.org_id == ctx.org.id))
    ctx.session.execute(delete(CalcomAccount).where(CalcomAccount.org_id == ctx.org.id))
    outbox.supersede(ctx, ("calcom", ctx.org.id), "taken_out")
    audit.note(ctx, "calcom.taken_out", "integration", "calcom")


def pull_at(ctx: Context, due: datetime) -> None:
    """Read what is taken outside at `due` (aware), and from then on every `EVERY`."""
    outbox.supersede(ctx, ("calcom", ctx.org.id), "sooner")
    number = f"{due.timestamp():.0f}:{ctx.now.timestamp():.0f}"
    if not outbox.put(ctx, PULL, f"calcom:pull:{number}", ("calcom", ctx.org.id), due_at=due):
        outbox.put(ctx, PULL, f"calcom:pull:{number}:again", ("calcom", ctx.org.id), due_at=due)


def whose(ctx: Context) -> list[str]:
    """The technicians whose time the outside calendar takes."""
    account = get(ctx)
    if account is not None and account.technician_id is not None:
        return [account.technician_id]
    setup = setup_of(ctx)
    backed = [service for service in setup.services if service.calcom_event_type_id is not None]
    return list(dict.fromkeys(person.id for service in backed for person in setup.able(service)))


def busy(ctx: Context, uid: str | None, start: datetime, end: datetime) -> None:
    """Take one span outside as taken here."""
    for technician in whose(ctx):
        ctx.session.add(
            BusyTime(org_id=ctx.org.id, technician_id=technician, uid=uid, start_at=start, end_at=end, told_at=ctx.now)
        )


def pulled(ctx: Context, spans: Sequence[Span], asked_at: datetime) -> None:
    """Everything that is taken outside, in place of what was known when it was `asked_at` (aware).

    Visits of ours that stand there are no busy time, nor are bookings made there for a wish of ours.
    """
    visits = ctx.session.execute(
        select(Booking.external_refs, Booking.start_at, Booking.end_at).where(
            Booking.org_id == ctx.org.id, Booking.end_at > ctx.now - EVERY, Booking.status.in_(ACTIVE)
        )
    )
    ours = [(refs["calcom"]["uid"], start, end) for refs, start, end in visits if "calcom" in refs]
    uids = {uid for uid, _, _ in ours}
    times = {(start, end) for _, start, end in ours}
    ctx.session.execute(delete(BusyTime).where(BusyTime.org_id == ctx.org.id, BusyTime.told_at <= asked_at))
    for uid, made_for, start, end in spans:
        # A connected calendar shows our own visits, too, with nothing but their times.
        if made_for is None and uid not in uids and (uid is not None or (start, end) not in times):
            busy(ctx, uid, start, end)
    account = get(ctx)
    if account is not None:
        account.pulled_at = ctx.now
    outside_calendar.went(ctx, None)
    ctx.session.flush()
