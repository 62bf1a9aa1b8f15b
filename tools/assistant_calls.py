"""Calls that a voice agent took: who is ringing, and what its platform reports of the call (contract 2.9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Call, ToolCall
from tools import booking as bookings
from tools import calls, conversations, crew, handoff, leads, opening_hours, overlooked, textback, wording
from tools.phone_desk import last_summary
from tools.rules import phones, speech
from tools.telling import all_words

LINK_LIVES = timedelta(minutes=10)  # how long a platform that keeps nothing serves a recording
ENDS = ("call_ended", "call_analyzed")
TO_A_PERSON = ("call_transfer", "transfer_bridged")
SETTLED_BY = (
    *("voice_book", "voice_cancel", "voice_reschedule", "voice_message", "voice_send_link"),
    *("book_job", "cancel", "reschedule", "hand_off", "send_link"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """One event about a call. Numbers are as the platform writes them, instants aware; null is "not said here".

    `event` is call_started, call_ended, call_analyzed or transfer_bridged; `recording_lives` how long the link works,
    null for one that does not die.
    """

    call_id: str
    event: str
    direction: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: int | None = None
    transcript: str | None = None
    summary: str | None = None
    recording_url: str | None = None
    disconnection_reason: str | None = None
    provider: str = "retell"
    recording_lives: timedelta | None = LINK_LIVES


def about_caller(ctx: Context, caller: str | None, called: str | None) -> dict[str, str]:
    """What a voice agent may know before it says hello, every value a string.

    `caller` and `called`, the number they rang, are as the platform writes them.
    """
    phone = phones.e164(caller or "", ctx.org.region)
    way = opening_hours.way_to(ctx, phones.e164(called or "", ctx.org.region))
    customer = leads.by_phone(ctx, phone) if phone else None
    visits = all_words(ctx, bookings.upcoming(ctx, phone)) if phone else []
    return {
        "business_name": ctx.org.name,
        "today": speech.day_with_year(ctx.local_now.date()),
        "timezone": ctx.org.timezone,
        "open_now": "true" if opening_hours.open_now(ctx, way) else "false",
        "customer_name": (customer.name if customer else None) or "",
        "returning_customer": "true" if customer else "false",
        "upcoming_visits": wording.upcoming_sentence(visits[: wording.READ_OUT]),
        "last_summary": (last_summary(ctx, customer) if customer else None) or "",
        "urgency_words": speech.listing(list(handoff.DANGERS.values())),
        "transfer_number": crew.transfer_number(ctx, customer_id=customer.id if customer else None) or "",
    }


def reported(ctx: Context, report: Report) -> Call:
    """Take in one event of a call: what it tells is kept, in whatever order the events come.

    A call that is over, led to nothing and was shorter than `missed_under_seconds` is missed (contract 2.8).
    """
    to_phone = phones.e164(report.to_number or "", ctx.org.region) or ""
    call = calls.rang(ctx, report.call_id, report.from_number or "", to_phone, provider=report.provider)
    call.direction = report.direction or call.direction
    call.from_phone = call.from_phone or phones.e164(report.from_number or "", ctx.org.region)
    call.to_phone = call.to_phone or to_phone or None
    call.started_at = report.started_at or call.started_at
    call.ended_at = report.ended_at or call.ended_at
    call.seconds = report.seconds if report.seconds is not None else call.seconds
    call.transcript = max(call.transcript or "", report.transcript or "", key=len) or None
    call.summary = report.summary or call.summary
    call.disconnection_reason = report.disconnection_reason or call.disconnection_reason
    if report.recording_url and call.recording_deleted_at is None:
        call.recording_url = report.recording_url
        call.details = {**call.details, "recording_until": _until(ctx, report.recording_lives)}
    if report.event in TO_A_PERSON or call.disconnection_reason in TO_A_PERSON:
        textback.answered(ctx, call)
        call.status = "completed" if report.event in ENDS else call.status
    elif report.event in ENDS:
        over(ctx, call)
        overlooked.danger(ctx, call)
    elif call.status == "ringing":
        call.status, call.answered_by = "ongoing", "assistant"
    return call


def _until(ctx: Context, lives: timedelta | None) -> str | None:
    return None if lives is None else (ctx.now + lives).isoformat(timespec="seconds")


def over(ctx: Context, call: Call) -> None:
    """The call has ended: missed when it led to nothing and was shorter than `missed_under_seconds`."""
    call.status = "completed"
    call.ended_at = call.ended_at or ctx.now
    call.answered_by = call.answered_by or ("assistant" if call.seconds else None)
    if call.direction != "inbound" or call.answered_by == "person":
        return
    if (call.seconds or 0) < ctx.org.missed_under_seconds and not _led_somewhere(ctx, call):
        textback.missed(ctx, call)
    elif call.from_phone is not None and call.lead_id is None and not handoff.who_works_here(ctx, call.from_phone):
        customer = leads.customer_for(ctx, call.from_phone)
        lead = conversations.lead_for(ctx, customer, "VOICE")
        call.customer_id, call.lead_id = customer.id, lead.id
        leads.note(ctx, lead, "talked_to_assistant", call_id=call.id)


def _led_somewhere(ctx: Context, call: Call) -> bool:
    """Whether the caller got something done: a visit, a change, a message, or a link."""
    scopes = (
        call.provider_id,
        call.details.get("talk", call.provider_id),
    )  # a platform's tools, or our own assistant's
    booked = select(Booking.id).where(Booking.org_id == ctx.org.id, Booking.call_id == call.provider_id)
    done = select(ToolCall.id).where(
        ToolCall.org_id == ctx.org.id,
        ToolCall.scope.in_(scopes),
        ToolCall.ok,
        ToolCall.name.in_(SETTLED_BY),
    )
    return any(ctx.session.scalars(one.limit(1)).first() is not None for one in (booked, done))
