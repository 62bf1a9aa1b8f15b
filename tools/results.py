"""What stands behind the numbers of `tools/stats.py`: the rows, for people to read, and how many there were a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Call, ConsentEvent, Conversation, Customer, Message, Task
from tools import stats
from tools.problems import Problem
from tools.stats import Span

PAGE = 50
LONGEST_PLOT = 366  # days


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a number. `kind` call, booking or thread and `id` say where it can be looked at; either may be
    null. `who` is a name or a number (E.164), `what` a few words, `at` when the row was made (UTC)."""

    kind: str | None
    id: str | None
    who: str | None
    what: str
    at: datetime


def behind(ctx: Context, name: str, span: Span, *, reason: str | None = None, offset: int = 0) -> tuple[list[Row], int]:
    """One page of the rows a number counts, oldest first, and how many they are; `reason` for a number by reason.

    Raises VALIDATION_ERROR for a number there is not.
    """
    ids = stats.rows(ctx, name, span) if reason is None else stats.rows_for(ctx, name, reason, span)
    shown = ids[offset : offset + PAGE]
    rows = KINDS[name](ctx, shown)
    return [rows[one] for one in shown if one in rows], len(ids)


def per_day(ctx: Context, name: str, span: Span) -> list[tuple[date, int]]:
    """A count of `stats.COUNTED` by local day, every day of the span until today; at most a year of days."""
    if name not in DATED:
        raise Problem("VALIDATION_ERROR", "There is no such plot.", fix=f"Use one of: {', '.join(DATED)}.")
    counted = stats.COUNTED[name](ctx, span).with_only_columns(DATED[name]).order_by(None)
    zone = ctx.org.zone
    first = span.start.astimezone(zone).date()
    last = min((span.end - timedelta(seconds=1)).astimezone(zone).date(), ctx.local_now.date())
    days = dict.fromkeys((first + timedelta(days=n) for n in range(min((last - first).days + 1, LONGEST_PLOT))), 0)
    for at in ctx.session.scalars(counted):
        day = at.astimezone(zone).date()
        if day in days:
            days[day] += 1
    return list(days.items())


DATED: Mapping[str, Any] = {
    "missed_calls": Call.started_at,
    "text_backs_sent": Message.created_at,
    "replies": Message.created_at,
    "bookings": Booking.created_at,
    "bookings_from_missed_calls": Booking.created_at,
}


def _calls(ctx: Context, ids: Sequence[str]) -> dict[str, Row]:
    rows = select(Call, Customer.name, Message.state, Message.reason)
    rows = rows.outerjoin(Customer, Customer.id == Call.customer_id)
    rows = rows.outerjoin(Message, Message.id == Call.textback_message_id)
    mine = rows.where(Call.org_id == ctx.org.id, Call.id.in_(ids))
    found = {}
    for call, name, state, reason in ctx.session.execute(mine):
        why = call.skip_reason or (reason if state == "skipped" else None)
        what = f"no text: {_spoken(why)}" if why else f"text {_spoken(state or call.textback)}"
        found[call.id] = Row(
            "call", call.id, name or call.from_phone or _spoken(call.caller_kind), what, call.started_at
        )
    return found


def _messages(ctx: Context, ids: Sequence[str]) -> dict[str, Row]:
    rows = select(Message, Customer.name).outerjoin(Customer, Customer.id == Message.customer_id)
    mine = rows.where(Message.org_id == ctx.org.id, Message.id.in_(ids))
    return {
        one.id: Row(
            "thread" if one.conversation_id else "booking" if one.booking_id else None,
            one.conversation_id or one.booking_id,
            name or one.to_phone,
            f"{_spoken(one.kind)}, {_spoken(one.reason) or one.state}",
            one.created_at,
        )
        for one, name in ctx.session.execute(mine)
    }


def _bookings(ctx: Context, ids: Sequence[str]) -> dict[str, Row]:
    mine = select(Booking).where(Booking.org_id == ctx.org.id, Booking.id.in_(ids))
    return {
        one.id: Row(
            "booking",
            one.id,
            one.customer_name or one.customer_phone,
            f"{one.service_label}, {_spoken(one.status)}",
            one.created_at,
        )
        for one in ctx.session.scalars(mine)
    }


def _tasks(ctx: Context, ids: Sequence[str]) -> dict[str, Row]:
    rows = select(Task, Customer.name, Customer.phone).outerjoin(Customer, Customer.id == Task.customer_id)
    mine = rows.where(Task.org_id == ctx.org.id, Task.id.in_(ids))
    return {
        one.id: Row(
            "thread" if one.conversation_id else "booking" if one.booking_id else "call" if one.call_id else None,
            one.conversation_id or one.booking_id or one.call_id,
            name or phone,
            f"{_spoken(one.kind)}, {'done' if one.done_at else 'open'}",
            one.created_at,
        )
        for one, name, phone in ctx.session.execute(mine)
    }


def _opt_outs(ctx: Context, ids: Sequence[str]) -> dict[str, Row]:
    rows = select(ConsentEvent, Message.conversation_id).outerjoin(Message, Message.id == ConsentEvent.message_id)
    mine = rows.where(ConsentEvent.org_id == ctx.org.id, ConsentEvent.id.in_(ids))
    return {
        one.id: Row("thread" if thread else None, thread, one.phone, f"by {_spoken(one.source)}", one.at)
        for one, thread in ctx.session.execute(mine)
    }


def _threads(ctx: Context, ids: Sequence[str]) -> dict[str, Row]:
    rows = select(Conversation, Customer.name).outerjoin(Customer, Customer.id == Conversation.customer_id)
    mine = rows.where(Conversation.org_id == ctx.org.id, Conversation.id.in_(ids))
    return {
        one.id: Row("thread", one.id, name or one.phone, _spoken(one.unbooked_reason), one.created_at)
        for one, name in ctx.session.execute(mine)
    }


def _spoken(word: str | None) -> str:
    return (word or "").replace("_", " ")


KINDS: Mapping[str, Callable[[Context, Sequence[str]], dict[str, Row]]] = {
    "missed_calls": _calls,
    "skipped_by_reason": _calls,
    "text_backs_sent": _messages,
    "replies": _messages,
    "failed_messages": _messages,
    "bookings": _bookings,
    "bookings_from_missed_calls": _bookings,
    "moved": _bookings,
    "cancelled": _bookings,
    "no_shows": _bookings,
    "hand_offs": _tasks,
    "opt_outs": _opt_outs,
    "unbooked_by_reason": _threads,
}
