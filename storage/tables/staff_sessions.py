"""Who is signed in to the console, and which teams a member of staff belongs to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class StaffSession(Base):
    """One browser signed in to the console. Its cookie is stored hashed; instants are real time, whatever the sandbox
    clock says. `device` is how the browser calls itself."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_staff_sessions_token_hash"),
        Index("ix_staff_sessions_staff_id", "staff_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    token_hash: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class TeamStaff(Base):
    """A member of staff in a team: supervisors and agents see the work of their teams only (X25)."""

    __tablename__ = "team_staff"
    __table_args__ = (Index("ix_team_staff_staff_id", "staff_id"),)

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
