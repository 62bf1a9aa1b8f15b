"""What a voice agent's tools do: the same acts as everywhere, told in sentences for the ear (contract 2.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.context import Context
from storage.tables import Booking, EntryPoint, Service, Task
from tools import booking as bookings
from tools import reminders, selector, services, slots, wording
from tools.problems import Problem
from tools.rules import area, phones, slot_tag, speech, wall_time, when
from tools.slots import Choice
from tools.telling import all_words, words
from tools.tool import Said

ANOTHER_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Asked:
    """One tool call on a phone: its arguments, and who is on the line as far as the platform says.

    `caller` is the customer's number from the call's envelope (E.164) or null; `call_id` names the call.
    """

    args: dict[str, Any]
    call_id: str | None = None
    caller: str | None = None

    def text(self, name: str) -> str | None:
        """An argument as text; null when nothing was said."""
        value = self.args.get(name)
        return None if value is None else str(value)


def service_asked(ctx: Context, event_type: str, asked: Asked) -> Service:
    """The service of the path, or of the `service` argument where the path says `any`."""
    return services.find_service(ctx, asked.text("service") if event_type == "any" else event_type)


def list_slots(ctx: Context, event_type: str, asked: Asked) -> Said:
    """Open times as a listing with tags; remembered for this call."""
    service = service_asked(ctx, event_type, asked)
    wish = when.wish(asked.text("preferred_day"), asked.text("preferred_time"), ctx.local_now)
    postal_code = asked.text("postal_code") or area.postal_code_in(asked.text("address") or "")
    choice = slots.choose(ctx, service, wish, postal_code=postal_code)
    closed = [f"{speech.day(day)} is closed{f' ({reason})' if reason else ''}." for day, reason in choice.closed]
    if not choice.days:
        text = " ".join([*closed, wording.nothing_open(slots.LOOK_AHEAD)]) if closed else None
        return Said(False, text or wording.nothing_open(slots.LOOK_AHEAD), "NO_OPEN_TIMES")
    starts = [one.start for day in choice.days for one in day.openings]
    slots.remember(ctx, "slots", [one.isoformat() for one in starts], service.id, str(choice.zone))
    lead = list(closed)
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
    """Book the slot for the caller."""
    if asked.text("slot") is None:
        raise _missing("slot", "Which time should be booked?")
    if asked.text("name") is None:
        raise _missing("name", "What name should the visit be under?")
    service = service_asked(ctx, event_type, asked)
    before = [
        one
        for one in bookings.upcoming(ctx, _phone(ctx, asked) or "")
        if one.service_id == service.id and one.start_at <= ctx.now + ANOTHER_WITHIN
    ]
    attendees = asked.args.get("attendees") or ()
    row = bookings.book(
        ctx,
        bookings.Visit(
            start=_start(ctx, asked, "slot", service),
            service=service,
            customer_phone=_phone(ctx, asked),
            customer_name=asked.text("name"),
            customer_email=asked.text("email"),
            address=asked.text("address"),
            postal_code=asked.text("postal_code") or area.postal_code_in(asked.text("address") or ""),
            notes=asked.text("notes"),
            attendees=tuple(attendees.split(",")) if isinstance(attendees, str) else tuple(attendees),
            call_id=asked.call_id,
            credential_id=ctx.actor.id,
        ),
    )
    standing = reminders.standing(ctx, row)
    texted = standing.confirmation_state == "QUEUED" and row.customer_phone is not None
    also = wording.also_has(all_words(ctx, [one for one in before if one.id != row.id]))
    text = wording.booked(
        words(ctx, row),
        text_to=phones.last_four(row.customer_phone) if texted and row.customer_phone else None,
        requested=row.status == "pending",
        also=also,
    )
    return Said(True, text, booking_id=row.id)


def cancel(ctx: Context, asked: Asked) -> Said:
    """Cancel the caller's visit, or ask which one."""
    visits = _own_visits(ctx, asked, "cancelled")
    visit = _pick(ctx, asked, visits)
    gone = bookings.cancel(ctx, visit, reason=asked.text("reason"), by_customer=True)
    return Said(True, wording.cancelled(words(ctx, gone)), booking_id=gone.id)


def reschedule(ctx: Context, asked: Asked) -> Said:
    """Move the caller's visit to a new slot, or ask which one; a failure says that the old visit stands."""
    if asked.text("new_slot") is None:
        raise _missing("new_slot", "Which new time should it be?")
    visits = _own_visits(ctx, asked, "moved")
    visit = _pick(ctx, asked, visits)
    old_start, old = visit.local_start, words(ctx, visit)
    try:
        moved = bookings.move(ctx, visit, _start(ctx, asked, "new_slot", None, visit))
    except Problem as problem:
        problem.extras["old"] = old
        raise
    text = wording.rescheduled(words(ctx, moved), old_start, requested=moved.status == "pending")
    return Said(True, text, booking_id=moved.id)


