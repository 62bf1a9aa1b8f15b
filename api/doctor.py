"""`ringback doctor`: every connection looked at once, a line each, with the next step.

`missing` is something one can do without, or has not got to yet; `wrong` is something that would fail.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
from sqlalchemy.orm import Session

from agent.replying import ModelDown
from api import signatures
from api.self_test import RETELL_KNOWN, TWILIO_KNOWN
from api.settings import Settings
from api.starting import configured_model
from storage import migrate
from storage.db import DatabaseDown, database_url, open_database, sqlite_file
from storage.tables import CalcomAccount, EntryPoint, Org
from tools.founding import STAND_IN

State = Literal["ok", "missing", "wrong"]

WAIT_SECONDS = 3.0
MODEL_SECONDS = 6.0
LATE_SECONDS = 60
SAFE_SQLITE = (3, 51, 3)  # releases before it can corrupt a WAL file
TWILIO = "https://api.twilio.com"
HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0")

MODEL_DOWN = {
    "status_401": "The key is refused; check OPENAI_API_KEY.",
    "status_403": "The key may not use this model; check RINGBACK_MODEL.",
    "status_404": "There is no such model or address; check RINGBACK_MODEL and OPENAI_BASE_URL.",
    "status_429": "The quota is used up or the rate too high; look at the provider's account.",
    "unreadable": "It answers with something else; check OPENAI_BASE_URL and RINGBACK_MODEL_API.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """How one integration stands: what was found and what to do next, in a sentence each."""

    name: str
    state: State
    says: str
    next: str = ""

    def __str__(self) -> str:
        return f"{self.state:<8} {self.name:<11} {self.says} {self.next}".rstrip()


async def examine(settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> list[Finding]:
    """Look at everything. Nothing is written; `transport` (default: the network) reaches the server and Twilio."""
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS, transport=transport) as client:
        server, account = await asyncio.gather(_readyz(settings, client), _twilio_account(settings, client))
    found = await _database(settings)
    return [
        *found,
        _public_url(settings, server),
        _worker(server),
        _twilio(settings, account),
        _retell(settings),
        await _model(settings),
    ]


async def _database(settings: Settings) -> list[Finding]:
    """The database and its schema, SQLite's version where it is SQLite, and the business inside."""
    url = database_url(settings.database_url)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return [Finding("database", "missing", f"There is no {file} yet.", "Run: ringback init")]
    try:
        standing = await asyncio.to_thread(migrate.standing, settings.database_url)
    except (DatabaseDown, OSError):
        return [Finding("database", "wrong", "It cannot be reached.", "Check RINGBACK_DATABASE_URL.")]
    kind = url.get_backend_name()
    if standing == "empty":
        return [Finding("database", "missing", f"{kind} is empty.", "Run: ringback migrate")]
    if standing == "older":
        return [Finding("database", "wrong", f"{kind} has an older schema.", "Run: ringback migrate")]
    if standing == "unknown":
        return [
            Finding("database", "wrong", "It was made by a newer Ringback, or holds something else.", "Use another.")
        ]
    db = open_database(settings.database_url)
    try:
        found = [Finding("database", "ok", f"{kind}, schema current.")]
        if kind == "sqlite":
            found.append(_sqlite(await db.read(_sqlite_version)))
        found.append(await db.read(lambda session: _business(session, settings)))
        return [*found, *await db.read(_calendars)]
    finally:
        await db.close()


def _sqlite_version(session: Session) -> str:
    return str(session.connection().exec_driver_sql("select sqlite_version()").scalar_one())


def _sqlite(version: str) -> Finding:
    if tuple(int(part) for part in version.split(".")) >= SAFE_SQLITE:
        return Finding("sqlite", "ok", f"Version {version}.")
    wanted = ".".join(map(str, SAFE_SQLITE))
    return Finding(
        "sqlite",
        "missing",
        f"Version {version}; releases before {wanted} can, rarely, damage a database in use.",
        "Install pysqlite3 where there is a wheel, update SQLite, or use PostgreSQL.",
    )


