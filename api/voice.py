"""Door 3: four envelopes in, sentences out, 200 for everything the agent must hear (contract 2.6).

Only a failed proof of the sender, of the rate or of the size keeps its status, and even then the body begins with the
tool's failure prefix.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from api import signatures
from api.deps import Caller, admit, house_of
from api.envelopes import Envelope, is_vapi, parse, platform_of, read
from api.errors import internal_error, log_bug, status_of
from api.settings import keys
from api.voice_calls import (
    AREA,
    BOOK,
    CANCEL,
    CONTEXT,
    DETAILS,
    MESSAGE,
    MY_BOOKINGS,
    RESCHEDULE,
    SEND_LINK,
    SLOTS,
    VoiceTool,
    keep_failures,
    outcome,
    run,
    too_slow,
)
from tools import phone_changes, wording
from tools.problems import Problem
from tools.recorded import Came, Told
from tools.tool import Said

router = APIRouter(tags=["voice"])

KEEP_STATUS = {"UNAUTHORIZED", "INSUFFICIENT_SCOPE", "IP_NOT_ALLOWED", "RATE_LIMITED", "BODY_TOO_LARGE"}
ANSWER_WITHIN = 5.0  # seconds; contract 2.6


def both_ways(path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a tool path under its name and its alias, with and without a last slash: a redirect breaks tools."""

    def register(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        for root in ("/api/v1/scheduling/voice", "/scheduling/voice"):
            for end in ("", "/"):
                shown = root.startswith("/api") and not end
                router.add_api_route(
                    root + path + end,
                    endpoint,
                    methods=["POST"],
                    response_class=Response,
                    include_in_schema=shown,
                    responses={200: {"content": {"text/plain": {}}, "description": "A sentence to be spoken."}},
                )
        return endpoint

    return register


@both_ways("/{event_type_id}/slots")
async def voice_slots(request: Request, event_type_id: str) -> Response:
    """Open times as text with slot tags."""
    return await answer(request, SLOTS, event_type_id)


@both_ways("/{event_type_id}/book")
async def voice_book(request: Request, event_type_id: str) -> Response:
    """Book a slot for the caller."""
    return await answer(request, BOOK, event_type_id)


@both_ways("/cancel-booking")
async def voice_cancel(request: Request) -> Response:
    """Cancel one of the caller's visits."""
    return await answer(request, CANCEL)


@both_ways("/reschedule-booking")
async def voice_reschedule(request: Request) -> Response:
    """Move one of the caller's visits."""
    return await answer(request, RESCHEDULE)


@both_ways("/my-bookings")
async def voice_my_bookings(request: Request) -> Response:
    """What the caller has booked."""
    return await answer(request, MY_BOOKINGS)


@both_ways("/context")
async def voice_context(request: Request) -> Response:
    """Who is calling, their visits, and what was last talked about."""
    return await answer(request, CONTEXT)


@both_ways("/details")
async def voice_details(request: Request) -> Response:
    """Note what the caller told about themselves or the job."""
    return await answer(request, DETAILS)


@both_ways("/area")
async def voice_area(request: Request) -> Response:
    """Whether the business comes to a postal code."""
    return await answer(request, AREA)


@both_ways("/message")
async def voice_message(request: Request) -> Response:
    """Take a message for the office, with a time to call back by."""
    return await answer(request, MESSAGE)


@both_ways("/send-link")
async def voice_send_link(request: Request) -> Response:
    """Text the booking page to the caller."""
    return await answer(request, SEND_LINK)


async def answer(request: Request, tool: VoiceTool, event_type: str = "any") -> Response:
    """Verify, parse, call, answer. Of several calls in one request each fails or succeeds by itself."""
    began = time.monotonic()
    caller, body = None, b""
    try:
        caller = await admit(request, *tool.scopes)
        body = await body_of(request)
        parsed = verified(request, body)
    except Problem as problem:
        status = status_of(problem) if problem.code in KEEP_STATUS else 200
        said = phone_changes.told(tool.name, problem)
        answered = spoken(said, status=status, problem=problem)
        if caller is not None and status == 200:
            unread = [Told(said, came=Came.of("plain", event_type, body))]
            answered.background = BackgroundTask(keep_failures, caller, tool, unread, began)
        return answered
    except Exception as error:  # noqa: BLE001 - the edge: the agent must hear a failure, never a stack trace
        log_bug(request, error)
        return spoken(phone_changes.told(tool.name, internal_error()))
    envelopes, platform = read(parsed), platform_of(parsed)
    told = [
        await attempt(request, caller, tool, one, began + ANSWER_WITHIN, Came.of(platform, event_type, body, place))
        for place, one in enumerate(envelopes)
    ]
    if platform == "vapi":
        answered = vapi_results(envelopes, [one.said for one in told])
    else:
        answered = spoken(told[0].said, told[0].replayed)
    if any(one.came for one in told):
        answered.background = BackgroundTask(keep_failures, caller, tool, told, began)
    return answered


async def attempt(
    request: Request, caller: Caller, tool: VoiceTool, envelope: Envelope, deadline: float, came: Came
) -> Told:
    """One call's answer, whatever happens. A bug is rolled back, logged by ids, and told as a failure."""
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            return Told(*await run(caller, tool, came.event_type, envelope, deadline, came))
    except Problem as problem:
        failed = problem
    except TimeoutError:
        failed = too_slow()
    except Exception as error:  # noqa: BLE001 - the edge, as above
        log_bug(request, error)
        failed = internal_error()
    return Told(phone_changes.told(tool.name, failed), came=came, call_id=envelope.call_id)


async def body_of(request: Request) -> bytes:
    """The raw body; raises BODY_TOO_LARGE."""
    try:
        return await request.body()
    except HTTPException as error:
        raise Problem("BODY_TOO_LARGE", "The request is too large.", fix="Send at most 64 KB.") from error


def verified(request: Request, body: bytes) -> dict[str, Any]:
    """The parsed body, once Retell's signature over its raw bytes is checked, where we hold its key.

    Vapi signs nothing by default, so its unsigned messages are proven by the credential alone. Raises UNAUTHORIZED,
    INVALID_BODY.
    """
    signed = is_signed(request, body)
    try:
        parsed = parse(body)
    except Problem:
        if not signed:
            raise unsigned() from None
        raise
    if not signed and (not is_vapi(parsed) or "x-retell-signature" in request.headers):
        raise unsigned()
    return parsed


def is_signed(request: Request, body: bytes) -> bool:
    """Whether Retell signed these bytes; without a key of ours nothing is checked."""
    house = house_of(request)
    accepted = keys(house.settings.retell_api_key)
    if not accepted:
        return True
    header = request.headers.get("x-retell-signature")
    # The platform stamps real time, whatever the sandbox's clock says; a script that plays a day stamps that clock.
    return any(signatures.retell(accepted, body, header, now) for now in (datetime.now(UTC), house.clock.now()))


def unsigned() -> Problem:
    """What a request without Retell's signature is told."""
    return Problem(
        "UNAUTHORIZED",
        "The request's signature does not match.",
        fix="Sign with the API key that carries the webhook badge, and keep the clock right.",
    )


def spoken(said: Said, replayed: bool = False, *, status: int = 200, problem: Problem | None = None) -> Response:
    """The sentence, and machine echoes of what it says in headers."""
    headers = {"X-Ringback-Outcome": "replayed" if replayed else outcome(said)}
    if said.code:
        headers["X-Ringback-Code"] = said.code
    if problem is not None and "retry_after" in problem.extras:
        headers["Retry-After"] = str(problem.extras["retry_after"])
    return Response(said.say[: wording.LONGEST], status, headers, media_type="text/plain")


def vapi_results(envelopes: list[Envelope], told: list[Said]) -> Response:
    """Vapi's answer: one result a call, each on one line, always 200."""
    results: list[Mapping[str, str | None]] = [
        {"toolCallId": envelope.vapi_id, ("result" if said.ok else "error"): " ".join(said.say.split())}
        for envelope, said in zip(envelopes, told, strict=True)
    ]
    return JSONResponse({"results": results})
