"""Callsavvy's webhooks: a second phone line's calls, tickets and chats (contract 2.10).

It signs nothing. What proves it is the token in the path and, where the business lists them, the sender's addresses.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from agent.details import phone_in
from api.deps import House, address_allowed, house_of
from api.envelopes import parse, storable
from api.errors import log_bug
from api.turns import turn
from api.voice import body_of
from api.worker import for_job
from storage import lookup, outbox, waiting
from storage.context import Actor, Context
from storage.tables import Call, Job, Org
from tools import chatbot, second_line, tickets
from tools.chatbot import Chatted
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/callsavvy", include_in_schema=False)

CALLSAVVY = Actor("system", "Callsavvy")
ANSWER_WITHIN = 0.8  # seconds: the phone is ringing, and the contract allows one
THINK_SECONDS = 7.0  # of a model, inside the ten a bot waits
REPLY_WITHIN = 9.0
LOOK_EVERY = 0.2  # seconds, while another worker has the thread
HOLDING = "Thanks! Let me look into that; someone from the office will get back to you here."
LONGEST = 500
LONGEST_MESSAGE = 4000
FORM = "application/x-www-form-urlencoded"


@router.post("/webhook/{token}")
async def webhook(request: Request, token: str) -> Response:
    """One event; what it is stands in `event`. Only two expect an answer, an unknown one changes nothing."""
    house, org, said = await _told(request, token)
    event = _text(said, "event")
    if event == "callerInformation":
        return await _caller_information(request, house, org, said)
    if event == "chatbotCallback":
        return PlainTextResponse(await _next_words(request, house, org, said))
    if event in QUIET:

        def unit(ctx: Context) -> None:
            if not second_line.repeated(ctx, event, said):
                QUIET[event](ctx, said)

        await house.write(org, unit, actor=CALLSAVVY, channel="voice" if event == "callSummary" else "web")
    return Response(status_code=204)


async def unanswered(house: House, job: Job) -> None:
    """The worker's hand for a call whose end nobody told within three minutes."""

    def act(ctx: Context) -> None:
        reason = second_line.unanswered(ctx, job.subject_id)
        outbox.settle(ctx.session, job, "skipped" if reason else "sent", ctx.now, reason=reason)

    await for_job(house, job, act, actor=CALLSAVVY, channel="voice")


async def _told(request: Request, token: str) -> tuple[House, Org, dict[str, Any]]:
    """Whose token this is, and what is told. Raises NOT_FOUND, IP_NOT_ALLOWED, BODY_TOO_LARGE, INVALID_BODY."""
    house = house_of(request)
    org = await house.db.read(lambda session: lookup.org_by_callsavvy_token(session, token))
    body = await body_of(request)
    if org is None:
        not_found("address")
    address = request.client.host if request.client else ""
    if org.callsavvy_ips and not address_allowed(address, org.callsavvy_ips):
        raise Problem("IP_NOT_ALLOWED", "This address may not post here.", fix="Add it to the business's list.")
    if request.headers.get("content-type", "").startswith(FORM):
        return house, org, storable(dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))
    return house, org, storable(parse(body))


async def _caller_information(request: Request, house: House, org: Org, said: Mapping[str, Any]) -> Response:
    """Who rings, for the call screen, and the call's row; on any fault of ours a stranger, because it is ringing."""
    caller = _text(said, "caller_number")
    known = {"caller_name": second_line.STRANGER, "caller_email": "", "customer_info": ""}

    def unit(ctx: Context) -> dict[str, str]:
        second_line.rings(ctx, caller, _text(said, "call_department"))
        return second_line.about_caller(ctx, caller)

    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            known = await house.write(org, unit, actor=CALLSAVVY, channel="voice")
    except Exception as error:  # noqa: BLE001 - the edge: a call screen without facts is better than none
        log_bug(request, error)
    return JSONResponse({"status": "success", **known})


