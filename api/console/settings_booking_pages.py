"""Settings: the booking pages, each with what it offers and whose visits, and the link to hand out."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage import listings
from storage.context import Context
from storage.tables import BookingPage, Service, new_id
from tools import pages as booking_pages
from tools import teams
from tools.problems import Problem

PAGE = f"{ROOT}/booking-pages"
MANY = 200
SAME = ("title", "slug", "intro", "confirmation", "active")
NEW: dict[str, Any] = {
    **{"title": "", "slug": "", "intro": "", "confirmation": "", "active": True},
    **{"service_ids": [], "whose": "", "duration_minutes": ""},
}


@router.get("/settings/booking-pages")
async def see_pages(request: Request, caller: Office) -> Response:
    """The business's own page, and those for some of the work, by title."""

    def ask(ctx: Context) -> list[tuple[BookingPage, str, str]]:
        rows, _total = booking_pages.listed(ctx, offset=0, size=MANY)
        named = {one: name for one, name, _may in _people(ctx)}
        offered = booking_pages.offered_on_each(ctx, rows)
        return [
            (row, _said(row, theirs), named.get(_whose(row), "Nobody who is here any more"))
            for row, theirs in zip(rows, offered, strict=True)
        ]

    url = f"{caller.house.settings.public_url}/book/"
    return show(request, "settings_booking_pages.html.j2", "/booking-pages", rows=await caller.read(ask), url=url)


@router.get("/settings/booking-pages/new")
async def new_page(request: Request, caller: Office) -> Response:
    """A form for one more; with nothing ticked it offers everything."""
    return _form(request, caller, NEW, await caller.read(lambda ctx: _choices(ctx, None)))


@router.post("/settings/booking-pages/new")
async def add_page(request: Request, caller: Office) -> Response:
    """Open it; its link stands on the page that follows."""
    form = await sent(request)
    made: list[str] = []
    refused = await refused_by(caller, lambda ctx: made.append(booking_pages.add(ctx, _fields(ctx, form)).id))
    if refused is not None:
        facts = await caller.read(lambda ctx: _choices(ctx, None))
        return _form(request, caller, form.over(NEW), facts, refused)
    return pages.back_to(request, f"{PAGE}/{made[-1]}", "The page is open. Hand out its link.")


@router.get("/settings/booking-pages/{page_id}")
async def see_page(request: Request, page_id: str, caller: Office) -> Response:
    """One page, its link and the tag for a site."""
    v, facts = await caller.read(lambda ctx: _one(ctx, page_id))
    return _form(request, caller, v, facts)


@router.post("/settings/booking-pages/{page_id}")
async def save_page(request: Request, page_id: str, caller: Office) -> Response:
    """Change it; visits booked on it stay as they are."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        booking_pages.change(ctx, page_id, _fields(ctx, form, booking_pages.get(ctx, page_id)))

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _one(ctx, page_id)[0], act))
    if refused is not None:
        v, facts = await caller.read(lambda ctx: _one(ctx, page_id))
        return _form(request, caller, form.over(v), facts, refused)
    return pages.back_to(request, PAGE, "The page is saved.")


@router.post("/settings/booking-pages/{page_id}/send")
async def send_page(request: Request, page_id: str, caller: Office) -> Response:
    """Text its link to a customer; the form's `once` makes a double click one text."""
    form = await sent(request)
    phone, once = form.text("phone"), form.text("once", 40)

    def act(ctx: Context) -> None:
        page = booking_pages.get(ctx, page_id)
        booking_pages.send(ctx, page, phone, caller.house.settings.public_url, once=once)

    refused = await refused_by(caller, act)
    if refused is not None:
        v, facts = await caller.read(lambda ctx: _one(ctx, page_id))
        return _form(request, caller, v, facts, refused, wrong=["phone"], phone=phone)
    note = "The text with the link is on its way. In their quiet hours it leaves in the morning."
    return pages.back_to(request, f"{PAGE}/{page_id}", note)


@router.post("/settings/booking-pages/{page_id}/remove")
async def remove_page(request: Request, page_id: str, caller: Office) -> Response:
    """Take it away; its link says so, and visits booked on it stand."""
    await caller.write(lambda ctx: booking_pages.remove(ctx, page_id))
    return pages.back_to(request, PAGE, "The page is removed. Its link says so to whoever still has it.")


def _form(
    request: Request,
    caller: StaffCaller,
    v: dict[str, Any],
    facts: dict[str, Any],
    refused: Problem | None = None,
    *,
    wrong: Sequence[str] = (),
    phone: str = "",
) -> Response:
    """The page of one booking page; a refusal also stands at the fields that are `wrong`, else at those it names."""
    said = {} if refused is None else dict.fromkeys(wrong or refused.extras.get("fields", ()), refused.detail)
    url = f"{caller.house.settings.public_url}/book/"
    facts = {**facts, "v": v, "url": url, "phone": phone, "once": new_id(), "wrong": said, "refused": refused}
    return show(request, "settings_booking_page.html.j2", "/booking-pages", **facts)


def _one(ctx: Context, page_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = booking_pages.get(ctx, page_id)
    v = {name: getattr(row, name) for name in SAME}
    v |= {"service_ids": list(row.service_ids), "whose": _whose(row), "duration_minutes": row.duration_minutes or ""}
    return v, _choices(ctx, row)


def _choices(ctx: Context, row: BookingPage | None) -> dict[str, Any]:
    services, _total = listings.services(ctx, offset=0, size=MANY)
    return {
        "row": row,
        "services": [(one.id, one.name, one.is_bookable) for one in services],
        "people": [one[:2] for one in _people(ctx) if one[2] or (row is not None and one[0] == _whose(row))],
    }


def _people(ctx: Context) -> list[tuple[str, str, bool]]:
    """Whose visits a page can offer: the form's word for them, what people call them, whether they can be chosen."""
    crews, _total = teams.listed(ctx, offset=0, size=MANY)
    technicians, _total = listings.technicians(ctx, offset=0, size=MANY)
    return [
        ("", "Everybody", True),
        *((f"team {one.id}", f"The team {one.name}", True) for one in crews),
        *((f"technician {one.id}", one.name, one.active) for one in technicians),
    ]


def _whose(row: BookingPage) -> str:
    if row.team_id is not None:
        return f"team {row.team_id}"
    return f"technician {row.technician_id}" if row.technician_id is not None else ""


def _said(row: BookingPage, offered: list[Service]) -> str:
    """What can be booked on a page, "" for nothing."""
    if offered and not row.service_ids and not _whose(row):
        return "Everything that can be booked"
    return ", ".join(one.name for one in offered)


def _fields(ctx: Context, form: Sent, row: BookingPage | None = None) -> dict[str, Any]:
    """The columns a form names; an address left empty is made of the title, or stays. Raises VALIDATION_ERROR for what
    cannot be read, and for a team or person who went away meanwhile."""
    kind, _, whose = form.text("whose").partition(" ")
    if form.text("whose") not in {one for one, _name in _choices(ctx, row)["people"]}:
        raise Problem("VALIDATION_ERROR", "They are not here any more.", fix="Choose somebody else.", fields=["whose"])
    slug = form.text("slug")
    return {
        **({"slug": slug} if slug else {}),
        "title": form.text("title", 200),
        "intro": form.text("intro", 4000),
        "confirmation": form.text("confirmation", 4000),
        "service_ids": form.several("service_ids"),
        "team_id": whose if kind == "team" else None,
        "technician_id": whose if kind == "technician" else None,
        "duration_minutes": form.maybe_number("duration_minutes", "The length of a visit"),
        "active": form.ticked("active"),
    }
