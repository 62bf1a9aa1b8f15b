"""What anybody may know of a way in or a booking page, for a web page that shows it (SC-03, SC-39). No credential."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.deps import House, house_of
from api.wire import PROBLEMS, Id, Instant, Shown
from storage import lookup
from storage.context import Context
from storage.tables import BookingPage, Service
from tools import opening_hours, pages
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)

DAYS_AHEAD = 13  # with today a fortnight, as the page itself shows


class EntryPointInfo(Shown):
    """A way in as callers see it. `brand` is the business's name; `next_open_at` is null while it is open, and where
    the coming fortnight has no hours; both go by the way's own hours where it has some."""

    id: str
    name: str
    brand: str
    open_now: bool
    next_open_at: Instant | None


class ServiceInfo(Shown):
    """Work that can be booked on a page."""

    id: str
    slug: str
    name: str
    description: str
    duration_minutes: int
    fee_cents: int | None


class BookingPageInfo(Shown):
    """A booking page as its visitors see it. `open_days` are the local days of the coming fortnight with an open start;
    a paused page (`active` false) has none."""

    id: str
    url: str
    title: str
    intro: str
    business: str
    timezone: str
    active: bool
    services: list[ServiceInfo]
    open_days: list[str]


@router.get("/entry-points/{entry_point_id}/info", response_model=EntryPointInfo, tags=["entry-points"])
async def get_entry_point_info(request: Request, entry_point_id: Id) -> JSONResponse:
    """The little that is public about a way in: names, and whether the business is open. No credential."""
    house = _counted(request)
    found = await house.db.read(lambda session: lookup.open_entry_point(session, entry_point_id))
    way, org = found or not_found("entry point")

    def ask(ctx: Context) -> dict[str, Any]:
        open_now = opening_hours.open_now(ctx, way)
        return EntryPointInfo(
            id=way.id,
            name=way.name,
            brand=ctx.org.name,
            open_now=open_now,
            next_open_at=None if open_now else opening_hours.next_open(ctx, way),
        ).shown()

    return JSONResponse(await house.read(org, ask))


@router.get("/booking-pages/{page_id}/info", response_model=BookingPageInfo, tags=["booking-pages"])
async def get_booking_page_info(request: Request, page_id: Id) -> JSONResponse:
    """What a booking page offers, and on which days; 410 LINK_EXPIRED once it was taken away. No credential."""
    house = _counted(request)
    found = await house.db.read(lambda session: lookup.booking_page_by_id(session, page_id))
    page, org = found or not_found("booking page")
    if page.removed_at is not None:
        raise Problem("LINK_EXPIRED", "Nothing is booked on this page any more.", fix="Call the business.")

    def ask(ctx: Context) -> dict[str, Any]:
        services = pages.offered(ctx, page)
        return BookingPageInfo(
            id=page.id,
            url=f"{house.settings.public_url}/book/{page.slug}",
            title=page.title,
            intro=page.intro,
            business=ctx.org.name,
            timezone=ctx.org.timezone,
            active=page.active,
            services=[_service(one, page) for one in services],
            open_days=_open_days(ctx, page, services) if page.active else [],
        ).shown()

    return JSONResponse(await house.read(org, ask))


def _service(row: Service, page: BookingPage) -> ServiceInfo:
    same = ("id", "slug", "name", "description", "fee_cents")
    minutes = page.duration_minutes or row.duration_minutes
    return ServiceInfo(**{name: getattr(row, name) for name in same}, duration_minutes=minutes)


def _open_days(ctx: Context, page: BookingPage, services: list[Service]) -> list[str]:
    listings = [pages.open_on(ctx, page, one, DAYS_AHEAD) for one in services]
    days = {one.start.astimezone(ctx.org.zone).date() for listing in listings for one in listing.openings}
    return [f"{day}" for day in sorted(days)]


def _counted(request: Request) -> House:
    house = house_of(request)
    if house.limits.count(f"info:{request.client.host if request.client else ''}").exceeded:
        raise Problem("RATE_LIMITED", "Too many requests from this address.", fix="Wait a minute.", retry_after=60)
    return house
