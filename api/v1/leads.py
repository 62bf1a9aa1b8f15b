"""/api/v1/leads: who wants work, how far it came, and what happened on the way (EM-A1)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AliasChoices, Field

from api import dialects
from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.v1.visit_request import ServiceNamed
from api.wire import PROBLEMS, Body, Given, Id, Instant, LongText, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Customer, Lead
from tools import leads, ways_in
from tools.booking import check_emails
from tools.problems import not_found

router = APIRouter(prefix="/api/v1/leads", tags=["leads"], responses=PROBLEMS)

KEYED = {"parameters": [HEADER]}
ITS = ("priority", "worth_cents", "entry_point_id", "created_at", "updated_at")
ABOUT_THEM = ("name", "email", "address", "postal_code")
OPINION = {"priority", "worth_cents"}


class LeadShown(Shown):
    """A lead with its customer. `status` is in this door's words; `source` says where it came from, `entry_point_id`
    by which way in."""

    id: str
    contact_id: str
    name: str | None
    email: str | None
    phone: str | None
    address: str | None
    postal_code: str | None
    channel: str
    source: str
    entry_point_id: str | None
    status: str
    lost_reason: str | None
    event_type_id: str | None
    issue: str | None
    urgency: str
    priority: str | None
    worth_cents: int | None
    waitlist: bool
    booked_at: Instant | None
    won_at: Instant | None
    lost_at: Instant | None
    created_at: Instant
    updated_at: Instant


class LeadEventShown(Shown):
    """One line of a lead's timeline."""

    at: Instant
    actor: str
    event: str
    detail: dict[str, Any]


class LeadWithEvents(LeadShown):
    """One lead with its timeline, oldest first."""

    events: list[LeadEventShown]


class NewLead(ServiceNamed):
    """Somebody who wants work. The open lead of that number is used again; details fill gaps."""

    phone: Given
    name: Annotated[Text | None, Field(validation_alias=AliasChoices("name", "fullName"))] = None
    email: Text | None = None
    address: Text | None = None
    postal_code: Text | None = None
    issue: LongText | None = None
    priority: Text | None = None
    worth_cents: int | None = None
    entry_point_id: Given | None = None


class LeadPatch(Body):
    """What should change; members left out stay. `reason` says why a lead was lost; `waitlist` that an earlier time is
    wanted: one that comes free is offered by text, to whoever has waited longest."""

    status: Given | None = None
    reason: Text | None = None
    name: Text | None = None
    email: Text | None = None
    address: Text | None = None
    postal_code: Text | None = None
    issue: LongText | None = None
    priority: Text | None = None
    worth_cents: int | None = None
    waitlist: bool | None = None


@router.get("", response_model=page_of("leads", LeadShown))
async def list_leads(
    caller: Annotated[Caller, Depends(needs("READ_LEADS"))],
    page: Annotated[Page, Depends(paging)],
    status: Text | None = None,
    phone: Text | None = None,
    search: Text | None = None,
    channel: Text | None = None,
    waitlist: bool | None = None,
) -> JSONResponse:
    """Leads, newest first; `search` looks in names and e-mails, `channel` is sms, voice, web and the like. Scope
    READ_LEADS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = listings.leads(
            ctx,
            offset=page.offset,
            size=page.size,
            status=None if status is None else dialects.stored_lead_status(status),
            phone=leads.written_phone(ctx, phone),
            search=search,
            channel=channel.lower() if channel else None,
            waiting=waitlist,
        )
        return paged("leads", [LeadShown(**_fields(*row)).shown() for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=LeadShown, openapi_extra=KEYED)
async def create_lead(
    request: Request, body: NewLead, caller: Annotated[Caller, Depends(needs("WRITE_LEADS"))]
) -> Response:
    """Make a lead, or find the open one of that number. Scope WRITE_LEADS."""

    def act(ctx: Context) -> dict[str, Any]:
        check_emails(body.email)
        service = body.find(ctx) if body.wanted else None
        customer = leads.customer_for(ctx, body.phone, **{name: getattr(body, name) for name in ABOUT_THEM})
        lead = leads.open_lead(ctx, customer)
        leads.describe(ctx, lead.id, issue=body.issue, service_id=service.id if service else None)
        leads.appraise(ctx, lead, body.model_dump(include=OPINION, exclude_none=True))
        if body.entry_point_id is not None:
            ways_in.came_by(ctx, lead, body.entry_point_id)
        return LeadShown(**_fields(lead, customer)).shown()

    return await act_once(request, caller, act, status=201)


@router.get("/{lead_id}", response_model=LeadWithEvents)
async def get_lead(lead_id: Id, caller: Annotated[Caller, Depends(needs("READ_LEADS"))]) -> JSONResponse:
    """One lead with its timeline. Scope READ_LEADS."""

    def ask(ctx: Context) -> dict[str, Any]:
        lead, customer = listings.lead_and_customer(ctx, lead_id) or not_found("lead")
        events = [
            LeadEventShown(at=line.at, actor=line.actor_name, event=line.event, detail=line.detail)
            for line in listings.timeline(ctx, lead_id)
        ]
        return LeadWithEvents(**_fields(lead, customer), events=events).shown()

    return JSONResponse(await caller.read(ask))


@router.patch("/{lead_id}", response_model=LeadShown, openapi_extra=KEYED)
async def update_lead(
    request: Request, lead_id: Id, body: LeadPatch, caller: Annotated[Caller, Depends(needs("WRITE_LEADS"))]
) -> Response:
    """Give a lead a status in any dialect's word, or correct what is known of its customer. Scope WRITE_LEADS."""

    def act(ctx: Context) -> dict[str, Any]:
        lead, customer = listings.lead_and_customer(ctx, lead_id) or not_found("lead")
        check_emails(body.email)
        leads.tell(ctx, customer, **{name: getattr(body, name) for name in ABOUT_THEM})
        leads.describe(ctx, lead.id, issue=body.issue)
        leads.appraise(ctx, lead, body.model_dump(include=OPINION, exclude_none=True))
        if body.waitlist is not None:
            leads.wait(ctx, lead, body.waitlist)
        if body.status is not None:
            leads.set_status(ctx, lead, body.status, reason=body.reason)
        ctx.session.flush()
        return LeadShown(**_fields(lead, customer)).shown()

    return await act_once(request, caller, act)


def _fields(lead: Lead, customer: Customer) -> dict[str, Any]:
    own = ("id", "channel", "source", "lost_reason", "issue", "urgency", "waitlist", "booked_at", "won_at", "lost_at")
    return {
        **{name: getattr(lead, name) for name in (*own, *ITS)},
        **{name: getattr(customer, name) for name in ("name", "email", "phone", "address", "postal_code")},
        "contact_id": customer.id,
        "status": dialects.V1_LEAD[lead.status],
        "event_type_id": lead.service_id,
    }
