"""Calls and what tools were called during them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id

BODIES_KEPT = timedelta(days=30)  # what a platform sent holds transcripts; the calls and their answers stay


class Call(Base):
    """One phone call, whoever carried it. `missed` and `textback` say what became of an unanswered one.

    `textback` is null (not missed), `queued`, or `skipped` with `skip_reason`.
    """

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("org_id", "provider", "provider_id", name="uq_calls_org_id_provider"),
        Index("ix_calls_org_id_started_at", "org_id", "started_at"),
        Index("ix_calls_customer_id", "customer_id"),
        Index("ix_calls_provider_id", "org_id", "provider_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    provider: Mapped[str]  # twilio, retell, vapi, elevenlabs, callsavvy
    provider_id: Mapped[str]
    direction: Mapped[str] = mapped_column(default="inbound")
    from_phone: Mapped[str | None]
    to_phone: Mapped[str | None]
    caller_kind: Mapped[str] = mapped_column(default="number")  # number, anonymous, short_code, invalid
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    team_id: Mapped[str | None]  # no foreign key: a team goes, its calls stay
    status: Mapped[str]
    answered_by: Mapped[str | None]  # person, assistant, voicemail
    missed: Mapped[bool] = mapped_column(default=False)
    textback: Mapped[str | None]
    skip_reason: Mapped[str | None]
    textback_message_id: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[int | None]
    transcript: Mapped[str | None]
    summary: Mapped[str | None]
    recording_url: Mapped[str | None]
    recording_deleted_at: Mapped[datetime | None]
    disconnection_reason: Mapped[str | None]
    rating: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class ToolCall(Base):
    """One tool call by an agent, and what we answered.

    `key` makes it happen once: the same key asked again gets `answer` word for word. It is null for reads. `body` is
    the request as it came, for whoever builds the agent, and `place` which of its calls this is; they go after
    `BODIES_KEPT`. `replay_of` names the call whose answer was given again.
    """

    __tablename__ = "tool_calls"
    __table_args__ = (
        UniqueConstraint("org_id", "key", name="uq_tool_calls_org_id_key"),
        Index("ix_tool_calls_org_id_scope", "org_id", "scope"),
        Index("ix_tool_calls_turn_id", "turn_id"),
        Index("ix_tool_calls_org_id_created_at", "org_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    scope: Mapped[str]  # the provider's call id, or our conversation id
    channel: Mapped[str]
    turn_id: Mapped[str | None]
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None]
    ok: Mapped[bool]
    code: Mapped[str | None]
    answer: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    booking_id: Mapped[str | None]
    milliseconds: Mapped[int] = mapped_column(default=0)
    platform: Mapped[str | None]  # retell, vapi, elevenlabs, mcp, plain; null for our own assistant's
    event_type: Mapped[str | None]
    body: Mapped[str | None]
    place: Mapped[int] = mapped_column(default=0)
    replay_of: Mapped[str | None]
    created_at: Mapped[datetime]
