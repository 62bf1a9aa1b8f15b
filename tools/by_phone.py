"""What a voice agent does about time: the same acts as everywhere, told in sentences for the ear (contract 2.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from storage.context import Context
from storage.tables import Booking, Service, ToolCall
from tools import booking as bookings
from tools import selector, services, slots, told_so_far, wording
from tools.problems import Problem
from tools.refusals import utc
from tools.rules import area, phones, slot_tag, speech, wall_time, when
from tools.telling import all_words, words
from tools.tool import Said

ANOTHER_WITHIN = timedelta(days=14)
MOST_DAYS = 3
PARTS_OF_DAY = ("morning", "afternoon", "evening")
CALLED = {
    "slot": "time",
    "new_slot": "new time",
    "name": "name",
    "phone": "phone number",
    "message": "message",
    "postal_code": "ZIP code",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One tool call on a phone: its arguments, and who is on the line as far as the platform says.

    `caller` is the customer's number from the call's envelope (E.164) or null; `withheld`: there was an envelope, and
    it holds no number; `call_id` names the call; `sees_threads`: the agent's credential may read conversations;
    `needs_approval`: what it writes waits for a person (TP-A10).
    """

    args: dict[str, Any]
    call_id: str | None = None
    caller: str | None = None
    withheld: bool = False
    sees_threads: bool = False
    needs_approval: bool = False

    def text(self, name: str) -> str | None:
        """An argument as text; null when nothing was said."""
        value = self.args.get(name)
        return None if value is None else str(value)

    def need(self, *names: str) -> None:
        """Raise MISSING_FIELDS unless all of these were said."""
        missing = [name for name in names if self.text(name) is None]
        if missing:
            raise no_word_of(*missing)


def no_word_of(*names: str) -> Problem:
    """MISSING_FIELDS for these arguments."""
    what = speech.listing([CALLED[name] for name in names])
    return Problem("MISSING_FIELDS", f"No {what} was given.", fix="Send it.", fields=list(names))


def list_slots(ctx: Context, event_type: str, asked: Asked) -> Said:
    """Open times as a listing with tags; remembered for this call."""
    service = services.for_sale(service_asked(ctx, event_type, asked))
    wish = when.wish(asked.text("preferred_day"), asked.text("preferred_time"), ctx.local_now)
    postal_code = asked.text("postal_code") or area.postal_code_in(asked.text("address") or "")
    choice = slots.choose(ctx, service, wish, postal_code=postal_code, days=_days(asked))
    closed = [f"{speech.day(day)} is closed{f' ({reason})' if reason else ''}." for day, reason in choice.closed]
    if not choice.days:
        return Said(False, wording.nothing_open(slots.LOOK_AHEAD, closed[:3]), "NO_OPEN_TIMES")
    starts = [one.start for day in choice.days for one in day.openings]
    slots.remember(ctx, "slots", [one.isoformat() for one in starts], service.id, str(choice.zone))
    lead = closed[:3]
    if choice.unread:
        lead.append(f'I could not place "{choice.unread}", so these are the soonest times.')
    elif not choice.matched:
        lead.append(f"Nothing is open {_wished(wish, asked)}. The closest times are:")
    days = [
        wording.DayTimes(day.day, tuple(one.start.astimezone(choice.zone) for one in day.openings), day.more)
        for day in choice.days
    ]
    zone = wall_time.zone_words(choice.zone, starts[0])
    text = wording.offering(
        service.name, service.duration_minutes, choice.technician_names, service.description, zone, days, lead=lead
    )
    return Said(True, text)


def book(ctx: Context, event_type: str, asked: Asked) -> Said:
    """Book the slot for the caller, whatever number they name (X23); of that number's visits only its owner hears."""
    asked.need("slot", "name")
    attendees = _attendees(asked)
    bookings.check_emails(asked.text("email"), attendees)
    phone = number(ctx, asked)
    service = service_asked(ctx, event_type, asked)
    before = [
        one
        for one in (bookings.upcoming(ctx, phone) if phone else ())
        if one.service_id == service.id and one.start_at <= ctx.now + ANOTHER_WITHIN
    ]
    row = bookings.book(
        ctx,
        bookings.Visit(
            start=start_of(ctx, asked, "slot"),
            service=service,
            customer_phone=phone,
            customer_name=asked.text("name"),
            customer_email=asked.text("email"),
            address=asked.text("address"),
            postal_code=asked.text("postal_code") or area.postal_code_in(asked.text("address") or ""),
            notes=asked.text("notes"),
            attendees=attendees,
            call_id=asked.call_id,
            credential_id=ctx.actor.id,
            needs_approval=asked.needs_approval,
        ),
    )
    visit, others = words(ctx, row), [one for one in before if one.id != row.id]
    if phone is not None and not _is_theirs(ctx, phone, asked):
        visit = replace(visit, customer=asked.text("name"), place=asked.text("address"))
        others = []
    texted = told_so_far.standing(ctx, row).confirmation_state == "QUEUED" and row.customer_phone is not None
    text = wording.booked(
        visit,
        text_to=phones.last_four(row.customer_phone) if texted and row.customer_phone else None,
        requested=row.status == "pending",
        also=wording.also_has(all_words(ctx, others)),
    )
    return Said(True, text, data={"start": utc(row.start_at)}, booking_id=row.id)


