"""Credentials whose writes wait for a person (TP-A10): they may ask for visits, and change nothing by themselves."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from api.deps import Caller, admit
from tools.problems import Problem


def needs_authority(*scopes: str) -> Callable[[Request], Awaitable[Caller]]:
    """`deps.needs` for changes to visits that stand: a credential with requires_approval is refused, and nothing is
    queued. Its bookings are made as pending instead. Raises INSUFFICIENT_SCOPE."""

    async def authorise(request: Request) -> Caller:
        caller = await admit(request, *scopes)
        if caller.credential.requires_approval:
            raise Problem(
                "INSUFFICIENT_SCOPE",
                "This credential needs a person's approval, so it cannot change a visit by itself.",
                fix="Have the office make the change, or use a credential without requires_approval.",
                required=list(scopes),
            )
        return caller

    return authorise


def needs_office(*scopes: str) -> Callable[[Request], Awaitable[Caller]]:
    """`needs_authority` for answers in the office's name: a voice agent is refused too. Raises INSUFFICIENT_SCOPE."""

    async def authorise(request: Request) -> Caller:
        caller = await needs_authority(*scopes)(request)
        if caller.credential.actor_type == "VOICE_AGENT":
            raise Problem(
                "INSUFFICIENT_SCOPE",
                "A voice agent cannot answer a request in the office's name.",
                fix="Use a credential of actor type STAFF_TOOL or INTEGRATION.",
                required=list(scopes),
            )
        return caller

    return authorise
