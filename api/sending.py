"""The worker's hands for what leaves us: texts, reminders, alerts, and requests nobody answered.

A text is recorded, claimed, sent once, and settled. After a silence it is looked for before it is ever sent again
(reference: Twilio's error 20500); the claim's commit is the record that precedes the send.
"""

import logging
import random
import secrets
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from api.carrier import WHOLE_SECONDS, Outcome, Outgoing, Sender, sender_for
from api.deps import House
from api.worker import for_job
from storage import outbox
from storage.context import Context
from storage.tables import Booking, Customer, Job, Message, Task
from tools import booking as bookings
from tools import digest as night
from tools import handoff, messages, receipts, reminders, textback, waiting_list
from tools import silence as silences

log = logging.getLogger("ringback")

SPARE = 4.0  # seconds of the lease that must be left when a send has taken its longest
LOOKS = 3
LOOK_AGAIN = (15, 30)  # seconds between looks: the provider's list lags behind what it accepted
LOOK_FAILED = 60
LIST_SKEW = timedelta(minutes=2)
WAITS = (2, 10, 60, 300, 900)  # seconds before the next try of a text nobody took
TRIES = 40  # of a text nobody took: about nine hours
STOPPED_WAIT = 600
ABOUT_A_VISIT = ("confirmation", "reminder", "moved", "approved", "cancelled", "expired", "no_show", "running_late")


async def send(house: House, job: Job) -> None:
    """Send one text: check again that it may go, then hand it to the carrier, or keep it in the sandbox."""
    assert job.lease_until is not None
    left = (job.lease_until - datetime.now(UTC)).total_seconds()
    before = time.monotonic() + left - WHOLE_SECONDS - SPARE
    sender = sender_for(house.settings)
    if sender is None:
        await for_job(house, job, lambda ctx: _keep(ctx, job))
        return
    if job.payload.get("was_uncertain") and not await _may_send_again(house, sender, job):
        return
    text = await for_job(house, job, lambda ctx: _checked(ctx, job))
    if text is None:
        return
    outcome = await sender.send(text, before=before)
    await for_job(house, job, lambda ctx: _settle(ctx, job, outcome))


async def remind(house: House, job: Job) -> None:
    """Write the text a visit is due, if it still holds."""
    public_url = house.settings.public_url

    def unit(ctx: Context) -> None:
        reason = reminders.remind(ctx, job, public_url)
        outbox.settle(ctx.session, job, "skipped" if reason else "sent", ctx.now, reason=reason)

    await for_job(house, job, unit)


async def alert(house: House, job: Job) -> None:
    """Wake the next person on call."""
    step, words = int(job.payload["step"]), str(job.payload["words"])

    def unit(ctx: Context) -> None:
        task = ctx.session.get_one(Task, job.subject_id)
        reason = handoff.alert(ctx, task, step, words)
        outbox.settle(ctx.session, job, "skipped" if reason else "sent", ctx.now, reason=reason)

    await for_job(house, job, unit)


async def digest(house: House, job: Job) -> None:
    """Tell the owner what the night brought, as the business opens."""
    public_url = house.settings.public_url

    def unit(ctx: Context) -> None:
        reason = night.send(ctx, public_url)
        outbox.settle(ctx.session, job, "skipped" if reason else "sent", ctx.now, reason=reason)

    await for_job(house, job, unit)


async def silence(house: House, job: Job) -> None:
    """See whether the line has been silent for too long."""
    since, public_url = datetime.fromisoformat(job.payload["since"]), house.settings.public_url

    def unit(ctx: Context) -> None:
        reason = silences.look(ctx, since, public_url)
        outbox.settle(ctx.session, job, "skipped" if reason else "sent", ctx.now, reason=reason)

    await for_job(house, job, unit)


async def opening(house: House, job: Job) -> None:
    """Offer a start that came free to whoever waits for one."""
    start = datetime.fromisoformat(job.payload["start"])
    asked = [job.payload["lead_id"], *job.payload.get("asked", ())]  # an older release put none

    def unit(ctx: Context) -> None:
        told = waiting_list.offer(ctx, start, asked, job.dedupe_key)
        if isinstance(told, datetime):
            outbox.settle(ctx.session, job, "queued", ctx.now, reason="quiet_hours", due_at=told)
        else:
            outbox.settle(ctx.session, job, "skipped" if told else "sent", ctx.now, reason=told)

    await for_job(house, job, unit)


async def expire(house: House, job: Job) -> None:
    """Free the slot of a requested visit the office did not answer in time."""

    def unit(ctx: Context) -> None:
        booking = ctx.session.get_one(Booking, job.subject_id)
        waiting = booking.status == "pending" and (booking.expires_at is None or booking.expires_at <= ctx.now)
        if waiting:
            bookings.expire(ctx, booking)
        outbox.settle(
            ctx.session, job, "sent" if waiting else "skipped", ctx.now, reason=None if waiting else "answered"
        )

    await for_job(house, job, unit)


def _keep(ctx: Context, job: Job) -> None:
    """The sandbox: the text counts as sent, and stays here."""
    if _checked(ctx, job) is None:
        return
    if outbox.settle(ctx.session, job, "sent", ctx.now):
        message = ctx.session.get_one(Message, job.subject_id)
        receipts.accepted(ctx, message, f"SB{secrets.token_hex(16)}")


