"""Settings: the postal codes covered, their travel zones, and the driving between zones."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage.context import Context
from tools import territory
from tools.problems import Problem
from tools.rules import company_lines
from tools.rules.company_lines import UnreadableAnswer

PAGE = f"{ROOT}/area"
MOST_ZONES = 12  # of which rides are asked, each with each


@router.get("/settings/area")
async def see_area(request: Request, caller: Office) -> Response:
    """Which ZIPs lie in which zone, and the rides."""
    return await _page(request, caller)


@router.post("/settings/area")
async def save_area(request: Request, caller: Office) -> Response:
    """Change the ZIPs; visits already booked stay."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        territory.cover(ctx, _runs(form.text("codes", 8000)))

    refused = await refused_by(caller, form.unless_newer(_codes, act))
    if refused is not None:
        return await _page(request, caller, form, refused, _codes)
    return pages.back_to(request, PAGE, "The area is saved.")


@router.post("/settings/area/rides")
async def save_rides(request: Request, caller: Office) -> Response:
    """Change the minutes of driving kept free between two visits."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        minutes = ((a, b, form.maybe_number(field, f"{a} to {b}")) for field, a, b in _pairs(territory.zones(ctx)))
        territory.set_rides(ctx, [(a, b, took) for a, b, took in minutes if took is not None])

    refused = await refused_by(caller, form.unless_newer(_rides, act))
    if refused is not None:
        return await _page(request, caller, form, refused, _rides)
    return pages.back_to(request, PAGE, "The rides are saved.")


def _pairs(zones: list[str]) -> list[tuple[str, str, str]]:
    """Every two zones, and each with itself, as (field, here, there)."""
    asked = zones[:MOST_ZONES]
    return [(f"ride_{i}_{j}", a, b) for i, a in enumerate(asked) for j, b in enumerate(asked) if j >= i]


def _codes(ctx: Context) -> dict[str, Any]:
    return {"codes": _written(ctx)}


def _rides(ctx: Context) -> dict[str, Any]:
    """The minutes of driving between every two zones, by the field that asks for them."""
    known = {(one.from_zone, one.to_zone): one.minutes for one in territory.rides(ctx)}
    zones = territory.zones(ctx)
    minutes = {field: known.get((a, b), known.get((b, a))) for field, a, b in _pairs(zones)}
    return {"ride_zones": zones, **minutes}  # the fields count the zones: another zone makes them other fields


async def _page(
    request: Request,
    caller: StaffCaller,
    form: Sent | None = None,
    refused: Problem | None = None,
    asked: Callable[[Context], dict[str, Any]] = _codes,
) -> Response:
    def ask(ctx: Context) -> dict[str, Any]:
        zones = territory.zones(ctx)
        v = {**_codes(ctx), **_rides(ctx), **(form.over(asked(ctx)) if form is not None else {})}
        return {"v": v, "rides": _pairs(zones), "zones": zones, "too_many": len(zones) > MOST_ZONES}

    facts = await caller.read(ask)
    return show(request, "settings_area.html.j2", "/area", refused=refused, **facts)


def _written(ctx: Context) -> str:
    """The area as it is typed: a line for each zone, "North: 78701-78730"."""
    lines: dict[str, list[str]] = {}
    for row in territory.runs(ctx):
        codes = row.first_code if row.first_code == row.last_code else f"{row.first_code}-{row.last_code}"
        lines.setdefault(row.zone or "", []).append(codes)
    return "\n".join(f"{zone}: {', '.join(codes)}" if zone else ", ".join(codes) for zone, codes in lines.items())


def _runs(text: str) -> list[territory.Run]:
    """The area as typed. Raises VALIDATION_ERROR."""
    found: list[territory.Run] = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        named = re.fullmatch(r"([^:\d][^:]{0,40}):(.*)", line)
        zone, codes = (named[1].strip(), named[2]) if named else (None, line)
        try:
            found += [(first, last, zone) for first, last in company_lines.areas(codes)]
        except UnreadableAnswer as error:
            raise Problem("VALIDATION_ERROR", str(error), fix="One zone a line, like North: 78701-78730.") from error
    return found
