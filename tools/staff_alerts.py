"""Telling the office what the assistant did while nobody looked: a text to whoever is first on call."""

from typing import Any

import prompts
from storage.context import Context
from storage.tables import Booking
from tools import crew, messages

KIND = "staff_booked"
ASSISTANTS = ("assistant", "voice_agent")


def wanted(ctx: Context, booking: Booking) -> bool:
    """Whether this visit, just booked, is one to tell of: the assistant booked it and the business wants to know. A
    request that waits for approval is shown to the office as such."""
    return ctx.org.alert_on_booking and ctx.actor.kind in ASSISTANTS and booking.status != "pending"


def booked(ctx: Context, booking: Booking, facts: dict[str, Any], dedupe_key: str) -> str | None:
    """Text the first on call about a visit, outside quiet hours; None, or why nobody was texted."""
    people = crew.on_call(ctx)
    if not people or people[0].phone is None:
        return "nobody"
    message = messages.say(
        ctx,
        to=people[0].phone,
        body=prompts.render(f"sms/{KIND}", **facts),
        kind=KIND,
        booking=booking,
        dedupe_key=dedupe_key,
    )
    return message.reason if message.state == "skipped" else None
