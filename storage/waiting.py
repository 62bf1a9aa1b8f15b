"""Questions about work that is under way."""

from datetime import UTC, datetime

from sqlalchemy import select

from storage.context import Context
from storage.tables import Job


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
