"""Where a business wants to be told of events, and what became of every telling (contract 2.12)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id

EVENTS = (
    "lead.created",
    "lead.status_changed",
    "booking.created",
    "booking.rescheduled",
    "booking.cancelled",
    "booking.completed",
    "booking.no_show",
    "conversation.escalated",
    "call.missed",
    "message.received",
    "summary.updated",
)
EVERYTHING = "*"
DELIVERY_STATES = ("queued", "delivered", "dead", "kept")  # kept: the sandbox sends nothing off the machine


class WebhookEndpoint(Base):
    """One address of one business. The secrets are sealed: signing needs them back, so a hash would not do.

    After a rotation both secrets sign until `previous_until`. `disabled_reason` is `gone` (the receiver answered 410)
    or `staff`.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_org_id", "org_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(default=list)
    sealed_secret: Mapped[str]
    previous_sealed_secret: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def wants(self, event_type: str) -> bool:
        """Whether it is active and asked for this kind of event."""
        return self.disabled_at is None and (event_type in self.events or EVERYTHING in self.events)

    def secrets_at(self, now: datetime) -> list[str]:
        """The sealed secrets that sign at `now`, the newest first."""
        previous = self.previous_sealed_secret
        if previous is None or self.previous_until is None or now >= self.previous_until:
            return [self.sealed_secret]
        return [self.sealed_secret, previous]


class WebhookDelivery(Base):
    """One event for one endpoint. `message_id` is the event's and the same on every try; `body` goes out as it stands.

    `number` grows, so of two deliveries about the same subject the smaller happened first.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_id", "id", unique=True),
        Index("ix_webhook_deliveries_endpoint_id", "endpoint_id", "number"),
        Index("ix_webhook_deliveries_subject", "endpoint_id", "subject_kind", "subject_id"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"))
    message_id: Mapped[str]
    event_type: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]  # the HTTP status of the last answer
    last_error: Mapped[str | None]  # one word, such as timeout
    milliseconds: Mapped[int | None]  # how long the last try took
    reply: Mapped[str | None]  # the first bytes of the last answer
    due_at: Mapped[datetime | None]  # of the next try
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
