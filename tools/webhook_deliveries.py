"""What becomes of a delivery: taken up in its turn, delivered, tried again, given up, or sent once more by hand."""

import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from storage import outbox
from storage.context import Context
from storage.tables import Job, WebhookDelivery, WebhookEndpoint
from tools.problems import Problem, not_found

# About 1 m, 5 m, 30 m, 2 h and 12 h after the try before (contract 2.12); then it is dead.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
JITTER = 0.2  # of the wait, on top of it
LONGEST = timedelta(days=1)  # no delivery is tried for longer
IN_FLIGHT = timedelta(seconds=2)  # the earlier event of a subject is on its way: look again then
GONE = 410


@dataclass(frozen=True, slots=True)
class Parcel:
    """One try about to leave. `sealed_secrets` sign it, the newest first; `body` goes out byte for byte."""

    url: str
    message_id: str
    body: bytes
    sealed_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: an HTTP status, or the word for why none did. `excerpt` is its first bytes, `retry_after` in
    seconds, and `kept` says that it never left because the sandbox sends nothing off the machine."""

    status: int | None = None
    error: str | None = None
    milliseconds: int = 0
    excerpt: str = ""
    retry_after: int | None = None
    kept: bool = False


def take_up(ctx: Context, job: Job) -> Parcel | None:
    """What this job should send now; None when it is settled or put off here.

    It is put off while an earlier event about the same subject waits for the same endpoint.
    """
    delivery = _of(ctx, job)
    if delivery is None or delivery.state != "queued":
        outbox.settle(ctx.session, job, "skipped", ctx.now, reason="removed" if delivery is None else delivery.state)
        return None
    endpoint = ctx.session.get_one(WebhookEndpoint, delivery.endpoint_id)
    if endpoint.disabled_at is not None:
        if outbox.settle(ctx.session, job, "failed", ctx.now, reason="disabled"):
            _finish(ctx, delivery, "dead", "disabled")
        return None
    earlier = _of_same_subject(ctx, delivery, before=True)
    if earlier is not None:
        due_at = max(earlier.due_at or ctx.now, ctx.now) + IN_FLIGHT
        outbox.settle(ctx.session, job, "queued", ctx.now, reason="in_turn", due_at=due_at)
        return None
    return Parcel(endpoint.url, delivery.message_id, delivery.body.encode(), tuple(endpoint.secrets_at(ctx.now)))


def settle(ctx: Context, job: Job, reply: Reply) -> None:
    """Write what became of a try: 2xx is delivered, 410 disables the endpoint, anything else is tried again later."""
    delivery = _of(ctx, job)
    if delivery is None:
        outbox.settle(ctx.session, job, "skipped", ctx.now, reason="removed")
        return
    good = reply.status is not None and 200 <= reply.status < 300
    error = None if good or reply.kept else reply.error or f"status_{reply.status}"
    tries = delivery.attempts + (0 if reply.kept else 1)
    last = good or reply.kept or reply.status == GONE or tries > len(WAITS)
    due_at = None if last else ctx.now + _wait(tries, reply.retry_after)
    state = "queued" if due_at is not None else "sent" if good else "skipped" if reply.kept else "failed"
    reason = "sandbox" if reply.kept else error
    if not outbox.settle(ctx.session, job, state, ctx.now, reason=reason, due_at=due_at):
        return
    delivery.attempts, delivery.due_at, delivery.last_error = tries, due_at, error
    delivery.last_status, delivery.milliseconds, delivery.reply = reply.status, reply.milliseconds, reply.excerpt
    if reply.status == GONE:
        endpoint = ctx.session.get_one(WebhookEndpoint, delivery.endpoint_id)
        endpoint.disabled_at, endpoint.disabled_reason = ctx.now, "gone"
    if last:
        _finish(ctx, delivery, "delivered" if good else "kept" if reply.kept else "dead", error)


def resend(ctx: Context, delivery: WebhookDelivery) -> None:
    """Send a finished delivery once more: the same id and body, from the first try on.

    Raises INVALID_TRANSITION while it still waits, and for a disabled endpoint.
    """
    if delivery.state == "queued":
        raise Problem("INVALID_TRANSITION", "The delivery still waits to be sent.", fix="Wait for its next try.")
    endpoint = ctx.session.get_one(WebhookEndpoint, delivery.endpoint_id)
    if endpoint.disabled_at is not None:
        raise Problem("INVALID_TRANSITION", "The endpoint is disabled.", fix="Send active true first.")
    delivery.state, delivery.attempts, delivery.due_at, delivery.finished_at = "queued", 0, ctx.now, None
    its = (Job.org_id == ctx.org.id, Job.subject_kind == "delivery", Job.subject_id == delivery.id)
    before = ctx.session.scalar(select(func.count()).select_from(Job).where(*its))
    outbox.put(ctx, "webhook", f"webhook:{delivery.id}:{before}", ("delivery", delivery.id), due_at=ctx.now)


def get(ctx: Context, delivery_id: str) -> WebhookDelivery:
    """One delivery of this business; raises NOT_FOUND."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.id == delivery_id, WebhookDelivery.org_id == ctx.org.id)
    return ctx.session.scalars(wanted).first() or not_found("delivery")


