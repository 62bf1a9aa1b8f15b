"""`ringback init`: eight answers, by options, from a file or asked on the terminal, become one business."""

import asyncio
import secrets
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from pwdlib import PasswordHash
from sqlalchemy.orm import Session

from api.app import prepare_schema
from api.doctor import HERE
from api.settings import Settings, read_settings
from storage.db import open_database
from storage.tables import Org
from tools import founding
from tools.founding import Company, Owner
from tools.problems import Problem
from tools.rules import company_lines, opening_hours
from tools.rules.company_lines import UnreadableAnswer

A_CALLER = "+15125550142"  # a fictional number for the call one tries out


@dataclass(frozen=True, slots=True)
class Question:
    """One of the eight: its option's name, how it is asked, who reads the answer, and what most would answer."""

    key: str
    asks: str
    read: Callable[[str], Any]
    usual: str | None = None


QUESTIONS = (
    Question("name", "What is the business called", company_lines.name),
    Question("trade", f"Which trade ({', '.join(company_lines.TRADES)})", company_lines.trade, "general"),
    Question("zone", "Which time zone", company_lines.zone, "America/Chicago"),
    Question("hours", "When are visits possible", opening_hours.read, "Mon-Fri 8:00-17:00"),
    Question("zips", "Which ZIPs do you come to (like 78701-78759, 78610)", company_lines.areas, "everywhere"),
    Question(
        "services",
        "Which services, the usual first visit first (name:minutes:fee in dollars, like Diagnostic visit:90:89)",
        company_lines.offerings,
    ),
    Question("technicians", "Who drives out (name:phone, like Dana Ruiz:+15125550111, Luis)", company_lines.people),
    Question("forward-to", "Which phone rings first (none: callers leave a message)", company_lines.phone, "none"),
)
SLUG = Question("slug", "Its name in addresses", company_lines.slug)
# Never asked, only taken as options or from the file.
BESIDES = (
    SLUG,
    Question("phone", "The tracked number", company_lines.phone),
    Question("owner-email", "The owner's e-mail address", str.strip),
)


def init(
    name: Annotated[str | None, typer.Option(help="The business's name, as customers hear it.")] = None,
    trade: Annotated[str | None, typer.Option(help=f"One of {', '.join(company_lines.TRADES)}.")] = None,
    zone: Annotated[str | None, typer.Option(help="Its time zone, such as America/Chicago or Central.")] = None,
    hours: Annotated[str | None, typer.Option(help='Such as "Mon-Fri 8:00-17:00, Sat 9:00-12:00".')] = None,
    zips: Annotated[str | None, typer.Option(help="Such as 78701-78759,78610, or everywhere.")] = None,
    services: Annotated[
        str | None, typer.Option(help='name:minutes:fee, as in "Diagnostic visit:90:89,Water heater install:180".')
    ] = None,
    technicians: Annotated[str | None, typer.Option(help='name:phone, as in "Dana Ruiz:+15125550111,Luis".')] = None,
    forward_to: Annotated[str | None, typer.Option(help="The phone that rings first, or none.")] = None,
    file: Annotated[Path | None, typer.Option(help="A TOML file with these names as keys; options win.")] = None,
    slug: Annotated[str | None, typer.Option(help="Its name in addresses; made from the name when left out.")] = None,
    phone: Annotated[str | None, typer.Option(help="The tracked number people call and text.")] = None,
    owner_email: Annotated[
        str | None, typer.Option(help="What the owner signs in with; made from the slug when left out.")
    ] = None,
) -> None:
    """Set up a business: eight questions, asked one by one, or answered by options or a file. Nothing leaves here."""
    options = {
        **{"name": name, "trade": trade, "zone": zone, "hours": hours, "zips": zips, "services": services},
        **{"technicians": technicians, "forward-to": forward_to, "slug": slug, "phone": phone},
        "owner-email": owner_email,
    }
    settings = read_settings()
    prepare_schema(settings.database_url)
    given = (_in_file(file) if file else {}) | {key: text for key, text in options.items() if text is not None}
    company = _company(given)
    password = secrets.token_urlsafe(12)
    email = given.get("owner-email") or f"owner@{company.slug}.example"
    owner = Owner(email, PasswordHash.recommended().hash(password))
    org, company = asyncio.run(_found(settings, company, owner))
    for line in told(org, company):
        typer.echo(line)
    for line in to_paste(settings, org):
        typer.echo(line)
    for line in next_steps(settings, org, company):
        typer.echo(line)
    typer.echo(f"Sign in at {settings.public_url}/console with {email} and {password} (shown once).")


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
    fee = "" if one.fee_cents is None else f", ${one.fee_cents / 100:.2f}".removesuffix(".00")
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


def _company(given: Mapping[str, str]) -> Company:
    """The business from its answers; what was not given is asked."""
    answers = {one.key: _read(one, given[one.key]) for one in (*QUESTIONS, *BESIDES) if one.key in given}
    answers |= {one.key: _ask(one) for one in QUESTIONS if one.key not in given}
    return Company(
        name=answers["name"],
        slug=answers["slug"] if "slug" in answers else _read(SLUG, answers["name"]),
        trade=answers["trade"],
        timezone=str(answers["zone"]),
        hours=answers["hours"],
        areas=answers["zips"],
        offerings=answers["services"],
        people=answers["technicians"],
        forward_to=answers["forward-to"],
        phone=answers.get("phone"),
    )


def _read(question: Question, text: str) -> Any:
    try:
        return question.read(text)
    except UnreadableAnswer as error:
        raise Problem("VALIDATION_ERROR", str(error), fix=f"Change --{question.key}.") from error


def _ask(question: Question) -> Any:
    """Ask on the terminal until the answer can be used. Where nobody answers, say which option is missing."""

    def read(text: str) -> Any:
        try:
            return question.read(text)
        except UnreadableAnswer as error:
            raise typer.BadParameter(str(error)) from error

    try:
        return typer.prompt(question.asks, default=question.usual, value_proc=read)
    except typer.Abort as error:
        raise Problem(
            "MISSING_FIELDS", "Nothing was written.", fix=f"Answer on a terminal, or add --{question.key}."
        ) from error


def _in_file(file: Path) -> dict[str, str]:
    """The answers of a TOML file, in the words the options take; a list is the same as its items parted by commas."""
    if not file.is_file():
        raise Problem("NOT_FOUND", f"There is no file {file}.", fix="Nothing was written.")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem("INVALID_BODY", f"{file} is not a TOML file that can be read.", fix=str(error)) from error
    known = [one.key for one in (*QUESTIONS, *BESIDES)]
    answers = {}
    for key, value in content.items():
        named = key.replace("_", "-")
        items = value if isinstance(value, list) else [value]
        if named not in known or not all(isinstance(item, str | int) for item in items):
            raise Problem("VALIDATION_ERROR", f"{file} holds {key}, which is not an answer.", fix=_keys(known))
        answers[named] = ", ".join(str(item) for item in items)
    return answers


def _keys(known: list[str]) -> str:
    return f'Use {", ".join(known)}, each like services = ["Diagnostic visit:90:89"].'
