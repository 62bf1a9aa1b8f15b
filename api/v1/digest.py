"""/api/v1/digest: what came in since the business last closed, the most urgent first."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.deps import Caller, needs
from api.wire import PROBLEMS, Instant, Shown
from tools import digest

router = APIRouter(prefix="/api/v1/digest", tags=["stats"], responses=PROBLEMS)


class NightThread(Shown):
    """A conversation of the night: whose, and how pressing."""

    id: str
    name: str | None
    urgency: str


class NightReason(NightThread):
    """One with a reason: why a person is needed, or why nothing was booked."""

    reason: str | None


class NightVisit(Shown):
    """A visit booked in the night."""

    id: str
    name: str | None
    start: Instant
    service: str


class NightCounts(Shown):
    """How many of each."""

    emergencies: int
    needs_human: int
    booked: int
    unbooked: int


class DigestShown(Shown):
    """The night between `since` and `until`; every count has its rows."""

    since: Instant
    until: Instant
    counts: NightCounts
    emergencies: list[NightThread]
    needs_human: list[NightReason]
    booked: list[NightVisit]
    unbooked: list[NightReason]


@router.get("", response_model=DigestShown)
async def get_digest(caller: Annotated[Caller, Depends(needs("READ_CONVERSATIONS"))]) -> JSONResponse:
    """What happened since the business last closed. Scope READ_CONVERSATIONS."""
    return JSONResponse(await caller.read(digest.told))
