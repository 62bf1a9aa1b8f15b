"""The worker's hands for the outside calendar: cancel there, see to what nobody saw the end of, read what is taken."""

from datetime import datetime, timedelta
from functools import partial

from api import calcom, sealing
from api.calcom import Calendar, Reply
from api.deps import House
from api.worker import for_job
from storage import outbox
from storage.context import Context
from storage.tables import Job
from tools import outside_account, outside_calendar

SECONDS = 8.0  # for one request; nobody waits
WAITS = (5, 30, 120, 600, 1800)  # seconds before another try; then the office gets a task
TEXTS = {
    "cancel": "A cancelled visit still stands in the outside calendar.",
    "book": "A visit that was not booked may stand in the outside calendar.",
    "move": "A move that did not happen may have changed the outside calendar.",
}
SURE = ("ok", "gone")


async def settle(house: House, job: Job) -> None:
    """The hand for `outside`: a cancellation, or a wish whose act never came to its end."""
    calendar = await _calendar(house, job)
    if calendar is None:
        return
    done = await (_cancelled if job.payload["kind"] == "cancel" else _undone)(house, job, calendar)

    def end(ctx: Context) -> None:
        if done.kind == "ok":
            outside_calendar.went(ctx, None)
            outbox.settle(ctx.session, job, "sent", ctx.now)
        elif done.kind == "changed":
            outside_calendar.review(ctx, job.payload.get("booking_id"), TEXTS[job.payload["kind"]])
            outbox.settle(ctx.session, job, "failed", ctx.now, reason="changed")
        else:
            _again(ctx, job, done.error or done.kind)

    await for_job(house, job, end)


async def pull(house: House, job: Job) -> None:
    """The hand for `outside_pull`: what is taken there becomes taken here. When it cannot be read, all stays taken."""
    calendar = await _calendar(house, job)
    if calendar is None:
        return
    asked_at = house.clock.now()
    until = asked_at + outside_account.AHEAD
    zone = await for_job(house, job, lambda ctx: ctx.org.timezone)
    bookings = await calendar.listed(asked_at - outside_account.EVERY, until, SECONDS)
    taken = await calendar.busy(asked_at, until, zone, SECONDS) if bookings.kind == "ok" else bookings

    def end(ctx: Context) -> None:
        if taken.kind == "ok":
            spans = calcom.spans(bookings.data) + [(None, None, start, end) for start, end in taken.data]
            outside_account.pulled(ctx, spans, asked_at)
            outbox.settle(ctx.session, job, "sent", ctx.now)
        else:
            outside_calendar.went(ctx, taken.error or taken.kind)
            outbox.settle(ctx.session, job, "failed", ctx.now, reason=taken.error)
        outside_account.pull_at(ctx, ctx.now + outside_account.EVERY)

    await for_job(house, job, end)


async def _cancelled(_house: House, job: Job, calendar: Calendar) -> Reply:
    return await calendar.cancel(job.payload["uid"], SECONDS)


async def _undone(house: House, job: Job, calendar: Calendar) -> Reply:
    """A wish nobody saw to its end: what was made for it goes, unless a visit of ours stands on it after all."""
    wish = job.payload
    start, end = datetime.fromisoformat(wish["start"]), datetime.fromisoformat(wish["end"])
    await for_job(house, job, lambda ctx: outside_calendar.withdraw(ctx, wish["wish"]))
    listed = await calendar.listed(start - timedelta(hours=1), end + timedelta(hours=24), SECONDS)
    if listed.kind != "ok":
        return listed
    for uid, made_for, _start, _end in calcom.spans(listed.data):
        if made_for == wish["wish"]:
            if await for_job(house, job, partial(outside_calendar.of_uid, uid=uid)) is not None:
                return Reply("ok")
            gone = await calendar.cancel(uid, SECONDS)
            if gone.kind != "ok":
                return gone
    if "old_uid" not in wish:
        return Reply("ok")
    old = await calendar.find(wish["old_uid"], SECONDS)
    if old.kind not in SURE:
        return old
    return Reply("ok" if old.kind == "ok" and old.data["status"] != "cancelled" else "changed")


async def _calendar(house: House, job: Job) -> Calendar | None:
    """The account's calendar; None when there is none to ask, and the job is settled."""

    def ask(ctx: Context) -> str | None:
        account = outside_account.get(ctx)
        opened = sealing.unseal(house.settings.secret_key, account.sealed_key) if account else None
        if opened is None or not calcom.may_leave(house.settings):
            why = "key_unreadable" if account and opened is None else "kept"
            outbox.settle(ctx.session, job, "skipped", ctx.now, reason=why)
            return None
        return opened

    key = await for_job(house, job, ask)
    return None if key is None else Calendar(calcom.connections(house.settings), key)


def _again(ctx: Context, job: Job, error: str) -> None:
    outside_calendar.went(ctx, error)
    if job.attempts <= len(WAITS):
        due = ctx.now + timedelta(seconds=WAITS[job.attempts - 1])
        outbox.settle(ctx.session, job, "queued", ctx.now, reason=error, due_at=due)
    elif outbox.settle(ctx.session, job, "failed", ctx.now, reason=error):
        outside_calendar.review(ctx, job.payload.get("booking_id"), TEXTS[job.payload["kind"]])
