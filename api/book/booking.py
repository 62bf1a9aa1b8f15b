"""The public booking page: what, where, when, done. Every step is a plain page and works without JavaScript."""

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from fastapi import Request, Response

from api.book import router
from api.book.door import gone
from api.book.manage import Day, by_day, reached
from api.book.tongues import of_browser, written
from api.deps import House, house_of
from api.pages import form_text
from storage import lookup
from storage.context import CUSTOMER, Context
from storage.tables import Booking, BookingPage, Org, Service
from tools import booking as bookings
from tools import leads, pages, profile, services, ways_in
from tools.problems import Problem, not_found
from tools.rules import area, slot_tag
from tools.telling import words

DAYS_SHOWN = 14
FIELDS = ("service", "zip_code", "slot", "name", "phone", "address", "notes")


@dataclass(frozen=True, slots=True)
class Front:
    """A booking page that is open, and whose it is; `page` None is the business's own, which offers everything."""

    house: House
    org: Org
    page: BookingPage | None


async def opened(request: Request, slug: str) -> Front | Response:
    """The page under this address, or the one that says why there is none."""
    house = house_of(request)
    org = await house.db.read(lambda session: lookup.org_by_slug(session, slug))
    if org is not None:
        return Front(house, org, None)
    found = await house.db.read(lambda session: lookup.booking_page_by_slug(session, slug))
    if found is None:
        return gone(request, "no_business", 404)
    page_row, org = found
    if page_row.removed_at is not None or not page_row.active:
        why, status = ("page_removed", 410) if page_row.removed_at is not None else ("page_paused", 404)
        return gone(request, why, status, business=org, reached_at=await house.read(org, reached))
    return Front(house, org, page_row)


@router.get("/{slug}")
async def choose(request: Request, slug: str, service: str | None = None, zip_code: str | None = None) -> Response:
    """Pick a service and give a ZIP; then the open times."""
    front = await opened(request, slug)
    if isinstance(front, Response):
        return front
    house, org, own = front.house, front.org, front.page
    try:
        facts = await house.read(org, lambda ctx: offered(ctx, own, service, zip_code), actor=CUSTOMER, channel="book")
        return form(request, facts, {})
    except Problem as problem:
        facts = await house.read(org, lambda ctx: offered(ctx, own, None, None), actor=CUSTOMER, channel="book")
        return form(request, facts, {}, problem)


@router.post("/{slug}")
async def book(request: Request, slug: str) -> Response:
    """Book the time that was picked."""
    front = await opened(request, slug)
    if isinstance(front, Response):
        return front
    house, org, own = front.house, front.org, front.page
    if house.tries.count(f"book:{request.client.host if request.client else ''}").exceeded:
        return gone(request, "too_many_tries", 429)
    sent = await request.form()
    told = {name: form_text(sent, name) for name in FIELDS}
    tongue = of_browser(request)

    def act(ctx: Context) -> dict[str, Any]:
        row = book_told(ctx, own, told)
        leads.first_spoke(ctx, row.customer_id, tongue.code)
        ways_in.came_by_page(ctx, row.lead_id, slug)
        return {
            "visit": words(ctx, row),
            "requested": row.status == "pending",
            "business": ctx.org.name,
            "message": own.confirmation if own else "",
            **reached(ctx),
        }

    try:
        done = await house.write(org, act, actor=CUSTOMER, channel="book")
    except Problem as problem:
        facts = await house.read(org, lambda ctx: again(ctx, own, told), actor=CUSTOMER, channel="book")
        return form(request, facts, told, problem)
    return written(request, tongue, "done.html.j2", 201, **done)


def form(
    request: Request, facts: dict[str, Any], told: dict[str, str | None], problem: Problem | None = None
) -> Response:
    """The page with what is open and what was filled in so far, after a refusal with its reason."""
    tongue = of_browser(request)
    return written(
        request,
        tongue,
        "book.html.j2",
        200 if problem is None else 422,
        here=f"/book/{facts['slug']}",
        asked={"service": facts["chosen"], "zip_code": facts["zip_code"]},
        told=dict.fromkeys(FIELDS) | told,
        problem=tongue.said(problem.detail) if problem else None,
        wrong="phone" if problem and problem.code == "INVALID_PHONE" else "",
        **facts,
    )


def book_told(ctx: Context, own: BookingPage | None, told: dict[str, str | None]) -> Booking:
    """The booking a filled-in form asks for."""
    service = found_here(ctx, own, told["service"])
    if not told["slot"] or not told["phone"] or not told["name"] or not told["address"]:
        raise Problem("MISSING_FIELDS", "Please pick a time and fill in name, phone and address.", fix="Send them all.")
    try:
        start = slot_tag.read(told["slot"], ctx.org.zone).astimezone(UTC)
    except ValueError as error:
        raise Problem("INVALID_TIME", "Please pick one of the times below.", fix="Send a listed slot.") from error
    return bookings.book(
        ctx,
        bookings.Visit(
            start=start,
            end=start + timedelta(minutes=own.duration_minutes) if own and own.duration_minutes else None,
            service=service,
            customer_phone=told["phone"],
            customer_name=told["name"],
            address=told["address"],
            postal_code=area.postal_code_in(told["zip_code"] or "") or area.postal_code_in(told["address"]),
            notes=told["notes"],
            technician_id=own.technician_id if own else None,
        ),
    )


def again(ctx: Context, own: BookingPage | None, told: dict[str, str | None]) -> dict[str, Any]:
    """The page's facts after a refusal, as far as what was told can still be used."""
    try:
        return offered(ctx, own, told["service"], told["zip_code"])
    except Problem:
        return offered(ctx, own, None, None)


def found_here(ctx: Context, own: BookingPage | None, wanted: str | None) -> Service:
    """The service named, if this page offers it. Raises NOT_FOUND, and what `find_service` raises."""
    here = pages.offered(ctx, own)
    service = services.find_service(ctx, wanted) if wanted else next(iter(here), None)
    if service is None or (own is not None and service.id not in {one.id for one in here}):
        not_found("service")
    return service


def offered(ctx: Context, own: BookingPage | None, wanted: str | None, zip_code: str | None) -> dict[str, Any]:
    """The services, and once one is picked its open times of two weeks, by day."""
    here = {one.name for one in pages.offered(ctx, own)}
    told = profile.services_told(ctx, own.duration_minutes if own else None)
    service = found_here(ctx, own, wanted) if wanted else None
    times: list[Day] = []
    if service is not None:
        listing = pages.open_on(ctx, own, service, DAYS_SHOWN, area.postal_code_in(zip_code or ""))
        times = by_day([one.start.astimezone(listing.zone) for one in listing.openings])
    return {
        "business": ctx.org.name,
        "slug": own.slug if own else ctx.org.slug,
        "title": own.title if own else None,
        "about": (own.intro if own else "") or ctx.org.about,
        "services": [one for one in told if one["name"] in here],
        "chosen": service.name if service else None,
        "zip_code": zip_code,
        "times": times,
        **reached(ctx),
    }