def _business(session: Session, settings: Settings) -> Finding:
    slugs = [org.slug for org in session.query(Org).order_by(Org.created_at)]
    if not slugs:
        return Finding("business", "missing", "No business is set up.", "Run: ringback init")
    named = f"{len(slugs)}: {', '.join(slugs[:3])}{' and more' if len(slugs) > 3 else ''}."
    tracked = session.query(EntryPoint).filter(EntryPoint.active, EntryPoint.phone.is_not(None))
    numbers = [one.phone or "" for one in tracked]
    if not numbers:
        return Finding("business", "missing", f"{named} No tracked number.", "Buy one at Twilio and add it.")
    if not settings.sandbox and any(number.startswith(STAND_IN) for number in numbers):
        return Finding(
            "business", "wrong", f"{named} A stand-in number cannot be called.", "Put a real one in its place."
        )
    return Finding("business", "ok", named)


def _calendars(session: Session) -> list[Finding]:
    """How the outside calendars of those businesses stand that have one."""
    accounts = session.query(CalcomAccount).all()
    failing = [one for one in accounts if one.failing]
    if failing:
        says = f"Of {len(accounts)} outside calendars {len(failing)} fail, the last with {failing[-1].last_error}."
        return [Finding("calcom", "wrong", says, "Check the account's key, and CALCOM_BASE_URL.")]
    return [Finding("calcom", "ok", f"{len(accounts)} connected, none failing.")] if accounts else []


def _public_url(settings: Settings, server: dict[str, Any] | None) -> Finding:
    parts = urlsplit(settings.public_url)
    if not settings.sandbox and (parts.scheme != "https" or parts.hostname in HERE):
        return Finding(
            "public URL",
            "wrong",
            f"Providers cannot safely reach {settings.public_url}.",
            "Set RINGBACK_PUBLIC_URL to the https address they are given.",
        )
    if server is None:
        return Finding(
            "public URL",
            "missing" if settings.sandbox else "wrong",
            f"Nothing of ours answers at {settings.public_url}.",
            "Run: ringback serve" if settings.sandbox else "Start the server, and check the proxy before it.",
        )
    if parts.hostname in HERE:
        return Finding("public URL", "ok", f"{settings.public_url} answers, on this machine only.")
    return Finding("public URL", "ok", f"{settings.public_url} answers.")


def _worker(server: dict[str, Any] | None) -> Finding:
    if server is None:
        return Finding("worker", "missing", "No server answers, so nobody was seen at work.", "Run: ringback serve")
    late, beat = server.get("oldest_overdue_job_seconds"), server.get("worker_seconds_since_beat")
    if not isinstance(late, int):
        return Finding("worker", "wrong", "The server cannot reach its database.", "Look at its log.")
    if late >= LATE_SECONDS:
        return Finding("worker", "wrong", "Jobs are waiting and nobody does them.", "Run: ringback worker")
    if isinstance(beat, int | float) and beat < LATE_SECONDS:
        return Finding("worker", "ok", f"At work, last seen {beat:.0f} s ago; no job is late.")
    return Finding("worker", "missing", "No job is late, but this server does none.", "Run: ringback worker")


