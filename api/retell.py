"""Retell's own webhooks: who is calling, asked before the first hello, and what became of each call (contract 2.9)."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.deps import House, house_of
from api.envelopes import parse, part, storable, text
from api.errors import log_bug
from api.voice import body_of, is_signed, unsigned
from storage import inbox, lookup
from storage.context import Actor, Context
from storage.tables import Org
from tools import assistant_calls
from tools.assistant_calls import Report
from tools.problems import not_found

router = APIRouter(prefix="/api/retell", include_in_schema=False)

RETELL = Actor("system", "Retell")
ANSWER_WITHIN = 0.8  # seconds: the caller hears ringing, and the contract allows one
TOLD = ("call_started", "call_ended", "call_analyzed", "transfer_bridged")
BULKY = (
    "transcript_object",
    "transcript_with_tool_calls",
    "transcript_with_tool_call",
    "scrubbed_transcript_with_tool_calls",
)
LAST_MOMENT = 253_402_300_799_000  # milliseconds: the last a calendar date can be


@router.post("/inbound/{token}")
async def inbound(request: Request, token: str) -> Response:
    """Facts for the agent about an incoming call; on any fault of ours none, because the caller is waiting."""
    house, org, body = await _verified(request, token)
    known: dict[str, str] = {}
    metadata: dict[str, str] = {}
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            call = part(parse(body), "call_inbound")
            known = await house.read(
                org,
                lambda ctx: assistant_calls.about_caller(ctx, text(call, "from_number"), text(call, "to_number")),
                channel="voice",
            )
            metadata = {"org": org.slug}
    except Exception as error:  # noqa: BLE001 - the edge: an agent without facts is better than no agent
        log_bug(request, error)
    return JSONResponse({"call_inbound": {"dynamic_variables": known, "metadata": metadata}})


@router.post("/events/{token}")
async def events(request: Request, token: str) -> Response:
    """One event of a call's life, acted on once however often and in whatever order it comes."""
    house, org, body = await _verified(request, token)
    parsed = storable(parse(body))
    event, call = str(parsed.get("event", "")), part(parsed, "call")
    call_id = text(call, "call_id")
    if event not in TOLD or call_id is None:
        return Response(status_code=204)
    report = report_of(event, call_id[:200], call)
    kept = {name: value for name, value in call.items() if name not in BULKY and "recording" not in name}

    def unit(ctx: Context) -> None:
        if inbox.once(ctx, "retell", f"{report.call_id}:{event}", event, kept):
            assistant_calls.reported(ctx, report)

    await house.write(org, unit, actor=RETELL, channel="voice")
    return Response(status_code=204)


def report_of(event: str, call_id: str, call: Mapping[str, Any]) -> Report:
    """Retell's call object in our words; whatever is not of the documented kind counts as not said."""
    milliseconds = call.get("duration_ms")
    started_at, ended_at = _instant(call.get("start_timestamp")), _instant(call.get("end_timestamp"))
    seconds = None
    if isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool):
        seconds = int(min(max(milliseconds, 0), 10**9)) // 1000
    elif started_at is not None and ended_at is not None:
        seconds = max(0, int((ended_at - started_at).total_seconds()))
    return Report(
        call_id,
        event,
        direction=text(call, "direction"),
        from_number=text(call, "from_number"),
        to_number=text(call, "to_number"),
        started_at=started_at,
        ended_at=ended_at,
        seconds=seconds,
        transcript=text(call, "transcript"),
        summary=text(part(call, "call_analysis"), "call_summary"),
        recording_url=text(call, "recording_url"),
        disconnection_reason=text(call, "disconnection_reason"),
    )


async def _verified(request: Request, token: str) -> tuple[House, Org, bytes]:
    """The business whose token this is, and the body Retell signed. Raises NOT_FOUND, UNAUTHORIZED, BODY_TOO_LARGE."""
    house = house_of(request)
    org = await house.db.read(lambda session: lookup.org_by_retell_token(session, token))
    body = await body_of(request)
    if org is None:
        not_found("address")
    if not is_signed(request, body):
        raise unsigned()
    return house, org, body


def _instant(milliseconds: Any) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if 0 <= milliseconds <= LAST_MOMENT else None
