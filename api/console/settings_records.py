"""Settings: how the outside systems stand, and the audit of who changed what."""

from typing import Any

from fastapi import Request, Response

from api.console.door import router
from api.console.settings import ROOT, Office, show
from api.v1.integrations import configured
from api.wire import bound
from storage.context import Context
from tools import events, integrations

SHOWN = 50
LAST_PAGE = 2_000
SYSTEMS = {
    "twilio": ("Twilio", "Calls and texts."),
    "model": ("Language model", "Writes the assistant's answers; without it the script does."),
    "retell": ("Retell", "A voice agent on the phone."),
    "vapi": ("Vapi", "A voice agent on the phone."),
    "elevenlabs": ("ElevenLabs", "A voice agent on the phone."),
    "callsavvy": ("Callsavvy", "A second line that takes calls."),
    "calcom": ("Cal.com", "An outside calendar."),
    "webhooks": ("Webhooks", "Your systems that are told of events."),
}
FAMILIES = [
    ("", "Everything"),
    ("booking.*", "Visits"),
    ("lead.*", "Leads"),
    ("business.*", "Business settings"),
    ("automation.*", "Automation"),
    ("text.*", "Texts"),
    ("schedule_template.*", "Weekly hours"),
    ("blackout.*", "Dates that differ"),
    ("service.*", "Services"),
    ("technician.*", "Technicians"),
    ("team.*", "Teams"),
    ("credential.*", "Keys"),
    ("webhook.*", "Webhooks"),
    ("staff.*", "Staff and sign-ins"),
    ("invite.*", "Invites"),
]


@router.get("/settings/integrations")
async def see_integrations(request: Request, caller: Office) -> Response:
    """Each outside system: set up or not, when it last worked, and its last error."""
    standings = await caller.read(integrations.standings)
    systems = []
    for name, standing in standings.items():
        is_set_up = configured(caller.house.settings, name, standing)
        if standing.failing:
            state, tone = "failing", "bad"
        elif not is_set_up:
            state, tone = "not set up", ""
        else:
            state, tone = ("works", "good") if standing.last_success_at else ("unused", "accent")
        systems.append((*SYSTEMS.get(name, (name.capitalize(), "")), standing, state, tone))
    return show(request, "settings_integrations.html.j2", "/integrations", systems=systems)


@router.get("/settings/audit")
async def see_audit(
    request: Request,
    caller: Office,
    kind: str = "",
    start: str = "",
    end: str = "",
    page: int = 0,
) -> Response:
    """Who changed what and when, newest first; by kind and date."""
    place = min(max(page, 0), LAST_PAGE)
    wanted = kind if kind in dict(FAMILIES) else ""

    def ask(ctx: Context) -> dict[str, Any]:
        zone = ctx.org.zone
        asked = events.Asked(wanted or None, bound(start or None, zone), bound(end or None, zone, last=True))
        rows, total = events.listed(ctx, asked, offset=place * SHOWN, size=SHOWN)
        return {"lines": [(row, _detail(row.detail)) for row in rows], "total": total}

    facts = await caller.read(ask)
    here = f"{ROOT}/audit?kind={wanted}&start={_plain(start)}&end={_plain(end)}"
    return show(
        request,
        "settings_audit.html.j2",
        "/audit",
        v={"kind": wanted, "start": _plain(start), "end": _plain(end)},
        kinds=FAMILIES,
        newer=f"{here}&page={place - 1}" if place else None,
        older=f"{here}&page={place + 1}" if (place + 1) * SHOWN < facts["total"] else None,
        **facts,
    )


def _detail(detail: dict[str, Any]) -> str:
    """What an entry says beside its name, in a line."""
    parts = []
    for name, value in detail.items():
        said = ", ".join(map(str, value)) if isinstance(value, list) else value
        if not isinstance(said, dict) and said not in (None, ""):
            parts.append(f"{name.replace('_', ' ')}: {said}".replace("_", " "))
    return "; ".join(parts)[:200]


def _plain(text: str) -> str:
    """A date of the address line, or nothing."""
    return text if len(text) == 10 and all(mark.isdigit() or mark == "-" for mark in text) else ""
