"""Vapi's server messages about a call: how it stands, and the report at its end. Its tools use the voice door.

Of the messages only these say what became of a call; the rest are taken and change nothing. Shapes: Vapi's
ServerMessageStatusUpdate and ServerMessageEndOfCallReport.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api import signatures
from api.deps import House, house_of
from api.envelopes import parse, part, storable, text
from api.settings import keys
from api.voice import body_of
from storage import inbox, lookup
from storage.context import Actor, Context
from storage.tables import Org
from tools import assistant_calls
from tools.assistant_calls import Report
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/vapi", include_in_schema=False)

VAPI = Actor("system", "Vapi")
FORWARDED = "assistant-forwarded-call"
EVENTS = {"in-progress": "call_started", "forwarding": "transfer_bridged", "ended": "call_ended"}


@router.post("/events/{token}")
async def events(request: Request, token: str) -> Response:
    """One message about a call, acted on once however often and in whatever order it comes."""
    house, org, body = await _verified(request, token)
    message = part(storable(parse(body)), "message")
    report = report_of(message)
    if report is not None:
        kept = {"type": message["type"], "status": message.get("status"), "endedReason": message.get("endedReason")}

        def unit(ctx: Context) -> None:
            if inbox.once(ctx, "vapi", f"{report.call_id}:{message['type']}:{report.event}", report.event, kept):
                assistant_calls.reported(ctx, report)

        await house.write(org, unit, actor=VAPI, channel="voice")
    return JSONResponse({})


def report_of(message: Mapping[str, Any]) -> Report | None:
    """A message in our words; None for one that says nothing of how a call went."""
    call = part(message, "call")
    call_id = text(call, "id")
    if message.get("type") == "end-of-call-report":
        event: str | None = "call_analyzed"
    else:
        event = EVENTS.get(str(message.get("status"))) if message.get("type") == "status-update" else None
    if event is None or call_id is None:
        return None
    artifact = part(message, "artifact")
    reason = text(message, "endedReason") or text(call, "endedReason")
    started_at = instant(message.get("startedAt")) or instant(call.get("startedAt"))
    ended_at = instant(message.get("endedAt")) or instant(call.get("endedAt"))
    theirs = text(part(message, "customer"), "number") or text(part(call, "customer"), "number")
    dialled = part(message, "phoneNumber") or part(call, "phoneNumber")
    ours = text(dialled, "number") or text(dialled, "twilioPhoneNumber")
    outbound = call.get("type") == "outboundPhoneCall"
    return Report(
        call_id[:200],
        event,
        direction="outbound" if outbound else "inbound",
        from_number=ours if outbound else theirs,
        to_number=theirs if outbound else ours,
        started_at=started_at,
        ended_at=ended_at,
        seconds=max(0, int((ended_at - started_at).total_seconds())) if started_at and ended_at else None,
        transcript=text(artifact, "transcript") or text(message, "transcript"),
        summary=text(part(message, "analysis"), "summary") or text(message, "summary"),
        recording_url=text(artifact, "recordingUrl") or text(message, "recordingUrl"),
        disconnection_reason="call_transfer" if reason == FORWARDED else reason,
        provider="vapi",
        recording_lives=None,
    )


async def _verified(request: Request, token: str) -> tuple[House, Org, bytes]:
    """The business whose token this is, and the body. Raises NOT_FOUND, UNAUTHORIZED, BODY_TOO_LARGE."""
    house = house_of(request)
    org = await house.db.read(lambda session: lookup.org_by_vapi_token(session, token))
    if org is None:
        not_found("address")
    accepted = keys(house.settings.vapi_server_secret)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip() or None
    given = request.headers.get("x-vapi-secret") or bearer
    if accepted and not signatures.shared_secret(accepted, given):
        raise Problem(
            "UNAUTHORIZED",
            "The server secret does not match.",
            fix="Send VAPI_SERVER_SECRET as X-Vapi-Secret or as Bearer.",
        )
    return house, org, await body_of(request)


def instant(written: Any) -> datetime | None:
    """An ISO instant; without an offset it is UTC. None for anything else."""
    if not isinstance(written, str):
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
