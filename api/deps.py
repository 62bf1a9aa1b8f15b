"""Who is calling: a request's credential becomes a Caller, whose units of work carry a Context."""

import base64
import binascii
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session

from api import calendar_first
from api.clock import Clock
from api.keys import Keys
from api.limits import RateLimits
from api.settings import Settings
from api.usage import Usage
from storage.context import SYSTEM, Actor, Context
from storage.db import Database
from storage.tables import Credential, Org
from tools.problems import Problem

T = TypeVar("T")
ACTOR_KINDS = {"VOICE_AGENT": "voice_agent", "STAFF_TOOL": "staff", "INTEGRATION": "integration"}
LAST_PAGE = 1_000_000  # beyond it an offset no longer fits a database integer


@dataclass(frozen=True, slots=True)
class House:
    """What every door of one process shares: `request.app.state.house`."""

    settings: Settings
    db: Database
    clock: Clock
    limits: RateLimits
    usage: Usage
    keys: Keys
    tries: RateLimits = field(default_factory=lambda: RateLimits(per_minute=10))  # of pages, by address

    async def write(
        self,
        org: Org,
        unit: Callable[[Context], T],
        *,
        actor: Actor = SYSTEM,
        channel: str = "api",
        scope: str | None = None,
    ) -> T:
        """Run an act in one write transaction for `org`."""
        return await calendar_first.write(
            self,
            org,
            lambda session: unit(self.context(session, session.merge(org, load=False), actor, channel, scope)),
            channel=channel,
            scope=scope,
        )

    async def read(
        self,
        org: Org,
        unit: Callable[[Context], T],
        *,
        actor: Actor = SYSTEM,
        channel: str = "api",
        scope: str | None = None,
    ) -> T:
        """Ask a question in one read transaction for `org`."""
        return await self.db.read(lambda session: unit(self.context(session, org, actor, channel, scope)))

    def context(self, session: Session, org: Org, actor: Actor, channel: str, scope: str | None) -> Context:
        """The Context of a unit. Where the unit writes, `org` must be one of the session's own."""
        return Context(session, org, actor, channel, self.clock.now(), scope, self.settings.public_url)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated credential in one request, and the business it belongs to."""

    house: House
    org: Org
    credential: Credential
    address: str

    @property
    def actor(self) -> Actor:
        """How this caller appears in histories: under the credential's name (CS-04)."""
        return Actor(ACTOR_KINDS[self.credential.actor_type], self.credential.name, self.credential.id)

    def may(self, *scopes: str) -> bool:
        """Whether the credential holds any of these scopes; none asked is always true."""
        return not scopes or any(scope in self.credential.scopes for scope in scopes)

    async def write(self, unit: Callable[[Context], T], *, channel: str = "api", scope: str | None = None) -> T:
        """Run an act as this caller, in one transaction."""
        return await self.house.write(self.org, unit, actor=self.actor, channel=channel, scope=scope)

    async def read(self, unit: Callable[[Context], T], *, channel: str = "api", scope: str | None = None) -> T:
        """Ask a question as this caller."""
        return await self.house.read(self.org, unit, actor=self.actor, channel=channel, scope=scope)


def house_of(request: Request) -> House:
    """The process's shared parts, for doors that find the business themselves."""
    house: House = request.app.state.house
    return house


Check = Callable[[Caller, tuple[str, ...]], None]  # of who may call with these scopes; raises what stands against it


class Needs(HTTPBearer):
    """A dependency, and what the description says of it: a valid credential with any of some scopes."""

    def __init__(self, scopes: tuple[str, ...], also: Check) -> None:
        super().__init__(scheme_name="bearer", description="A credential's secret.")
        self.scopes, self.also = scopes, also

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        """The caller behind a request. Raises as `needs` says."""
        caller = await admit(request, *self.scopes)
        self.also(caller, self.scopes)
        return caller


def needs(*scopes: str, also: Check = lambda caller, scopes: None) -> Needs:
    """A dependency: a valid credential with any of `scopes` (none: any valid credential) that `also` lets pass.

    Raises UNAUTHORIZED, IP_NOT_ALLOWED, RATE_LIMITED or INSUFFICIENT_SCOPE, in this order, then what `also` raises.
    """
    return Needs(scopes, also)


async def admit(request: Request, *scopes: str, secret: str | None = None) -> Caller:
    """Check the request's credential against `scopes`; see `needs`. Leaves the rate's standing on `request.state`.

    `secret` is given by a door that has headers of its own for it.
    """
    house = house_of(request)
    secret = presented_secret(request) if secret is None else secret
    now = house.clock.now()
    found = None if secret is None else await house.keys.find(secret, now)
    if found is None:
        raise Problem(
            "UNAUTHORIZED",
            "A valid credential is needed.",
            fix="Send the secret as 'Authorization: Bearer', 'X-API-Key' or as the user name of HTTP Basic.",
        )
    credential, org = found
    address = request.client.host if request.client else ""
    caller = Caller(house, org, credential, address)
    request.state.rate = house.limits.count(credential.id)
    house.usage.note(credential, now, request)
    if credential.allowed_ips and not address_allowed(address, credential.allowed_ips):
        raise Problem(
            "IP_NOT_ALLOWED",
            "This credential may not be used from this address.",
            fix="Add the address to the credential's list, or call from an allowed one.",
        )
    if request.state.rate.exceeded:
        raise Problem(
            "RATE_LIMITED",
            "Too many requests with this credential.",
            fix="Wait for the seconds in Retry-After.",
            retry_after=request.state.rate.reset,
        )
    if not caller.may(*scopes):
        raise lacking(scopes)
    return caller


def lacking(scopes: Sequence[str]) -> Problem:
    """What a caller is told who holds none of these scopes."""
    wanted = " or ".join(scopes)
    return Problem(
        "INSUFFICIENT_SCOPE",
        f"This needs the scope {wanted}.",
        fix=f"Use a credential that has {wanted}.",
        required=list(scopes),
    )


def presented_secret(request: Request) -> str | None:
    """The secret in the headers, in any of its three envelopes (contract 2.3); never from query or body."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
        return user or None
    return request.headers.get("x-api-key", "").strip() or None


def address_allowed(address: str, allowed: list[str]) -> bool:
    """Whether an IP address lies in any of the allowed addresses or networks (CIDR)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in ipaddress.ip_network(one, strict=False) for one in allowed)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: `page` counts from 1, `size` is 1 to 100."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.size


def paging(
    page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    size: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int | None, Query(ge=1)] = None,
) -> Page:
    """The one paging rule: `limit` is an alias of `size`, 20 by default, clamped to 100 (contract 2.5)."""
    return Page(page, min(size or limit or 20, 100))


def paged(name: str, rows: list[Any], total: int, page: Page) -> dict[str, Any]:
    """A page as every JSON list answers it: the rows under `name`, with total, page and size."""
    return {name: rows, "total": total, "page": page.page, "size": page.size}
