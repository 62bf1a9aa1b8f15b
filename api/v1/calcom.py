"""/api/v1/integrations/calcom/setup: which services are kept in Cal.com, too, with which account (EM-21)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api import sealing
from api.deps import Caller, needs
from api.wire import PROBLEMS, Body, Id, Instant, Shown
from storage.context import Context
from storage.tables import CalcomAccount
from tools import outside_account
from tools.problems import not_found

router = APIRouter(prefix="/api/v1/integrations/calcom", tags=["integrations"], responses=PROBLEMS)

Manager = Annotated[Caller, Depends(needs("MANAGE_INTEGRATIONS"))]
Secret = Annotated[str, Field(min_length=1, max_length=200)]


class Kept(Body):
    """A service and the event type its visits are booked under; both should take the same time."""

    service_id: Id
    event_type_id: Annotated[int, Field(ge=1, le=2_147_483_647)]


class CalcomSetup(Body):
    """The whole of it: a service left out is kept here alone. Key and secret are sealed and never shown; left out, they
    stay what they were. `technician_id`: whose calendar it is; null takes its time from all who do these services."""

    services: Annotated[list[Kept], Field(max_length=100)]
    api_key: Secret | None = None
    webhook_secret: Secret | None = None
    technician_id: Id | None = None


class KeptShown(Shown):
    """A service that is kept outside, too."""

    service_id: str
    event_type_id: int


class CalcomShown(Shown):
    """The account without its secrets. Give Cal.com `webhook_url` for bookings created, rescheduled and cancelled."""

    services: list[KeptShown]
    technician_id: str | None
    webhook_url: str
    last_success_at: Instant | None
    last_error_at: Instant | None
    last_error: str | None
    pulled_at: Instant | None


@router.get("/setup", response_model=CalcomShown)
async def get_calcom(caller: Manager) -> JSONResponse:
    """How it is set up. Scope MANAGE_INTEGRATIONS."""
    return JSONResponse(
        await caller.read(lambda ctx: _shown(ctx, caller, outside_account.get(ctx) or not_found("account")))
    )


@router.put("/setup", response_model=CalcomShown)
async def set_up_calcom(body: CalcomSetup, caller: Manager) -> JSONResponse:
    """Keep these services in Cal.com, too; what is taken there is read at once. Scope MANAGE_INTEGRATIONS."""
    seal = partial(sealing.seal, caller.house.settings.secret_key)

    def act(ctx: Context) -> dict[str, Any]:
        account = outside_account.set_up(
            ctx,
            {one.service_id: one.event_type_id for one in body.services},
            sealed_key=seal(body.api_key) if body.api_key else None,
            sealed_secret=seal(body.webhook_secret) if body.webhook_secret else None,
            technician_id=body.technician_id,
        )
        return _shown(ctx, caller, account)

    return JSONResponse(await caller.write(act))


@router.delete("/setup", status_code=204)
async def take_out_calcom(caller: Manager) -> Response:
    """Keep every visit here alone again; what stands in Cal.com stays there. Scope MANAGE_INTEGRATIONS."""
    await caller.write(outside_account.take_out)
    return Response(status_code=204)


def _shown(ctx: Context, caller: Caller, account: CalcomAccount) -> dict[str, Any]:
    same = ("technician_id", "last_success_at", "last_error_at", "last_error", "pulled_at")
    kept = outside_account.kept_there(ctx)
    return CalcomShown(
        services=[KeptShown(service_id=service, event_type_id=event_type) for service, event_type in kept.items()],
        webhook_url=f"{caller.house.settings.public_url}/api/calcom/webhook/{account.token}",
        **{name: getattr(account, name) for name in same},
    ).shown()