def _checked(ctx: Context, job: Job) -> Outgoing | None:
    """The text, when it may still go; else its job is settled with the reason (contract 2.12, re-check at send).

    Nothing when the claim went to another while this hand was held up: the text is the other's to send.
    """
    message = ctx.session.get_one(Message, job.subject_id)
    reason = _why_not(ctx, job, message)
    if reason is not None:
        if outbox.settle(ctx.session, job, "skipped", ctx.now, reason=reason) and message.provider_id is None:
            message.state, message.reason = "skipped", reason
        return None
    if message.kind == "text_back":
        textback.reword(ctx, message)
    if not receipts.leaving(ctx, message, job):
        return None
    assert message.to_phone is not None
    assert message.from_phone is not None
    return Outgoing(message.id, message.to_phone, message.from_phone, message.body, message.channel)


def _why_not(ctx: Context, job: Job, message: Message) -> str | None:
    if message.provider_id is not None:
        return "sent already"
    if message.state not in ("queued", "sending", "uncertain"):
        return message.reason or message.state
    if job.expires_at is not None and ctx.now > job.expires_at:
        return "expired"
    customer = ctx.session.get(Customer, message.customer_id) if message.customer_id else None
    reason = messages.why_not(ctx, customer, message.to_phone, channel=message.channel)
    if reason is None and message.booking_id is not None and message.kind in ABOUT_A_VISIT:
        booking = ctx.session.get_one(Booking, message.booking_id)
        reason = reminders.why_stale(ctx, booking, message.kind, job.revision)
    return reason


async def _may_send_again(house: House, sender: Sender, job: Job) -> bool:
    """After a silence: adopt what the carrier already has; only after enough empty looks may it be sent again.

    A text that was only claimed, by a worker that died before it sent, goes at once.
    """
    text = await house.db.read(lambda session: _outgoing(session, job))
    if text is None:
        return True
    # The carrier's clock is the real one, whatever the business's says: measure back from now.
    since = datetime.now(UTC) - (house.clock.now() - (job.started_at or job.created_at)) - LIST_SKEW
    found = await sender.find(text, since)
    return await for_job(house, job, lambda ctx: _looked(ctx, job, found))


def _outgoing(session: Session, job: Job) -> Outgoing | None:
    message = session.get_one(Message, job.subject_id)
    decided = message.provider_id is not None or receipts.never_left(message)
    if decided or message.to_phone is None or message.from_phone is None:
        return None
    return Outgoing(message.id, message.to_phone, message.from_phone, message.body, message.channel)


def _looked(ctx: Context, job: Job, found: list[str] | None) -> bool:
    message = ctx.session.get_one(Message, job.subject_id)
    if message.provider_id is not None:  # a receipt came while we looked
        outbox.settle(ctx.session, job, "sent", ctx.now)
        return False
    ours = [sid for sid in found or () if receipts.find(ctx, None, sid) is None][receipts.twins_before(ctx, message) :]
    if ours:
        if outbox.settle(ctx.session, job, "sent", ctx.now):
            receipts.taken(ctx, message, ours[0])
        return False
    if found is None:
        wait = timedelta(seconds=LOOK_FAILED)
    elif job.looks + 1 < LOOKS:
        wait = timedelta(seconds=LOOK_AGAIN[job.looks])
    else:
        return True
    outbox.settle(ctx.session, job, "uncertain", ctx.now, due_at=ctx.now + wait, looked=found is not None)
    return False


def _settle(ctx: Context, job: Job, outcome: Outcome) -> None:
    message = ctx.session.get_one(Message, job.subject_id)
    if message.provider_id is not None or outcome.kind == "accepted":
        # Even when the claim is no longer ours: what was taken must not be sent again by whoever has it now.
        record = receipts.taken if outbox.settle(ctx.session, job, "sent", ctx.now) else receipts.accepted
        record(ctx, message, message.provider_id or outcome.provider_id or "")
    elif outcome.kind == "unknown":
        wait = timedelta(seconds=LOOK_AGAIN[0])
        if outbox.settle(ctx.session, job, "uncertain", ctx.now, reason=outcome.code, due_at=ctx.now + wait):
            message.state, message.error_code = "uncertain", outcome.code
    elif outcome.kind == "refused" or job.attempts >= TRIES:
        if outbox.settle(ctx.session, job, "failed", ctx.now, reason=outcome.code):
            receipts.not_delivered(ctx, message, outcome.code or "")
    else:
        _try_later(ctx, job, message, outcome)


def _try_later(ctx: Context, job: Job, message: Message, outcome: Outcome) -> None:
    """Nothing was taken: wait, with jitter so that a queue does not come back all at once."""
    seconds = float(outcome.retry_after or WAITS[min(job.attempts, len(WAITS)) - 1])
    if outcome.kind == "stopped":
        seconds = STOPPED_WAIT
        log.error("twilio refuses our account: code=%s", outcome.code)
        messages.open_task(
            ctx,
            kind="sending_stopped",
            urgency="urgent",
            text=f"No texts can be sent: the carrier refuses the account ({outcome.code}). Run 'ringback doctor'.",
        )
    due_at = ctx.now + timedelta(seconds=seconds * random.uniform(1, 1.25))
    if outbox.settle(ctx.session, job, "queued", ctx.now, reason=outcome.code, due_at=due_at):
        message.state = "queued"
