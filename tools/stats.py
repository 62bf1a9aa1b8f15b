"""What the month brought (contract 2.13): every number is the count of rows that can be looked at, never a guess.

A text that was sent is not a recovery: only replies and bookings are counted as such.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from storage.context import Context
from storage.tables import Booking, BookingEvent, Call, ConsentEvent, Conversation, Message, Service, Staff, Task
from tools import sight
from tools.problems import Problem

LEFT = ("sent", "delivered")
HANDED = ("call_back", "emergency")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, aware; the end is not included. With `staff`, only what that person may see."""

    start: datetime
    end: datetime
    staff: Staff | None = None


def count(ctx: Context, span: Span) -> dict[str, Any]:
    """Every number of a span. Rates and medians are None where nothing was there to divide by."""
    numbers: dict[str, Any] = {name: len(rows(ctx, name, span)) for name in COUNTED}
    sent = numbers["text_backs_sent"]
    return {
        **numbers,
        "skipped_by_reason": by_reason(ctx, "skipped_by_reason", span),
        "reply_rate": round(numbers["replies"] / sent, 4) if sent else None,
        "median_seconds_to_text_back": _median(_waits_for_text(ctx, span), 1),
        "median_minutes_to_human": _median(_waits_for_person(ctx, span), 60),
        "unbooked_by_reason": by_reason(ctx, "unbooked_by_reason", span),
        "estimated_value": {"cents": _worth(ctx, span), "label": "estimate: bookings times the value of their service"},
    }


def rows(ctx: Context, name: str, span: Span) -> list[str]:
    """The ids behind one number, oldest first. Raises VALIDATION_ERROR for a number there is not."""
    if name not in COUNTED:
        raise Problem("VALIDATION_ERROR", "There is no such number.", fix=f"Use one of: {', '.join(COUNTED)}.")
    return list(ctx.session.scalars(COUNTED[name](ctx, span)))


def by_reason(ctx: Context, name: str, span: Span) -> dict[str, int]:
    """How many rows each reason of a number in `REASONED` has."""
    return dict(Counter(reason for _id, reason in ctx.session.execute(REASONED[name](ctx, span))))


def rows_for(ctx: Context, name: str, reason: str, span: Span) -> list[str]:
    """The ids behind one reason of a number in `REASONED`. Raises VALIDATION_ERROR for a number there is not."""
    if name not in REASONED:
        raise Problem("VALIDATION_ERROR", "There is no such number.", fix=f"Use one of: {', '.join(REASONED)}.")
    return [one for one, its in ctx.session.execute(REASONED[name](ctx, span)) if its == reason]


def _calls(ctx: Context, span: Span) -> Select[str]:
    mine = [Call.org_id == ctx.org.id, Call.missed, Call.started_at >= span.start, Call.started_at < span.end]
    if span.staff is not None:
        mine.append(sight.calls(ctx, span.staff))
    return select(Call.id).where(*mine).order_by(Call.started_at, Call.id)


def _text_backs(ctx: Context, span: Span) -> Select[str]:
    return _messages(ctx, span, Message.kind == "text_back", Message.state.in_(LEFT))


def _replies(ctx: Context, span: Span) -> Select[str]:
    heard = aliased(Message)
    answered = exists().where(
        heard.conversation_id == Message.conversation_id,
        heard.direction == "in",
        heard.created_at > Message.created_at,
    )
    return _messages(ctx, span, Message.kind == "text_back", Message.state.in_(LEFT), answered)


def _failed(ctx: Context, span: Span) -> Select[str]:
    return _messages(ctx, span, Message.direction == "out", Message.state == "failed")


def _messages(ctx: Context, span: Span, *more: Any) -> Select[str]:
    mine = [Message.org_id == ctx.org.id, Message.created_at >= span.start, Message.created_at < span.end]
    if span.staff is not None:
        mine.append(or_(Message.conversation_id.in_(_threads(ctx, span)), Message.booking_id.in_(_visits(ctx, span))))
    return select(Message.id).where(*mine, *more).order_by(Message.created_at, Message.id)


def _bookings(ctx: Context, span: Span) -> Select[str]:
    mine = [Booking.org_id == ctx.org.id, Booking.created_at >= span.start, Booking.created_at < span.end]
    if span.staff is not None:
        mine.append(sight.bookings(ctx, span.staff))
    return select(Booking.id).where(*mine).order_by(Booking.created_at, Booking.id)


def _recovered(ctx: Context, span: Span) -> Select[str]:
    """Bookings of a lead whose call we had missed before."""
    missed_before = exists().where(
        Call.org_id == ctx.org.id,
        Call.lead_id == Booking.lead_id,
        Call.missed,
        Call.started_at <= Booking.created_at,
    )
    return _bookings(ctx, span).where(missed_before)


def _events(event: str) -> Callable[[Context, Span], Select[str]]:
    def of_span(ctx: Context, span: Span) -> Select[str]:
        mine = [BookingEvent.org_id == ctx.org.id, BookingEvent.at >= span.start, BookingEvent.at < span.end]
        if span.staff is not None:
            mine.append(BookingEvent.booking_id.in_(_visits(ctx, span)))
        lines = select(BookingEvent.booking_id).where(*mine, BookingEvent.event == event)
        return lines.order_by(BookingEvent.at, BookingEvent.id)

    return of_span


