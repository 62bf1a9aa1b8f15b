"""The sandbox's own door: moving the clock. Outside the sandbox it does not exist."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.deps import house_of
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/sandbox", tags=["sandbox"])

MOST_SECONDS = 3e9  # some ninety-five years: a calendar further away has no dates
FIRST_YEAR, LAST_YEAR = 2000, 2200


class ClockMove(BaseModel):
    """Either how far to go, in seconds, or where to: an ISO instant with its offset."""

    model_config = ConfigDict(extra="forbid")

    advance_seconds: Annotated[float, Field(ge=-MOST_SECONDS, le=MOST_SECONDS)] | None = None
    now: AwareDatetime | None = None


@router.get("/clock")
async def read_clock(request: Request) -> dict[str, datetime]:
    """What time the sandbox thinks it is."""
    house = house_of(request)
    if not house.settings.sandbox:
        not_found("page")
    return {"now": house.clock.now()}


@router.post("/clock")
async def move_clock(request: Request, move: ClockMove) -> dict[str, datetime]:
    """Move the clock and wake the worker, so that what became due is done."""
    house = house_of(request)
    if not house.settings.sandbox:
        not_found("page")
    if (move.advance_seconds is None) == (move.now is None):
        raise Problem("VALIDATION_ERROR", "Send either advance_seconds or now.", fix='Send {"advance_seconds": 60}.')
    wanted = move.now or house.clock.now() + timedelta(seconds=move.advance_seconds or 0)
    if not FIRST_YEAR <= wanted.year <= LAST_YEAR:
        raise Problem("VALIDATION_ERROR", "The clock cannot go there.", fix="Stay between the years 2000 and 2200.")
    house.clock.set(wanted)
    house.db.jobs_waiting.set()
    return {"now": house.clock.now()}
