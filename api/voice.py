"""Door 3: four envelopes in, sentences out, 200 for everything the agent must hear (contract 2.6).

Only a failed proof of the sender, of the rate or of the size keeps its status, and even then the body begins with the
tool's failure prefix.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api import signatures
from api.deps import Caller, admit, house_of
from api.envelopes import Envelope, read
from api.errors import internal_error, log_bug, status_of
from storage.context import Context
from storage.idempotency import call_key
from storage.tables import Org
from tools import by_phone, wording
from tools.problems import Problem
from tools.recorded import recorded
from tools.tool import Said

router = APIRouter(tags=["voice"])

READ = ("READ_AVAILABILITY", "READ_BOOKINGS")
WRITE = ("WRITE_BOOKINGS",)
KEEP_STATUS = {"UNAUTHORIZED", "INSUFFICIENT_SCOPE", "IP_NOT_ALLOWED", "RATE_LIMITED", "BODY_TOO_LARGE"}
KEYED = ("service", "phone", "booking_selector", "slot", "new_slot")
ANSWER_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class VoiceTool:
    """One tool of this door: its name, who may call it, its act, and whether it writes."""

    name: str
    scopes: tuple[str, ...]
    act: Callable[[Context, str, by_phone.Asked], Said]
    writes: bool = True


SLOTS = VoiceTool("slots", READ, by_phone.list_slots, writes=False)
BOOK = VoiceTool("book", WRITE, by_phone.book)
CANCEL = VoiceTool("cancel", WRITE, lambda ctx, _event_type, asked: by_phone.cancel(ctx, asked))
RESCHEDULE = VoiceTool("reschedule", WRITE, lambda ctx, _event_type, asked: by_phone.reschedule(ctx, asked))
MY_BOOKINGS = VoiceTool(
    "my_bookings", READ, lambda ctx, _event_type, asked: by_phone.my_visits(ctx, asked), writes=False
)


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
    return await answer(request, CANCEL, "any")


@both_ways("/reschedule-booking")
async def voice_reschedule(request: Request) -> Response:
    """Move one of the caller's visits."""
    return await answer(request, RESCHEDULE, "any")


@both_ways("/my-bookings")
async def voice_my_bookings(request: Request) -> Response:
    """What the caller has booked."""
    return await answer(request, MY_BOOKINGS, "any")


async def answer(request: Request, tool: VoiceTool, event_type: str) -> Response:
    """Verify, parse, call, answer. A bug is rolled back, logged by ids, and told as a failure with 200."""
    envelopes: list[Envelope] = []
    try:
        caller = await admit(request, *tool.scopes)
        body = await body_of(request)
        envelopes = read(body)
        verify(request, body, envelopes)
        async with asyncio.timeout(ANSWER_WITHIN):
            told = [await run(caller, tool, event_type, one) for one in envelopes]
    except Problem as problem:
        told = [(refusal(tool, problem), False)]
        if problem.code in KEEP_STATUS:
            return spoken(told[0][0], status=status_of(problem), retry_after=problem.extras.get("retry_after"))
    except TimeoutError:
        told = [(refusal(tool, too_slow()), False)]
    except Exception as error:  # noqa: BLE001 - the edge: the agent must hear a failure, never a stack trace
        log_bug(request, error)
        told = [(refusal(tool, internal_error()), False)]
    if envelopes and envelopes[0].vapi_id is not None:
        return vapi_results(envelopes, [said for said, _replayed in told])
    return spoken(*told[0])


async def body_of(request: Request) -> bytes:
    """The raw body; raises BODY_TOO_LARGE."""
    try:
        return await request.body()
    except HTTPException as error:
        raise Problem("BODY_TOO_LARGE", "The request is too large.", fix="Send at most 64 KB.") from error


def verify(request: Request, body: bytes, envelopes: list[Envelope]) -> None:
    """Check Retell's signature over the raw bytes, where we hold its key; Vapi's calls are proven by the credential."""
    house = house_of(request)
    key = house.settings.retell_api_key
    if key is None or envelopes[0].vapi_id is not None:
        return
    header = request.headers.get("x-retell-signature")
    # The platform stamps real time, whatever the sandbox's clock says; a script that plays a day stamps that clock.
    if not any(signatures.retell([key], body, header, now) for now in (datetime.now(UTC), house.clock.now())):
        raise Problem(
            "UNAUTHORIZED",
            "The request's signature does not match.",
            fix="Sign with the API key that carries the webhook badge, and keep the clock right.",
        )


async def run(caller: Caller, tool: VoiceTool, event_type: str, envelope: Envelope) -> tuple[Said, bool]:
    """One call in one transaction; the answer, and whether it was given before."""

    def unit(ctx: Context) -> tuple[Said, bool]:
        asked = envelope.asked(ctx.org.region, by_phone.own_numbers(ctx))
        return recorded(
            ctx,
            f"voice_{tool.name}",
            envelope.args,
            lambda: tool.act(ctx, event_type, asked),
            lambda problem: by_phone.refused(ctx, tool.name, problem),
            key=natural_key(caller.org, tool, event_type, asked) if tool.writes else None,
        )

    return await caller.write(unit, channel="voice", scope=envelope.call_id)


def natural_key(org: Org, tool: VoiceTool, event_type: str, asked: by_phone.Asked) -> str | None:
    """What makes two calls the same one: the phone call, the tool, and who, which and when; never the small talk."""
    if asked.call_id is None:
        return None
    said = ["".join(c for c in (asked.text(field) or "").casefold() if c.isalnum()) for field in KEYED]
    return call_key(org.id, asked.call_id, tool.name, event_type, asked.caller, said)


def refusal(tool: VoiceTool, problem: Problem) -> Said:
    """The failure text of a tool whose act never began."""
    if tool.name in ("cancel", "reschedule"):
        failed = wording.cancellation_failed if tool.name == "cancel" else wording.reschedule_failed
        return Said(False, failed(problem), problem.code)
    failed_plainly = wording.booking_failed if tool.name == "book" else wording.lookup_failed
    return Said(False, failed_plainly(problem), problem.code)


def too_slow() -> Problem:
    """An act that was not heard back from in time: it may yet be done, and the same call again tells."""
    return Problem(
        "UPSTREAM_UNAVAILABLE",
        "The schedule did not answer in time, so it is not known whether it was done.",
        fix="Call this tool once more with the same arguments; nothing is ever done twice.",
    )


def spoken(said: Said, replayed: bool = False, *, status: int = 200, retry_after: int | None = None) -> Response:
    """The sentence, and machine echoes of what it says in headers."""
    headers = {"X-Ringback-Outcome": outcome(said, replayed)}
    if said.code:
        headers["X-Ringback-Code"] = said.code
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Response(said.say, status, headers, media_type="text/plain")


def outcome(said: Said, replayed: bool) -> str:
    """ok, choice, none, failed, or replayed."""
    if replayed:
        return "replayed"
    if said.ok:
        return "ok"
    return {"CHOICE_NEEDED": "choice", "NO_OPEN_TIMES": "none"}.get(said.code or "", "failed")


def vapi_results(envelopes: list[Envelope], told: list[Said]) -> Response:
    """Vapi's answer: one result a call, each on one line, always 200."""
    told = told if len(told) == len(envelopes) else [told[0]] * len(envelopes)
    results = [
        {"toolCallId": envelope.vapi_id, ("result" if said.ok else "error"): " ".join(said.say.split())}
        for envelope, said in zip(envelopes, told, strict=True)
    ]
    return JSONResponse({"results": results})
