"""Door 3: four envelopes in, sentences out, 200 for everything the agent must hear (contract 2.6).

Only a failed proof of the sender, of the rate or of the size keeps its status, and even then the body begins with the
tool's failure prefix.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api import signatures
from api.deps import Caller, admit, house_of
from api.envelopes import Envelope, is_vapi, parse, read
from api.errors import internal_error, log_bug, status_of
from storage.context import Context
from storage.idempotency import call_key
from tools import by_phone, phone_changes, phone_desk, slots, wording
from tools.problems import Problem
from tools.recorded import recorded
from tools.rules import phones
from tools.tool import Said

router = APIRouter(tags=["voice"])

READ = ("READ_AVAILABILITY", "READ_BOOKINGS")
READ_CALLER = ("READ_BOOKINGS", "READ_CONVERSATIONS")
WRITE = ("WRITE_BOOKINGS",)
KEEP_STATUS = {"UNAUTHORIZED", "INSUFFICIENT_SCOPE", "IP_NOT_ALLOWED", "RATE_LIMITED", "BODY_TOO_LARGE"}
KEYED = ("service", "booking_selector", "message", "urgency")
ANSWER_WITHIN = 5.0  # seconds; contract 2.6
SLOT = re.compile(r"\D*(\d{4}-\d\d-\d\d)\D+(\d\d?:\d\d)(?::\d\d)?\s*(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class VoiceTool:
    """One tool of this door: its name, who may call it, its act, and whether it writes."""

    name: str
    scopes: tuple[str, ...]
    act: Callable[[Context, str, by_phone.Asked], Said]
    writes: bool = True


SLOTS = VoiceTool("slots", READ, by_phone.list_slots, writes=False)
BOOK = VoiceTool("book", WRITE, by_phone.book)
CANCEL = VoiceTool("cancel", WRITE, lambda ctx, _service, asked: phone_changes.cancel(ctx, asked))
RESCHEDULE = VoiceTool("reschedule", WRITE, lambda ctx, _service, asked: phone_changes.reschedule(ctx, asked))
MY_BOOKINGS = VoiceTool("my_bookings", READ, lambda ctx, _service, asked: phone_changes.my_visits(ctx, asked), False)
CONTEXT = VoiceTool("context", READ_CALLER, lambda ctx, _service, asked: phone_desk.about_caller(ctx, asked), False)
MESSAGE = VoiceTool("message", WRITE, lambda ctx, _service, asked: phone_desk.take_message(ctx, asked))
SEND_LINK = VoiceTool("send_link", WRITE, lambda ctx, _service, asked: phone_desk.send_link(ctx, asked))


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
    deadline = time.monotonic() + ANSWER_WITHIN
    try:
        caller = await admit(request, *tool.scopes)
        body = await body_of(request)
        parsed = verified(request, body)
    except Problem as problem:
        status = status_of(problem) if problem.code in KEEP_STATUS else 200
        return spoken(phone_changes.told(tool.name, problem), status=status, problem=problem)
    except Exception as error:  # noqa: BLE001 - the edge: the agent must hear a failure, never a stack trace
        log_bug(request, error)
        return spoken(phone_changes.told(tool.name, internal_error()))
    envelopes = read(parsed)
    told = [await attempt(request, caller, tool, event_type, one, deadline) for one in envelopes]
    if is_vapi(parsed):
        return vapi_results(envelopes, [said for said, _replayed in told])
    return spoken(*told[0])


async def attempt(
    request: Request, caller: Caller, tool: VoiceTool, event_type: str, envelope: Envelope, deadline: float
) -> tuple[Said, bool]:
    """One call's answer, whatever happens. A bug is rolled back, logged by ids, and told as a failure."""
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            return await run(caller, tool, event_type, envelope, deadline)
    except Problem as problem:
        return phone_changes.told(tool.name, problem), False
    except TimeoutError:
        return phone_changes.told(tool.name, too_slow()), False
    except Exception as error:  # noqa: BLE001 - the edge, as above
        log_bug(request, error)
        return phone_changes.told(tool.name, internal_error()), False


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
    key = house.settings.retell_api_key
    if key is None:
        return True
    header = request.headers.get("x-retell-signature")
    # The platform stamps real time, whatever the sandbox's clock says; a script that plays a day stamps that clock.
    return any(signatures.retell([key], body, header, now) for now in (datetime.now(UTC), house.clock.now()))


