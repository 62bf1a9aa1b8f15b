"""Signing in and out, and the list of browsers that are signed in."""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated

from fastapi import Depends, Request, Response
from pwdlib import PasswordHash

from api.console import pages
from api.console.door import COOKIE, StaffCaller, key_of, local_path, real_now, router, secure, signed_in
from api.deps import House, house_of
from api.limits import RateLimits
from api.pages import form_text
from storage import lookup
from storage.context import Actor
from storage.tables import Org, Staff, StaffSession
from tools import staff_sessions

LONGEST_PASSWORD = 200
PER_MINUTE, PER_DAY = 10, 1000  # tries for one e-mail address, wherever they come from
AT_ONCE = 2  # argon2 takes 64 MB and a whole core for each try


@dataclass(frozen=True, slots=True)
class Doorman:
    """What one process keeps of sign-ins: the tries by e-mail address, and how many passwords it checks at once."""

    tries: RateLimits = field(default_factory=lambda: RateLimits(PER_MINUTE, PER_DAY))
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))


@router.get("/sign-in")
async def ask(request: Request, next: str | None = None) -> Response:
    """The sign-in page."""
    return pages.page(request, "sign_in.html.j2", wanted=local_path(next), email="", refusal=None, choices=[])


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check e-mail and password, and begin a session. Every refusal reads the same and takes as long."""
    form = await request.form()
    email, wanted = form_text(form, "email") or "", local_path(form_text(form, "next"))
    password = str(form.get("password") or "")[:LONGEST_PASSWORD]
    house = house_of(request)
    address = request.client.host if request.client else ""
    guard = doorman(request)
    if house.tries.count(f"sign-in:{address}").exceeded or guard.tries.count(key_of(email.lower())).exceeded:
        refusal = "Too many tries. Please wait a minute, then try again."
        return _asked_again(request, 429, wanted, email, refusal)
    async with guard.at_once:
        found = await matching(house, email, password)
    named = form_text(form, "business")
    chosen = [one for one in found if named is None or one[1].slug == named]
    if not chosen:
        return _asked_again(request, 401, wanted, email, "That e-mail and password do not go together.")
    if len(chosen) > 1:
        return _asked_again(request, 200, wanted, email, None, [org for _staff, org in chosen])
    [(staff, org)] = chosen
    return await begin(request, org, staff, wanted)


async def begin(request: Request, org: Org, staff: Staff, wanted: str) -> Response:
    """Begin a session of this person in this browser, and go to the page they wanted."""
    device = request.headers.get("user-agent", "")
    _row, token = await house_of(request).write(
        org,
        lambda ctx: staff_sessions.start(ctx, staff, at=real_now(), device=device),
        actor=Actor("staff", staff.name, staff.id),
        channel="console",
    )
    answer = pages.back_to(request, wanted)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(staff_sessions.LASTS.total_seconds()),
        path="/console",
        httponly=True,
        samesite="lax",
        secure=secure(request),
    )
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """End this session."""
    await caller.write(lambda ctx: staff_sessions.revoke(ctx, caller.staff, caller.session.id, real_now()))
    answer = pages.back_to(request, "/console/sign-in", "You are signed out.")
    answer.delete_cookie(COOKIE, path="/console")
    return answer


@router.get("/sessions")
async def sessions(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Where this person is signed in."""
    rows = await caller.read(lambda ctx: staff_sessions.listed(ctx, caller.staff, real_now()))
    facts = [(row, browser(row), ago(row)) for row in rows]
    return pages.page(request, "sessions.html.j2", sessions=facts)


@router.post("/sessions/{session_id}/revoke")
async def revoke(request: Request, session_id: str, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Sign one browser of this person out; the word "others" means all but this one."""
    if session_id == "others":
        await caller.write(lambda ctx: staff_sessions.revoke_all(ctx, caller.staff, real_now(), but=caller.session.id))
    else:
        await caller.write(lambda ctx: staff_sessions.revoke(ctx, caller.staff, session_id, real_now()))
    return pages.back_to(request, "/console/sessions", "Signed out there.")


async def matching(house: House, email: str, password: str) -> list[tuple[Staff, Org]]:
    """Everybody with this e-mail whose password this is; a stranger's try costs as much as a known one's."""
    candidates = await house.db.read(lambda session: lookup.staff_by_email(session, email)) if email else []
    hashes = [staff.password_hash or "" for staff, _org in candidates] or [nobodys_hash()]
    right = [await asyncio.to_thread(hasher().verify, password, one) for one in hashes]
    return [one for one, fits in zip(candidates, right, strict=False) if fits]


def doorman(request: Request) -> Doorman:
    """The doorman of this process."""
    state = request.app.state
    if not hasattr(state, "doorman"):
        state.doorman = Doorman()
    found: Doorman = state.doorman
    return found


@cache
def hasher() -> PasswordHash:
    """Argon2id with the library's own parameters."""
    return PasswordHash.recommended()


@cache
def nobodys_hash() -> str:
    """A hash that no password fits, to spend the same time on a stranger."""
    return hasher().hash("nobody's password")


def browser(row: StaffSession) -> str:
    """A session's browser and system in a few words."""
    names = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
    systems |= {"Mac OS X": "Mac", "Linux": "Linux"}
    name = next((shown for mark, shown in names.items() if mark in row.device), "A browser")
    system = next((shown for mark, shown in systems.items() if mark in row.device), None)
    return f"{name} on {system}" if system else name


def ago(row: StaffSession) -> str:
    """When a session was last used, in words."""
    minutes = int((real_now() - row.last_seen_at).total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def _asked_again(
    request: Request, status: int, wanted: str, email: str, refusal: str | None, choices: list[Org] | None = None
) -> Response:
    return pages.page(
        request, "sign_in.html.j2", status, wanted=wanted, email=email, refusal=refusal, choices=choices or []
    )
