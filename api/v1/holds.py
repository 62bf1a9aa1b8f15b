"""/api/v1/holds: a start kept for a few minutes, hidden from everybody but the credential that keeps it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AliasChoices, Field

from api import wire
from api.deps import Caller, needs
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, Instant, Shown, Text
from storage import listings
from storage.context import Context
from storage.tables import Hold
from tools import holds, services
from tools.problems import not_found

router = APIRouter(prefix="/api/v1/holds", tags=["bookings"], responses=PROBLEMS)

WRITE = ("WRITE_BOOKINGS",)


class NewHold(Body):
    """A start to keep: the service by id, slug or name, and for how long."""

    service: Annotated[Text | None, Field(validation_alias=AliasChoices("service", "event_type_id"))] = None
    start: Annotated[Given, Field(validation_alias=AliasChoices("start", "start_time"))]
    minutes: Annotated[int, Field(ge=1, le=30)] = 10


class HoldShown(Shown):
    """A kept start. Booking it with the same credential uses the hold up."""

    id: str
    expires_at: Instant
    event_type_id: str
    start_time: Instant
    end_time: Instant


@router.post("", status_code=201, response_model=HoldShown, openapi_extra={"parameters": [HEADER]})
async def create_hold(request: Request, body: NewHold, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Keep an open start for up to 30 minutes; the same again renews it, twice at most. A credential keeps up to ten:
    one that overlaps another with the same technician replaces it, and booking a start uses its hold up. Scope
    WRITE_BOOKINGS."""

    def act(ctx: Context) -> dict[str, Any]:
        start = wire.instant(body.start, ctx.org.zone)
        kept = holds.hold(ctx, services.for_sale(services.find_service(ctx, body.service)), start, body.minutes)
        return HoldShown(
            id=kept.id,
            expires_at=kept.expires_at,
            event_type_id=kept.service_id,
            start_time=kept.start_at,
            end_time=kept.end_at,
        ).shown()

    return await act_once(request, caller, act, status=201)


@router.delete("/{hold_id}", status_code=204)
async def delete_hold(hold_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Give back a start this credential keeps. Scope WRITE_BOOKINGS."""

    def act(ctx: Context) -> None:
        kept = listings.one_of(ctx, Hold, hold_id)
        if kept is None or kept.owner != ctx.scope:
            not_found("hold")
        holds.drop(ctx, [kept])

    await caller.write(act, scope=caller.credential.id)
    return Response(status_code=204)