def log(
    ctx: Context, endpoint: WebhookEndpoint, *, offset: int, size: int, state: str | None = None
) -> tuple[list[WebhookDelivery], int]:
    """One page of an endpoint's deliveries, the newest first, and how many there are; `state` keeps those alone."""
    wanted = [WebhookDelivery.endpoint_id == endpoint.id]
    if state is not None:
        wanted.append(WebhookDelivery.state == state)
    total = ctx.session.scalar(select(func.count()).select_from(WebhookDelivery).where(*wanted)) or 0
    page = select(WebhookDelivery).where(*wanted).order_by(WebhookDelivery.number.desc()).offset(offset).limit(size)
    return list(ctx.session.scalars(page)), total


def _of(ctx: Context, job: Job) -> WebhookDelivery | None:
    return ctx.session.scalars(select(WebhookDelivery).where(WebhookDelivery.id == job.subject_id)).first()


def _wait(tries: int, retry_after: int | None) -> timedelta:
    """Jitter, so that what failed together does not come back together; a receiver may ask for longer."""
    usual = WAITS[tries - 1] * random.uniform(1, 1 + JITTER)
    return max(usual, min(timedelta(seconds=retry_after or 0), WAITS[-1]))


def _finish(ctx: Context, delivery: WebhookDelivery, state: str, error: str | None) -> None:
    delivery.state, delivery.due_at, delivery.finished_at, delivery.last_error = state, None, ctx.now, error
    ctx.session.flush()
    following = _of_same_subject(ctx, delivery, before=False)
    if following is not None:
        _wake(ctx, following)


def _of_same_subject(ctx: Context, delivery: WebhookDelivery, *, before: bool) -> WebhookDelivery | None:
    """The oldest delivery about the same subject that waits for the same endpoint, of those before or after this one.

    One older than `LONGEST` holds nobody up: its job was given up, or it is sent again by hand.
    """
    number = WebhookDelivery.number
    same = select(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == delivery.endpoint_id,
        WebhookDelivery.subject_kind == delivery.subject_kind,
        WebhookDelivery.subject_id == delivery.subject_id,
        WebhookDelivery.state == "queued",
        WebhookDelivery.created_at > ctx.now - LONGEST,
        number < delivery.number if before else number > delivery.number,
    )
    return ctx.session.scalars(same.order_by(number).limit(1)).first()


def _wake(ctx: Context, delivery: WebhookDelivery) -> None:
    """Its turn has come. When its own claim is open just now, that puts it off for seconds only."""
    waiting = select(Job.dedupe_key).where(
        Job.org_id == ctx.org.id,
        Job.subject_kind == "delivery",
        Job.subject_id == delivery.id,
        Job.state == "queued",
    )
    for dedupe_key in ctx.session.scalars(waiting):
        outbox.postpone(ctx, dedupe_key, ctx.now)
