"""The carrier and the voice platform, played: what they would post to us, signed as they sign, through our own doors.

Every post goes the whole way a real one does, from the outermost layer in: signature, parsing, act, answer. Nothing of
it leaves the process.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4
from xml.etree import ElementTree

import httpx2
from fastapi import Request

from api.console.door import StaffCaller
from api.settings import keys
from api.signatures import retell_digest, twilio_signature
from storage.context import Context
from tools import access, calls
from tools.rules import phones

KEY_NAME = "Phone simulator"
SCOPES = ("scheduling:read", "scheduling:write")


@dataclass(frozen=True, slots=True)
class Step:
    """One post of the carrier's: what happened out there, where it was posted, and what our answer makes happen."""

    happened: str
    path: str
    answered: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice tool's answer: the exact text an agent would hear, the outcome and code in its headers, milliseconds."""

    text: str
    outcome: str
    code: str | None
    status: int
    milliseconds: int


async def ring(request: Request, caller: StaffCaller, sender: str, to: str, ends: str, words: str) -> list[Step]:
    """Somebody rings `to` from `sender` (E.164); `ends` is missed, voicemail (they leave `words`) or taken."""
    call = {"CallSid": f"CA{uuid4().hex}", "From": sender, "To": to, "Direction": "inbound"}
    steps = []

    async def post(happened: str, path: str, **fields: str) -> str:
        told = await as_twilio(request, path, {**call, **fields})
        steps.append(Step(happened, f"POST /api/twilio{path}", spoken(told)))
        return told

    last = await post("The phone rings", "/voice/inbound", CallStatus="ringing")
    if "<Dial" in last:
        status = {"DialCallStatus": "completed", "DialBridged": "true"} if ends == "taken" else {}
        status = status or {"DialCallStatus": "no-answer"}
        happened = "Somebody in the shop picks up" if ends == "taken" else "Nobody picks up"
        last = await post(happened, "/voice/dial-complete", CallStatus="in-progress", **status)
    if "<ConversationRelay" in last:
        await post("The caller hangs up before the assistant spoke", "/voice/assistant-done", CallStatus="completed")
    elif ends == "voicemail" and "<Record" in last:
        left = {"RecordingSid": f"RE{uuid4().hex}", "RecordingDuration": "12", "TranscriptionText": words}
        await post("They leave a message", "/voice/voicemail", **left)
    await post("The call is over", "/voice/status", CallStatus="completed", CallDuration="31")

    def outcome(ctx: Context) -> str:
        row = calls.find(ctx, call["CallSid"])
        if row is None or not row.missed:
            return "Not a missed call, so nobody is texted."
        if row.textback == "queued":
            return "A missed call: one text goes out."
        return f"A missed call, and no text: {(row.skip_reason or 'not yet').replace('_', ' ')}."

    steps.append(Step("What Ringback makes of it", "", await caller.read(outcome)))
    return steps


async def text(request: Request, sender: str, to: str, body: str) -> None:
    """A text comes in from `sender` to `to` (E.164)."""
    fields = {"MessageSid": f"SM{uuid4().hex}", "From": sender, "To": to, "Body": body, "NumMedia": "0"}
    await as_twilio(request, "/sms/inbound", fields)


async def as_twilio(request: Request, path: str, fields: Mapping[str, str]) -> str:
    """Post a form as Twilio does; the TwiML."""
    settings = request.app.state.house.settings
    form = {"AccountSid": "AC" + "0" * 32, **fields}
    url = f"{settings.public_url}/api/twilio{path}"
    headers = {"X-Twilio-Signature": twilio_signature(settings.twilio_auth_token or "", url, form.items())}
    async with within(request) as client:
        answer = await client.post(f"/api/twilio{path}", data=form, headers=headers)
    answer.raise_for_status()
    return str(answer.text)


async def as_retell(
    request: Request, caller: StaffCaller, path: str, call: Mapping[str, str], args: Mapping[str, str]
) -> Heard:
    """Call a voice tool as a Retell agent does, with a credential of a voice agent's scopes."""
    body = json.dumps({"name": path.rpartition("/")[2], "call": call, "args": args}).encode()
    began = time.perf_counter()
    answer = await _asked(request, path, body, await voice_key(request, caller))
    if answer.status_code == 401:  # another process has made itself a newer key
        answer = await _asked(request, path, body, await voice_key(request, caller, anew=True))
    spent = round((time.perf_counter() - began) * 1000)
    echo = answer.headers
    code, outcome = echo.get("x-ringback-code"), echo.get("x-ringback-outcome", "failed")
    return Heard(answer.text, outcome, code, answer.status_code, spent)


async def voice_key(request: Request, caller: StaffCaller, *, anew: bool = False) -> str:
    """The secret of the simulator's own credential, made on first use; an older one is revoked."""
    state = request.app.state
    if not hasattr(state, "simulator_keys"):
        state.simulator_keys = {}
    held: dict[str, str] = state.simulator_keys
    if anew or caller.org.id not in held:

        def make(ctx: Context) -> str:
            for old in access.listed(ctx):
                if old.name == KEY_NAME and old.revoked_at is None:
                    access.revoke(ctx, old)
            return access.create(ctx, KEY_NAME, SCOPES, actor_type="VOICE_AGENT")[1]

        held[caller.org.id] = await caller.write(make)
    return held[caller.org.id]


def within(request: Request) -> httpx2.AsyncClient:
    """A client of this very process."""
    house = request.app.state.house
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=request.app), base_url=house.settings.public_url)


def spoken(twiml: str) -> str:
    """What our answer makes the carrier do, in a sentence: whom it rings, what the caller hears, where they are put."""
    parts = []
    for one in ElementTree.fromstring(twiml).iter():
        if one.tag == "Dial":
            parts.append(f"Rings {phones.shown(one.findtext('Number', ''))} for {one.get('timeout', '20')} seconds.")
        elif one.tag == "Say":
            parts.append(f"The caller hears: “{one.text}”")
        elif one.tag == "ConversationRelay":
            parts.append("Puts the assistant on the line.")
    return " ".join(parts) or "Nothing more to do."


async def _asked(request: Request, path: str, body: bytes, secret: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    known = keys(request.app.state.house.settings.retell_api_key)
    if known:
        milliseconds = int(time.time() * 1000)
        headers["X-Retell-Signature"] = f"v={milliseconds},d={retell_digest(known[0], body, milliseconds)}"
    async with within(request) as client:
        return await client.post(f"/api/v1/scheduling/voice/{path}", content=body, headers=headers)
