"""Is it up, is it ready, and what do its numbers say."""

import ipaddress
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from api.deps import admit, house_of
from storage import standing
from storage.db import DatabaseDown

router = APIRouter(include_in_schema=False)

LATE_SECONDS = 60


@router.head("/healthz")
@router.get("/healthz")
async def healthz() -> dict[str, bool]:
    """The process answers."""
    return {"ok": True}


@router.head("/readyz")
@router.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, object]:
    """The database answers, its schema is today's (the process would not have started otherwise), work gets done.

    A worker may live in another process, so it is judged by its work: a job overdue by a minute means nobody works.
    """
    house = house_of(request)
    now = house.clock.now()
    try:
        overdue = await house.db.read(lambda session: standing.overdue_seconds(session, now))
    except DatabaseDown:
        response.status_code = 503
        return {"ready": False, "database": "unreachable"}
    beat: datetime | None = request.app.state.worker.last_beat
    ready = overdue < LATE_SECONDS
    response.status_code = 200 if ready else 503
    return {
        "ready": ready,
        "database": "ok",
        "schema": "current",
        "worker_last_beat": None if beat is None else beat.isoformat(),
        "worker_seconds_since_beat": None if beat is None else round((datetime.now(UTC) - beat).total_seconds(), 3),
        "oldest_overdue_job_seconds": overdue,
    }


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus text; from this machine, or with any credential."""
    address = request.client.host if request.client else ""
    try:
        here = ipaddress.ip_address(address).is_loopback
    except ValueError:
        here = False
    if not here:
        await admit(request)
    house = house_of(request)
    lines = await house.db.read(standing.counts)
    overdue = await house.db.read(lambda session: standing.overdue_seconds(session, house.clock.now()))
    lines.append("# TYPE ringback_oldest_overdue_job_seconds gauge")
    lines.append(f"ringback_oldest_overdue_job_seconds {overdue}")
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
