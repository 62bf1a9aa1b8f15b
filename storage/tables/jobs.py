"""Work that waits: the outbox of things to do, the inbox of provider events, and answers already given."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Job(Base):
    """One thing to do once: answer a conversation, send a message, remind, alert, call a webhook.

    `due_at` and `expires_at` are in the business's time (the sandbox clock moves them); `lease_until` is real time,
    because a worker that died did so in the real world. Jobs of one `lane` are done one after another, in the order of
    `created_at`.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("org_id", "dedupe_key", name="uq_jobs_org_id_dedupe_key"),
        Index(
            "ix_jobs_due_at",
            "due_at",
            sqlite_where=text("state in ('queued', 'uncertain')"),
            postgresql_where=text("state in ('queued', 'uncertain')"),
        ),
        Index(
            "ix_jobs_lease_until",
            "lease_until",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index("ix_jobs_subject", "org_id", "subject_kind", "subject_id"),
        Index(
            "ix_jobs_lane",
            "lane",
            sqlite_where=text("lane is not null and state in ('queued', 'uncertain', 'claimed')"),
            postgresql_where=text("lane is not null and state in ('queued', 'uncertain', 'claimed')"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    topic: Mapped[str]  # turn, send, remind and so on: each has its hand in api/hands.py
    dedupe_key: Mapped[str]
    subject_kind: Mapped[str]  # conversation, message, booking, task, call, delivery, ...
    subject_id: Mapped[str]
    lane: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=0)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="queued")  # claimed, uncertain, sent, failed, skipped, superseded
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProviderEvent(Base):
    """One thing a provider told us, as it was told, once (CS-A6). `copies` counts the repeats."""

    __tablename__ = "provider_events"
    __table_args__ = (
        UniqueConstraint("org_id", "provider", "event_key", name="uq_provider_events_org_id_provider"),
        Index("ix_provider_events_org_id_received_at", "org_id", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    provider: Mapped[str]
    event_key: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outcome: Mapped[str] = mapped_column(default="processed")  # processed, ignored
    copies: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]


class IdempotentAnswer(Base):
    """The stored answer to a request that carried an Idempotency-Key; only successes stay (contract 2.4)."""

    __tablename__ = "idempotent_answers"

    scope: Mapped[str] = mapped_column(primary_key=True)  # the credential's id
    key: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    fingerprint: Mapped[str]
    status: Mapped[int | None]  # null while the first request still runs
    body: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Task(Base):
    """Something a person in the office has to do."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_org_id_done_at", "org_id", "done_at"),
        Index("ix_tasks_conversation_id", "conversation_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[str]  # call_back, may_want_to_cancel, emergency, needs_review, message, cutoff, landline, ...
    urgency: Mapped[str] = mapped_column(default="routine")
    text: Mapped[str]
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("bookings.id"))
    call_id: Mapped[str | None] = mapped_column(ForeignKey("calls.id"))
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    taken_by: Mapped[str | None]  # the name of whoever replied "1"
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did what to what: credential use, settings, deletions, overrides."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_org_id_at", "org_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None]
    status: Mapped[int | None]
    request_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
