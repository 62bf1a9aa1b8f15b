"""Leads: who wants work, how far it came, what the office thinks of it, and what happened on the way."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.console.forms import Sent, refused_by, sent
from api.errors import status_of
from api.pages import form_text
from storage.context import Context
from storage.tables import Lead, LeadEvent, Staff
from storage.tables.leads import STATUSES
from tools import lead_list, leads, seen, setup
from tools.booking import check_emails
from tools.problems import Problem
from tools.rules import prices

Caller = Annotated[StaffCaller, Depends(signed_in)]
HERE = "/console/leads"
NOTES = 4000
TABS = (("open", "Open"), ("new", "New"), ("active", "Active"), ("booked", "Booked"), ("won", "Won"), ("lost", "Lost"))
OPEN = ("new", "active", "booked")
CAME_BY = {
    "MISSED_CALL": "a missed call",
    "SMS": "text",
    "VOICE": "phone",
    "API": "another program",
    "CONSOLE": "the office",
    "WEB": "the web",
}
LOST = ("too expensive", "another company", "out of area", "not our work", "no answer", "spam", "blocked")
TONES = {"new": "accent", "booked": "good", "won": "good", "lost": ""}
ABOUT_THEM = ("name", "email", "address", "postal_code")
NEW = ("phone", *ABOUT_THEM, "service", "issue", "notes")


@router.get("/leads")
async def listed(request: Request, caller: Caller, tab: str = "open", after: str | None = None) -> Response:
    """One page of a status, newest first."""

    def ask(ctx: Context) -> dict[str, Any]:
        found = lead_list.listed(ctx, caller.staff, OPEN if tab == "open" else (tab,), after)
        numbers = lead_list.counts(ctx, caller.staff)
        numbers["open"] = sum(numbers[one] for one in OPEN)
        return {
            "rows": found.rows,
            "tabs": [(name, f"{HERE}?tab={key}", key == tab, numbers[key]) for key, name in TABS],
            "newest": None if after is None else f"{HERE}?tab={tab}",
            "older": found.older and f"{HERE}?tab={tab}&after={found.older}",
            "tones": TONES,
            "came_by": came_by,
        }

    return pages.page(request, "leads.html.j2", active=HERE, **await caller.read(ask))


@router.get("/leads/new")
async def blank(request: Request, caller: Caller) -> Response:
    """The form for somebody who rang or walked in."""
    return await form_page(request, caller, {}, "")


@router.post("/leads/new")
async def create(request: Request, caller: Caller) -> Response:
    """Make a lead, or find the open one of that number."""
    form = await request.form()
    told = {name: form_text(form, name, NOTES if name in ("issue", "notes") else 300) for name in NEW}

    def act(ctx: Context) -> tuple[str, bool]:
        if told["phone"] is None:
            raise Problem("MISSING_FIELDS", "Please write the customer's phone number.", fix="Send phone.")
        check_emails(told["email"])
        customer = leads.customer_for(ctx, told["phone"], **{name: told[name] for name in ABOUT_THEM})
        seen.check_open_leads(ctx, caller.staff, customer)
        lead = leads.open_lead(ctx, customer)
        offered = {one.id for one in setup.setup_of(ctx).services}
        service = told["service"] if told["service"] in offered else None
        leads.describe(ctx, lead.id, issue=told["issue"], service_id=service)
        leads.appraise(ctx, lead, {"notes": told["notes"] or ""})
        ctx.session.flush()
        return lead.id, is_seen(ctx, caller.staff, lead.id)

    try:
        lead_id, still_seen = await caller.write(act)
    except Problem as problem:
        return await form_page(request, caller, told, problem.detail, status_of(problem))
    return pages.back_to(request, f"{HERE}/{lead_id}" if still_seen else HERE, "The lead is saved.")


@router.get("/leads/{lead_id}")
async def see(request: Request, lead_id: str, caller: Caller) -> Response:
    """One lead with its timeline, visits, threads and calls."""
    return await lead_page(request, caller, lead_id)


async def lead_page(
    request: Request, caller: StaffCaller, lead_id: str, form: Sent | None = None, refused: Problem | None = None
) -> Response:
    """The page of a lead; after a refusal with the opinion as it was filled in."""

    def ask(ctx: Context) -> dict[str, Any]:
        found = lead_list.whole(ctx, caller.staff, lead_id)
        services = {one.id: one.name for one in setup.setup_of(ctx).services}
        held = opinion(found.lead)
        return {
            "whole": found,
            "lead": found.lead,
            "v": held if form is None else form.over(held),
            "customer": found.customer,
            "service": services.get(found.lead.service_id or ""),
            "timeline": [(one, happened(one)) for one in reversed(found.timeline)],
            "statuses": [(one, one.capitalize()) for one in STATUSES],
            "reasons": [("", "No reason"), *((one, one.capitalize()) for one in reasons(found.lead.lost_reason))],
            "priorities": [("", "Not said"), *((one, one.capitalize()) for one in leads.PRIORITIES)],
            "shade": TONES.get(found.lead.status, ""),
            "came_by": came_by(found.lead.source),
        }

    facts = await caller.read(ask)
    return pages.page(request, "lead.html.j2", 422 if refused else 200, active=HERE, refused=refused, **facts)


@router.post("/leads/{lead_id}/status")
async def set_status(request: Request, lead_id: str, caller: Caller) -> Response:
    """Say how far it came; won and lost stop the automation. The reason is kept for a lost one."""
    form = await request.form()
    status, reason = form_text(form, "status", 20) or "", form_text(form, "reason", 60)

    def act(ctx: Context) -> None:
        why = reason.replace(" ", "_") if reason else None
        leads.set_status(ctx, seen.lead(ctx, caller.staff, lead_id), status, reason=why)

    await caller.write(act)
    return pages.back_to(request, f"{HERE}/{lead_id}", f"The lead is {pages.in_words(status)}.")


@router.post("/leads/{lead_id}/opinion")
async def appraise(request: Request, lead_id: str, caller: Caller) -> Response:
    """Priority, worth, notes and the waiting list: what the office thinks, and no customer reads."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        lead = seen.lead(ctx, caller.staff, lead_id)
        thought = {"priority": form.text("priority", 10) or None, "worth_cents": form.cents("worth", "Worth")}
        leads.appraise(ctx, lead, {**thought, "notes": form.text("notes", NOTES)})
        leads.wait(ctx, lead, form.ticked("waitlist"))

    held = form.unless_newer(lambda ctx: opinion(seen.lead(ctx, caller.staff, lead_id)), act)
    refused = await refused_by(caller, held)
    if refused is not None:
        return await lead_page(request, caller, lead_id, form, refused)
    return pages.back_to(request, f"{HERE}/{lead_id}", "Saved.")


