"""What the chat tools know without being told: this thread, its customer, their visits, and what they just said."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Message, Service, Task, Technician
from tools import booking as bookings
from tools import leads, services, slots, wording
from tools.problems import Problem, not_found
from tools.rules import acceptance, slot_tag, speech, when
from tools.slots import Choice
from tools.telling import facts, words
from tools.tool import Said

__all__ = ["facts", "words"]

CANCEL_WORDS = re.compile(
    r"\b(cancel\w*|call(?:ing)? (?:it|that|this|the \w+) off|call off|scratch (?:it|that|the)|"
    r"(?:don'?t|do not|won'?t|no longer) (?:need|want|be needing)|not (?:need|want)ed|never ?mind|forget (?:it|about)|"
    r"(?:don'?t|do not) (?:come|send)|take me off|drop (?:it|the|my)|anul\w+|ya no (?:lo )?(?:necesito|quiero)|"
    r"can'?t (?:make|do) (?:it|the)|fixed itself|found (?:someone|another))",
    re.IGNORECASE,
)
RECENT = 4
DAYS_IN_A_TEXT = 2
TIMES_OF_A_DAY = 3
TIMES_OF_ONE_DAY = 8


def thread_of(ctx: Context) -> Conversation:
    """The conversation these tools are called in."""
    thread = ctx.session.get(Conversation, ctx.scope) if ctx.scope else None
    if thread is None or thread.org_id != ctx.org.id:
        not_found("conversation")
    return thread


def customer_of(ctx: Context) -> Customer:
    """The customer of this thread; a web visitor without a number gets a row of their own."""
    thread = thread_of(ctx)
    found = ctx.session.get(Customer, thread.customer_id) if thread.customer_id else None
    if found is None:
        found = leads.customer_for(ctx, thread.phone)
        thread.customer_id = found.id
    return found


def visits_of(ctx: Context) -> list[Booking]:
    """This customer's upcoming visits, soonest first. Nobody else's can be reached from here."""
    thread = thread_of(ctx)
    if thread.phone is not None:
        return bookings.upcoming(ctx, thread.phone)
    wanted = (Booking.org_id == ctx.org.id, Booking.conversation_id == thread.id, Booking.end_at > ctx.now)
    rows = ctx.session.scalars(select(Booking).where(*wanted).order_by(Booking.start_at))
    return [one for one in rows if one.is_active]


def last_words(ctx: Context) -> tuple[str, str | None]:
    """What the customer wrote since our last message (joined), and what that last message said."""
    recent = ctx.session.scalars(
        select(Message)
        .where(Message.conversation_id == thread_of(ctx).id, Message.channel != "note")
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(12)
    )
    said: list[str] = []
    for message in recent:
        if message.direction == "out":
            if message.kind in ("reply", "text_back", "staff"):
                return "\n".join(reversed(said)), message.body
            continue
        said.append(message.body)
    return "\n".join(reversed(said)), None


def recent(ctx: Context, count: int) -> list[Message]:
    """The newest messages of this thread that were said, oldest first."""
    rows = ctx.session.scalars(
        select(Message)
        .where(Message.conversation_id == thread_of(ctx).id, Message.state != "skipped")
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(count)
    )
    return list(rows)[::-1]


def all_visits(ctx: Context, thread: Conversation, back: timedelta) -> list[tuple[Booking, str]]:
    """This customer's visits of any state, those that ended before `back` excepted, with the technician's name."""
    if thread.customer_id is None:
        return []
    rows = ctx.session.execute(
        select(Booking, Technician.name)
        .join(Technician, Technician.id == Booking.technician_id)
        .where(Booking.org_id == ctx.org.id, Booking.customer_id == thread.customer_id, Booking.end_at > ctx.now - back)
        .order_by(Booking.start_at)
    )
    return [(row, name) for row, name in rows]


def service_meant(ctx: Context, name: str | None) -> Service:
    """The service named, else the one whose times were last offered here, else the usual first visit."""
    offer = slots.remembered(ctx, "slots")
    if name is None and offer is not None and offer.service_id is not None:
        offered = ctx.session.get(Service, offer.service_id)
        if offered is not None:
            return offered
    return services.find_service(ctx, name)


def find_times(ctx: Context, service: Service, wish: when.When, postal_code: str | None = None) -> Said:
    """Look up times that answer a wish and offer them. Raises OUT_OF_SERVICE_AREA."""
    code = postal_code or customer_of(ctx).postal_code
    one_day = wish.day is not None and wish.last_day is None and len(wish.days) < 2
    per_day = TIMES_OF_ONE_DAY if one_day and not wish.near else TIMES_OF_A_DAY
    return offer(ctx, slots.choose(ctx, service, wish, postal_code=code, days=DAYS_IN_A_TEXT, per_day=per_day))


def offer(ctx: Context, choice: Choice) -> Said:
    """Open times as a text: a few of them, in words, remembered so that "the second one" means what was said."""
    shown = [(opening.start.astimezone(choice.zone), day.more) for day in choice.days for opening in day.openings]
    lead = "".join(_closed(day, reason) for day, reason in choice.closed)
    if choice.unread:
        lead += "I'm not sure which day you mean, so these are the soonest times. "
    if not shown:
        return Said(False, f"{lead}I don't see any open times in the next two weeks.", "NO_OPEN_TIMES", {"slots": []})
    if not choice.matched and not choice.unread and not lead:
        lead = "Nothing is open then. The closest times are "
    elif not choice.matched:
        lead += "The closest times are "
    else:
        lead += "I have "
    starts = [start for start, _more in shown]
    slots.remember(ctx, "slots", [start.isoformat() for start in starts], choice.service.id, str(choice.zone))
    by_day = []
    for day in choice.days:
        clocks = [speech.clock(one.start.astimezone(choice.zone)) for one in day.openings]
        by_day.append(f"{speech.day(day.day)} at {speech.listing(clocks)}")
    say = (
        f"{lead}{'; '.join(by_day)}. Which works for you?" if len(starts) > 1 else f"{lead}{by_day[0]}. Does that work?"
    )
    listed = [{"slot": slot_tag.value(start), "when": speech.moment(start)} for start in starts]
    return Said(
        True, say, data={"service": choice.service.name, "slots": listed, "more": sum(d.more for d in choice.days)}
    )


def _closed(day: datetime | Any, reason: str | None) -> str:
    return f"{speech.day(day)} is closed{f' ({reason})' if reason else ''}. "


def accepted_start(ctx: Context, slot: str, deed: str, moving: Booking | None = None) -> datetime:
    """The UTC start of `slot`, if the customer's latest message accepts exactly that one; `deed` is book or move.

    Raises INVALID_TIME for an unreadable slot, CHOICE_NEEDED when the message leaves several open, and
    CLAIM_NOT_ACCEPTED when it accepts none or another one.
    """
    remembered = slots.remembered(ctx, "slots")
    zone = moving.zone if moving is not None else ctx.org.zone
    try:
        start = slot_tag.read(slot, zone)
    except ValueError as error:
        raise Problem(
            "INVALID_TIME", "That slot cannot be read.", fix="Pass a slot exactly as list_open_slots gave it."
        ) from error
    text, before = last_words(ctx)
    offered = [datetime.fromisoformat(one).astimezone(zone) for one in remembered.items] if remembered else []
    answer = acceptance.accepted(text, offered, ctx.local_now, context=before)
    if answer.slot is not None and answer.slot == start:
        return start
    if answer.reason == "ambiguous":
        raise Problem(
            "CHOICE_NEEDED",
            f"Which of those times should I {deed}?",
            fix="Ask the customer which one of the offered times they want; pass it once they say so.",
        )
    raise Problem(
        "CLAIM_NOT_ACCEPTED",
        "The customer has not accepted that time yet.",
        fix="Offer open times from list_open_slots and wait for the customer to pick one.",
    )


def wish_to_cancel(ctx: Context) -> None:
    """Check that the customer asked to cancel in their last few messages; raises CLAIM_NOT_ACCEPTED otherwise."""
    recent = ctx.session.scalars(
        select(Message.body)
        .where(Message.conversation_id == thread_of(ctx).id, Message.direction == "in")
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(RECENT)
    )
    if not any(CANCEL_WORDS.search(body) for body in recent):
        raise Problem(
            "CLAIM_NOT_ACCEPTED",
            "The customer has not asked to cancel.",
            fix="Cancel only when the customer asks for it in their own words.",
        )


def booked(ctx: Context, row: Booking) -> Said:
    """A booking as the text the customer gets."""
    said = words(ctx, row)
    span = speech.moment(said.start)
    if row.status == "pending":
        say = f"Requested! I've asked the office for {said.service} on {span}. They will let you know by text."
    else:
        by = f" with {said.technician}" if said.technician else ""
        say = f"Booked! {said.service} on {span}{by}."
    if not row.address:
        say += " What's the address for the visit?"
    return Said(True, say, data=facts(ctx, row), booking_id=row.id)


def note_details(
    ctx: Context,
    *,
    name: str | None,
    address: str | None,
    postal_code: str | None,
    email: str | None,
    issue: str | None,
    service: str | None,
) -> Said:
    """Keep what the customer told us, on them, on their lead, and on a visit that still lacks it."""
    thread, customer = thread_of(ctx), customer_of(ctx)
    leads.tell(ctx, customer, name=name, email=email, address=address, postal_code=postal_code)
    meant = services.find_service(ctx, service) if service else None
    leads.describe(ctx, thread.lead_id, issue=issue, service_id=meant.id if meant else None)
    for visit in visits_of(ctx):
        missing = {
            field: value
            for field, value in (("customer_name", name), ("address", address), ("postal_code", postal_code))
            if value and not getattr(visit, field)
        }
        if missing:
            bookings.change_details(ctx, visit, **missing)
    return Said(True, "Thanks, I've noted that.", data={"noted": True})


def refused(ctx: Context, name: str, problem: Problem) -> Said:
    """A Problem as a tool's answer: words for the customer, and for the model what to do next."""
    data: dict[str, Any] = {"fix": problem.fix} if problem.fix else {}
    say = problem.detail
    alternatives = problem.extras.get("alternatives") or []
    if alternatives:
        spoken = wording.times_spoken(alternatives)
        say = f"{problem.detail} The closest open times are {spoken}."
        data["slots"] = [{"slot": one["slot"], "when": wording.times_spoken([one])} for one in alternatives]
        starts = [one["start"] for one in alternatives]
        slots.remember(ctx, "slots", starts, problem.extras.get("service_id"), ctx.org.timezone)
    visits: list[Booking] = problem.extras.get("visits") or []
    if problem.code == "CHOICE_NEEDED" and visits:
        slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
        lines = [f"{number}. {words(ctx, one).service}, {words(ctx, one).when}" for number, one in enumerate(visits, 1)]
        say = "Which visit do you mean? " + " ".join(lines)
        data["visits"] = [facts(ctx, one) for one in visits]
    if problem.code == "CUTOFF_PASSED":
        ctx.session.add(
            Task(
                org_id=ctx.org.id,
                kind="cutoff",
                urgency="urgent",
                text=f"A customer asked to {name} a visit inside the cutoff.",
                customer_id=thread_of(ctx).customer_id,
                conversation_id=ctx.scope,
                created_at=ctx.now,
            )
        )
    return Said(False, say, problem.code, data)
