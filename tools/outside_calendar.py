"""The outside calendar: a visit of a service that is kept there stands there before it stands here (contract X4).

No transaction is open while the other side thinks. An act that needs it raises `Wanted` once our own calendar has said
yes; its unit is undone, the time is kept for it here, the other side is asked, and the act runs again and finds the
`Answer`. So a text, a sentence or a stored answer is only ever written beside a booking that stands in both. The job
put with the kept time outlives a crash: unless the act's own unit withdrew it, it sets the other side right.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import delete, select

from storage import outbox
from storage.context import Actor, Context
from storage.tables import Booking, BusyTime, CalcomAccount, Hold, Job, Service, new_id
from tools import cells, messages
from tools.holds import drop
from tools.problems import Problem

CALCOM = Actor("system", "Cal.com")
KEPT = timedelta(minutes=2)  # longer than anybody waits for an answer
SEEN_TO = timedelta(minutes=1)  # after that nobody is waiting any more, and the job looks what became of it
TOPIC = "outside"
DOWN = "The calendar this visit must stand in did not take the change."


@dataclass(frozen=True, slots=True)
class Wish:
    """What the outside calendar is asked for: a visit at `start`, in place of the booking `old_uid` there when it is a
    move. `customer` is name, email and phone for it."""

    service_id: str
    event_type_id: int
    technician_id: str
    start: datetime
    end: datetime
    zone: str
    customer: Mapping[str, str | None]
    booking_id: str | None = None
    old_uid: str | None = None
    old_technician: str | None = None
    old_start: datetime | None = None
    old_end: datetime | None = None

    @property
    def overlaps_itself(self) -> bool:
        """Whether a moved visit needs some of its own old time, which the other side would call taken."""
        return (
            self.old_start is not None
            and self.old_end is not None
            and (self.start < self.old_end and self.old_start < self.end)
        )

    def is_as(self, other: Self) -> bool:
        """Whether both ask for the same; who drives there is our business alone."""
        return (self.service_id, self.start, self.booking_id) == (other.service_id, other.start, other.booking_id)


class Wanted(Exception):
    """An act cannot go on before the outside calendar has answered this wish."""

    def __init__(self, wish: Wish) -> None:
        super().__init__("the outside calendar is asked first")
        self.wish = wish


@dataclass(slots=True)
class Answer:
    """What the outside calendar said to a wish: the booking there as `refs` (id, uid, event_type_id), empty where
    nothing leaves this machine; or that it `failed`. `used` is set by the act that built on it."""

    wish: Wish
    key: str
    refs: Mapping[str, Any]
    failed: Problem | None = None
    used: bool = False


def booked(
    ctx: Context, service: Service | None, technician_id: str, start: datetime, end: datetime, **customer: str | None
) -> dict[str, Any]:
    """The external references of a new visit whose time is taken here: none, unless its service is kept outside, too.

    `customer` is name, email and phone. Raises Wanted, and UPSTREAM_UNAVAILABLE when the other side failed.
    """
    if service is None or service.calcom_event_type_id is None:
        return {}
    wish = Wish(service.id, service.calcom_event_type_id, technician_id, start, end, ctx.org.timezone, customer)
    refs = _answered(ctx, wish)
    return {"calcom": refs} if refs else {}


def moved(ctx: Context, booking: Booking, technician_id: str, start: datetime, end: datetime) -> None:
    """Before a visit takes another time: the new time is secured outside, where the visit stands there, too.

    Raises Wanted, and UPSTREAM_UNAVAILABLE when the other side failed; the old time is then kept on both sides.
    """
    before = booking.external_refs.get("calcom")
    if before is None or start == booking.start_at or ctx.actor == CALCOM:
        return
    wish = Wish(
        service_id=booking.service_id or "",
        event_type_id=before["event_type_id"],
        technician_id=technician_id,
        start=start,
        end=end,
        zone=booking.timezone,
        customer={
            "name": booking.customer_name,
            "email": booking.customer_email,
            "phone": booking.customer_phone,
        },
        booking_id=booking.id,
        old_uid=before["uid"],
        old_technician=booking.technician_id,
        old_start=booking.start_at,
        old_end=booking.end_at,
    )
    refs = _answered(ctx, wish)
    if refs:
        booking.external_refs = {**booking.external_refs, "calcom": refs}


def cancelled(ctx: Context, booking: Booking) -> None:
    """A visit is cancelled here: a job cancels it outside, with retries, unless that is where it was cancelled."""
    refs = booking.external_refs.get("calcom")
    if refs is not None and ctx.actor != CALCOM:
        payload = {"kind": "cancel", "uid": refs["uid"], "booking_id": booking.id}
        outbox.put(ctx, TOPIC, f"outside:cancel:{refs['uid']}", (TOPIC, refs["uid"]), due_at=ctx.now, payload=payload)


def keep(ctx: Context, wish: Wish) -> str | None:
    """Keep the wished time here while the other side is asked; the key it is kept under, None when it is gone.

    A visit that moves has part of it already where the two times overlap.
    """
    key = new_id()
    expires_at = ctx.now + KEPT
    ctx.session.add(
        Hold(
            id=key,
            org_id=ctx.org.id,
            owner=_owner(key),
            service_id=wish.service_id,
            technician_id=wish.technician_id,
            start_at=wish.start,
            end_at=wish.end,
            expires_at=expires_at,
            created_at=ctx.now,
        )
    )
    spans = [(wish.start, wish.end)]
    if wish.overlaps_itself and wish.old_start and wish.old_end and wish.old_technician == wish.technician_id:
        spans = [(wish.start, min(wish.end, wish.old_start)), (max(wish.start, wish.old_end), wish.end)]
    try:
        for start, end in spans:
            if start < end:
                cells.take(ctx, key, wish.technician_id, start, end, expires_at=expires_at, fresh=True)
    except cells.Taken:
        withdraw(ctx, key)
        return None
    payload = {
        **{name: value for name, value in asdict(wish).items() if isinstance(value, str | int)},
        "kind": "move" if wish.booking_id else "book",
        "wish": key,
        "start": wish.start.isoformat(),
        "end": wish.end.isoformat(),
        "overlaps_itself": wish.overlaps_itself,
    }
    about = (TOPIC, wish.booking_id or key)
    outbox.put(ctx, TOPIC, f"outside:{key}", about, due_at=ctx.now + SEEN_TO, payload=payload)
    return key


def withdraw(ctx: Context, key: str) -> None:
    """Give back the time kept under `key`, if it still is."""
    drop(ctx, ctx.session.scalars(select(Hold).where(Hold.org_id == ctx.org.id, Hold.owner == _owner(key))).all())


def taken_there(ctx: Context, answer: Answer) -> None:
    """The other side says that somebody has that time: it is busy here, too, until the next pull knows better."""
    withdraw(ctx, answer.key)
    _settled(ctx, answer)
    wish = answer.wish
    ctx.session.add(
        BusyTime(
            org_id=ctx.org.id,
            technician_id=wish.technician_id,
            start_at=wish.start,
            end_at=wish.end,
            told_at=ctx.now,
        )
    )
    went(ctx, None)


def failed_there(ctx: Context, answer: Answer, error: str, *, clean: bool, stuck: bool) -> None:
    """The other side failed, in a word: the time here is free again, and the error is kept.

    `clean`: nothing can have changed there, so nobody need look again. `stuck`: a new booking stands there beside the
    old one and would not go away; the office must know now.
    """
    withdraw(ctx, answer.key)
    if clean:
        _settled(ctx, answer)
    if stuck:
        review(ctx, answer.wish.booking_id, "A move failed half way: the outside calendar shows the visit twice.")
    went(ctx, error)


def loose(ctx: Context, key: str) -> None:
    """The act did not use the answer: what was made outside is undone at once, by its job."""
    withdraw(ctx, key)
    outbox.postpone(ctx, f"outside:{key}", ctx.now)


def review(ctx: Context, booking_id: str | None, text: str) -> None:
    """Something for the office to look at: our calendar and the outside one may disagree."""
    visit = ctx.session.get(Booking, booking_id) if booking_id else None
    whose = visit.customer_id if visit else None
    about: dict[str, Any] = {"booking_id": booking_id, "customer_id": whose} if visit else {}
    messages.open_task(ctx, kind="needs_review", urgency="urgent", text=f"{text} Put it right there by hand.", **about)


def went(ctx: Context, error: str | None) -> None:
    """Keep how the last exchange with the outside calendar went: well, or the word for what failed."""
    account = ctx.session.get(CalcomAccount, ctx.org.id)
    if account is None:
        return
    if error is None:
        account.last_success_at = ctx.now
    else:
        account.last_error_at, account.last_error = ctx.now, error[:100]


def under_way(ctx: Context, booking_id: str) -> bool:
    """Whether a change of this visit is being settled with the outside calendar: its own echoes then say nothing."""
    open_job = select(Job.id).where(
        Job.org_id == ctx.org.id,
        Job.subject_kind == TOPIC,
        Job.subject_id == booking_id,
        Job.state.in_((*outbox.WAITING, "claimed")),
    )
    return ctx.session.scalars(open_job.limit(1)).first() is not None


def of_uid(ctx: Context, uid: str) -> Booking | None:
    """Our visit that stands outside under this uid; bookings long over are not looked through."""
    stands = Booking.external_refs["calcom"]["uid"].as_string() == uid
    recent = (Booking.org_id == ctx.org.id, Booking.start_at > ctx.now - timedelta(days=30))
    return ctx.session.scalars(select(Booking).where(*recent, stands)).first()


def forget_busy(ctx: Context, uid: str) -> bool:
    """Somebody else's booking outside is gone; whether it was known here."""
    gone = ctx.session.scalars(
        delete(BusyTime).where(BusyTime.org_id == ctx.org.id, BusyTime.uid == uid).returning(BusyTime.id)
    )
    return bool(gone.all())


def _answered(ctx: Context, wish: Wish) -> Mapping[str, Any]:
    answer: Answer | None = ctx.session.info.get("outside_answer")
    if answer is None or not answer.wish.is_as(wish):
        raise Wanted(wish)
    if answer.failed is not None:
        raise answer.failed
    answer.used = True
    _settled(ctx, answer)
    if answer.refs:
        went(ctx, None)
    return answer.refs


def _settled(ctx: Context, answer: Answer) -> None:
    outbox.supersede(ctx, (TOPIC, answer.wish.booking_id or answer.key), "settled")


def _owner(key: str) -> str:
    return f"outside:{key}"
