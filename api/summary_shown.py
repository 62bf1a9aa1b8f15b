"""The shape of a conversation's summary, for the description of the private door (contract 2.11)."""

from typing import Any

from api.wire import CamelShown


class NextAction(CamelShown):
    """What should happen next, and who does it."""

    type: str
    owner: str
    due_at: str | None
    text: str


class Promise(CamelShown):
    """Something we said we would do, with the message it stands in."""

    text: str
    made_by: str
    message_id: str


class Fact(CamelShown):
    """Something the customer told us, with the message it stands in."""

    label: str
    value: str
    message_id: str


class Summary(CamelShown):
    """What a conversation is about, or a lead nobody has talked with. Booking facts come from the store, never from the
    chat."""

    conversation_id: str | None
    lead_id: str | None
    channel: str
    lead_status: str | None
    customer: dict[str, Any]
    service: str | None
    urgency: str
    issue: str | None
    summary: str
    next_action: NextAction
    booking: dict[str, Any] | None
    open_questions: list[str]
    promises: list[Promise]
    facts: list[Fact]
    unbooked_reason: str | None
    message_count: int
    last_message_at: str | None
    generated_at: str
    source: str
    stale: bool
