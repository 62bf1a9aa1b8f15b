"""What each event says of its noun: ids, statuses in the stored words, times, the service, and the customer as the
JSON doors show them. What somebody wrote stays here; it is read through the doors, by its id."""

from typing import Any

from storage.context import Context
from storage.tables import Booking, Call, Conversation, Customer, Lead, Message
from tools import webhooks
from tools.refusals import utc


def booking(ctx: Context, event: str, row: Booking, **more: Any) -> None:
    """Announce `booking.{event}`; `more` is plain JSON. `revision` and `updated_at` tell a receiver which is newer."""
    data = {
        "booking_id": row.id,
        "status": row.status,
        "start_time": utc(row.start_at),
        "end_time": utc(row.end_at),
        "timezone": row.timezone,
        "event_type_id": row.service_id,
        "service": row.service_label,
        "technician_id": row.technician_id,
        "lead_id": row.lead_id,
        "conversation_id": row.conversation_id,
        "name": row.customer_name,
        "phone": row.customer_phone,
        "channel": row.channel,
        "revision": row.revision,
        "updated_at": utc(row.updated_at),
    }
    webhooks.announce(ctx, f"booking.{event}", {**data, **more}, subject=("booking", row.id))


def lead(ctx: Context, event: str, row: Lead, **more: Any) -> None:
    """Announce `lead.{event}`; `more` is plain JSON."""
    customer = ctx.session.get_one(Customer, row.customer_id)
    data = {
        "lead_id": row.id,
        "contact_id": row.customer_id,
        "status": row.status,
        "source": row.source,
        "channel": row.channel,
        "name": customer.name,
        "phone": customer.phone,
        "updated_at": utc(row.updated_at),
    }
    webhooks.announce(ctx, f"lead.{event}", {**data, **more}, subject=("lead", row.id))


def conversation(ctx: Context, event: str, row: Conversation) -> None:
    """Announce `event`, conversation.escalated or summary.updated, of a thread."""
    data = {
        "conversation_id": row.id,
        "lead_id": row.lead_id,
        "channel": row.channel,
        "phone": row.phone,
        "state": row.state,
        "reason": row.needs_human_reason,
        "urgency": row.urgency,
    }
    webhooks.announce(ctx, event, data, subject=("conversation", row.id))


def call_missed(ctx: Context, row: Call) -> None:
    """Announce a missed call, and whether it is texted back: `textback` is queued or skipped, with the reason."""
    data = {
        "call_id": row.id,
        "from": row.from_phone,
        "to": row.to_phone,
        "started_at": utc(row.started_at),
        "lead_id": row.lead_id,
        "conversation_id": row.conversation_id,
        "textback": row.textback,
        "skip_reason": row.skip_reason,
    }
    webhooks.announce(ctx, "call.missed", data, subject=("call", row.id))


def message_received(ctx: Context, row: Message) -> None:
    """Announce a text of a customer's; its words are read by the conversation's id."""
    thread = ctx.session.get_one(Conversation, row.conversation_id)
    data = {
        "message_id": row.id,
        "conversation_id": row.conversation_id,
        "lead_id": thread.lead_id,
        "channel": row.channel,
        "from": row.from_phone,
        "to": row.to_phone,
        "received_at": utc(row.created_at),
    }
    webhooks.announce(ctx, "message.received", data, subject=("conversation", thread.id))
