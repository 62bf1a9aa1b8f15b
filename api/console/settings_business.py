"""Settings: the business itself, what it does by itself, and how the assistant behaves."""

from typing import Any

from fastapi import Request, Response

import prompts
from api.console import pages
from api.console.door import router
from api.console.forms import refused_by, sent
from api.console.settings import ROOT, Office, show
from storage.context import Context
from storage.tables import Org
from tools import automation, business, integrations
from tools.problems import Problem
from tools.rules import phones

ANSWERS_FIRST = [
    ("forward", "Ring the shop; nobody there takes it: text back and take a message"),
    ("forward_then_assistant", "Ring the shop, then the assistant on the phone"),
    ("assistant", "The assistant on the phone, at once"),
]
MODES = [("instant", "At once"), ("approval", "After the office has said yes")]
IDENTITIES = [
    ("match_caller", "The caller's number, or the name and day of the visit"),
    ("strict", "The caller's number, or a code texted to the number on the visit"),
    ("trust_agent", "Whatever the voice agent says (testing only)"),
]
TRADES = [
    ("hvac", "Heating and cooling"),
    ("plumbing", "Plumbing"),
    ("electrical", "Electrical"),
    ("garage_doors", "Garage doors"),
    ("general", "Another trade"),
]
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles")
MORE_ZONES = ("America/Anchorage", "Pacific/Honolulu", "America/Toronto", "America/Vancouver")


@router.get("/settings")
async def see_business(request: Request, caller: Office) -> Response:
    """Name, zone and phones."""
    return _business(request, caller.org, _profile(caller.org))


@router.post("/settings")
async def save_business(request: Request, caller: Office) -> Response:
    """Change them."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        fields = {
            **{name: form.text(name, 700) for name in ("name", "about", "timezone", "answer_first")},
            **{name: form.text(name) or None for name in ("forward_to", "transfer_number")},
            "forward_seconds": form.number("forward_seconds", "Ring for"),
        }
        business.change(ctx, fields)
        automation.change(ctx, {"screen_forwarded": form.ticked("screen_forwarded")})

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _profile(ctx.org), act))
    if refused is not None:
        return _business(request, caller.org, form.over(_profile(caller.org)), refused)
    return pages.back_to(request, ROOT, "Saved.")


@router.get("/settings/automation")
async def see_automation(request: Request, caller: Office) -> Response:
    """What happens by itself."""
    return _automation(request, _switches(caller.org))


@router.post("/settings/automation")
async def save_automation(request: Request, caller: Office) -> Response:
    """Change it, for texts and bookings from now on."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        switches = ("outbound_enabled", "whatsapp_enabled", "alert_on_booking", "digest")
        automation.change(
            ctx,
            {
                **{name: form.ticked(name) for name in switches},
                "callsavvy_ips": form.listed("callsavvy_ips"),
                "alert_minutes": form.number("alert_minutes", "Ring the next person after"),
                "missed_under_seconds": form.number("missed_under_seconds", "A short call counts as missed under"),
                "silence_hours": form.maybe_number("silence_hours", "Opening hours without a call") or 0,
            },
        )
        business.change(
            ctx,
            {
                "booking_mode": form.text("booking_mode"),
                "approval_hours": form.number("approval_hours", "Approval within"),
                "cancel_cutoff_hours": form.number("cancel_cutoff_hours", "Cut-off"),
                "default_duration": form.number("default_duration", "Usual length"),
            },
        )

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _switches(ctx.org), act))
    if refused is not None:
        return _automation(request, form.over(_switches(caller.org)), refused)
    return pages.back_to(request, f"{ROOT}/automation", "Saved.")


@router.get("/settings/assistant")
async def see_assistant(request: Request, caller: Office) -> Response:
    """What the assistant is told, which rules it follows by phone, and whether a model answers."""
    return await _assistant(request, caller, _ways(caller.org))


@router.post("/settings/assistant")
async def save_assistant(request: Request, caller: Office) -> Response:
    """Change them."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        business.change(
            ctx,
            {
                **{name: form.text(name, 700) for name in ("trade", "assistant_name", "persona")},
                "voice_identity": form.text("voice_identity"),
                "voice_confirm_changes": form.ticked("voice_confirm_changes"),
                "bot_message_limit": form.number("bot_message_limit", "Texts without a person"),
            },
        )

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _ways(ctx.org), act))
    if refused is not None:
        return await _assistant(request, caller, form.over(_ways(caller.org)), refused)
    return pages.back_to(request, f"{ROOT}/assistant", "Saved.")


def _profile(org: Org) -> dict[str, Any]:
    same = ("name", "about", "timezone", "answer_first", "forward_seconds", "screen_forwarded")
    numbers = {name: phones.shown(number) if number else "" for name, number in _numbers(org).items()}
    return {**{name: getattr(org, name) for name in same}, **numbers}


def _numbers(org: Org) -> dict[str, str | None]:
    return {"forward_to": org.forward_to, "transfer_number": org.transfer_number}


def _switches(org: Org) -> dict[str, Any]:
    names = (
        *("outbound_enabled", "whatsapp_enabled", "alert_on_booking", "digest"),
        *("alert_minutes", "missed_under_seconds"),
        *("booking_mode", "approval_hours", "cancel_cutoff_hours", "default_duration"),
    )
    named = {"silence_hours": org.silence_hours or "", "callsavvy_ips": ", ".join(org.callsavvy_ips)}
    return {**{name: getattr(org, name) for name in names}, **named}


def _ways(org: Org) -> dict[str, Any]:
    names = ("trade", "assistant_name", "persona", "voice_identity", "voice_confirm_changes", "bot_message_limit")
    return {name: getattr(org, name) for name in names}


def _business(request: Request, org: Org, v: dict[str, Any], refused: Problem | None = None) -> Response:
    known = dict.fromkeys((*ZONES, *MORE_ZONES, org.timezone))
    zones = [(one, one.partition("/")[2].replace("_", " ")) for one in known]
    return show(request, "settings_business.html.j2", "", v=v, zones=zones, first=ANSWERS_FIRST, refused=refused)


def _automation(request: Request, v: dict[str, Any], refused: Problem | None = None) -> Response:
    return show(request, "settings_automation.html.j2", "/automation", v=v, modes=MODES, refused=refused)


async def _assistant(request: Request, caller: Office, v: dict[str, Any], refused: Problem | None = None) -> Response:
    standing = (await caller.read(integrations.standings))["model"]
    named = f"trades/{caller.org.trade}"
    settings = caller.house.settings
    return show(
        request,
        "settings_assistant.html.j2",
        "/assistant",
        v=v,
        trades=TRADES,
        identities=IDENTITIES,
        playbook=prompts.render(named if named in prompts.names() else "trades/general"),
        model=settings.model if settings.has_model else None,
        standing=standing,
        refused=refused,
    )
