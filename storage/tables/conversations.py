"""What was said: conversations, their messages, and the turns the assistant took."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Conversation(Base):
    """One thread with one customer on one channel. `memory` is what was gathered so far: name, issue, and so on."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_org_id_last_message_at", "org_id", "last_message_at"),
        # The inbox reads backwards along these; id breaks ties (tools/triage.py).
        Index("ix_conversations_state_last", "org_id", "state", "last_message_at", "id"),
        Index("ix_conversations_urgency_last", "org_id", "urgency", "last_message_at", "id"),
        Index("ix_conversations_assigned_last", "assigned_to", "last_message_at", "id"),
        Index("ix_conversations_lead_id", "lead_id"),
        Index("ix_conversations_team_id", "team_id"),
        Index(
            "ix_conversations_open",
            *("org_id", "last_message_at", "id"),
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(
            "ix_conversations_unread",
            *("org_id", "last_message_at", "id"),
            sqlite_where=text("unread > 0"),
            postgresql_where=text("unread > 0"),
        ),
        Index("ix_conversations_org_id_phone", "org_id", "phone"),
        Index("ix_conversations_customer_id", "customer_id"),
        Index("ix_conversations_org_id_external_key", "org_id", "external_key"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"))
    channel: Mapped[str]  # sms, voice, web, whatsapp
    team_id: Mapped[str | None]  # no foreign key: a team goes, what was said to it stays
    subject: Mapped[str | None]  # of a support ticket; null for everything else
    external_key: Mapped[str | None]  # how another system names this thread
    given_phone: Mapped[str | None]  # a number they told us here, E.164: for booking, proof of nothing
    phone: Mapped[str | None]  # the customer's, E.164
    our_phone: Mapped[str | None]  # the number they reached, E.164
    state: Mapped[str] = mapped_column(default="bot")  # bot, waiting_customer, needs_human, human, closed
    needs_human_reason: Mapped[str | None]
    urgency: Mapped[str] = mapped_column(default="routine")
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    bot_messages: Mapped[int] = mapped_column(default=0)
    unread: Mapped[int] = mapped_column(default=0)
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[dict[str, Any] | None]
    summary_at: Mapped[datetime | None]
    unbooked_reason: Mapped[str | None]
    last_message_at: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def is_the_assistants(self) -> bool:
        """Whether the assistant may answer: not while a person has the thread, nor after it was closed."""
        return self.state in ("bot", "waiting_customer", "needs_human")


class Message(Base):
    """One text, in or out. Out: state goes queued, sending, sent, delivered; or failed, skipped, uncertain.

    `provider_id` is unique per business, so that one provider message answers for one of ours.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("org_id", "provider_id", name="uq_messages_org_id_provider_id"),
        Index("ix_messages_conversation_id_created_at", "conversation_id", "created_at"),
        Index("ix_messages_org_id_created_at", "org_id", "created_at"),
        Index("ix_messages_booking_id", "booking_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("bookings.id"))
    direction: Mapped[str]  # in, out
    channel: Mapped[str]  # sms, voice, web, whatsapp
    kind: Mapped[str]  # customer, reply, text_back, confirmation, reminder, moved, cancelled, staff, alert, ...
    from_phone: Mapped[str | None]
    to_phone: Mapped[str | None]
    body: Mapped[str]
    media: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str]
    reason: Mapped[str | None]  # why skipped or failed, in one word
    error_code: Mapped[str | None]  # the provider's
    provider_id: Mapped[str | None]
    retry_of: Mapped[str | None]  # the message this one says again, once, after a failure nobody could explain
    segments: Mapped[int] = mapped_column(default=1)
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    turn_id: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class Turn(Base):
    """One answer of the assistant: what it cost, who wrote it, and what the claim guard said."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_conversation_id", "conversation_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    source: Mapped[str]  # model, script, safety, guard
    model: Mapped[str | None]
    rounds: Mapped[int] = mapped_column(default=0)
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    tokens_cached: Mapped[int] = mapped_column(default=0)  # of tokens_in, those the provider had kept from before
    milliseconds: Mapped[int] = mapped_column(default=0)
    guard: Mapped[list[str]] = mapped_column(default=list)  # reasons the guard gave, first try and retry
    error: Mapped[str | None]  # why the script took over: timeout, status_500, ...
    created_at: Mapped[datetime]
