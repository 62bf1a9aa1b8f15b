"""Booking pages: public addresses that offer all of the business's work, or some of it (SC-39 to SC-44)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

import prompts
from storage import listings, lookup
from storage.context import Context
from storage.tables import BookingPage, Conversation, Customer, EntryPoint, Message, Service, new_id
from tools import audit, leads, messages, offerings, slots, teams
from tools.problems import Problem, not_found
from tools.setup import setup_of
from tools.unique import slug_of, unless_taken

NO_TEXT = {
    "opted_out": ("OPTED_OUT", "This number asked us not to text it."),
    "landline": ("INVALID_PHONE", "That number cannot receive texts."),
    "no_phone": ("INVALID_PHONE", "There is no number to text."),
}


def get(ctx: Context, page_id: str) -> BookingPage:
    """One page of this business that was not removed. Raises NOT_FOUND."""
    row = listings.one_of(ctx, BookingPage, page_id)
    return row if row is not None and row.removed_at is None else not_found("booking page")


def listed(
    ctx: Context, *, offset: int, size: int, title: str | None = None, with_team: bool | None = None
) -> tuple[list[BookingPage], int]:
    """One page of booking pages by title, and how many match; `title` is part of it."""
    wanted: list[ColumnElement[bool]] = [BookingPage.org_id == ctx.org.id, BookingPage.removed_at.is_(None)]
    if title:
        wanted.append(func.lower(BookingPage.title).contains(title.lower(), autoescape=True))
    if with_team is not None:
        wanted.append(BookingPage.team_id.is_not(None) if with_team else BookingPage.team_id.is_(None))
    total = ctx.session.scalar(select(func.count()).select_from(BookingPage).where(*wanted)) or 0
    rows = select(BookingPage).where(*wanted).order_by(func.lower(BookingPage.title), BookingPage.id)
    return list(ctx.session.scalars(rows.offset(offset).limit(size))), total


def add(ctx: Context, fields: Mapping[str, Any]) -> BookingPage:
    """A new page; `fields` are columns of BookingPage, `title` among them, the slug made of it unless given.

    Raises MISSING_FIELDS for no title; VALIDATION_ERROR for a slug that is none, for a length that fits no calendar,
    and for a page that belongs to a team and a technician; IN_USE for a slug that is taken, by any business; NOT_FOUND
    for a service, team or technician of another. Of one field alone, the problem's `fields` names it.
    """
    _check_title(fields["title"])
    with _about("slug"):
        given = {**fields, "slug": slug_of(fields.get("slug") or fields["title"], exact="slug" in fields)}
    row = BookingPage(id=new_id(), org_id=ctx.org.id, created_at=ctx.now, **given)
    _check(ctx, row)
    unless_taken(ctx, lambda: _check_free(ctx, row.slug, row.id), lambda: ctx.session.add(row))
    audit.note(ctx, "booking_page.created", "booking_page", row.id)
    return row


def change(ctx: Context, page_id: str, fields: Mapping[str, Any]) -> BookingPage:
    """Change columns of a page; a way in that leads to its address follows it. Raises NOT_FOUND and what `add` does."""
    row = get(ctx, page_id)
    leads_here = (EntryPoint.org_id == ctx.org.id, EntryPoint.kind == "page", EntryPoint.target == row.slug)
    _check_title(fields.get("title", row.title))
    if "slug" in fields:
        with _about("slug"):
            slug_of(fields["slug"], exact=True)

    def write() -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        _check(ctx, row)
        ctx.session.execute(update(EntryPoint).where(*leads_here).values(target=row.slug))

    unless_taken(ctx, lambda: _check_free(ctx, fields.get("slug", row.slug), row.id), write)
    audit.note(ctx, "booking_page.changed", "booking_page", row.id, fields=sorted(fields))
    return row


def remove(ctx: Context, page_id: str) -> None:
    """Take a page away; its link says so from now on, and visits booked on it stand. Raises NOT_FOUND."""
    row = get(ctx, page_id)
    row.removed_at = ctx.now
    audit.note(ctx, "booking_page.removed", "booking_page", row.id)


def offered(ctx: Context, page: BookingPage | None) -> list[Service]:
    """What can be booked on a page, in the business's order; None is the business's own page, which offers all."""
    return _bookable(ctx) if page is None else offered_on_each(ctx, [page])[0]


def offered_on_each(ctx: Context, pages: Sequence[BookingPage]) -> list[list[Service]]:
    """What can be booked on each of these pages, in the business's order."""
    found, setup = _bookable(ctx), setup_of(ctx)
    return [
        [
            one
            for one in found
            if (not page.service_ids or one.id in page.service_ids)
            and page.team_id in (None, one.team_id)
            and (page.technician_id is None or page.technician_id in {who.id for who in setup.able(one)})
        ]
        for page in pages
    ]


