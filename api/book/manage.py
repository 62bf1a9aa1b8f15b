"""The manage link of one visit (contract 2.12). GET never changes anything: phones preview links."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from icalendar import Calendar, Event

from api.book import router
from api.book.door import gone
from api.book.tongues import of_customer, picked, written
from api.deps import House, house_of
from api.pages import form_text
from storage import lookup
from storage.context import CUSTOMER, Context
from storage.tables import Booking, Customer, Org, Service
from tools import booking as bookings
from tools import profile, slots
from tools.problems import Problem
from tools.rules import phones, slot_tag
from tools.telling import words

T = TypeVar("T")
Day = tuple[date, list[tuple[str, datetime]]]  # a day, and its open times: the slot value and the local start
DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Link:
    """A visit reached by its link, and the business it belongs to."""

    house: House
    org: Org
    booking_id: str

    async def write(self, act: Callable[[Context, Booking], T]) -> T:
        """Act on the visit as its customer, in one transaction."""
        return await self.house.write(
            self.org, lambda ctx: act(ctx, bookings.get(ctx, self.booking_id)), actor=CUSTOMER, channel="book"
        )

    async def read(self, ask: Callable[[Context, Booking], T]) -> T:
        """Ask about the visit."""
        return await self.house.read(
            self.org, lambda ctx: ask(ctx, bookings.get(ctx, self.booking_id)), actor=CUSTOMER, channel="book"
        )


async def opened(request: Request, slug: str, token: str) -> Link | Response:
    """The visit behind a link, or the page that says why there is none. Wrong tokens count against the address."""
    house = house_of(request)
    found = await house.db.read(lambda session: lookup.booking_by_token(session, token))
    if found is None or found[1].slug != slug:
        address = request.client.host if request.client else ""
        if house.tries.count(f"manage:{address}").exceeded:
            return gone(request, "too_many_tries", 429)
        return await nothing(request, slug, "no_visit")
    booking, org = found
    link = Link(house, org, booking.id)
    if house.clock.now() >= booking.management_expires_at:
        language, numbers = await link.read(lambda ctx, visit: (spoken_by(ctx, visit), reached(ctx)))
        return gone(request, "expired", 410, business=org, books=True, language=language, reached_at=numbers)
    return link


async def nothing(request: Request, slug: str, why: str) -> Response:
    """The page that says there is nothing here, with the number and the booking page of the business of this slug."""
    house = house_of(request)
    org = await house.db.read(lambda session: lookup.org_by_slug(session, slug))
    numbers = await house.read(org, reached) if org is not None else None
    return gone(request, why, 404, business=org, books=True, reached_at=numbers)


@router.get("/{slug}/manage/{token}")
async def see(request: Request, slug: str, token: str, said: str | None = None) -> Response:
    """The visit, and what can be done with it."""
    link = await opened(request, slug, token)
    if isinstance(link, Response):
        return link
    return await show(request, link, token, note={"moved": "note_moved", "cancelled": "note_cancelled"}.get(said or ""))


@router.post("/{slug}/manage/{token}/cancel")
async def cancel(request: Request, slug: str, token: str) -> Response:
    """Cancel the visit. Twice is once."""
    return await change(
        request,
        slug,
        token,
        "cancelled",
        lambda ctx, visit, _slot: bookings.cancel(ctx, visit, reason="by the manage link", by_customer=True),
    )


@router.post("/{slug}/manage/{token}/move")
async def move(request: Request, slug: str, token: str) -> Response:
    """Move the visit to one of the times the page showed."""

    def act(ctx: Context, visit: Booking, slot: str | None) -> Booking:
        if slot is None:
            raise Problem("MISSING_FIELDS", "Please pick a time first.", fix="Send slot.")
        try:
            start = slot_tag.read(slot, visit.zone)
        except ValueError as error:
            raise Problem("INVALID_TIME", "Please pick one of the times below.", fix="Send a listed slot.") from error
        return bookings.move(ctx, visit, start)

    return await change(request, slug, token, "moved", act)


async def change(
    request: Request, slug: str, token: str, done: str, act: Callable[[Context, Booking, str | None], Any]
) -> Response:
    """Do it and go back to the page; a Problem is shown there in its own words."""
    link = await opened(request, slug, token)
    if isinstance(link, Response):
        return link
    slot = form_text(await request.form(), "slot")
    try:
        await link.write(lambda ctx, visit: act(ctx, visit, slot))
    except Problem as problem:
        return await show(request, link, token, problem=problem.detail)
    tongue = picked(request)
    kept = f"&lang={tongue.code}" if tongue else ""
    return RedirectResponse(f"/book/{slug}/manage/{token}?said={done}{kept}", 303)


@router.get("/{slug}/manage/{token}/visit.ics")
async def calendar(request: Request, slug: str, token: str) -> Response:
    """The visit for a calendar, in UTC, so that no zone can be misread (RFC 5545)."""
    link = await opened(request, slug, token)
    if isinstance(link, Response):
        return link
    url = f"{link.house.settings.public_url}/book/{slug}/manage/{token}"
    text = await link.read(lambda ctx, visit: as_calendar(ctx, visit, url))
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(text, headers=headers, media_type="text/calendar")


def as_calendar(ctx: Context, visit: Booking, url: str) -> bytes:
    """One VEVENT; its sequence is the booking's revision, so a newer download replaces an older one."""
    event = Event()
    event.add("uid", f"{visit.id}@ringback")
    event.add("sequence", visit.revision)
    event.add("dtstamp", visit.updated_at)
    event.add("dtstart", visit.start_at)
    event.add("dtend", visit.end_at)
    event.add("summary", f"{ctx.org.name}: {visit.service_label}")
    event.add(
        "status",
        "CONFIRMED"
        if visit.is_active and visit.status != "pending"
        else "TENTATIVE"
        if visit.is_active
        else "CANCELLED",
    )
    if visit.address:
        event.add("location", visit.address)
    event.add("url", url)
    sheet = Calendar()
    sheet.add("prodid", "-//Ringback//Visits//EN")
    sheet.add("version", "2.0")
    sheet.add_component(event)
    return bytes(sheet.to_ical())


