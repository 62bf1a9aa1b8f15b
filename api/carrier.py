"""Texts out, and a call that says a sentence: one POST to Twilio's REST API, what became of it, and a look at what it
already has.

Over HTTP directly, because the vendor's client has no time-out by default and its retries can send twice. Nothing here
retries: what to do next is decided by the outbox.
"""

import asyncio
import functools
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from api.settings import Settings

API = "https://api.twilio.com"
CONNECT_SECONDS, ANSWER_SECONDS, WHOLE_SECONDS = 5.0, 10.0, 12.0  # all well inside a lease of half a minute
CONNECTIONS = 100  # more than a worker sends at once; all of them are kept, a new one costs a handshake
# Nothing of ours gets through until somebody changes the account: bad credentials, region or sender not allowed.
STOPPED = ("20003", "20404", "21408", "21606", "21608", "30034")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text about to leave. `id` is ours and comes back with every receipt; numbers are E.164."""

    id: str
    to: str
    sender: str
    body: str
    channel: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: `accepted` (with the provider's id), `refused` for good, `later` (nothing was taken),
    `stopped` (the account may not send), or `unknown`, after which nobody may simply send again.

    `code` is the provider's, `retry_after` in seconds.
    """

    kind: str
    provider_id: str | None = None
    code: str | None = None
    retry_after: int | None = None


class Sender:
    """Sends texts through one Twilio account, looks for them there, and rings a phone."""

    def __init__(self, settings: Settings) -> None:
        account = settings.twilio_account_sid or ""
        self._receipts = f"{settings.public_url}/api/twilio/sms/status"
        self._messages = f"/2010-04-01/Accounts/{account}/Messages.json"
        self._calls = f"/2010-04-01/Accounts/{account}/Calls.json"
        self._http = httpx2.AsyncClient(
            base_url=settings.twilio_base_url or API,
            auth=(account, settings.twilio_auth_token or ""),
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    async def send(self, text: Outgoing, *, before: float) -> Outcome:
        """Send once, unless the monotonic clock has passed `before`, when the job's lease may soon be another's."""
        if time.monotonic() > before:
            return Outcome("later")
        form = {**_numbers(text), "Body": text.body, "StatusCallback": f"{self._receipts}?message={text.id}"}
        return await self._post(self._messages, form)

    async def ring(self, to: str, sender: str, twiml: str) -> Outcome:
        """Ring `to` from our number `sender` (E.164); whoever picks up hears what the TwiML says. Once, as with a text:
        after `unknown` the phone may ring yet."""
        return await self._post(self._calls, {"To": to, "From": sender, "Twiml": twiml})

    async def _post(self, path: str, form: dict[str, str]) -> Outcome:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                answer = await self._http.post(path, data=form)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Outcome("later")
        except (httpx2.HTTPError, TimeoutError):
            return Outcome("unknown")
        return _outcome(answer)

    async def find(self, text: Outgoing, since: datetime) -> list[str] | None:
        """The provider's ids of texts with these numbers and words since `since` (aware), the oldest first; None when
        it cannot say."""
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                answer = await self._http.get(self._messages, params={**_numbers(text), "PageSize": "50"})
            listed = answer.json()["messages"] if answer.status_code == 200 else None
        except (httpx2.HTTPError, TimeoutError, ValueError, KeyError):
            return None
        if listed is None:
            return None
        its = [(_made(one, since), one["sid"]) for one in listed if one["body"] == text.body]
        return [sid for made, sid in sorted(its) if made >= since]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


@functools.cache
def sender_for(settings: Settings) -> Sender | None:
    """The sender of this process; None in the sandbox, where nothing leaves the machine."""
    return None if settings.sandbox else Sender(settings)


def _numbers(text: Outgoing) -> dict[str, str]:
    prefix = "whatsapp:" if text.channel == "whatsapp" else ""
    return {"To": prefix + text.to, "From": prefix + text.sender}


def _outcome(answer: httpx2.Response) -> Outcome:
    """Told apart by whether anything can have been taken: error 20500 says a POST that sends is not idempotent."""
    said = _json(answer)
    if answer.is_success:
        sid = said.get("sid")
        return Outcome("accepted", sid) if isinstance(sid, str) and sid else Outcome("unknown")
    code = str(said["code"]) if said.get("code") else None
    if answer.status_code == 429:
        waits = answer.headers.get("retry-after", "")
        return Outcome("later", code=code, retry_after=int(waits) if waits.isascii() and waits.isdigit() else None)
    if answer.status_code >= 500 or answer.is_redirect:
        return Outcome("unknown", code=code)
    stopped = answer.status_code in (401, 403, 404) or code in STOPPED
    return Outcome("stopped" if stopped else "refused", code=code)


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return said if isinstance(said, dict) else {}


def _made(listed: dict[str, Any], unknown: datetime) -> datetime:
    """When the provider made this one: the same words may have been sent last week."""
    try:
        return datetime.strptime(str(listed.get("date_created")), "%a, %d %b %Y %H:%M:%S %z")
    except ValueError:
        return unknown
