"""My account: a new password, for everybody who is signed in."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, key_of, real_now, router, signed_in
from api.console.sign_in import LONGEST_PASSWORD, doorman, hasher
from storage.context import Context
from tools import staff, staff_sessions
from tools.problems import Problem

SHORTEST = 10  # characters; length is what makes a password hard to guess (NIST SP 800-63B, 3.1.1)
TOO_MANY = Problem("RATE_LIMITED", "Too many tries.", fix="Wait a minute, then try again.")


@router.get("/account")
async def account(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """The form."""
    return pages.page(request, "account.html.j2", refused=None)


@router.post("/account/password")
async def change_password(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Set a new password with the old one; every other browser is signed out."""
    form = await request.form()
    old, new = (str(form.get(name) or "") for name in ("old", "new"))
    guard = doorman(request)
    if guard.tries.count(key_of(f"password:{caller.staff.id}")).exceeded:
        return pages.page(request, "account.html.j2", 429, refused=TOO_MANY)
    refused = password_problem(new, str(form.get("again") or ""))
    async with guard.at_once:
        known = caller.staff.password_hash or ""
        if not await asyncio.to_thread(hasher().verify, old[:LONGEST_PASSWORD], known):
            refused = Problem("VALIDATION_ERROR", "The old password is not right.", fix="Type it once more.")
        if refused is not None:
            return pages.page(request, "account.html.j2", 422, refused=refused)
        hashed = await asyncio.to_thread(hasher().hash, new)

    def act(ctx: Context) -> None:
        staff.set_password(ctx, caller.staff.id, hashed)
        staff_sessions.revoke_all(ctx, caller.staff, real_now(), but=caller.session.id)

    await caller.write(act)
    return pages.back_to(request, "/console/sessions", "The password is changed. Other browsers are signed out.")


def password_problem(new: str, again: str) -> Problem | None:
    """What is wrong with a new password typed twice; None when it may be used."""
    if not SHORTEST <= len(new) <= LONGEST_PASSWORD:
        said = f"A password has {SHORTEST} to {LONGEST_PASSWORD} characters."
        return Problem("VALIDATION_ERROR", said, fix="A few words in a row are easy to keep.")
    if new != again:
        return Problem("VALIDATION_ERROR", "The two passwords differ.", fix="Type the same one twice.")
    return None
