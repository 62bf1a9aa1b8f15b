"""/api/v1/automation: what the business has switched on, and when it texts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, needs
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Shown
from tools import automation

router = APIRouter(prefix="/api/v1/automation", tags=["automation"], responses=PROBLEMS)


class AutomationShown(Shown):
    """The switches. `quiet_from` and `quiet_until` are the recipient's wall time; offsets are minutes before a visit;
    `callsavvy_ips` who may post to the second line's webhook, everyone when empty."""

    outbound_enabled: bool
    whatsapp_enabled: bool
    alert_on_booking: bool
    digest: bool
    screen_forwarded: bool
    textback_cooldown_minutes: int
    missed_under_seconds: int
    alert_minutes: int
    collect_seconds: int
    silence_hours: int
    quiet_from: str
    quiet_until: str
    reminder_offsets: list[int]
    callsavvy_ips: list[str]


class AutomationPatch(Body):
    """What should change; members left out stay."""

    outbound_enabled: bool = True
    whatsapp_enabled: bool = False
    alert_on_booking: bool = True
    digest: bool = True
    screen_forwarded: bool = False
    textback_cooldown_minutes: int = 60
    missed_under_seconds: int = 5
    alert_minutes: int = 5
    collect_seconds: int = 4
    silence_hours: int = 0
    quiet_from: Given = "21:00"
    quiet_until: Given = "08:00"
    reminder_offsets: list[int] = Field(default_factory=list)
    callsavvy_ips: list[Given] = Field(default_factory=list, max_length=50)


@router.get("", response_model=AutomationShown)
async def get_automation(caller: Annotated[Caller, Depends(needs("READ_BUSINESS_PROFILE"))]) -> JSONResponse:
    """Every switch as it stands. Scope READ_BUSINESS_PROFILE."""
    return JSONResponse(await caller.read(lambda ctx: _shown(automation.now_set(ctx))))


@router.patch("", response_model=AutomationShown, openapi_extra={"parameters": [HEADER]})
async def change_automation(
    request: Request, body: AutomationPatch, caller: Annotated[Caller, Depends(needs("WRITE_AUTOMATION"))]
) -> Response:
    """Change switches, for texts from now on; reminders that are queued keep their time. Scope WRITE_AUTOMATION."""
    sent = body.model_dump(exclude_unset=True)
    return await act_once(request, caller, lambda ctx: _shown(automation.change(ctx, sent)))


def _shown(settings: dict[str, Any]) -> dict[str, Any]:
    return AutomationShown(**settings).shown()