def open_on(
    ctx: Context, page: BookingPage | None, service: Service, days: int, postal_code: str | None = None
) -> slots.Listing:
    """The open starts of a service on a page, today and `days` more: of its person alone, and of its own length.

    Raises OUT_OF_SERVICE_AREA.
    """
    today = ctx.local_now.date()
    return slots.list_open(
        ctx,
        service,
        today,
        today + timedelta(days=days),
        postal_code=postal_code,
        technician_id=page.technician_id if page else None,
        minutes=page.duration_minutes if page else None,
    )


def send(ctx: Context, page: BookingPage, phone: str, public_url: str, *, once: str | None = None) -> Message:
    """Text the page's address to somebody; in their quiet hours it waits (SC-47). The same `once` again is one text.

    Raises INVALID_TRANSITION for a page that takes no bookings, INVALID_PHONE for a number that is none or a landline,
    OPTED_OUT, and UPSTREAM_UNAVAILABLE where no texts go out at all.
    """
    if not page.active:
        fix = "Let it take bookings first: set active."
        raise Problem("INVALID_TRANSITION", "This page takes no bookings at the moment.", fix=fix)
    customer = leads.customer_for(ctx, phone)
    key = f"page:{page.id}:{customer.id}:{once}" if once else None
    return text_link(ctx, customer, once=key, rebook_link=f"{public_url}/book/{page.slug}")


def text_link(
    ctx: Context,
    customer: Customer,
    name: str = "booking_link",
    *,
    thread: Conversation | None = None,
    asked_for: bool = False,
    once: str | None = None,
    **facts: str | None,
) -> Message:
    """Queue the text called `name` with a page's address, in the customer's language; `asked_for` leaves at any hour,
    and the same `once` again is one text.

    Raises INVALID_PHONE for a landline, OPTED_OUT, and UPSTREAM_UNAVAILABLE where no texts go out at all.
    """
    message = messages.say(
        ctx,
        to=customer,
        body=prompts.render(
            prompts.in_language(f"sms/{name}", customer.language), **{**facts, "business_name": ctx.org.name}
        ),
        kind="booking_link",
        conversation=thread,
        exempt_quiet=asked_for,
        dedupe_key=once,
    )
    if message.state == "skipped":
        code, why = NO_TEXT.get(message.reason or "", ("UPSTREAM_UNAVAILABLE", "Texts cannot be sent just now."))
        raise Problem(code, why, fix="Call them instead.", ask="take the details on the call instead.")
    return message


def _bookable(ctx: Context) -> list[Service]:
    bookable = select(Service).where(Service.org_id == ctx.org.id, Service.is_bookable)
    return list(ctx.session.scalars(bookable.order_by(Service.position, Service.id)))


def _check_title(title: str) -> None:
    if not title:
        raise Problem("MISSING_FIELDS", "A page needs a title.", fix="Write what it is for.", fields=["title"])


def _check(ctx: Context, page: BookingPage) -> None:
    if page.team_id is not None and page.technician_id is not None:
        fix = "Send team_id or technician_id, and null for the other."
        raise Problem("VALIDATION_ERROR", "A page belongs to a team or to one person.", fix=fix)
    if page.team_id is not None:
        teams.get(ctx, page.team_id)
    if page.technician_id is not None:
        offerings.technician(ctx, page.technician_id)
    if page.duration_minutes is not None:
        with _about("duration_minutes"):
            offerings.check_values({"duration_minutes": page.duration_minutes})
    for service_id in page.service_ids or ():
        if listings.one_of(ctx, Service, service_id) is None:
            not_found("service")


def _check_free(ctx: Context, slug: str, own_id: str) -> None:
    found = lookup.booking_page_by_slug(ctx.session, slug)
    if lookup.org_by_slug(ctx.session, slug) is not None or (found is not None and found[0].id != own_id):
        raise Problem("IN_USE", "That address is taken.", fix="Choose another slug.", fields=["slug"])


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Have a problem say which field it is about."""
    try:
        yield
    except Problem as problem:
        problem.extras["fields"] = [field]
        raise
