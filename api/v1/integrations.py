"""/api/v1/integrations: how each outside system stands for this business (SC-12). `ringback doctor` tries them out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, needs, paged, paging
from api.settings import Settings
from api.wire import PROBLEMS, Instant, Shown, page_of
from tools import integrations
from tools.problems import not_found

router = APIRouter(prefix="/api/v1/integrations", tags=["integrations"], responses=PROBLEMS)

MANAGE = ("MANAGE_INTEGRATIONS",)


class IntegrationShown(Shown):
    """An outside system. `state`: ok; failing, when the last thing that happened was a failure; unused, when it is set
    up and did nothing in thirty days; missing, when it is not set up. `last_error` is a word or the system's code."""

    name: str
    configured: bool
    state: str
    last_success_at: Instant | None
    last_error_at: Instant | None
    last_error: str | None


@router.get("", response_model=page_of("integrations", IntegrationShown))
async def list_integrations(
    caller: Annotated[Caller, Depends(needs(*MANAGE))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """The carrier, platforms, model, calendar and webhooks; none of them is asked. Scope MANAGE_INTEGRATIONS."""
    shown = await _all(caller)
    return JSONResponse(paged("integrations", shown[page.offset : page.offset + page.size], len(shown), page))


@router.get("/{name}", response_model=IntegrationShown)
async def get_integration(name: str, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> JSONResponse:
    """One of them by its name, such as twilio. Scope MANAGE_INTEGRATIONS."""
    return JSONResponse(next((one for one in await _all(caller) if one["name"] == name), None) or not_found("system"))


async def _all(caller: Caller) -> list[dict[str, Any]]:
    found = await caller.read(integrations.standings)
    return [_shown(name, one, configured(caller.house.settings, name, one)) for name, one in found.items()]


def configured(settings: Settings, name: str, standing: integrations.Standing) -> bool:
    """Whether a system is set up: on this machine where it needs a key, in the business's own rows where not."""
    keys = {
        "twilio": settings.twilio_account_sid is not None and settings.twilio_auth_token is not None,
        "retell": settings.retell_api_key is not None,
        "vapi": settings.vapi_server_secret is not None,
        "elevenlabs": settings.elevenlabs_webhook_secret is not None,
        "model": settings.has_model,
    }
    return keys.get(name, standing.in_use)


def _shown(name: str, standing: integrations.Standing, is_configured: bool) -> dict[str, Any]:
    if standing.failing:
        state = "failing"
    elif not is_configured:
        state = "missing"
    else:
        state = "ok" if standing.last_success_at is not None else "unused"
    same = ("last_success_at", "last_error_at", "last_error")
    return IntegrationShown(
        name=name, configured=is_configured, state=state, **{one: getattr(standing, one) for one in same}
    ).shown()
