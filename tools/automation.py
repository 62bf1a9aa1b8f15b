"""What a business may switch about its texts and calls: each setting a column of its own, checked and audited."""

import ipaddress
from collections.abc import Mapping
from datetime import time
from typing import Any

from storage.context import Context
from storage.tables import Org
from tools import audit, silence
from tools.problems import Problem

SWITCHES = ("outbound_enabled", "whatsapp_enabled", "alert_on_booking", "digest", "screen_forwarded")
# Minutes, seconds or opening hours, with what is allowed of each.
AMOUNTS = {
    "textback_cooldown_minutes": (0, 1440),
    "missed_under_seconds": (0, 120),
    "alert_minutes": (1, 120),
    "collect_seconds": (0, 60),
    "silence_hours": (0, 200),
}
HOURS = ("quiet_from", "quiet_until")
SETTINGS = (*SWITCHES, *AMOUNTS, *HOURS, "reminder_offsets", "callsavvy_ips")
MOST_REMINDERS = 5
EARLIEST = 30 * 24 * 60  # minutes before the visit


def now_set(ctx: Context) -> dict[str, Any]:
    """Every setting as it stands."""
    return {name: getattr(ctx.org, name) for name in SETTINGS}


def change(ctx: Context, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Set what is given, for texts from now on; reminders that are queued keep their time. Raises VALIDATION_ERROR."""
    org = ctx.session.get_one(Org, ctx.org.id)
    watched = org.silence_hours
    for name, value in fields.items():
        setattr(org, name, _checked(name, value))
    ctx.session.flush()
    if org.silence_hours != watched:
        silence.watch(ctx, org.silence_hours)
    audit.note(ctx, "automation.changed", "org", org.id, fields=sorted(fields))
    return now_set(ctx)


def _checked(name: str, value: Any) -> Any:
    if name in AMOUNTS:
        least, most = AMOUNTS[name]
        if not least <= value <= most:
            raise _wrong(name, f"Send {least} to {most}.")
    elif name in HOURS:
        return _hour(name, value)
    elif name == "reminder_offsets":
        if len(value) > MOST_REMINDERS or not all(1 <= one <= EARLIEST for one in value):
            raise _wrong(name, f"Send at most {MOST_REMINDERS} numbers of minutes, each 1 to {EARLIEST}.")
        return sorted(set(value), reverse=True)
    elif name == "callsavvy_ips":
        return [_network(name, one) for one in value]
    return value


def _hour(name: str, value: str) -> str:
    try:
        return f"{time.fromisoformat(value):%H:%M}"
    except ValueError:
        raise _wrong(name, "Write it as HH:MM.") from None


def _network(name: str, value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise _wrong(name, "Write 203.0.113.7/32.") from None


def _wrong(name: str, fix: str) -> Problem:
    return Problem("VALIDATION_ERROR", f"Not allowed: {name}.", fix=fix)