def my_visits(ctx: Context, asked: Asked) -> Said:
    """What the caller has booked, remembered so that a number means this list."""
    visits = _own_visits(ctx, asked, None)
    slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
    return Said(bool(visits), wording.your_visits(all_words(ctx, visits)), None if visits else "NOT_FOUND")


def refused(ctx: Context, tool: str, problem: Problem) -> Said:
    """A Problem as the sentence the agent must hear; it leaves behind the list that was read, or a staff task."""
    visits: list[Booking] = problem.extras.get("visits") or []
    named = all_words(ctx, visits)
    if visits:
        slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
    if problem.code == "CUTOFF_PASSED":
        ctx.session.add(
            Task(
                org_id=ctx.org.id,
                kind="cutoff",
                urgency="urgent",
                text=f"A caller asked to {tool} a visit inside the cutoff.",
                created_at=ctx.now,
            )
        )
    if problem.code == "CHOICE_NEEDED" and visits:
        nothing = {"cancel": "cancelled", "reschedule": "moved"}.get(tool, "changed")
        return Said(False, wording.choice_needed(named, nothing), problem.code)
    if tool == "cancel":
        return Said(False, wording.cancellation_failed(problem, named), problem.code)
    if tool == "reschedule":
        return Said(False, wording.reschedule_failed(problem, named, old=problem.extras.get("old")), problem.code)
    return Said(False, (wording.booking_failed if tool == "book" else wording.lookup_failed)(problem), problem.code)


def _pick(ctx: Context, asked: Asked, visits: Sequence[Booking]) -> Booking:
    """The visit meant. With `voice_confirm_changes` even a single visit is read back before it is touched."""
    chosen = asked.text("booking_selector")
    if chosen is None and ctx.org.voice_confirm_changes:
        raise Problem("CHOICE_NEEDED", "Which visit is meant?", fix="Pass booking_selector.", visits=list(visits))
    return selector.pick(ctx, list(visits), chosen)


def _own_visits(ctx: Context, asked: Asked, nothing: str | None) -> list[Booking]:
    """The upcoming visits under the caller's number, once they may know of them (X23)."""
    claimed = _phone(ctx, asked)
    if claimed is None:
        raise _missing("phone", "Which number was it booked with?")
    selector.prove(
        ctx,
        claimed,
        asked.caller,
        name=asked.text("name"),
        visit_day=asked.text("visit_day"),
        confirm_code=asked.text("confirm_code"),
        booking_code=asked.text("booking_selector"),
    )
    visits = bookings.upcoming(ctx, claimed)
    if not visits and nothing is not None:
        raise Problem(
            "NOT_FOUND",
            f"There is no upcoming visit under the number ending {phones.last_four(claimed)}.",
            fix="Ask for the number it was booked with.",
            ask="ask for the number it was booked with.",
        )
    return visits


def _phone(ctx: Context, asked: Asked) -> str | None:
    """The number this call is about: the one named, else the caller's. Raises INVALID_PHONE for one that is none."""
    named = asked.text("phone")
    if named is None:
        return asked.caller
    number = phones.e164(named, ctx.org.region)
    if number is None:
        raise Problem("INVALID_PHONE", "That phone number is not valid.", fix="Send it with the area code.")
    return number


def _start(ctx: Context, asked: Asked, field: str, service: Service | None, moving: Booking | None = None) -> datetime:
    """The UTC start of a slot argument; its zone is the remembered offer's, else the visit's or the business's."""
    remembered = slots.remembered(ctx, "slots") if ctx.scope else None
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
        raise Problem(
            "INVALID_TIME", "That slot cannot be read.", fix=f'Pass {field} as it was listed, like "2026-11-23 09:00".'
        ) from error


def own_numbers(ctx: Context) -> set[str]:
    """The business's tracked numbers (E.164): a call from one of these is outbound."""
    rows = ctx.session.query(EntryPoint.phone).filter(EntryPoint.org_id == ctx.org.id)
    return {phone for (phone,) in rows if phone}


def _wished(wish: when.When, asked: Asked) -> str:
    """The preference in our own words: "Monday morning", "at 2:00 PM"."""
    day = ""
    if wish.day is not None:
        day = speech.WEEKDAYS[wish.day.weekday()] if wish.last_day is None else "those days"
    part = (asked.text("preferred_time") or "").lower()
    words_said = [one for one in ("morning", "afternoon", "evening") if one in part]
    if words_said:
        return f"{day} {words_said[0]}".strip() if day else f"in the {words_said[0]}"
    if wish.exact and wish.start is not None:
        return f"{day} at {speech.clock(wish.start)}".strip()
    if wish.start is not None or wish.end is not None:
        return f"{day} at that time".strip()
    return day or "then"


def _missing(field: str, detail: str) -> Problem:
    return Problem("MISSING_FIELDS", detail, fix=f"Send {field}.", fields=[field])


__all__ = ["Asked", "Choice", "book", "cancel", "list_slots", "my_visits", "own_numbers", "refused", "reschedule"]
