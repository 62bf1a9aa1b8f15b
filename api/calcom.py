"""Cal.com's API v2: book, move, cancel, look, and what is taken. One request each; nothing here retries.

Versions are part of every request: without them an older shape comes back in silence (cal.com/docs/api-reference/v2).
"""

import asyncio
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from api.settings import Settings
from tools.outside_calendar import Wish
from tools.rules import public_address

API = "https://api.cal.com"
BOOKINGS = {"cal-api-version": "2024-08-13"}
PAGE, MOST_PAGES = 100, 20
OURS = "ringback"  # the member of a booking's metadata that holds the key of our wish
# What a refused create says when somebody else has the time; everything else is a fault to be looked at.
TAKEN = re.compile(
    r"already (?:has|have) (?:a )?booking|not available|no_available|booking_conflict|already booked", re.I
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one request: `ok` with the answer's data; `taken`, `gone` (no such booking) or `refused`, where
    nothing has changed; `unreached`, nothing was taken; `unknown`, something may have.

    `error` is a word or a status."""

    kind: str
    data: Any = None
    error: str | None = None

    @property
    def refs(self) -> dict[str, Any]:
        """The booking in an answer as a visit of ours keeps it."""
        return {"id": self.data["id"], "uid": self.data["uid"], "event_type_id": self.data["eventTypeId"]}


class Calendar:
    """One account at Cal.com, over the connections of this process."""

    def __init__(self, http: httpx2.AsyncClient, key: str) -> None:
        self._http = http
        self._key = key

    async def create(self, wish: Wish, key: str, seconds: float) -> Reply:
        """Book `wish` under our `key`. Its length is the event type's."""
        customer = wish.customer
        attendee = {"name": customer.get("name") or "Customer", "timeZone": wish.zone, "language": "en"}
        for name, said in (("email", customer.get("email")), ("phoneNumber", customer.get("phone"))):
            attendee |= {name: said} if said else {}
        asked = {"start": _utc(wish.start), "eventTypeId": wish.event_type_id, "attendee": attendee}
        made = await self._send("POST", "/v2/bookings", seconds, {**asked, "metadata": {OURS: key}})
        return _a_booking(made)

    async def move(self, uid: str, start: datetime, seconds: float) -> Reply:
        """Give a booking another start; Cal.com makes a new booking of it, with a new uid."""
        asked = {"start": _utc(start), "reschedulingReason": "Moved in Ringback"}
        return _a_booking(await self._send("POST", f"/v2/bookings/{quote(uid, safe='')}/reschedule", seconds, asked))

    async def cancel(self, uid: str, seconds: float) -> Reply:
        """Cancel a booking; one that is cancelled already, or was never there, is as good as that."""
        asked = {"cancellationReason": "Cancelled in Ringback"}
        done = await self._send("POST", f"/v2/bookings/{quote(uid, safe='')}/cancel", seconds, asked)
        if done.kind != "refused":
            return Reply("ok") if done.kind == "gone" else done
        now = await self.find(uid, seconds)
        return Reply("ok") if now.kind == "gone" or (now.kind == "ok" and now.data["status"] == "cancelled") else done

    async def find(self, uid: str, seconds: float) -> Reply:
        """One booking as it stands there."""
        return _a_booking(await self._send("GET", f"/v2/bookings/{quote(uid, safe='')}", seconds))

    async def listed(self, since: datetime, until: datetime, seconds: float) -> Reply:
        """Every booking that stands between two instants."""
        found: list[Any] = []
        for page in range(MOST_PAGES):
            asked = {"status": "upcoming", "afterStart": _utc(since), "beforeEnd": _utc(until)}
            params = {**asked, "take": str(PAGE), "skip": str(page * PAGE)}
            got = await self._send("GET", "/v2/bookings", seconds, params=params)
            if got.kind != "ok" or not isinstance(got.data, list):
                return got if got.kind != "ok" else Reply("unknown", error="unreadable")
            found += got.data
            if len(got.data) < PAGE:
                break
        return Reply("ok", found)

    async def busy(self, since: datetime, until: datetime, zone: str, seconds: float) -> Reply:
        """The spans taken in the calendars that are connected there, as (start, end)."""
        known = await self._send("GET", "/v2/calendars", seconds)
        if known.kind != "ok":
            return known
        params = {"loggedInUsersTz": zone, "dateFrom": since.date().isoformat(), "dateTo": until.date().isoformat()}
        asked = list(_to_load(known.data))
        if not asked:
            return Reply("ok", [])
        for number, (credential, calendar) in enumerate(asked):
            params[f"calendarsToLoad[{number}][credentialId]"] = credential
            params[f"calendarsToLoad[{number}][externalId]"] = calendar
        got = await self._send("GET", "/v2/calendars/busy-times", seconds, params=params)
        if got.kind != "ok":
            return got
        try:
            return Reply("ok", [(instant(one["start"]), instant(one["end"])) for one in got.data])
        except (KeyError, TypeError, ValueError):
            return Reply("unknown", error="unreadable")

    async def _send(
        self,
        method: str,
        path: str,
        seconds: float,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self._key}", **BOOKINGS}
        try:
            async with asyncio.timeout(seconds):
                answer = await self._http.request(method, path, json=body, params=params, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Reply("unreached", error="no_connection")
        except TimeoutError:
            return Reply("unknown", error="timeout")
        except httpx2.HTTPError:
            return Reply("unknown", error="broken_answer")
        return _reply(answer)


@functools.cache
def connections(settings: Settings) -> httpx2.AsyncClient:
    """This process's connections to Cal.com."""
    return httpx2.AsyncClient(base_url=settings.calcom_base_url or API, timeout=None, follow_redirects=False)


def may_leave(settings: Settings) -> bool:
    """Whether Cal.com may be asked: in the sandbox only one that stands on this very machine."""
    host = urlsplit(settings.calcom_base_url or API).hostname or ""
    return not settings.sandbox or public_address.is_own_machine(host)


def instant(written: Any) -> datetime:
    """An ISO instant as UTC. Raises ValueError for anything else, and for one without its zone."""
    read = datetime.fromisoformat(str(written))
    if read.tzinfo is None:
        raise ValueError("an instant must carry its zone")
    return read.astimezone(UTC)


def made_for(booking: Mapping[str, Any]) -> str | None:
    """The key of the wish of ours a booking was made for; null for everybody else's."""
    metadata = booking.get("metadata")
    key = metadata.get(OURS) if isinstance(metadata, Mapping) else None
    return str(key) if key else None


def spans(bookings: Sequence[Any]) -> list[tuple[str, str | None, datetime, datetime]]:
    """Listed bookings as uid, our key, start and end; what cannot be read is left out."""
    found = []
    for one in bookings:
        try:
            found.append((str(one["uid"]), made_for(one), instant(one["start"]), instant(one["end"])))
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _to_load(known: Any) -> Iterator[tuple[str, str]]:
    """The calendars that are looked at for conflicts, as credential and id."""
    connected = known.get("connectedCalendars") if isinstance(known, Mapping) else None
    for one in connected or ():
        for calendar in one.get("calendars") or ():
            if calendar.get("isSelected", True):
                yield str(calendar.get("credentialId", one.get("credentialId"))), str(calendar["externalId"])


def _a_booking(reply: Reply) -> Reply:
    if reply.kind != "ok":
        return reply
    data = reply.data
    whole = isinstance(data, Mapping) and isinstance(data.get("uid"), str) and isinstance(data.get("id"), int)
    if not whole or not isinstance(data.get("eventTypeId"), int) or not isinstance(data.get("status"), str):
        return Reply("unknown", error="unreadable")
    return reply


def _reply(answer: httpx2.Response) -> Reply:
    try:
        said = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        said = None
    error = f"status_{answer.status_code}"
    if answer.is_success:
        if not isinstance(said, dict) or said.get("status") != "success":
            return Reply("unknown", error="unreadable")
        return Reply("ok", said.get("data"))
    if answer.status_code == 404:
        return Reply("gone", error=error)
    if answer.status_code == 409 or (answer.status_code == 400 and TAKEN.search(json.dumps(said))):
        return Reply("taken", error=error)
    if answer.status_code in (408, 429) or answer.is_redirect:
        return Reply("refused", error=error)
    return Reply("unknown" if answer.status_code >= 500 else "refused", error=error)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
