"""Settings: how the outside systems stand, and the audit of who changed what."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from api.console.door import router
from api.console.pages import in_words
from api.console.settings import ROOT, Office, show
from api.v1.integrations import configured
from api.wire import bound
from storage.context import Context
from tools import events, integrations
from tools.rules import speech

SHOWN = 50
LAST_PAGE = 2_000
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
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
NAMES = {
    "booking": "Visit",
    "business": "Business profile",
    "schedule_template": "Weekly hours",
    "blackout": "Date that differs",
    "credential": "Key",
    "entry_point": "Way in",
    "area": "Service area",
    "text": "Wording of a text",
}
EVENTS = {
    "booking.override": "Visit outside the rules",
    "lead.missed_call": "Missed call",
    "test_call.placed": "Test call",
    "lead.text_back": "Missed call texted back",
    "lead.status": "Lead moved on",
    "lead.handed_off": "Lead handed to the office",
    "lead.needs_human": "Lead needs a person",
}


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
        return {"lines": [(row, _what(row.type), _detail(row.detail, ctx.org.zone)) for row in rows], "total": total}

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


def _what(kind: str) -> str:
    """What happened, for people: booking.moved is "Visit moved"."""
    subject, _, event = kind.partition(".")
    return EVENTS.get(kind) or f"{NAMES.get(subject, in_words(subject).capitalize())} {in_words(event)}"


def _detail(detail: dict[str, Any], zone: ZoneInfo) -> str:
    """What an entry says beside its name, in a line: no ids, and times by the business's wall."""
    old, new = (_said(detail.get(name), zone) for name in ("old", "new"))
    parts = [f"{old} to {new}"] if old and new else [new] if new else []
    for name, value in detail.items():
        said = "" if name in ("old", "new", "request_id") or name.endswith("_id") else _said(value, zone)
        if said:
            parts.append(f"{in_words(name)} {said}")
    return "; ".join(parts)[:200]


def _said(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, list):
        return ", ".join(in_words(str(one)) for one in value)
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return speech.moment(datetime.fromisoformat(value).astimezone(zone))
    return in_words(str(value))


def _plain(text: str) -> str:
    """A date of the address line, or nothing."""
    return text if len(text) == 10 and all(mark.isdigit() or mark == "-" for mark in text) else ""
