"""The people: technicians who drive out, customers who call, staff who answer for it all."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Technician(Base):
    """Someone whose hours are sold. `on_call` orders who is alerted first; null is never alerted.

    The database counts `diary_version` up whenever time of theirs is taken or given back (migration 0008).
    """

    __tablename__ = "technicians"
    __table_args__ = (
        Index("ix_technicians_org_id", "org_id"),
        Index("ix_technicians_calendar_token", "calendar_token", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str]
    phone: Mapped[str | None]
    template_id: Mapped[str | None] = mapped_column(ForeignKey("schedule_templates.id"))
    travel_minutes: Mapped[int] = mapped_column(default=0)
    on_call: Mapped[int | None]
    calendar_token: Mapped[str] = mapped_column(default=new_id)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    last_booked_at: Mapped[datetime | None]
    diary_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Team(Base):
    """A crew or a trade. `template_id` and `handoff_phone` (E.164) are its settings; services may point at it."""

    __tablename__ = "teams"
    __table_args__ = (Index("ix_teams_org_id", "org_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    template_id: Mapped[str | None] = mapped_column(ForeignKey("schedule_templates.id"))
    handoff_phone: Mapped[str | None]
    created_at: Mapped[datetime]


class TeamMember(Base):
    """A technician in a team; `on_call` orders who of the team is rung first, null is never rung."""

    __tablename__ = "team_members"

    team_id: Mapped[str] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technicians.id", ondelete="CASCADE"), primary_key=True)
    on_call: Mapped[int | None]


class Customer(Base):
    """A person known to one business by phone number (E.164). The same number at two businesses is two customers."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("org_id", "phone", name="uq_customers_org_id_phone"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    phone: Mapped[str | None]
    name: Mapped[str | None]
    email: Mapped[str | None]
    address: Mapped[str | None]
    postal_code: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en")
    opted_out_at: Mapped[datetime | None]
    landline: Mapped[bool] = mapped_column(default=False)
    protected: Mapped[str | None]  # family, supplier, staff: never texted back
    blocked: Mapped[bool] = mapped_column(default=False)
    tags: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ConsentEvent(Base):
    """Evidence: a number opted out or in, when, how, and by which message (47 CFR 64.1200(a)(10))."""

    __tablename__ = "consent_events"
    __table_args__ = (Index("ix_consent_events_org_id_phone", "org_id", "phone"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    phone: Mapped[str]
    event: Mapped[str]  # opted_out, opted_in
    source: Mapped[str]  # keyword, phrase, carrier, staff
    message_id: Mapped[str | None]
    at: Mapped[datetime]


class Staff(Base):
    """A person who signs in to the console: owner, admin, supervisor or agent.

    For `wrap_up_minutes` after a hand-off they took or finished, at `last_hand_off_at`, no alert rings them (SC-22).
    """

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("org_id", "email", name="uq_staff_org_id_email"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    email: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str | None]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="available")
    wrap_up_minutes: Mapped[int] = mapped_column(default=0)
    last_hand_off_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    def may_be_alerted(self, now: datetime) -> bool:
        """Whether a hand-off may ring them: there or on call, and not wrapping up their last (SC-21, SC-22)."""
        if self.status not in ("available", "on_call"):
            return False
        return self.last_hand_off_at is None or now >= self.last_hand_off_at + timedelta(minutes=self.wrap_up_minutes)
