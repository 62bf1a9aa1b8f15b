"""The outbox: work put in the same transaction as its reason, claimed under a lease, settled once.

A job whose worker vanished, or whose send ended in silence, becomes `uncertain`, never straight back to `queued`: the
message may have left (Twilio's error 20500: a POST that sends is not idempotent). Its hand then looks before it sends
again. `due_at` and `expires_at` are compared with the business's clock, leases with the real one.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy import Integer, bindparam, or_, select, text, update
from sqlalchemy.orm import Session

from storage.context import Context
from storage.once import affected, insert_once, rows_once
from storage.tables import Base, Job, new_id

LEASE = timedelta(seconds=30)
PATIENCE = timedelta(seconds=30)  # how long past its time a job waits for an earlier one of its lane
UNIQUE = ("org_id", "dedupe_key")
WAITING = ("queued", "uncertain")
# As the partial indexes of `jobs` word it: SQLite does not use one for a condition with bound values.
IS_WAITING = text("jobs.state in ('queued', 'uncertain')")
IS_CLAIMED = text("jobs.state = 'claimed'")
IS_OPEN = text("earlier.lane is not null and earlier.state in ('queued', 'uncertain', 'claimed')")

# Composed once: composing one of these each time costs more than its answer.
JOBS = Base.metadata.tables["jobs"]
EARLIER = JOBS.alias("earlier")
NOW, REAL = bindparam("now", type_=JOBS.c.due_at.type), bindparam("real", type_=JOBS.c.due_at.type)
# An earlier job of the same lane that is under way, begun or due.
AHEAD = select(EARLIER.c.id).where(
    IS_OPEN,
    EARLIER.c.lane == JOBS.c.lane,
    EARLIER.c.created_at < JOBS.c.created_at,
    or_(EARLIER.c.state == "claimed", EARLIER.c.attempts > 0, EARLIER.c.due_at <= NOW),
)
# After PATIENCE it goes all the same, so that one text whose fate is unknown does not silence a whole thread.
ITS_TURN = or_(
    JOBS.c.lane.is_(None), JOBS.c.due_at > NOW, JOBS.c.due_at <= bindparam("patient", type_=NOW.type), ~AHEAD.exists()
)
OF_TOPICS = JOBS.c.topic.in_(bindparam("topics", expanding=True))
DUE = select(Job).where(IS_WAITING, JOBS.c.due_at <= NOW, OF_TOPICS, ITS_TURN).order_by(JOBS.c.due_at)
DUE = DUE.limit(bindparam("most", type_=Integer())).with_for_update(skip_locked=True)
NEXT_DUE = select(JOBS.c.due_at).where(IS_WAITING, OF_TOPICS, ITS_TURN).order_by(JOBS.c.due_at).limit(1)
IN_LANE = (
    select(EARLIER.c.id).where(IS_OPEN, EARLIER.c.lane == bindparam("lane"), EARLIER.c.id != bindparam("job")).limit(1)
)
LATE = select(JOBS.c.id).where(IS_CLAIMED, JOBS.c.lease_until < REAL).limit(1)
FREE = {"state": "uncertain", "owner": None, "lease_until": None}
FREE_LATE = update(JOBS).where(IS_CLAIMED, JOBS.c.lease_until < REAL).values(**FREE)
# Updates of a claimed job: they change nothing once its claim has passed to another.
OURS = update(JOBS).where(
    JOBS.c.id == bindparam("job"),
    JOBS.c.state == "claimed",
    JOBS.c.owner == bindparam("holder"),
    JOBS.c.attempts == bindparam("attempt", type_=Integer()),
)
BEGIN = OURS.values(looks=0)
SETTLE = OURS.values(
    state=bindparam("becomes"),
    reason=bindparam("why"),
    owner=None,
    lease_until=None,
    updated_at=bindparam("at"),
    due_at=bindparam("due"),
    looks=JOBS.c.looks + bindparam("looked", type_=Integer()),
)


class Terms(TypedDict, total=False):
    """When a job is due (aware), and what else holds for it: after `expires_at` it is skipped, not done late; jobs of
    one `lane` are done one after another, in the order they were `written_at` (now, unless told)."""

    due_at: Required[datetime]
    revision: int
    payload: dict[str, Any]
    expires_at: datetime | None
    lane: str | None
    written_at: datetime | None


def put(ctx: Context, topic: str, dedupe_key: str, subject: tuple[str, str], **terms: Unpack[Terms]) -> bool:
    """Queue one job for `subject` (kind, id); False when a job with this key already exists and nothing was added."""
    ctx.session.info["job_queued"] = True
    return insert_once(ctx.session, Job, list(UNIQUE), **job(ctx, topic, dedupe_key, subject, **terms))


def put_all(ctx: Context, jobs: Sequence[dict[str, Any]]) -> None:
    """Queue several jobs made by `job`, in one statement; those whose keys exist already change nothing."""
    if jobs:
        ctx.session.info["job_queued"] = True
        rows_once(ctx.session, Job, UNIQUE, jobs)


def job(ctx: Context, topic: str, dedupe_key: str, subject: tuple[str, str], **terms: Unpack[Terms]) -> dict[str, Any]:
    """The row of a job that is yet to be put; arguments as for `put`."""
    return {
        "id": new_id(),
        "org_id": ctx.org.id,
        "topic": topic,
        "dedupe_key": dedupe_key,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "lane": terms.get("lane"),
        "revision": terms.get("revision", 0),
        "payload": terms.get("payload", {}),
        "due_at": terms["due_at"],
        "expires_at": terms.get("expires_at"),
        "state": "queued",
        "attempts": 0,
        "looks": 0,
        "created_at": terms.get("written_at") or ctx.now,
        "updated_at": ctx.now,
    }


def postpone(ctx: Context, dedupe_key: str, due_at: datetime) -> bool:
    """Move a queued job to a new due time; False when there is no such job still queued."""
    session = ctx.session
    session.info["job_queued"] = True
    return (
        affected(
            session.execute(
                update(Job)
                .where(Job.org_id == ctx.org.id, Job.dedupe_key == dedupe_key, Job.state == "queued")
                .values(due_at=due_at, updated_at=ctx.now)
            )
        )
        == 1
    )


def supersede(ctx: Context, subject: tuple[str, str], reason: str, *, topics: Sequence[str] = ()) -> int:
    """Withdraw what still waits for `subject`; jobs already claimed are left to their hand's own last check."""
    wanted = [
        Job.org_id == ctx.org.id,
        Job.subject_kind == subject[0],
        Job.subject_id == subject[1],
        Job.state.in_(WAITING),
    ]
    if topics:
        wanted.append(Job.topic.in_(topics))
    return affected(
        ctx.session.execute(update(Job).where(*wanted).values(state="superseded", reason=reason, updated_at=ctx.now))
    )