def opinion(lead: Lead) -> dict[str, Any]:
    """What the office thinks of a lead, as its form shows it."""
    worth = prices.dollars(lead.worth_cents) if lead.worth_cents is not None else ""
    return {"priority": lead.priority or "", "worth": worth, "notes": lead.notes, "waitlist": lead.waitlist}


async def form_page(
    request: Request, caller: StaffCaller, told: dict[str, str | None], problem: str, status: int = 200
) -> Response:
    """The form of a new lead as it was filled in."""
    offered = await caller.read(lambda ctx: [(one.id, one.name) for one in setup.setup_of(ctx).services])
    facts = {"told": {**dict.fromkeys(NEW), **told}, "services": [("", "Not known yet"), *offered]}
    return pages.page(request, "lead_new.html.j2", status, active=HERE, problem=problem, **facts)


def is_seen(ctx: Context, staff: Staff, lead_id: str) -> bool:
    """Whether whoever made it may look at it: what belongs to no team yet, owners and admins hand out."""
    try:
        return bool(seen.lead(ctx, staff, lead_id))
    except Problem:
        return False


def reasons(present: str | None) -> tuple[str, ...]:
    """Why leads are lost; a reason that is none of ours stays to choose."""
    said = (present or "").replace("_", " ")
    return LOST if not said or said in LOST else (said, *LOST)


def came_by(source: str) -> str:
    """The way a lead came, in words; a way of the business's own is its name."""
    return CAME_BY.get(source, source)


def happened(line: LeadEvent) -> str:
    """A line of the timeline in words."""
    told = line.detail
    if line.event == "status":
        why = f" ({pages.in_words(told['reason'])})" if told.get("reason") else ""
        return f"{told.get('old', '')} to {told.get('new', '')}{why}".capitalize()
    if line.event == "created":
        return f"Came by {came_by(str(told.get('source', '')))}"
    if line.event == "waitlist":
        return "On the waiting list" if told.get("wanted") else "Off the waiting list"
    return pages.in_words(line.event).capitalize()
