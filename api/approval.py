"""What takes a person: credentials whose writes wait for one (TP-A10), and setting the rules of the schedule aside."""

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


def refuse_override(wanted: bool) -> None:
    """Every caller of a JSON door is a program, whatever its actor type: setting the rules aside is for an owner or
    admin who is signed in to the console, and told when it was asked for (contract 2.4). Raises INSUFFICIENT_SCOPE."""
    if wanted:
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "Only an owner or admin who is signed in sets hours, notice and caps aside.",
            fix="Leave override out, or have an owner or admin book it in the console.",
        )
