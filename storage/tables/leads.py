"""A lead: one customer's wish for work, from the first ring to won or lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id

STATUSES = ("new", "active", "booked", "won", "lost")
OPEN = ("new", "active", "booked")
KEEP_LOST = ("opted_out", "spam", "blocked")


class Lead(Base):
    """Status is one of `STATUSES`; won and lost are terminal and stop automation (contract 2.1)."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_org_id_customer_id", "org_id", "customer_id"),
        Index("ix_leads_org_id_status", "org_id", "status"),
        Index("ix_leads_service_id", "service_id", "id"),
        Index("ix_leads_waiting", "org_id", sqlite_where=text("waitlist = 1"), postgresql_where=text("waitlist")),
        Index("ix_leads_org_id_created_at", "org_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[str] = mapped_column(default="new")
    lost_reason: Mapped[str | None]
    source: Mapped[str]  # MISSED_CALL, SMS, VOICE, API, CONSOLE, WEB
    channel: Mapped[str] = mapped_column(default="api")
    entry_point_id: Mapped[str | None]  # the way in they first came by; no foreign key: ways in go, leads stay
    service_id: Mapped[str | None] = mapped_column(ForeignKey("services.id"))
    issue: Mapped[str | None]
    urgency: Mapped[str] = mapped_column(default="routine")
    priority: Mapped[str | None]
    worth_cents: Mapped[int | None]
    notes: Mapped[str] = mapped_column(default="")
    organization: Mapped[str | None]
    location: Mapped[str | None]
    waitlist: Mapped[bool] = mapped_column(default=False)  # wants an earlier time, should one come free
    booked_at: Mapped[datetime | None]
    won_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def is_open(self) -> bool:
        """Whether automation may still work on it."""
        return self.status in OPEN

    @property
    def may_reopen(self) -> bool:
        """Whether a text from the customer brings a lost lead back (contract 2.1)."""
        return self.status == "lost" and self.lost_reason not in KEEP_LOST


class LeadEvent(Base):
    """The lead's timeline: what happened, who did it, when."""

    __tablename__ = "lead_events"
    __table_args__ = (
        Index("ix_lead_events_lead_id", "lead_id"),
        Index("ix_lead_events_org_id_at", "org_id", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    lead_id: Mapped[str] = mapped_column(ForeignKey("leads.id"))
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    event: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
