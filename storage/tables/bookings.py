"""Bookings, their history, and the cells of time they hold."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id

STATUSES = ("pending", "confirmed", "rescheduled", "late", "completed", "no_show", "cancelled")
ACTIVE = ("pending", "confirmed", "rescheduled", "late")
IS_ACTIVE = text(f"bookings.status in {ACTIVE}")  # an IN of bound values is composed anew every time
CELL_SECONDS = 300
CORRECTION_DAYS = 7


class Booking(Base):
    """One visit. Instants are UTC; `timezone` is the service location's. Only an ACTIVE booking holds cells.

    `revision` goes up with every change of time or cancellation, so that messages written for an older one are
    dropped. Buffers are frozen at booking: a changed service does not move existing visits.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        Index("ix_bookings_org_id_start_at", "org_id", "start_at"),
        Index("ix_bookings_technician_id_end_at", "technician_id", "end_at"),
        Index("ix_bookings_customer_id_start_at", "customer_id", "start_at"),
        Index("ix_bookings_service_id_start_at", "service_id", "start_at"),
        Index("ix_bookings_lead_id", "lead_id"),
        Index("ix_bookings_status_expires_at", "status", "expires_at"),
        CheckConstraint("end_at > start_at", name="span"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    lead_id: Mapped[str] = mapped_column(ForeignKey("leads.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    service_id: Mapped[str | None] = mapped_column(ForeignKey("services.id"))
    service_label: Mapped[str]
    unmatched: Mapped[bool] = mapped_column(default=False)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technicians.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    timezone: Mapped[str]
    status: Mapped[str]
    revision: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None]
    customer_name: Mapped[str | None]
    customer_phone: Mapped[str | None]
    customer_email: Mapped[str | None]
    address: Mapped[str | None]
    postal_code: Mapped[str | None]
    notes: Mapped[str | None]
    urgency: Mapped[str] = mapped_column(default="routine")
    attendees: Mapped[list[Any]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    external_refs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    meeting_url: Mapped[str | None]
    fee_cents: Mapped[int | None]
    channel: Mapped[str]
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    credential_id: Mapped[str | None]
    call_id: Mapped[str | None]
    reschedule_count: Mapped[int] = mapped_column(default=0)
    previous_start_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    management_token: Mapped[str] = mapped_column(unique=True, default=new_id)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def is_active(self) -> bool:
        """Whether it holds its time, gets reminders and can be moved or cancelled (contract 2.1)."""
        return self.status in ACTIVE

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the service location."""
        return ZoneInfo(self.timezone)

    @property
    def local_start(self) -> datetime:
        """The start on the wall clock at the service location."""
        return self.start_at.astimezone(self.zone)

    @property
    def local_end(self) -> datetime:
        """The end on the wall clock at the service location."""
        return self.end_at.astimezone(self.zone)

    @property
    def minutes(self) -> int:
        """How long the visit takes, in elapsed minutes."""
        return int((self.end_at - self.start_at).total_seconds()) // 60

    @property
    def management_expires_at(self) -> datetime:
        """When the manage link stops working: 24 hours after the end (TP-05)."""
        return self.end_at + timedelta(hours=24)

    def may_become(self, status: str, now: datetime, *, by_staff: bool) -> bool:
        """Whether the state table of contract 2.1 allows this status next."""
        if status == "confirmed":
            return self.status == "pending"
        if self.status == "no_show" and status == "completed":
            return by_staff and now <= self.end_at + timedelta(days=CORRECTION_DAYS)
        return self.is_active and status in ("cancelled", "completed", "no_show", "late", "rescheduled")


class BookingEvent(Base):
    """One line of a booking's history: who changed what, from what, to what."""

    __tablename__ = "booking_events"
    __table_args__ = (
        Index("ix_booking_events_booking_id", "booking_id"),
        Index("ix_booking_events_org_id_at", "org_id", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    booking_id: Mapped[str] = mapped_column(ForeignKey("bookings.id"))
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    event: Mapped[str]  # booked, requested, approved, moved, cancelled, expired, completed, no_show, late, changed
    old: Mapped[str | None]
    new: Mapped[str | None]
    line: Mapped[int] = mapped_column(default=0)  # its place in the booking's history; a set clock stands still


class SlotCell(Base):
    """Five minutes of one technician, taken. The primary key is what makes a double booking impossible.

    `holder_id` is a booking or a hold; a hold's cells carry `expires_at` and are swept before anyone inserts.
    """

    __tablename__ = "slot_cells"
    __table_args__ = (Index("ix_slot_cells_holder_id", "holder_id"), {"sqlite_with_rowid": False})

    technician_id: Mapped[str] = mapped_column(ForeignKey("technicians.id"), primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # UTC epoch seconds // CELL_SECONDS
    holder_id: Mapped[str]
    expires_at: Mapped[datetime | None]


class Hold(Base):
    """A slot kept for someone who is thinking: hidden from others, never from its owner, gone when it expires."""

    __tablename__ = "holds"
    __table_args__ = (Index("ix_holds_org_id_expires_at", "org_id", "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    owner: Mapped[str]  # a conversation id or a provider's call id
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    technician_id: Mapped[str] = mapped_column(ForeignKey("technicians.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    renewals: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Offer(Base):
    """What was last read out in one conversation or call: starts (`slots`) or this customer's visits (`visits`).

    A later "the second one" means this list, not today's (contract 2.6). Remembered for two hours.
    """

    __tablename__ = "offers"

    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)  # conversation id or the provider's call id
    kind: Mapped[str] = mapped_column(primary_key=True)  # slots, visits
    service_id: Mapped[str | None]
    timezone: Mapped[str]
    items: Mapped[list[str]] = mapped_column(default=list)  # ISO instants in UTC, or booking ids, in the order said
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ConfirmCode(Base):
    """Six digits texted to a phone to prove a caller may touch its visits; one at a time per phone (contract X23).

    `proven_scope` is the call or conversation in which it was said back.
    """

    __tablename__ = "confirm_codes"

    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(primary_key=True)  # the visit's, E.164
    code_hash: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    proven_scope: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
