"""What Twilio posts to us: verified, about one of our numbers, and acted on once."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from sqlalchemy.orm import Session

from api import signatures
from api.deps import House, house_of
from storage import inbox, lookup
from storage.context import Actor, Context
from storage.tables import EntryPoint, Org
from tools.rules import phones

log = logging.getLogger("ringback")

TWILIO = Actor("system", "Twilio")
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, slots=True)
class Post:
    """One verified form post about one of our numbers: the first value of each field, and whose number it is."""

    house: House
    fields: Mapping[str, str]
    point: EntryPoint
    org: Org

    def url(self, path: str, **query: str) -> str:
        """A public address of this door."""
        return f"{self.house.settings.public_url}/api/twilio{path}{'?' + urlencode(query) if query else ''}"

    def number(self, name: str) -> int | None:
        """A field that counts something; null when it is missing or no number."""
        value = self.fields.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None

    async def once(self, key: str, kind: str, act: Callable[[Context], Any], *, channel: str) -> bool:
        """Run `act` in one unit with the record of this delivery; False, and nothing done, when it came before."""

        def unit(ctx: Context) -> bool:
            fresh = inbox.once(ctx, "twilio", key, kind, dict(self.fields))
            if fresh:
                act(ctx)
            return fresh

        return await self.house.write(self.org, unit, actor=TWILIO, channel=channel)


async def signed_fields(request: Request) -> dict[str, str] | None:
    """The form fields of a request Twilio signed, or None. NUL bytes are dropped: PostgreSQL keeps none.

    Everything received is signed, blank and repeated fields too. In the sandbox without a token nothing is checked.
    """
    settings = house_of(request).settings
    pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    if settings.twilio_auth_token or not settings.sandbox:
        query = request.scope["query_string"].decode("latin-1")
        url = f"{settings.public_url}{request.url.path}{'?' + query if query else ''}"
        tokens = [settings.twilio_auth_token] if settings.twilio_auth_token else []
        if not signatures.twilio(tokens, url, pairs, request.headers.get("x-twilio-signature")):
            return None
    first: dict[str, str] = {}
    for name, value in [*pairs, *request.query_params.items()]:
        first.setdefault(name.replace("\x00", ""), value.replace("\x00", ""))
    return first


async def read_post(request: Request, ours: str = "To") -> Post | Response:
    """A verified post with our number in the field `ours`; else the answer: 403, or nothing to do."""
    fields = await signed_fields(request)
    if fields is None:
        return Response("signature", status_code=403, media_type="text/plain")
    house = house_of(request)
    phone = phones.e164(fields.get(ours, ""), "US")
    found = await house.db.read(lambda session: _whose(session, phone)) if phone else None
    if found is None:
        log.info("twilio %s about a number that is not ours: %s", request.url.path, fields.get("CallSid", "")[:34])
        return Response(EMPTY, media_type="text/xml")
    return Post(house, fields, *found)


def _whose(session: Session, phone: str) -> tuple[EntryPoint, Org] | None:
    point = lookup.entry_point_by_phone(session, phone)
    org = lookup.org_by_id(session, point.org_id) if point is not None else None
    return (point, org) if point is not None and org is not None else None