def claim(session: Session, owner: str, now: datetime, *, topics: Iterable[str], limit: int) -> list[Job]:
    """Take up to `limit` due jobs under a lease of half a minute of real time, oldest due first.

    The commit of this unit is the record that precedes the send.
    """
    asked = {"now": now, "patient": now - PATIENCE, "topics": tuple(topics), "most": limit}
    jobs = list(session.scalars(DUE, asked))
    until = datetime.now(UTC) + LEASE  # leases live in real time, whatever the sandbox clock says
    for job in jobs:
        job.payload = {**job.payload, "was_uncertain": job.state == "uncertain"}
        job.state = "claimed"
        job.owner = owner
        job.lease_until = until
        job.attempts += 1
        job.started_at = job.started_at or now
        job.updated_at = now
    return jobs


def begin(session: Session, job: Job) -> bool:
    """Before an attempt: empty looks of earlier ones no longer count. False when the claim is no longer ours."""
    return affected(session.connection().execute(BEGIN, _claim_of(job))) == 1


def settle(
    session: Session,
    job: Job,
    state: str,
    now: datetime,
    *,
    reason: str | None = None,
    due_at: datetime | None = None,
    looked: bool = False,
) -> bool:
    """Write what became of a claimed job; False when the claim is no longer ours and nothing was written.

    `state` is sent, failed, skipped, or queued / uncertain with a new `due_at`; `looked` counts an empty look at the
    provider's list.
    """
    values = {"becomes": state, "why": reason, "at": now, "due": due_at or job.due_at, "looked": int(looked)}
    connection = session.connection()
    settled = affected(connection.execute(SETTLE, {**_claim_of(job), **values})) == 1
    if due_at is not None:
        session.info["job_queued"] = True
    if settled and job.lane is not None and connection.execute(IN_LANE, {"lane": job.lane, "job": job.id}).first():
        session.info["job_queued"] = True  # its turn may have come
    return settled


def next_due(session: Session, topics: Iterable[str], now: datetime) -> datetime | None:
    """When the next waiting job is due that no earlier one of its lane holds up; None when there is none."""
    asked = {"now": now, "patient": now - PATIENCE, "topics": tuple(topics)}
    due: datetime | None = session.connection().execute(NEXT_DUE, asked).scalar()
    return due


def lease_over(session: Session) -> bool:
    """Whether a claimed job's lease ran out."""
    return session.connection().execute(LATE, {"real": datetime.now(UTC)}).first() is not None


def free_late(session: Session) -> int:
    """Make uncertain what was claimed by a worker whose lease ran out."""
    return affected(session.connection().execute(FREE_LATE, {"real": datetime.now(UTC)}))


def free_claims(session: Session) -> int:
    """Make every claimed job uncertain at once: for the start of the only process that works on this database."""
    return affected(
        session.execute(
            update(Job).where(Job.state == "claimed").values(state="uncertain", owner=None, lease_until=None)
        )
    )


def _claim_of(job: Job) -> dict[str, Any]:
    return {"job": job.id, "holder": job.owner, "attempt": job.attempts}
