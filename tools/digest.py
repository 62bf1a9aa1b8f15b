"""What came in while the business was closed, most urgent first, and one text about it to the owner each morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

import prompts
from storage import outbox
from storage.context import Context
from storage.tables import Booking, Conversation, Customer
from tools import crew, messages, unbooked
from tools.opening_hours import open_stretches
from tools.refusals import utc
from tools.rules import speech
from tools.rules.working_hours import Stretch

KIND = "staff_digest"
NAMED = {
    "emergencies": "emergency",
    "needs_human": "waiting for a person",
    "booked": "booked",
    "unbooked": "not booked",
}
REACH = 8  # days looked back and ahead for working hours; a business closed for longer gets no digest


def expect(ctx: Context) -> None:
    """Something happened: when the business is closed, its digest is queued for the next opening, once."""
    now = int(ctx.now.timestamp())
    week = _stretches(ctx)
    if not (ctx.org.digest and ctx.org.outbound_enabled) or any(one.holds(now, 1) for one in week):
        return
    opens = next((one.opens for one in week if one.opens > now), None)
    if opens is not None:
        due_at = datetime.fromtimestamp(opens, UTC)
        day = due_at.astimezone(ctx.org.zone).date()
        outbox.put(ctx, "digest", f"digest:{day}", ("org", ctx.org.id), due_at=due_at)


def told(ctx: Context) -> dict[str, Any]:
    """The night before this moment, or so far: `since` and `until` are UTC, every list holds its rows' ids and names.

    `unbooked` gives for each why there is no visit, in a word of contract 2.11, or null while that is open.
    """
    since = closed_at(ctx)
    threads = _threads(ctx, since)
    booked = _booked(ctx, since)
    with_visit = {row.conversation_id for row, _name in booked} | {row.lead_id for row, _name in booked}
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMED}
    for thread, name in threads:
        row = {"id": thread.id, "name": name or thread.phone, "urgency": thread.urgency}
        if thread.urgency == "emergency":
            lists["emergencies"].append(row)
        elif thread.state == "needs_human":
            lists["needs_human"].append({**row, "reason": thread.needs_human_reason})
        elif not with_visit & {thread.id, thread.lead_id} - {None}:
            lists["unbooked"].append({**row, "reason": unbooked.at_the_end(ctx, thread)})
    lists["booked"] = [
        {"id": row.id, "name": name or row.customer_phone, "start": utc(row.start_at), "service": row.service_label}
        for row, name in booked
    ]
    return {"since": utc(since), "until": utc(ctx.now), "counts": {name: len(lists[name]) for name in NAMED}, **lists}


def send(ctx: Context, public_url: str) -> str | None:
    """Text the night to the owner, else to the first on call, outside quiet hours; None, or why nobody was texted:
    off, quiet_night, nobody, or the reason the text was skipped for."""
    if not (ctx.org.digest and ctx.org.outbound_enabled):
        return "off"
    night = told(ctx)
    if not any(night["counts"].values()):
        return "quiet_night"
    phone = crew.owners_phone(ctx)
    if phone is None:
        return "nobody"
    counted = [f"{night['counts'][name]} {words}" for name, words in NAMED.items() if night["counts"][name]]
    urgent = [one["name"] for name in ("emergencies", "needs_human") for one in night[name]]
    body = prompts.render(
        f"sms/{KIND}",
        business_name=ctx.org.name,
        counts=speech.listing(counted, "and"),
        first=urgent[0][:40] if urgent else None,
        console_url=f"{public_url}/console",
    )
    day = ctx.local_now.date()
    message = messages.say(ctx, to=phone, body=body, kind=KIND, dedupe_key=f"digest:{day}")
    return message.reason if message.state == "skipped" else None


def closed_at(ctx: Context) -> datetime:
    """When the business last closed before its present or next opening; a day ago where it kept no hours."""
    now = int(ctx.now.timestamp())
    closes = [one.closes for one in _stretches(ctx) if one.closes <= now]
    return datetime.fromtimestamp(closes[-1], UTC) if closes else ctx.now - timedelta(days=1)


def _stretches(ctx: Context) -> list[Stretch]:
    return open_stretches(ctx, -REACH, REACH - 1)


def _threads(ctx: Context, since: datetime) -> list[tuple[Conversation, str | None]]:
    """Threads somebody wrote in since then, the first written in first."""
    rows = ctx.session.execute(
        select(Conversation, Customer.name)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .where(
            Conversation.org_id == ctx.org.id,
            Conversation.last_message_at >= since,
            Conversation.last_inbound_at >= since,
        )
        .order_by(Conversation.last_inbound_at, Conversation.id)
    )
    return [(thread, name) for thread, name in rows]


def _booked(ctx: Context, since: datetime) -> list[tuple[Booking, str | None]]:
    """Visits booked since then that still stand, soonest first."""
    rows = ctx.session.execute(
        select(Booking, Customer.name)
        .outerjoin(Customer, Customer.id == Booking.customer_id)
        .where(Booking.org_id == ctx.org.id, Booking.created_at >= since, Booking.end_at > ctx.now)
        .order_by(Booking.start_at, Booking.id)
    )
    return [(row, name) for row, name in rows if row.is_active]
