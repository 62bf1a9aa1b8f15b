"""Who is looking: a cookie becomes a StaffCaller, and whatever goes wrong becomes a page."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.routing import Match

from api.console import pages
from api.deps import House, house_of
from api.pages import TOO_MUCH, PageRoute
from storage import lookup
from storage.context import Actor, Context
from storage.tables import Org, Staff, StaffSession
from tools import sight, staff_sessions
from tools.problems import Problem

T = TypeVar("T")
COOKIE = "ringback_console"
SIGN_IN = "/console/sign-in"
SEEN_EVERY = timedelta(minutes=5)


class SignedOut(Problem):
    """Nobody is signed in; the page asked for waits behind the sign-in page."""

    def __init__(self) -> None:
        super().__init__("UNAUTHORIZED", "Nobody is signed in.", fix="Sign in.")


@dataclass(frozen=True, slots=True)
class StaffCaller:
    """A member of staff in one request, and the business they work for."""

    house: House
    org: Org
    staff: Staff
    session: StaffSession

    @property
    def actor(self) -> Actor:
        """How this person appears in histories."""
        return Actor("staff", self.staff.name, self.staff.id)

    @property
    def sees_all(self) -> bool:
        """Whether this person sees all of the business, not only what belongs to their teams."""
        return self.staff.role in sight.SEE_ALL

    def may(self, *roles: str) -> bool:
        """Whether this person has one of these roles; none asked is always true."""
        return not roles or self.staff.role in roles

    async def write(self, unit: Callable[[Context], T], *, scope: str | None = None) -> T:
        """Run an act as this person, in one transaction."""
        return await self.house.write(self.org, unit, actor=self.actor, channel="console", scope=scope)

    async def read(self, unit: Callable[[Context], T], *, scope: str | None = None) -> T:
        """Ask a question as this person."""
        return await self.house.read(self.org, unit, actor=self.actor, channel="console", scope=scope)


class ConsoleRoute(PageRoute):
    """A route of the console, with its own page for a refusal."""

    def show(self, request: Request, problem: Problem) -> Response:
        """The sign-in for whoever is signed out; else the reason, and after a form that was too long the way back."""
        if isinstance(problem, SignedOut):
            return to_sign_in(request)
        return pages.problem(request, problem, back=nearest(request.url.path) if problem is TOO_MUCH else "/console")


router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)


def real_now() -> datetime:
    """The real instant: sessions and sign-in limits do not follow the sandbox clock."""
    return datetime.now(UTC)


async def signed_in(request: Request) -> StaffCaller:
    """A dependency: whoever is signed in. Raises SignedOut, which becomes the sign-in page."""
    house = house_of(request)
    token = request.cookies.get(COOKIE, "")
    found = await house.db.read(lambda session: lookup.session_by_token(session, token))
    at = real_now()
    if found is None or not staff_sessions.alive(found[0], at):
        raise SignedOut
    row, staff, org = found
    caller = request.state.caller = StaffCaller(house, org, staff, row)
    if at - row.last_seen_at > SEEN_EVERY:
        await caller.write(lambda ctx: staff_sessions.seen(ctx, row.id, at))
    return caller


def staff_with(*roles: str) -> Callable[[Request], Awaitable[StaffCaller]]:
    """A dependency: somebody signed in with one of these roles. Raises INSUFFICIENT_SCOPE for everybody else."""

    async def authorise(request: Request) -> StaffCaller:
        caller = await signed_in(request)
        if not caller.may(*roles):
            raise Problem(
                "INSUFFICIENT_SCOPE",
                f"This is for {' and '.join(f'{role}s' for role in roles)}.",
                fix="Ask one of them.",
            )
        return caller

    return authorise


def to_sign_in(request: Request) -> Response:
    """Send a visitor to the sign-in page, and from there back to the page they wanted; a form is not sent again."""
    wanted = request.url.path if request.method == "GET" else "/console"
    if "hx-request" in request.headers:
        # A fragment has no page of its own: the whole page goes to the sign-in page.
        return Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
    query = "" if wanted == "/console" else f"?next={quote(wanted)}"
    return RedirectResponse(SIGN_IN + query, 303)


def nearest(path: str) -> str:
    """The page at an address, or the closest one above it: some addresses only take forms."""
    pages_here = [one for one in router.routes if isinstance(one, APIRoute) and ":path" not in one.path]
    while path != "/console":
        asked = {"type": "http", "method": "GET", "path": path}
        if any(one.matches(asked)[0] is Match.FULL for one in pages_here):
            return path
        path = path.rpartition("/")[0]
    return path


def local_path(wanted: str | None) -> str:
    """A page of the console to go to; the inbox for anything that would lead elsewhere."""
    if not wanted or not wanted.startswith("/console") or wanted.startswith(SIGN_IN):
        return "/console"
    plain = all(character.isalnum() or character in "/-_." for character in wanted)
    return wanted if plain and ".." not in wanted and wanted[8:9] in ("", "/") else "/console"


def secure(request: Request) -> bool:
    """Whether cookies may only travel over https: when that is how people reach us."""
    return house_of(request).settings.public_url.startswith("https://")


def key_of(text: str) -> str:
    """A short name for something that should not be kept in words."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
