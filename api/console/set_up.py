"""Day one: what to paste where, whether signed posts would be let in, a test call, and every connection looked at."""

import json
from dataclasses import dataclass

from fastapi import Request, Response

from api import doctor, self_test, tool_export
from api.carrier import Sender, sender_for
from api.console import pages, pretend
from api.console.door import StaffCaller, real_now, router
from api.console.forms import sent
from api.console.settings import Office
from api.twilio import test_call
from storage import call_log
from storage.context import Context
from storage.tables import Call, Message, Org
from tools import audit, business, founding, leads, ways_in
from tools.problems import Problem

PAGE = "/console/set-up"
KNOWN = 100  # calls from one number, of which the newest is the one just made
PLATFORMS = {
    "retell": "Retell",
    "vapi": "Vapi",
    "elevenlabs": "ElevenLabs",
    "openai": "OpenAI",
    "mcp": "MCP",
}
REGISTRATION = (
    ("not_started", "Not started", "American carriers block business texts from numbers that are not registered."),
    ("submitted", "Submitted", "Most are answered in one to three weeks; until then many texts are blocked."),
    ("approved", "Approved", "Texts from your number are delivered."),
)

# Settings without which nothing real can be called, and their names here.
GO_LIVE = (
    ("TWILIO_ACCOUNT_SID", "twilio_account_sid"),
    ("TWILIO_AUTH_TOKEN", "twilio_auth_token"),
)
# Why Twilio places no call, by its error code (twilio.com/docs/api/errors).
NOT_CALLED = {
    "20003": "Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN again; the token must be the primary one.",
    "21210": "The tracked number is not one of this Twilio account.",
    "21211": "Twilio finds no such phone: check the number.",
    "21212": "The tracked number is not one of this Twilio account.",
    "21214": "This phone cannot be reached: check the number.",
    "21215": "The account may not call this country: Voice, Geographic Permissions in Twilio's console.",
    "21216": "The account may not call this number.",
    "21219": "A trial account calls verified numbers only: verify this one in Twilio's console.",
}

REASONS = {
    "cooldown": "this number was texted back a short while ago",
    "own_number": "that is one of your own numbers",
    "protected": "somebody who works here has this number, or it is protected",
    "outbound_disabled": "texting is switched off under Automation",
    "opted_out": "this number asked for no texts",
    "landline": "this number is a landline",
    "lead_blocked": "this number is blocked",
    "spoke_since": "somebody spoke to this number since",
    "thread_active": "a conversation with this number is going on",
}


@dataclass(frozen=True, slots=True)
class Address:
    """One address to paste: `where` it belongs, and an id for the page."""

    id: str
    where: str
    url: str


@router.get("/set-up")
async def set_up(request: Request, caller: Office, platform: str = "retell", checks: bool = False) -> Response:
    """The page; `checks` looks at every connection, which takes a few seconds."""
    return await _page(request, caller, platform=platform, checks=checks)


@router.post("/set-up/registration")
async def registration(request: Request, caller: Office) -> Response:
    """How far the registration with the carriers is, as the owner knows it."""
    form = await sent(request)
    await caller.write(lambda ctx: business.change(ctx, {"carrier_registration": form.text("carrier_registration")}))
    return pages.back_to(request, f"{PAGE}#registration", "Noted.")


@router.post("/set-up/call")
async def call_me(request: Request, caller: Office) -> Response:
    """In the sandbox: somebody rings from the number typed and nobody picks up, and nothing leaves the machine. Live:
    Twilio rings the number typed, for real."""
    form = await sent(request)
    typed = form.text("number")
    carrier = sender_for(caller.house.settings)
    try:
        sender, ours = await caller.read(lambda ctx: _numbers(ctx, typed))
        if carrier is not None:
            return await _page(request, caller, typed=typed, rang=await _ring(caller, carrier, sender, ours))
        before = {one.id for one in await caller.read(lambda ctx: _calls(ctx, sender))}
    except Problem as refused:
        return await _page(request, caller, typed=typed, refused=refused)
    steps = await pretend.ring(request, caller, sender, ours, "missed", "")

    def became(ctx: Context) -> tuple[Call, Message | None]:
        call = next(one for one in _calls(ctx, sender) if one.id not in before)
        message = ctx.session.get(Message, call.textback_message_id) if call.textback_message_id else None
        return call, message

    return await _page(request, caller, typed=typed, steps=steps, became=await caller.read(became))


