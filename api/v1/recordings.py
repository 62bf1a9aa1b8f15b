"""/api/v1/calls/{id}/recording: a link for a few minutes, and deletion; /api/recordings/… is the link (SC-10, -11)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from itsdangerous import BadData, URLSafeSerializer

from api.deps import Caller, House, house_of, needs
from api.wire import PROBLEMS, Id, Instant, Shown
from storage import listings, lookup
from storage.context import Context
from storage.tables import Call
from tools import calls
from tools.problems import Problem, not_found

router = APIRouter(tags=["calls"], responses=PROBLEMS)

LINK_LIVES = timedelta(minutes=5)


class LinkShown(Shown):
    """Where the recording can be heard until `expires_at`; whoever has the link needs nothing else."""

    url: str
    expires_at: Instant


@router.get("/api/v1/calls/{call_id}/recording", response_model=LinkShown)
async def get_recording(call_id: Id, caller: Annotated[Caller, Depends(needs("READ_CONVERSATIONS"))]) -> JSONResponse:
    """A short-lived link to the recording; 410 when the platform no longer serves it. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        path, until = link_to(ctx, caller.house, listings.one_of(ctx, Call, call_id) or not_found("call"))
        return LinkShown(url=f"{caller.house.settings.public_url}{path}", expires_at=until).shown()

    return JSONResponse(await caller.read(ask), headers={"Cache-Control": "no-store"})


@router.delete("/api/v1/calls/{call_id}/recording", status_code=204)
async def delete_recording(call_id: Id, caller: Annotated[Caller, Depends(needs("MANAGE_ACCOUNT"))]) -> Response:
    """Delete the recording for good; who did it stays in the audit. Scope MANAGE_ACCOUNT."""

    def unit(ctx: Context) -> None:
        calls.delete_recording(ctx, listings.one_of(ctx, Call, call_id) or not_found("call"))

    await caller.write(unit)
    return Response(status_code=204)


@router.get("/api/recordings/{link}", include_in_schema=False)
async def hear(request: Request, link: str) -> Response:
    """The recording, at whoever keeps it. Raises NOT_FOUND for a link of nobody's, LINK_EXPIRED for an old one."""
    house = house_of(request)
    try:
        org_id, call_id, until = _signer(house).loads(link)
    except BadData:
        not_found("link")
    if until <= house.clock.now().timestamp():
        raise _expired()
    org = await house.db.read(lambda session: lookup.org_by_id(session, org_id)) or not_found("link")
    where = await house.read(
        org, lambda ctx: _url_of(ctx, listings.one_of(ctx, Call, call_id) or not_found("recording"))
    )
    return RedirectResponse(where, 302, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def link_to(ctx: Context, house: House, call: Call) -> tuple[str, datetime]:
    """The path of a short-lived link to a call's recording, and when it dies. Raises NOT_FOUND, LINK_EXPIRED."""
    _url_of(ctx, call)
    until = min(ctx.now + LINK_LIVES, calls.recording_until(call) or datetime.max.replace(tzinfo=UTC))
    return f"/api/recordings/{_signer(house).dumps([ctx.org.id, call.id, int(until.timestamp())])}", until


def _url_of(ctx: Context, call: Call) -> str:
    """Where the platform serves it. Raises NOT_FOUND when there is none, LINK_EXPIRED when it no longer does."""
    standing = calls.recording(ctx, call)
    if standing == "expired":
        raise _expired()
    if standing != "available" or call.recording_url is None:
        not_found("recording")
    return call.recording_url


def _expired() -> Problem:
    return Problem("LINK_EXPIRED", "This recording can no longer be fetched.", fix="Ask for a new link in time.")


def _signer(house: House) -> URLSafeSerializer:
    return URLSafeSerializer(house.settings.secret_key, salt="recording")
