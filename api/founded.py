"""`ringback init` writes the business down, then tells its owner what stands there, what to paste and what to do."""

import asyncio
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pwdlib import PasswordHash
from sqlalchemy.orm import Session

from api.doctor import HERE
from api.settings import Settings
from storage.db import open_database
from storage.tables import Org
from tools import founding
from tools.founding import Company, Owner
from tools.rules import company_lines, opening_hours, prices

A_CALLER = "+15125550142"  # a fictional number for the call one tries out


def set_up(settings: Settings, answers: Mapping[str, Any]) -> Iterator[str]:
    """Write the business and its owner, and yield what to print, a line each; the password stands in it once.

    `answers` are those of `init`, by the names of its options. Raises what `founding.found` raises.
    """
    company = Company(
        name=answers["name"],
        slug=answers["slug"],
        trade=answers["trade"],
        timezone=str(answers["zone"]),
        hours=answers["hours"],
        areas=answers["zips"],
        offerings=answers["services"],
        people=answers["technicians"],
        forward_to=answers["forward-to"],
        phone=answers.get("phone"),
    )
    password = secrets.token_urlsafe(12)
    email = answers.get("owner-email") or f"owner@{company.slug}.example"
    owner = Owner(email, PasswordHash.recommended().hash(password))
    org, whole = asyncio.run(_found(settings, company, owner))
    yield from told(org, whole)
    yield from to_paste(settings, org)
    yield from next_steps(settings, org, whole)
    yield f"Sign in at {settings.public_url}/console with {email} and {password} (shown once)."


def told(org: Org, company: Company) -> Iterator[str]:
    """What was written down, a line each."""
    places = ", ".join(first if first == last else f"{first}-{last}" for first, last in company.areas)
    yield f"{org.name} is set up (slug {org.slug}, {org.trade}, {org.timezone})."
    yield f"  Hours: {opening_hours.written(company.hours)}. ZIPs: {places or 'everywhere'}."
    yield f"  Services: {', '.join(_offered(one) for one in company.offerings)}; each done by every technician."
    yield f"  Technicians: {', '.join(one.name for one in company.people)}."
    yield f"  Calls ring {org.forward_to} first." if org.forward_to else "  Callers leave a message."
    if company.phone is None:
        yield "  No tracked number yet: buy one at Twilio; until then no call or text reaches this business."
    elif company.phone.startswith(founding.STAND_IN):
        yield f"  {company.phone} stands in for the tracked number in the sandbox, until you have a real one."
    else:
        yield f"  People call and text {company.phone}."
    yield "  All of it can be changed in the console, under Settings."


def to_paste(settings: Settings, org: Org) -> Iterator[str]:
    """The addresses that providers are given, and the key and the tools of a voice agent, a line each."""
    url = settings.public_url
    yield ""
    yield "To paste when you go live, also at /console/set-up:"
    if urlsplit(url).hostname in HERE:
        yield "  (No provider reaches this machine by these. Set RINGBACK_PUBLIC_URL to your https address first.)"
    yield "Twilio, on the number's page (each HTTP POST):"
    yield f"   A call comes in:      {url}/api/twilio/voice/inbound"
    yield f"   Call status changes:  {url}/api/twilio/voice/status"
    yield f"   A message comes in:   {url}/api/twilio/sms/inbound"
    yield "A voice agent, when you have one, at Retell, Vapi, ElevenLabs or by MCP:"
    yield f"   Retell, inbound call: {url}/api/retell/inbound/{org.retell_token}"
    yield f"   Retell, agent:        {url}/api/retell/events/{org.retell_token}"
    yield f"   Vapi server URL:      {url}/api/vapi/events/{org.vapi_token}"
    yield f"   ElevenLabs, before:   {url}/api/elevenlabs/inbound/{org.elevenlabs_token}"
    yield f"   ElevenLabs, after:    {url}/api/elevenlabs/events/{org.elevenlabs_token}"
    yield f"   Any MCP client:       {url}/mcp"
    yield "   Its tools (or vapi, elevenlabs, openai, mcp), and its key, printed once:"
    yield "   ringback tools export --format retell"
    yield (
        '   ringback credential create --name "Voice agent" --actor-type VOICE_AGENT'
        f" --scopes scheduling:read,scheduling:write --org {org.slug}"
    )


def next_steps(settings: Settings, org: Org, company: Company) -> Iterator[str]:
    """What to do now, a line each."""
    url = settings.public_url
    yield ""
    yield "Next:"
    if shutil.which("ringback") is None:
        yield "0. Put the command on your path:   . .venv/bin/activate"
    yield "1. Start the server:               ringback serve"
    if settings.sandbox and company.phone is not None:
        yield f"2. Miss a call, see the text-back: {url}/console/set-up"
    else:
        yield f"2. See what is still to do:        {url}/console/set-up"
    yield "3. Look over every connection:     ringback doctor"
    if settings.sandbox and company.phone is not None and settings.twilio_auth_token is None:
        yield "Without a browser, step 2 is a post as Twilio sends it; the text is kept, not sent, and a key reads it:"
        fields = {"CallSid": "CA1", "From": A_CALLER, "To": company.phone, "DialCallStatus": "no-answer"}
        posted = " ".join(f"--data-urlencode {name}={value}" for name, value in fields.items())
        yield f"   curl {posted} {url}/api/twilio/voice/dial-complete"
        yield f"   ringback credential create --name Owner --scopes READ_CONVERSATIONS --org {org.slug}"
        yield f'   curl -H "Authorization: Bearer THE_KEY" "{url}/api/v1/messages?direction=out"'
    yield ""


def _offered(one: company_lines.Offering) -> str:
    fee = "" if one.fee_cents is None else f", {prices.dollars(one.fee_cents)}"
    return f"{one.name} ({one.minutes} min{fee})"


async def _found(settings: Settings, company: Company, owner: Owner) -> tuple[Org, Company]:
    """One transaction. In the sandbox a stand-in number is given to a business that has none."""

    def unit(session: Session) -> tuple[Org, Company]:
        whole = company
        if company.phone is None and settings.sandbox:
            whole = replace(company, phone=founding.free_stand_in(session))
        return founding.found(session, whole, settings.now or datetime.now(UTC), owner=owner), whole

    db = open_database(settings.database_url)
    try:
        return await db.write(unit)
    finally:
        await db.close()
