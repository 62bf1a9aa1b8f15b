"""How the machine stands, across businesses: work that is late, and how much there is of everything."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import Booking, Call, Job, Message


def overdue_seconds(session: Session, now: datetime) -> int:
    """How many seconds the oldest waiting job is late; 0 when none is."""
    oldest = session.scalars(
        select(Job.due_at).where(Job.state.in_(("queued", "uncertain"))).order_by(Job.due_at).limit(1)
    ).first()
    return 0 if oldest is None else max(0, int((now - oldest).total_seconds()))


def counts(session: Session) -> list[str]:
    """Rows by state, as lines of the Prometheus text format."""
    lines = []
    for name, column in (
        ("ringback_jobs", Job.state),
        ("ringback_messages", Message.state),
        ("ringback_bookings", Booking.status),
        ("ringback_calls", Call.status),
    ):
        lines.append(f"# TYPE {name} gauge")
        rows = session.execute(select(column, func.count()).group_by(column)).all()
        lines.extend(f'{name}{{state="{state}"}} {count}' for state, count in rows)
    return lines
