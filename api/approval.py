"""What takes a person: credentials whose writes wait for one (TP-A10), and setting the rules of the schedule aside."""

from api.deps import Caller, Needs, needs
from tools.problems import Problem


def needs_authority(*scopes: str) -> Needs:
    """`deps.needs` for changes to visits that stand: a credential with requires_approval is refused, and nothing is
    queued. Its bookings are made as pending instead. Raises INSUFFICIENT_SCOPE."""
    return needs(*scopes, also=_has_authority)


def needs_office(*scopes: str) -> Needs:
    """`needs_authority` for answers in the office's name: a voice agent is refused too. Raises INSUFFICIENT_SCOPE."""
    return needs(*scopes, also=_speaks_for_the_office)


def _has_authority(caller: Caller, scopes: tuple[str, ...]) -> None:
    if caller.credential.requires_approval:
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "This credential needs a person's approval, so it cannot change a visit by itself.",
            fix="Have the office make the change, or use a credential without requires_approval.",
            required=list(scopes),
        )


def _speaks_for_the_office(caller: Caller, scopes: tuple[str, ...]) -> None:
    _has_authority(caller, scopes)
    if caller.credential.actor_type == "VOICE_AGENT":
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "A voice agent cannot answer a request in the office's name.",
            fix="Use a credential of actor type STAFF_TOOL or INTEGRATION.",
            required=list(scopes),
        )


def refuse_override(wanted: bool) -> None:
    """Every caller of a JSON door is a program, whatever its actor type: setting the rules aside is for an owner or
    admin who is signed in to the console, and told when it was asked for (contract 2.4). Raises INSUFFICIENT_SCOPE."""
    if wanted:
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "Only an owner or admin who is signed in sets hours, notice and caps aside.",
            fix="Leave override out, or have an owner or admin book it in the console.",
        )