async def _next_words(request: Request, house: House, org: Org, said: Mapping[str, Any]) -> str:
    """One turn of the assistant's for what somebody wrote to a bot there; a holding sentence when it takes too long or
    a person has the thread."""
    text = _text(said, "original_message", LONGEST_MESSAGE)
    if not text:
        return HOLDING

    def take_in(ctx: Context) -> tuple[Chatted, Job | None]:
        bot, sender = _text(said, "bot_name"), _text(said, "sender_name")
        chatted = chatbot.heard(ctx, bot, sender, text, phone=phone_in(text, ctx.org.region))
        if chatted.emergency or not chatted.thread.is_the_assistants:
            return chatted, None
        key, about = f"turn:{chatted.thread.id}:{chatted.message.id}", ("conversation", chatted.thread.id)
        return chatted, waiting.taken(ctx, "turn", key, about, f"callsavvy:{request.state.request_id}")

    chatted, job = await house.write(org, take_in, actor=CALLSAVVY, channel="web")
    try:
        async with asyncio.timeout(REPLY_WITHIN):
            if job is not None:
                await turn(house, job, request.app.state.model, seconds=THINK_SECONDS)
            words, waits = await _said(house, org, chatted, job)
            while words is None and waits:
                await asyncio.sleep(LOOK_EVERY)
                words, waits = await _said(house, org, chatted, job)
    except Exception as error:  # noqa: BLE001 - the edge: whoever chats hears that a person comes back to them
        if not isinstance(error, TimeoutError):
            log_bug(request, error)
        return HOLDING
    return words or HOLDING


async def _said(house: House, org: Org, chatted: Chatted, job: Job | None) -> tuple[str | None, bool]:
    """Our words so far, and whether more may come."""

    def ask(ctx: Context) -> tuple[str | None, bool]:
        now = ctx.session.get(Job, job.id) if job else None
        waits = now is not None and now.state in (*outbox.WAITING, "claimed")
        return chatbot.said_since(ctx, chatted.thread, chatted.message), waits

    return await house.read(org, ask)


def _call_over(ctx: Context, said: Mapping[str, Any]) -> Call:
    return second_line.ended(
        ctx,
        _text(said, "caller_number"),
        _text(said, "call_department"),
        outgoing=_text(said, "call_direction").lower() == "outgoing",
        seconds=_seconds(_text(said, "call_duration")),
        recording_url=_text(said, "recording_url", 2000) or None,
    )


def _ticket(ctx: Context, said: Mapping[str, Any]) -> Any:
    return tickets.opened(
        ctx,
        _text(said, "ticket_subject") or "(no subject)",
        _text(said, "sender_email"),
        team_id=tickets.team_named(ctx, _text(said, "ticket_department")),
        external_id=_text(said, "ticket_id") or None,
    )


def _ticket_escalated(ctx: Context, said: Mapping[str, Any]) -> Any:
    return tickets.escalated(ctx, _ticket(ctx, said))


def _chat_begun(ctx: Context, said: Mapping[str, Any]) -> Any:
    return second_line.chat_begun(ctx, *(_text(said, f"visitor_{part}") for part in ("name", "email", "phone")))


QUIET: dict[str, Callable[[Context, Mapping[str, Any]], Any]] = {
    "callSummary": _call_over,
    "newTicketOpened": _ticket,
    "ticketEscalated": _ticket_escalated,
    "newChat": _chat_begun,
}


def _text(said: Mapping[str, Any], name: str, longest: int = LONGEST) -> str:
    """A field as text, numbers too; empty for what is not there or of another kind."""
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()[:longest]


def _seconds(text: str) -> int:
    """A duration as they write it: "35", "35.0" or "1:05"; nothing readable is no talk at all."""
    found = re.match(r"(\d{1,6})(?::(\d\d))?(?::(\d\d))?", text)
    if found is None:
        return 0
    seconds = 0
    for part in found.groups():
        seconds = seconds if part is None else seconds * 60 + int(part)
    return seconds
