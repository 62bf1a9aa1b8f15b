"""ElevenLabs' webhooks: facts before hello, and the transcript after the call. Its server tools use the voice door.

Shapes: its post-call webhooks (`post_call_transcription`, `call_initiation_failure`) and the personalization webhook
of its Twilio calls, which asks with caller_id, agent_id, called_number and call_sid.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api import signatures
from api.deps import House, house_of
from api.envelopes import parse, part, storable, text
from api.errors import log_bug
from api.retell import ANSWER_WITHIN
from api.settings import keys
from api.voice import body_of
from storage import inbox, lookup
from storage.context import Actor, Context
from storage.tables import Org
from tools import assistant_calls
from tools.assistant_calls import Report
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/elevenlabs", include_in_schema=False)

ELEVENLABS = Actor("system", "ElevenLabs")
SPEAKERS = {"user": "User", "agent": "Agent"}
LAST_SECOND = 253_402_300_799  # Unix: the last a calendar date can be


@router.post("/inbound/{token}")
async def inbound(request: Request, token: str) -> Response:
    """Facts for the agent about an incoming call; on any fault of ours none, because the caller is waiting."""
    house, org = await _business(request, token)
    known: dict[str, str] = {}
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            call = parse(await body_of(request))
            known = await house.read(
                org,
                lambda ctx: assistant_calls.about_caller(ctx, text(call, "caller_id"), text(call, "called_number")),
                channel="voice",
            )
    except Exception as error:  # noqa: BLE001 - the edge: an agent without facts is better than no agent
        log_bug(request, error)
    return JSONResponse({"type": "conversation_initiation_client_data", "dynamic_variables": known})


@router.post("/events/{token}")
async def events(request: Request, token: str) -> Response:
    """One report after a call, acted on once however often it comes."""
    house, org = await _business(request, token)
    body = await body_of(request)
    accepted, header = keys(house.settings.elevenlabs_webhook_secret), request.headers.get("elevenlabs-signature")
    # The platform stamps real time, whatever the sandbox's clock says; a script that plays a day stamps that clock.
    clocks = (datetime.now(UTC), house.clock.now())
    if accepted and not any(signatures.elevenlabs(accepted, body, header, now) for now in clocks):
        raise Problem(
            "UNAUTHORIZED",
            "The request's signature does not match.",
            fix="Sign with the webhook's own secret, and keep the clock right.",
        )
    told = storable(parse(body))
    report = report_of(told)
    if report is not None:
        kind = str(told["type"])

        def unit(ctx: Context) -> None:
            if inbox.once(ctx, "elevenlabs", f"{report.call_id}:{kind}", kind, {"type": kind}):
                assistant_calls.reported(ctx, report)

        await house.write(org, unit, actor=ELEVENLABS, channel="voice")
    return JSONResponse({})


def report_of(told: Mapping[str, Any]) -> Report | None:
    """A post-call webhook in our words; None for one that says nothing of how a call went."""
    data = part(told, "data")
    call_id = text(data, "conversation_id")
    if call_id is None or told.get("type") not in ("post_call_transcription", "call_initiation_failure"):
        return None
    metadata = part(data, "metadata")
    phone, variables = (
        part(metadata, "phone_call"),
        part(part(data, "conversation_initiation_client_data"), "dynamic_variables"),
    )
    outbound = phone.get("direction") == "outbound" or told["type"] == "call_initiation_failure"
    theirs = text(phone, "external_number") or text(variables, "system__caller_id")
    ours = text(phone, "agent_number") or text(variables, "system__called_number")
    started_at, seconds = _moment(metadata.get("start_time_unix_secs")), _count(metadata.get("call_duration_secs"))
    return Report(
        call_id[:200],
        "call_analyzed",
        direction="outbound" if outbound else "inbound",
        from_number=ours if outbound else theirs,
        to_number=theirs if outbound else ours,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=seconds) if started_at and seconds is not None else None,
        seconds=seconds,
        transcript=_transcript(data.get("transcript")),
        summary=text(part(data, "analysis"), "transcript_summary"),
        disconnection_reason=text(metadata, "termination_reason") or text(data, "failure_reason"),
        provider="elevenlabs",
    )


async def _business(request: Request, token: str) -> tuple[House, Org]:
    house = house_of(request)
    org = await house.db.read(lambda session: lookup.org_by_elevenlabs_token(session, token))
    return house, org or not_found("address")


def _transcript(turns: Any) -> str | None:
    """The turns as lines, the way the other platforms write them."""
    spoken = [one for one in turns if isinstance(one, dict)] if isinstance(turns, list) else []
    lines = [
        f"{SPEAKERS.get(str(one.get('role')), 'Agent')}: {words}" for one in spoken if (words := text(one, "message"))
    ]
    return "\n".join(lines) or None


def _count(value: Any, most: int = 10**9) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(min(max(value, 0), most)) if is_number else None


def _moment(seconds: Any) -> datetime | None:
    count = _count(seconds, LAST_SECOND)
    return datetime.fromtimestamp(count, UTC) if count else None
