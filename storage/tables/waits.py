"""The waiting list: who would come sooner, should a time come free."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Wait(Base):
    """One customer waiting for an earlier time of one service.

    `weekdays` (Monday 0) and `parts` (morning, afternoon, evening) say when they could; empty is any. The wait ends
    with the local day `until`, when it is taken back, or when a visit comes of it. `offered_start_at` is the one start
    offered to them at present, kept for them until `offered_until` by the hold of owner `id`.
    """

    __tablename__ = "waits"
    __table_args__ = (Index("ix_waits_org_id_service_id", "org_id", "service_id", "ended_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    weekdays: Mapped[list[int]] = mapped_column(default=list)
    parts: Mapped[list[str]] = mapped_column(default=list)
    until: Mapped[date]
    offers: Mapped[int] = mapped_column(default=0)
    offered_start_at: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]  # booked, withdrawn, expired
    created_at: Mapped[datetime]