def still_so(ctx: Context, call: ToolCall, *, chosen: bool) -> bool:
    """Whether what an earlier call answered is still true, so that the same call again may hear the same.

    `chosen`: it said which visit. Without that, a visit booked in this call since is what a second "cancel it" means.
    """
    visit = ctx.session.get(Booking, call.booking_id) if call.booking_id else None
    if visit is None:
        return True
    if "start" in call.data:
        return visit.is_active and utc(visit.start_at) == call.data["start"]
    others = bookings.upcoming(ctx, visit.customer_phone) if visit.customer_phone else []
    return visit.status == "cancelled" and (chosen or not any(one.call_id == ctx.scope for one in others))


def service_asked(ctx: Context, event_type: str, asked: Asked) -> Service:
    """The service of the path, or of the `service` argument where the path says `any`."""
    return services.find_service(ctx, asked.text("service") if event_type.casefold() == "any" else event_type)


def number(ctx: Context, asked: Asked) -> str | None:
    """The number this call is about: the one named, else the caller's. Raises INVALID_PHONE for one that is none."""
    named = asked.text("phone")
    if named is None:
        return asked.caller
    found = phones.e164(named, ctx.org.region)
    if found is None:
        raise Problem("INVALID_PHONE", "That phone number is not valid.", fix="Send it with the area code.")
    return found


def number_needed(ctx: Context, asked: Asked) -> str:
    """`number`, which must be known. Raises MISSING_FIELDS and INVALID_PHONE."""
    found = number(ctx, asked)
    if found is None:
        raise no_word_of("phone")
    return found


def start_of(ctx: Context, asked: Asked, field: str, moving: Booking | None = None) -> datetime:
    """The UTC start of a slot argument; its zone is the remembered offer's, else the visit's or the business's.

    Raises INVALID_TIME.
    """
    remembered = slots.remembered(ctx, "slots")
    named = remembered.timezone if remembered else (moving.timezone if moving else ctx.org.timezone)
    zone = wall_time.zone_named(named) or ctx.org.zone
    try:
        return slot_tag.read(asked.text(field) or "", zone)
    except wall_time.NoSuchTime as error:
        raise Problem(
            "INVALID_TIME",
            "That time does not exist on that day, because the clocks change.",
            fix="Offer another time.",
        ) from error
    except slot_tag.UnreadableSlot as error:
        again = f'pass {field} exactly as it was listed, for example "2026-11-23 09:00".'
        raise Problem("INVALID_TIME", "That slot cannot be read.", fix=again, ask=again) from error


def prove(ctx: Context, claimed: str, asked: Asked, **proofs: str | None) -> None:
    """`selector.prove` for this call: a caller who withholds their number is not the one they name."""
    selector.prove(ctx, claimed, "" if asked.withheld else asked.caller, **proofs)


def _is_theirs(ctx: Context, phone: str, asked: Asked) -> bool:
    try:
        prove(ctx, phone, asked)
    except Problem:
        return False
    return True


def _days(asked: Asked) -> int:
    said = asked.text("days") or ""
    return min(max(int(said), 1), MOST_DAYS) if said.isascii() and said.isdigit() and len(said) < 4 else MOST_DAYS


def _attendees(asked: Asked) -> Sequence[Any]:
    given = asked.args.get("attendees") or ()
    if isinstance(given, str):
        return [one.strip() for one in given.split(",") if one.strip()]
    return given if isinstance(given, (list, tuple)) else [given]


def _wished(wish: when.When, asked: Asked) -> str:
    """The preference in our own words: "Monday morning", "at 2:00 PM"."""
    day = ""
    if wish.day is not None:
        named = [speech.WEEKDAYS[one.weekday()] for one in wish.days or (wish.day,)]
        day = speech.listing(list(dict.fromkeys(named))) if wish.last_day is None else "on those days"
    said = f"{asked.text('preferred_day') or ''} {asked.text('preferred_time') or ''}".lower()
    part = next((one for one in PARTS_OF_DAY if one in said), None)
    if part:
        return f"{day} {part}" if day else f"in the {part}"
    if wish.exact and wish.start is not None:
        return f"{day} at {speech.clock(wish.start)}".strip()
    if wish.start is not None or wish.end is not None:
        return f"{day} at that time".strip()
    return day or "then"