def _hand_offs(ctx: Context, span: Span) -> Select[str]:
    mine = [Task.org_id == ctx.org.id, Task.created_at >= span.start, Task.created_at < span.end]
    if span.staff is not None:
        mine.append(or_(Task.conversation_id.in_(_threads(ctx, span)), Task.booking_id.in_(_visits(ctx, span))))
    return select(Task.id).where(*mine, Task.kind.in_(HANDED)).order_by(Task.created_at, Task.id)


def _opt_outs(ctx: Context, span: Span) -> Select[str]:
    mine = [ConsentEvent.org_id == ctx.org.id, ConsentEvent.at >= span.start, ConsentEvent.at < span.end]
    if span.staff is not None:
        theirs = _threads(ctx, span).with_only_columns(Conversation.phone).where(Conversation.phone.is_not(None))
        mine.append(ConsentEvent.phone.in_(theirs))
    return select(ConsentEvent.id).where(*mine, ConsentEvent.event == "opted_out").order_by(ConsentEvent.at)


def _threads(ctx: Context, span: Span) -> Select[str]:
    """The threads whoever looks may see."""
    mine = select(Conversation.id).where(Conversation.org_id == ctx.org.id)
    return mine if span.staff is None else mine.where(sight.threads(ctx, span.staff))


def _visits(ctx: Context, span: Span) -> Select[str]:
    """The visits whoever looks may see."""
    mine = select(Booking.id).where(Booking.org_id == ctx.org.id)
    return mine if span.staff is None else mine.where(sight.bookings(ctx, span.staff))


def _skipped(ctx: Context, span: Span) -> Select[str, str]:
    """Missed calls that got no text, and why: decided at once, or when the text was about to leave."""
    return (
        select(Call.id, func.coalesce(Call.skip_reason, Message.reason, "unknown"))
        .join(Message, Message.id == Call.textback_message_id, isouter=True)
        .where(Call.id.in_(_calls(ctx, span).order_by(None)))
        .where((Call.textback == "skipped") | (Message.state == "skipped"))
        .order_by(Call.started_at, Call.id)
    )


def _unbooked(ctx: Context, span: Span) -> Select[str, str]:
    """Threads that led to no visit, and why."""
    mine = (Conversation.created_at >= span.start, Conversation.created_at < span.end)
    why = func.coalesce(Conversation.unbooked_reason, "")
    threads = select(Conversation.id, why).where(Conversation.id.in_(_threads(ctx, span)), *mine, why != "")
    return threads.order_by(Conversation.created_at, Conversation.id)


COUNTED: Mapping[str, Callable[[Context, Span], Select[str]]] = {
    "missed_calls": _calls,
    "text_backs_sent": _text_backs,
    "replies": _replies,
    "bookings": _bookings,
    "bookings_from_missed_calls": _recovered,
    "moved": _events("moved"),
    "cancelled": _events("cancelled"),
    "no_shows": _events("no_show"),
    "hand_offs": _hand_offs,
    "opt_outs": _opt_outs,
    "failed_messages": _failed,
}
REASONED: Mapping[str, Callable[[Context, Span], Select[str, str]]] = {
    "skipped_by_reason": _skipped,
    "unbooked_by_reason": _unbooked,
}


def _waits_for_text(ctx: Context, span: Span) -> list[timedelta]:
    """From the end of a missed call, or its start where no end is known, to the text that left."""
    pairs = (
        select(func.coalesce(Call.ended_at, Call.started_at), Message.sent_at)
        .join(Message, Message.id == Call.textback_message_id)
        .where(Call.id.in_(_calls(ctx, span).order_by(None)), Message.state.in_(LEFT), Message.sent_at.is_not(None))
    )
    return [sent - rang for rang, sent in ctx.session.execute(pairs) if rang and sent]


def _waits_for_person(ctx: Context, span: Span) -> list[timedelta]:
    """From a hand-off to the first words of a person in its thread, else to its being done."""
    spoke = (
        select(func.min(Message.created_at))
        .where(
            Message.conversation_id == Task.conversation_id,
            Message.direction == "out",
            Message.actor_kind == "staff",
            Message.created_at >= Task.created_at,
        )
        .scalar_subquery()
    )
    ids = _hand_offs(ctx, span).order_by(None)
    pairs = ctx.session.execute(select(Task.created_at, func.coalesce(spoke, Task.done_at)).where(Task.id.in_(ids)))
    return [done - asked for asked, done in pairs if done is not None]


def _worth(ctx: Context, span: Span) -> int:
    ids = _bookings(ctx, span).order_by(None)
    worth = select(func.sum(Service.value_cents)).join(Booking, Booking.service_id == Service.id)
    return int(ctx.session.scalar(worth.where(Booking.id.in_(ids))) or 0)


def _median(waits: list[timedelta], unit_seconds: int) -> float | None:
    return round(median(one.total_seconds() for one in waits) / unit_seconds, 1) if waits else None
