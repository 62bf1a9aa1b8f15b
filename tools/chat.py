"""What the chat tools know without being told, this customer and their visits, and their answers as a text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Service, Task, Technician, ToolCall
from tools import booking as bookings
from tools import leads, pages, services, slots, visits, waiting_list, wording
from tools.latest import thread_of
from tools.problems import Problem
from tools.rules import slot_tag, speech, when
from tools.slots import Choice
from tools.telling import facts, words
from tools.tool import Said
from tools.wording import VisitWords

__all__ = ["facts", "thread_of", "words"]

DAYS_IN_A_TEXT = 2
TIMES_OF_A_DAY = 3
TIMES_OF_ONE_DAY = 4
OUTSIDE = (
    "I'm sorry, that ZIP code is outside the area we cover. If the job is somewhere else, what's the ZIP code there?"
)
TIMES_ALOUD = 2  # of a day: more are forgotten before the sentence ends


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
    """Look up times that answer a wish and offer them. Raises SERVICE_NOT_BOOKABLE, OUT_OF_SERVICE_AREA."""
    service = services.for_sale(service)
    code = postal_code or customer_of(ctx).postal_code
    one_day = wish.day is not None and wish.last_day is None and len(wish.days) < 2
    per_day = TIMES_OF_ONE_DAY if one_day and not wish.near else TIMES_OF_A_DAY
    if ctx.channel == "voice":
        per_day = TIMES_ALOUD
    choice = slots.choose(ctx, service, wish, postal_code=code, days=DAYS_IN_A_TEXT, per_day=per_day)
    that_day = [one for one in choice.days if one.day == wish.day]
    if not choice.matched and that_day:
        choice = replace(choice, days=that_day)
    return offer(ctx, choice)


def offer(ctx: Context, choice: Choice) -> Said:
    """Open times as a text: a few of them, in words, remembered so that "the second one" means what was said."""
    at_most = TIMES_OF_ONE_DAY if choice.matched else TIMES_OF_A_DAY
    by_day = [
        (day.day, sorted(one.start.astimezone(choice.zone) for one in day.openings[:at_most])) for day in choice.days
    ]
    lead = "".join(_closed(day, reason) for day, reason in choice.closed)
    if choice.unread:
        lead += "I'm not sure which day you mean, so these are the soonest times. "
    if not by_day:
        return Said(False, f"{lead}I don't see any open times in the next two weeks.", "NO_OPEN_TIMES", {"slots": []})
    if not choice.matched and not choice.unread and not lead:
        lead = "Nothing is open then. The closest times are "
    elif not choice.matched:
        lead += "The closest times are "
    else:
        lead += "I have "
    starts = [start for _day, times in by_day for start in times]
    slots.remember(ctx, "slots", [start.isoformat() for start in starts], choice.service.id, str(choice.zone))
    told = "; ".join(f"{speech.day(day)} at {speech.listing([*map(speech.clock, times)])}" for day, times in by_day)
    say = f"{lead}{told}. {'Which works for you?' if len(starts) > 1 else 'Does that work?'}"
    listed = [{"slot": slot_tag.value(start), "when": speech.moment(start)} for start in starts]
    return Said(
        True, say, data={"service": choice.service.name, "slots": listed, "more": sum(d.more for d in choice.days)}
    )


def _closed(day: date, reason: str | None) -> str:
    return f"{speech.day(day)} is closed{f' ({reason})' if reason else ''}. "


def calls_of_turn(ctx: Context, turn_key: str) -> list[tuple[str, Said]]:
    """The tool calls a turn has made, oldest first, with their answers."""
    rows = ctx.session.scalars(
        select(ToolCall)
        .where(ToolCall.org_id == ctx.org.id, ToolCall.turn_id == turn_key)
        .order_by(ToolCall.created_at, ToolCall.id)
    )
    return [(row.name, Said(row.ok, row.answer, row.code, row.data, row.booking_id)) for row in rows]


def booked(ctx: Context, row: Booking) -> Said:
    """A booking as the text the customer gets."""
    waiting_list.taken_up(ctx, row)
    slots.remember(ctx, "slots", [], row.service_id, ctx.org.timezone)
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


def moved(ctx: Context, row: Booking, old_start: datetime) -> Said:
    """A moved visit as the text the customer gets; `old_start` is local."""
    waiting_list.taken_up(ctx, row)
    slots.remember(ctx, "slots", [], row.service_id, ctx.org.timezone)
    said = words(ctx, row)
    say = f"Rescheduled! Your {said.service} is now on {said.when}. {speech.moment(old_start)} has been released."
    if row.status == "pending":
        say = f"Requested! Your {said.service} is requested for {said.when}. The office will let you know by text."
    return Said(True, say, data=facts(ctx, row), booking_id=row.id)


def cancelled(ctx: Context, row: Booking) -> Said:
    """A cancelled visit as the text the customer gets."""
    said = words(ctx, row)
    say = f"Cancelled! Your {said.service} on {said.when} has been cancelled."
    return Said(True, say, data=facts(ctx, row), booking_id=row.id)


def a_visit(named: Sequence[VisitWords]) -> str:
    """Visits as they stand in a sentence: "a Diagnostic visit on Tuesday, November 24 at 9:00 AM"."""
    return speech.listing([f"{_article(one.service)} {one.service} on {one.when}" for one in named], "and")


def _article(noun: str) -> str:
    return "an" if noun[:1].lower() in "aeiou" else "a"


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
    visits.fill_gaps(ctx, visits_of(ctx), customer_name=name, address=address, postal_code=postal_code)
    return Said(True, "Thanks, I've noted that.", data={"noted": True})


def send_link(ctx: Context, visit: Booking | None) -> Said:
    """Text the customer the page of their visit, without one the booking page; on a web page it stands in the chat.

    Raises OPTED_OUT, INVALID_PHONE, UPSTREAM_UNAVAILABLE.
    """
    thread, customer = thread_of(ctx), customer_of(ctx)
    here = thread if thread.channel != "voice" else None
    ours = f"{ctx.public_url}/book/{ctx.org.slug}"
    if visit is None:
        pages.text_link(ctx, customer, thread=here, asked_for=True, rebook_link=ours)
        return Said(True, "I've sent you the link to our booking page.")
    told = {"service": visit.service_label, "management_url": f"{ours}/manage/{visit.management_token}"}
    pages.text_link(ctx, customer, "visit_link", thread=here, asked_for=True, **told)
    said = words(ctx, visit)
    return Said(True, f"I've sent you the link to your {said.service} on {said.when}.", booking_id=visit.id)


def refused(ctx: Context, name: str, problem: Problem) -> Said:
    """A Problem as a tool's answer: words for the customer, and for the model what to do next."""
    data: dict[str, Any] = {"fix": problem.fix} if problem.fix else {}
    say = problem.detail
    alternatives = problem.extras.get("alternatives") or []
    if problem.code == "OUT_OF_SERVICE_AREA":
        say = OUTSIDE
    if alternatives:
        spoken = wording.times_spoken(alternatives)
        say = f"{problem.detail} The closest open times are {spoken}."
        data["slots"] = [{"slot": one["slot"], "when": wording.times_spoken([one])} for one in alternatives]
        starts = [one["start"] for one in alternatives]
        slots.remember(ctx, "slots", starts, problem.extras.get("service_id"), ctx.org.timezone)
    several: list[Booking] = problem.extras.get("visits") or []
    if problem.code == "CHOICE_NEEDED" and several:
        slots.remember(ctx, "visits", [one.id for one in several], None, ctx.org.timezone)
        lines = [
            f"{number}. {words(ctx, one).service}, {words(ctx, one).when}" for number, one in enumerate(several, 1)
        ]
        say = "Which visit do you mean? " + " ".join(lines)
        data["visits"] = [facts(ctx, one) for one in several]
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
