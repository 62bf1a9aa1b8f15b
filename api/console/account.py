"""My account, for everybody who is signed in: whether hand-offs reach me, and a new password."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, key_of, real_now, router, signed_in
from api.console.sign_in import LONGEST_PASSWORD, doorman, hasher
from storage.context import Context
from tools import staff, staff_sessions
from tools.problems import Problem

STATUSES = (
    ("available", "Available"),
    ("on_call", "On call: alerted of every hand-off"),
    ("busy", "Busy"),
    ("away", "Away"),
    ("offline", "Offline"),
)
SHORTEST = 10  # characters; length is what makes a password hard to guess (NIST SP 800-63B, 3.1.1)
TOO_MANY = Problem("RATE_LIMITED", "Too many tries.", fix="Wait a minute, then try again.")


@router.get("/account")
async def account(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """The forms."""
    return shown(request)


@router.post("/account/status")
async def change_status(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Say how reachable I am, which decides whether a hand-off alerts me (SC-21)."""
    status = str((await request.form()).get("status") or "")
    try:
        await caller.write(lambda ctx: staff.change(ctx, caller.staff.id, {"status": status}))
    except Problem as problem:
        return shown(request, problem, 422)
    return pages.back_to(request, "/console/account", "Your status is changed.")


@router.post("/account/password")
async def change_password(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Set a new password with the old one; every other browser is signed out."""
    form = await request.form()
    old, new = (str(form.get(name) or "") for name in ("old", "new"))
    guard = doorman(request)
    if guard.tries.count(key_of(f"password:{caller.staff.id}")).exceeded:
        return shown(request, TOO_MANY, 429)
    refused = password_problem(new, str(form.get("again") or ""))
    async with guard.at_once:
        known = caller.staff.password_hash or ""
        if not await asyncio.to_thread(hasher().verify, old[:LONGEST_PASSWORD], known):
            refused = Problem("VALIDATION_ERROR", "The old password is not right.", fix="Type it once more.")
        if refused is not None:
            return shown(request, refused, 422)
        hashed = await asyncio.to_thread(hasher().hash, new)

    def act(ctx: Context) -> None:
        staff.set_password(ctx, caller.staff.id, hashed)
        staff_sessions.revoke_all(ctx, caller.staff, real_now(), but=caller.session.id)

    await caller.write(act)
    return pages.back_to(request, "/console/sessions", "The password is changed. Other browsers are signed out.")


def shown(request: Request, refused: Problem | None = None, status: int = 200) -> Response:
    """The page, with what stood in the way."""
    return pages.page(request, "account.html.j2", status, refused=refused, statuses=STATUSES)


def password_problem(new: str, again: str) -> Problem | None:
    """What is wrong with a new password typed twice; None when it may be used."""
    if not SHORTEST <= len(new) <= LONGEST_PASSWORD:
        said = f"A password has {SHORTEST} to {LONGEST_PASSWORD} characters."
        return Problem("VALIDATION_ERROR", said, fix="A few words in a row are easy to keep.")
    if new != again:
        return Problem("VALIDATION_ERROR", "The two passwords differ.", fix="Type the same one twice.")
    return None