def _twilio(settings: Settings, account: int | None) -> Finding:
    """`account` is the status Twilio answered with for the account; null where it was not asked or did not answer."""
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    known_token, known_url, known_fields, known_signature = TWILIO_KNOWN
    if not signatures.twilio([known_token], known_url, known_fields.items(), known_signature):
        return Finding("twilio", "wrong", "Our own check of a signature fails.", "Report this as a bug.")
    if sid is None and token is None:
        says = "No account; in the sandbox texts are kept here and unsigned posts are taken."
        return Finding("twilio", "missing", says, "To go live, set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")
    if sid is None or token is None:
        lacking = "TWILIO_ACCOUNT_SID" if sid is None else "TWILIO_AUTH_TOKEN"
        return Finding("twilio", "wrong", "Half of the account is set.", f"Set {lacking}, too.")
    if re.fullmatch("AC[0-9a-f]{32}", sid) is None:
        says = "TWILIO_ACCOUNT_SID is no account: that is AC and 32 digits or letters a to f."
        return Finding("twilio", "wrong", says, "Copy it from the front page of Twilio's console.")
    url, fields = f"{settings.public_url}/api/twilio/sms/inbound", {"MessageSid": "SM1", "Body": "hi"}
    signed = signatures.twilio_signature(token, url, fields.items())
    forged = {**fields, "Body": "hi!"}
    if not signatures.twilio([token], url, fields.items(), signed) or signatures.twilio(
        [token], url, forged.items(), signed
    ):
        return Finding(
            "twilio", "wrong", "A signature with this token does not check.", "Copy TWILIO_AUTH_TOKEN again."
        )
    if settings.sandbox:
        return Finding("twilio", "ok", "A signature checks; in the sandbox Twilio itself is not asked.")
    if account == 200:
        return Finding("twilio", "ok", f"The account answers, and a signature for {url} checks.")
    if account in (401, 403, 404):
        says = "Twilio refuses this account and token."
        return Finding("twilio", "wrong", says, "Copy both again; the token must be the primary one.")
    return Finding("twilio", "wrong", "A signature checks, but Twilio does not answer.", "Check the way out of here.")


def _retell(settings: Settings) -> Finding:
    key, body, milliseconds, digest = RETELL_KNOWN
    then = datetime.fromtimestamp(milliseconds / 1000, UTC)
    if not signatures.retell([key], body, f"v={milliseconds},d={digest}", then):
        return Finding("retell", "wrong", "Our own check of a signature fails.", "Report this as a bug.")
    own = settings.retell_api_key
    if own is None:
        says = "No key; voice tools are let in by their credential alone."
        return Finding("retell", "missing", says, "Set RETELL_API_KEY to the key with the webhook badge.")
    now = datetime.now(UTC)
    stamp = int(now.timestamp() * 1000)
    signed = f"v={stamp},d={signatures.retell_digest(own, body, stamp)}"
    if not signatures.retell([own], body, signed, now) or signatures.retell([own], body + b" ", signed, now):
        return Finding("retell", "wrong", "A signature with this key does not check.", "Copy RETELL_API_KEY again.")
    return Finding("retell", "ok", "A signature with this key checks; it must be the key with the webhook badge.")


async def _model(settings: Settings) -> Finding:
    model = configured_model(settings)
    if model is None:
        return Finding("model", "missing", "No model; the script answers.", "Set OPENAI_API_KEY or OPENAI_BASE_URL.")
    try:
        async with asyncio.timeout(MODEL_SECONDS):
            await model.reply([{"role": "user", "content": "Answer with the word ok."}], [])
    except ModelDown as down:
        hint = MODEL_DOWN.get(down.reason, "Check OPENAI_BASE_URL and the network; meanwhile the script answers.")
        return Finding("model", "wrong", f"{model.name} does not answer ({down.reason}).", hint)
    except TimeoutError:
        return Finding("model", "wrong", f"{model.name} takes over {MODEL_SECONDS:.0f} s.", "Use a faster model.")
    finally:
        await model.close()
    return Finding("model", "ok", f"{model.name} answers.")


async def _readyz(settings: Settings, client: httpx2.AsyncClient) -> dict[str, Any] | None:
    """What our server says of itself at the public URL; null when nothing of ours answers there."""
    try:
        answer = (await client.get(f"{settings.public_url}/readyz")).json()
    except (httpx2.HTTPError, ValueError):
        return None
    return answer if isinstance(answer, dict) and "ready" in answer else None


async def _twilio_account(settings: Settings, client: httpx2.AsyncClient) -> int | None:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    if settings.sandbox or sid is None or token is None:
        return None
    try:
        base = settings.twilio_base_url or TWILIO
        answer = await client.get(f"{base}/2010-04-01/Accounts/{sid}.json", auth=(sid, token))
    except httpx2.HTTPError:
        return None
    return answer.status_code