def unsigned() -> Problem:
    """What a request without Retell's signature is told."""
    return Problem(
        "UNAUTHORIZED",
        "The request's signature does not match.",
        fix="Sign with the API key that carries the webhook badge, and keep the clock right.",
    )


async def run(
    caller: Caller, tool: VoiceTool, event_type: str, envelope: Envelope, deadline: float
) -> tuple[Said, bool]:
    """One call in one transaction; the answer, and whether it was given before."""
    args = envelope.args()

    def unit(ctx: Context) -> tuple[Said, bool] | None:
        asked = envelope.asked(
            args,
            ctx.org.region,
            by_phone.own_numbers(ctx),
            public_url=caller.house.settings.public_url,
            sees_threads=caller.may("READ_CONVERSATIONS"),
        )
        told = recorded(
            ctx,
            f"voice_{tool.name}",
            args,
            lambda: tool.act(ctx, event_type, asked),
            lambda problem: phone_changes.refused(ctx, tool.name, problem),
            key=natural_key(ctx, tool, event_type, asked) if tool.writes else None,
            still_so=lambda call: by_phone.still_so(ctx, call, chosen=asked.text("booking_selector") is not None),
        )
        if time.monotonic() > deadline:  # the agent has been told that it failed, so nothing of it may stay
            ctx.session.rollback()
            return None
        return told

    told = await caller.write(unit, channel="voice", scope=envelope.call_id)
    if told is None:
        raise too_slow()
    return told


def natural_key(ctx: Context, tool: VoiceTool, event_type: str, asked: by_phone.Asked) -> str | None:
    """What makes two calls the same one: the phone call, the tool, and who, which and when; never the small talk.

    A line number means a line of the list last read out, so the list is part of it.
    """
    if asked.call_id is None:
        return None
    said = ["".join(c for c in (asked.text(field) or "").casefold() if c.isalnum()) for field in KEYED]
    who = phones.e164(asked.text("phone") or "", ctx.org.region) or asked.text("phone") or asked.caller
    listed = slots.remembered(ctx, "visits") if (asked.text("booking_selector") or "").isdigit() else None
    return call_key(
        *(ctx.org.id, asked.call_id, tool.name, event_type, asked.caller, who, said),
        *(slot_key(asked.text(field)) for field in ("slot", "new_slot")),
        listed.items if listed else None,
    )


def slot_key(said: str | None) -> str | None:
    """A slot however it was written: with its tag, a T or seconds it is the same time."""
    found = SLOT.match(said or "")
    return f"{found[1]} {found[2]:0>5}{found[3] or ''}" if found else said


def too_slow() -> Problem:
    """An act that did not finish in time, and was undone."""
    return Problem("UPSTREAM_UNAVAILABLE", "The schedule did not answer in time.", fix="Call this tool once more.")


def spoken(said: Said, replayed: bool = False, *, status: int = 200, problem: Problem | None = None) -> Response:
    """The sentence, and machine echoes of what it says in headers."""
    headers = {"X-Ringback-Outcome": "replayed" if replayed else outcome(said)}
    if said.code:
        headers["X-Ringback-Code"] = said.code
    if problem is not None and "retry_after" in problem.extras:
        headers["Retry-After"] = str(problem.extras["retry_after"])
    return Response(said.say[: wording.LONGEST], status, headers, media_type="text/plain")


def outcome(said: Said) -> str:
    """ok, choice, none or failed: what the first words say."""
    if said.ok:
        return "ok"
    if said.say.startswith(wording.CHOICE_NEEDED):
        return "choice"
    return "none" if said.say.startswith((wording.NO_OPEN_TIMES, wording.NO_VISITS)) else "failed"


def vapi_results(envelopes: list[Envelope], told: list[Said]) -> Response:
    """Vapi's answer: one result a call, each on one line, always 200."""
    results: list[Mapping[str, str | None]] = [
        {"toolCallId": envelope.vapi_id, ("result" if said.ok else "error"): " ".join(said.say.split())}
        for envelope, said in zip(envelopes, told, strict=True)
    ]
    return JSONResponse({"results": results})
