"""Settings: the services, each with every rule its times follow and who does it."""

from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage import listings
from storage.context import Context
from storage.tables import Service
from tools import offerings, teams
from tools.problems import Problem, not_found
from tools.rules import prices, speech
from tools.setup import setup_of

PAGE = f"{ROOT}/services"
MANY = 200
MODES = [("", "As the business does"), ("instant", "At once"), ("approval", "After the office has said yes")]
# Each number of the form: what the page calls it, and whether it may be left empty.
NUMBERS = {
    "duration_minutes": ("Takes", False),
    "grid_minutes": ("Starts every", False),
    "buffer_before": ("Free before", False),
    "buffer_after": ("Free after", False),
    "notice_minutes": ("Notice", False),
    "horizon_days": ("Days ahead", False),
    "day_cap": ("Most in a day", True),
    "week_cap": ("Most in a week", True),
    "window_minutes": ("Arrival window", True),
    "position": ("Place in the list", False),
}
MONEY = {"fee_cents": "Visit fee", "value_cents": "Worth"}
NEW: dict[str, Any] = {
    **{"name": "", "description": "", "aliases": "", "fee_note": "", "fee_cents": "", "value_cents": "0"},
    **{"duration_minutes": 60, "grid_minutes": 30, "buffer_before": 0, "buffer_after": 0, "notice_minutes": 120},
    **{"horizon_days": 60, "day_cap": "", "week_cap": "", "window_minutes": "", "position": 0},
    **{"booking_mode": "", "template_id": "", "team_id": "", "is_bookable": True},
}


@router.get("/settings/services")
async def see_services(request: Request, caller: Office) -> Response:
    """All of them, in their order."""

    def ask(ctx: Context) -> list[tuple[Service, str, str, int]]:
        rows, _total = listings.services(ctx, offset=0, size=MANY)
        who = setup_of(ctx)
        return [
            (
                row,
                speech.duration(row.duration_minutes),
                prices.dollars(row.fee_cents) if row.fee_cents is not None else "no fee",
                len(who.able(row)),
            )
            for row in rows
        ]

    return show(request, "settings_services.html.j2", "/services", services=await caller.read(ask))


@router.get("/settings/services/new")
async def new_service(request: Request, caller: Office) -> Response:
    """A form for one more; everybody does it unless unticked."""
    facts = await caller.read(lambda ctx: _choices(ctx, None))
    everybody = [one for one, _name in facts["technicians"]]
    return _form(request, {**NEW, "technician_ids": everybody}, facts)


@router.post("/settings/services/new")
async def add_service(request: Request, caller: Office) -> Response:
    """Offer it."""
    form = await sent(request)
    refused = await refused_by(
        caller, lambda ctx: offerings.add_service(ctx, _fields(form), form.several("technician_ids"))
    )
    if refused is not None:
        facts = await caller.read(lambda ctx: _choices(ctx, None))
        return _form(request, form.over({**NEW, "technician_ids": []}), facts, refused)
    return pages.back_to(request, PAGE, "The service is offered from now on.")


@router.get("/settings/services/{service_id}")
async def see_service(request: Request, service_id: str, caller: Office) -> Response:
    """One service with its rules."""
    v, facts = await caller.read(lambda ctx: _one(ctx, service_id))
    return _form(request, v, facts)


@router.post("/settings/services/{service_id}")
async def save_service(request: Request, service_id: str, caller: Office) -> Response:
    """Change it; visits already booked stay as they are."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        row = listings.one_of(ctx, Service, service_id) or not_found("service")
        offerings.change_service(ctx, row, _fields(form), form.several("technician_ids"))

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _one(ctx, service_id)[0], act))
    if refused is not None:
        v, facts = await caller.read(lambda ctx: _one(ctx, service_id))
        return _form(request, form.over(v), facts, refused)
    return pages.back_to(request, PAGE, "The service is saved.")


def _form(request: Request, v: dict[str, Any], facts: dict[str, Any], refused: Problem | None = None) -> Response:
    return show(request, "settings_service.html.j2", "/services", v=v, modes=MODES, refused=refused, **facts)


def _one(ctx: Context, service_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = listings.one_of(ctx, Service, service_id) or not_found("service")
    same = ("name", "description", "fee_note", "is_bookable", *NUMBERS)
    v = {name: "" if getattr(row, name) is None else getattr(row, name) for name in same}
    v |= {name: getattr(row, name) or "" for name in ("booking_mode", "template_id", "team_id")}
    v |= {name: _dollars(getattr(row, name)) for name in MONEY}
    v["aliases"] = ", ".join(row.aliases)
    v["technician_ids"] = [who for service, who in listings.skills(ctx) if service == row.id]
    return v, _choices(ctx, row)


def _choices(ctx: Context, row: Service | None) -> dict[str, Any]:
    people, _total = listings.technicians(ctx, offset=0, size=MANY)
    hours, _total = listings.templates(ctx, offset=0, size=MANY)
    crews, _total = teams.listed(ctx, offset=0, size=MANY)
    return {
        "service": row,
        "undone": row is not None and row.is_bookable and not setup_of(ctx).able(row),
        "technicians": [(one.id, one.name) for one in people if one.active],
        "hours": [("", "The business's hours"), *((one.id, one.name) for one in hours)],
        "teams": [("", "No team"), *((one.id, one.name) for one in crews)],
    }


def _fields(form: Sent) -> dict[str, Any]:
    """The columns a form names. Raises VALIDATION_ERROR for what cannot be read."""
    name = form.text("name", 80)
    if not name:
        raise Problem("MISSING_FIELDS", "The service needs a name.", fix="Write one, as customers say it.")
    numbers = {
        column: form.maybe_number(column, called) if empty else form.number(column, called)
        for column, (called, empty) in NUMBERS.items()
    }
    money = {column: form.cents(column, called) for column, called in MONEY.items()}
    return {
        "name": name,
        "description": form.text("description", 500),
        "aliases": form.listed("aliases"),
        "fee_note": form.text("fee_note", 120),
        "is_bookable": form.ticked("is_bookable"),
        **{column: form.text(column) or None for column in ("booking_mode", "template_id", "team_id")},
        **numbers,
        **money,
        "value_cents": money["value_cents"] or 0,
    }


def _dollars(cents: int | None) -> str:
    if cents is None:
        return ""
    return f"{cents // 100}" if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02}"
