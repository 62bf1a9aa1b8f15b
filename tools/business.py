"""How the business presents itself and wants to be run: name, phones, booking and voice rules; checked and audited.

What it switches about its texts lives in `automation`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from storage import lookup
from storage.context import Context
from storage.tables import Org, Staff, Technician
from tools import audit, leads, templates
from tools.problems import Problem
from tools.rules import company_lines, persona
from tools.rules.company_lines import UnreadableAnswer

CHOICES = {
    "trade": company_lines.TRADES,
    "answer_first": ("forward", "forward_then_assistant", "assistant"),
    "booking_mode": ("instant", "approval"),
    "voice_identity": ("match_caller", "strict", "trust_agent"),
    "carrier_registration": ("not_started", "submitted", "approved"),
}
# Seconds, hours, texts or minutes, with what is allowed of each.
AMOUNTS = {
    "forward_seconds": (5, 60),
    "approval_hours": (1, 168),
    "cancel_cutoff_hours": (0, 168),
    "bot_message_limit": (1, 200),
    "default_duration": (5, 1440),
}
PHONES = ("forward_to", "transfer_number")
SWITCHES = ("voice_confirm_changes",)
LONGEST_ABOUT = 600


def change(ctx: Context, fields: Mapping[str, Any]) -> Org:
    """Set what is given: columns of Org. Visits already booked keep the zone they were booked in.

    Raises VALIDATION_ERROR, INVALID_PHONE, and NOT_FOUND for hours of another business.
    """
    org = ctx.session.get_one(Org, ctx.org.id)
    for name, value in fields.items():
        setattr(org, name, _checked(ctx, name, value))
    ctx.session.flush()
    audit.note(ctx, "business.changed", "org", org.id, fields=sorted(fields))
    return org


def _checked(ctx: Context, name: str, value: Any) -> Any:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise _wrong(name, f"Choose one of: {', '.join(CHOICES[name])}.")
    elif name in AMOUNTS:
        least, most = AMOUNTS[name]
        if not least <= value <= most:
            raise _wrong(name, f"Write a number from {least} to {most}.")
        if name == "default_duration" and value % 5:
            raise _wrong(name, "Write a multiple of five minutes.")
    elif name in PHONES:
        return _own_phone(ctx, value)
    elif name in ("name", "timezone", "assistant_name", "persona"):
        return _read(ctx, name, value)
    elif name == "about":
        return " ".join(value.split())[:LONGEST_ABOUT]
    elif name == "template_id":
        return templates.get(ctx, value).id
    elif name not in SWITCHES:
        raise _wrong(name, "There is no such setting.")
    return value


def _own_phone(ctx: Context, value: str | None) -> str | None:
    phone = leads.written_phone(ctx, value) if value else None
    if phone is not None and lookup.tracked(ctx.session, phone) is not None:
        raise Problem(
            "VALIDATION_ERROR",
            "Calls would run in a circle: that is a tracked number.",
            fix="Write the phone people answer, such as the owner's cell phone.",
        )
    return phone


def _read(ctx: Context, name: str, value: str) -> str:
    try:
        if name == "assistant_name":
            return persona.name(value, _who_works_here(ctx))
        if name == "persona":
            return persona.manner(value)
        return company_lines.name(value) if name == "name" else str(company_lines.zone(value))
    except UnreadableAnswer as error:
        raise Problem("VALIDATION_ERROR", str(error), fix="Write it anew.") from error


def _who_works_here(ctx: Context) -> tuple[str, ...]:
    names = [
        *ctx.session.scalars(select(Technician.name).where(Technician.org_id == ctx.org.id, Technician.active)),
        *ctx.session.scalars(select(Staff.name).where(Staff.org_id == ctx.org.id, Staff.active)),
    ]
    return tuple(names)


def _wrong(name: str, fix: str) -> Problem:
    return Problem("VALIDATION_ERROR", f"Not allowed: {name.replace('_', ' ')}.", fix=fix)
