"""Booking a visit for somebody: who, what, where, and one of the open times; for owners and admins any time."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.console.visit_form import OVERRIDING, chosen_start, heard, override_reason, refusal
from api.errors import status_of
from api.pages import form_text
from api.wire import day_named
from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Lead, Service, Staff
from tools import booking as visits
from tools import calendar_days, seen, sight, slots
from tools.problems import Problem, not_found
from tools.rules import slot_tag, speech
from tools.setup import setup_of

FIELDS = ("phone", "name", "email", "address", "postal_code", "notes", "service", "day", "technician", "slot")
MORE = ("lead", "conversation", "override", "date", "time", "override_reason")
NOTES = 4000
MONTH = timedelta(days=30)
NO_AREA = "OUT_OF_SERVICE_AREA"


@router.get("/book")
async def blank(
    request: Request,
    caller: Annotated[StaffCaller, Depends(signed_in)],
    day: str | None = None,
    lead: str | None = None,
    conversation: str | None = None,
) -> Response:
    """The form; `lead` or `conversation` (ids) fill in what is known of the customer."""

    def ask(ctx: Context) -> dict[str, Any]:
        return shown(ctx, caller, {"day": day, **known(ctx, caller.staff, lead, conversation)})

    return pages.page(request, "booking_new.html.j2", active="/console/calendar", problem="", **await caller.read(ask))


@router.post("/book")
async def book(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Book it; or, where `look` was pressed, show the open times of that service and day. What was written stays."""
    form = await request.form()
    told = {name: form_text(form, name, NOTES if name == "notes" else 300) for name in (*FIELDS, *MORE)}
    if "look" in form:
        looked = form_text(form, "look", 10)  # "1", or the day that is offered in place of a full one
        told["day"] = told["day"] if looked in (None, "1") else looked
        facts = await caller.read(lambda ctx: shown(ctx, caller, told))
        return pages.page(request, "booking_new.html.j2", active="/console/calendar", problem="", **facts)

    def act(ctx: Context) -> Booking:
        visits.check_emails(told["email"])
        if told["phone"] is None and told["conversation"] is None:
            raise Problem("MISSING_FIELDS", "Please write the customer's phone number.", fix="Send phone.")
        service = chosen_service(ctx, told["service"])
        lead = seen.lead(ctx, caller.staff, told["lead"]) if told["lead"] else None
        thread = sight.thread(ctx, caller.staff, told["conversation"]) if told["conversation"] else None
        return visits.book(
            ctx,
            visits.Visit(
                start=chosen_start(form, ctx.org.zone),
                service=service,
                customer_phone=told["phone"],
                customer_name=told["name"],
                customer_email=told["email"],
                address=told["address"],
                postal_code=told["postal_code"],
                notes=told["notes"],
                technician_id=told["technician"],
                lead_id=lead.id if lead and lead.is_open else None,
                conversation_id=thread.id if thread else None,
                override_reason=override_reason(caller, form),
            ),
        )

    try:
        made = await caller.write(act)
    except Problem as problem:
        if problem.code == "NOT_FOUND":
            raise
        facts = await caller.read(lambda ctx: shown(ctx, caller, told))
        told_why = refusal(caller, problem)
        status = status_of(problem)
        return pages.page(request, "booking_new.html.j2", status, active="/console/calendar", problem=told_why, **facts)
    note = "Requested: it waits for an approval." if made.status == "pending" else "Booked."
    note += await caller.read(lambda ctx: heard(ctx, made))
    still_seen = await caller.read(lambda ctx: is_seen(ctx, caller.staff, made.id))
    return pages.back_to(request, f"/console/bookings/{made.id}" if still_seen else "/console/calendar", note)


def is_seen(ctx: Context, staff: Staff, booking_id: str) -> bool:
    """Whether whoever booked may look at it afterwards: a service of another team's is theirs."""
    try:
        return bool(seen.booking(ctx, staff, booking_id))
    except Problem:
        return False


def known(ctx: Context, staff: Staff, lead_id: str | None, conversation_id: str | None) -> dict[str, str | None]:
    """What we know already of the customer of a lead or thread this person may see."""
    lead: Lead | None = seen.lead(ctx, staff, lead_id) if lead_id else None
    thread: Conversation | None = sight.thread(ctx, staff, conversation_id) if conversation_id else None
    customer_id = lead.customer_id if lead else thread.customer_id if thread else None
    customer = ctx.session.get(Customer, customer_id) if customer_id else None
    if customer is None:
        return {}
    about = {name: getattr(customer, name) for name in ("phone", "name", "email", "address", "postal_code")}
    service = lead.service_id if lead else None
    return {**about, "lead": lead_id, "conversation": conversation_id, "service": service}


def chosen_service(ctx: Context, service_id: str | None) -> Service:
    """The service a form names. Raises NOT_FOUND."""
    offered = setup_of(ctx).services
    return next((one for one in offered if one.id == service_id and one.is_bookable), None) or not_found("service")


def next_open(ctx: Context, service: Service, day: date, postal_code: str | None) -> date | None:
    """The first local day from `day` on with an open start, None when a month has none. Raises OUT_OF_SERVICE_AREA."""
    first = max(day, ctx.local_now.date())
    found = slots.list_open(ctx, service, first, first + MONTH, postal_code=postal_code).openings
    return found[0].start.astimezone(ctx.org.zone).date() if found else None


def shown(ctx: Context, caller: StaffCaller, told: Mapping[str, str | None]) -> dict[str, Any]:
    """The form as it was filled in, with the open times of its service and day."""
    offered = [one for one in setup_of(ctx).services if one.is_bookable]
    service = next((one for one in offered if one.id == told.get("service")), offered[0] if offered else None)
    day: date = day_named(told.get("day") or "") if told.get("day") else ctx.local_now.date()
    starts, covered, soonest = [], True, None
    if service is not None:
        zip_code = told.get("postal_code")
        try:
            openings = calendar_days.open_times(ctx, day, service=service, postal_code=zip_code)
            soonest = None if openings else next_open(ctx, service, day, zip_code)
            if soonest is not None and not told.get("day"):
                day, soonest = soonest, None
                openings = calendar_days.open_times(ctx, day, service=service, postal_code=zip_code)
        except Problem as problem:
            if problem.code != NO_AREA:
                raise
            openings, covered = [], False
        starts = [one.start.astimezone(ctx.org.zone) for one in openings]
    return {
        "told": {**dict.fromkeys((*FIELDS, *MORE)), **told},
        "services": [(one.id, f"{one.name}, {one.duration_minutes} min") for one in offered],
        "service": service.id if service else "",
        "chosen": day,
        "covered": covered,
        "soonest": soonest,
        "times": [(slot_tag.value(one), speech.clock(one)) for one in starts],
        "people": [("", "Whoever is free"), *((one.id, one.name) for one in setup_of(ctx).able(service))],
        "may_override": caller.may(*OVERRIDING),
    }