async def _page(
    request: Request,
    caller: StaffCaller,
    *,
    platform: str = "retell",
    checks: bool = False,
    typed: str = "",
    refused: Problem | None = None,
    rang: str | None = None,
    steps: list[pretend.Step] | None = None,
    became: tuple[Call, Message | None] | None = None,
) -> Response:
    settings = caller.house.settings
    named = platform if platform in PLATFORMS else "retell"
    return pages.page(
        request,
        "set_up.html.j2",
        422 if refused else 200,
        active=PAGE,
        number=await caller.read(_tracked),
        stand_in=founding.STAND_IN,
        sandbox=settings.sandbox,
        addresses=addresses(settings.public_url, caller.org),
        platform=named,
        platforms=[(name, f"{PAGE}?platform={one}#tools", one == named, None) for one, name in PLATFORMS.items()],
        tools=json.dumps(tool_export.exported(named, settings.public_url), indent=2),
        paste=tool_export.where_to_paste(named, settings.public_url),
        tried=self_test.signatures_tried(settings, real_now()),
        registration=REGISTRATION,
        findings=await doctor.examine(settings) if checks else None,
        typed=typed,
        refused=refused,
        lacking=[name for name, value in GO_LIVE if not getattr(settings, value)],
        rang=rang,
        steps=steps,
        became=became,
        reasons=REASONS,
    )


async def _ring(caller: StaffCaller, carrier: Sender, to: str, ours: str) -> str:
    """Have Twilio ring `to` from our number; what it said, in words. Raises RATE_LIMITED, and VALIDATION_ERROR when
    nothing rings."""
    if to == ours:
        raise Problem("VALIDATION_ERROR", "That is the number the call comes from.", fix="Write your cell phone's.")
    if ours.startswith(founding.STAND_IN):
        fix = "Buy a number at Twilio and track it under Settings, Numbers."
        raise Problem("VALIDATION_ERROR", "Your tracked number is a stand-in of the sandbox.", fix=fix)
    if caller.house.tries.count(f"test call:{caller.org.id}").exceeded:
        raise Problem("RATE_LIMITED", "That were many test calls.", fix="Wait a minute.")
    outcome = await carrier.ring(to, ours, test_call(caller.org.name))
    await caller.write(lambda ctx: audit.note(ctx, "test_call.placed", "org", ctx.org.id, outcome=outcome.kind))
    if outcome.kind == "accepted":
        return "Twilio takes the call: your phone rings within seconds."
    if outcome.kind == "unknown":
        return "Twilio did not answer in time: your phone may ring yet, so wait a minute before you try again."
    told = f"Twilio does not place the call (error {outcome.code or 'unnamed'})."
    usual = "Run the checks on this page." if outcome.kind == "stopped" else "Try again in a minute."
    raise Problem("VALIDATION_ERROR", told, fix=NOT_CALLED.get(outcome.code or "", usual))


def addresses(url: str, org: Org) -> dict[str, list[Address]]:
    """Every address a provider posts to, by where it is pasted. `url` has no slash at its end."""
    return {
        "Twilio, on the number's page (each HTTP POST)": [
            Address("u1", "A call comes in", f"{url}/api/twilio/voice/inbound"),
            Address("u2", "Call status changes", f"{url}/api/twilio/voice/status"),
            Address("u3", "A message comes in", f"{url}/api/twilio/sms/inbound"),
        ],
        "Retell": [
            Address("u4", "Inbound call webhook, on the number", f"{url}/api/retell/inbound/{org.retell_token}"),
            Address("u5", "Agent webhook", f"{url}/api/retell/events/{org.retell_token}"),
        ],
        "Vapi": [Address("u6", "Server URL", f"{url}/api/vapi/events/{org.vapi_token}")],
        "ElevenLabs": [
            Address("u7", "Before the call", f"{url}/api/elevenlabs/inbound/{org.elevenlabs_token}"),
            Address("u8", "After the call", f"{url}/api/elevenlabs/events/{org.elevenlabs_token}"),
        ],
        "Callsavvy": [Address("u9", "Webhook", f"{url}/api/callsavvy/webhook/{org.callsavvy_token}")],
        "Any MCP client": [Address("u10", "Server", f"{url}/mcp")],
    }


def _numbers(ctx: Context, typed: str) -> tuple[str, str]:
    """Who rings, and which of our numbers. Raises INVALID_PHONE, and MISSING_FIELDS without a tracked number."""
    sender, ours = leads.written_phone(ctx, typed or None), _tracked(ctx)
    if sender is None:
        raise Problem("INVALID_PHONE", "A number is needed.", fix="Write one like (512) 555-0142.")
    if ours is None:
        raise Problem("MISSING_FIELDS", "There is no tracked number yet.", fix="Add one first.")
    return sender, ours


def _calls(ctx: Context, phone: str) -> list[Call]:
    return [call for call, _ in call_log.calls(ctx, call_log.Wanted(phone=phone), size=KNOWN)]


def _tracked(ctx: Context) -> str | None:
    points, _total = ways_in.listed(ctx, offset=0, size=1, kind="number", active=True)
    return points[0].phone if points else None