async def show(
    request: Request, link: Link, token: str, *, note: str | None = None, problem: str | None = None
) -> Response:
    """The page as things stand now. `note` names words of the page, `problem` is a sentence in English."""
    facts = await link.read(seen)
    tongue = of_customer(request, facts["language"])
    return written(
        request,
        tongue,
        "manage.html.j2",
        200 if problem is None else 409,
        here=f"/book/{facts['slug']}/manage/{token}",
        token=token,
        note=note and tongue.words[note],
        problem=problem and tongue.said(problem),
        **facts,
    )


def seen(ctx: Context, visit: Booking) -> dict[str, Any]:
    """What the page shows: the visit in words, and the open times it could move to, by day."""
    said = words(ctx, visit)
    service = ctx.session.get(Service, visit.service_id) if visit.service_id else None
    may_change = visit.is_active and visit.start_at > ctx.now
    today = ctx.local_now.date()
    times: list[Day] = []
    if may_change and service is not None:
        listing = slots.list_open(
            ctx,
            service,
            today,
            today + timedelta(days=DAYS_SHOWN),
            postal_code=visit.postal_code,
            minutes=(visit.end_at - visit.start_at) // timedelta(minutes=1),
        )
        times = by_day([one.start.astimezone(listing.zone) for one in listing.openings])
    return {
        "business": ctx.org.name,
        "slug": ctx.org.slug,
        "visit": said,
        "state": state(visit),
        "active": visit.is_active,
        "may_change": may_change,
        "times": times,
        "language": spoken_by(ctx, visit),
        **reached(ctx),
    }


def state(visit: Booking) -> str:
    """How a visit stands, for its customer: pending, active, cancelled, no_show or done."""
    if visit.is_active and visit.status != "pending":
        return "active"
    return visit.status if visit.status in ("pending", "cancelled", "no_show") else "done"


def spoken_by(ctx: Context, visit: Booking) -> str:
    """The language of the visit's customer, "en" or "es"."""
    return ctx.session.get_one(Customer, visit.customer_id).language


def reached(ctx: Context) -> dict[str, str | None]:
    """The number a customer calls or texts, to dial and to read; None for both when the business has none."""
    numbers = profile.numbers(ctx)
    return {
        "phone": numbers[0] if numbers else None,
        "phone_shown": phones.shown(numbers[0]) if numbers else None,
    }


def by_day(starts: list[datetime]) -> list[Day]:
    """Local starts, sorted by day."""
    days: dict[date, list[tuple[str, datetime]]] = {}
    for start in starts:
        days.setdefault(start.date(), []).append((slot_tag.value(start), start))
    return list(days.items())
