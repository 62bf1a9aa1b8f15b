"""Questions about work that is under way."""

from datetime import UTC, datetime

from sqlalchemy import select

from storage.context import Context
from storage.outbox import LEASE
from storage.tables import Job, new_id


def other_turn_runs(ctx: Context, job: Job) -> bool:
    """Whether another turn of the same conversation is being worked on under a live lease.

    Of two that were claimed at the same moment the older one goes first, so that they do not wait for each other.
    """
    others = ctx.session.scalars(
        select(Job).where(
            Job.org_id == ctx.org.id,
            Job.topic == "turn",
            Job.subject_id == job.subject_id,
            Job.state == "claimed",
            Job.id != job.id,
            Job.lease_until > datetime.now(UTC),
        )
    )
    return any((other.created_at, other.id) < (job.created_at, job.id) for other in others)


def taken(ctx: Context, topic: str, dedupe_key: str, subject: tuple[str, str], owner: str) -> Job:
    """A job that is claimed from the start, for work somebody waits for on the line: `owner` does it now, and should it
    vanish, a worker finds the job uncertain once the lease is over."""
    job = Job(
        id=new_id(),
        org_id=ctx.org.id,
        topic=topic,
        dedupe_key=dedupe_key,
        subject_kind=subject[0],
        subject_id=subject[1],
        lane=subject[1],
        payload={"was_uncertain": False},
        due_at=ctx.now,
        state="claimed",
        attempts=1,
        owner=owner,
        lease_until=datetime.now(UTC) + LEASE,
        started_at=ctx.now,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ctx.session.add(job)
    ctx.session.flush()
    return job
