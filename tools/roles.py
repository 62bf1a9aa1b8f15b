"""The four roles of staff, what each may do, and whose work each sees (SC-13, SC-75, X21)."""

from dataclasses import dataclass

from storage.context import Context
from storage.tables import Staff
from tools.problems import Problem, not_found

OWN = (
    *("READ_BOOKINGS", "WRITE_BOOKINGS", "READ_AVAILABILITY", "READ_LEADS", "WRITE_LEADS"),
    *("READ_CONVERSATIONS", "WRITE_MESSAGES", "READ_BUSINESS_PROFILE"),
)
LEADING = ("WRITE_AVAILABILITY", "READ_RESULTS")
RUNNING = (
    *("WRITE_BUSINESS_PROFILE", "WRITE_AUTOMATION", "READ_AUDIT", "MANAGE_INTEGRATIONS", "MANAGE_CREDENTIALS"),
    "MANAGE_ACCOUNT",
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its word, a line about it, whose work it sees (team or all), and its permissions, named as scopes."""

    id: str
    about: str
    sees: str
    may: tuple[str, ...]


ROLES = (
    Role("owner", "Everything, and nobody can take the last owner away.", "all", (*OWN, *LEADING, *RUNNING)),
    Role("admin", "Everything but making or changing owners.", "all", (*OWN, *LEADING, *RUNNING)),
    Role("supervisor", "Leads a team: its work, its hours and its results.", "team", (*OWN, *LEADING)),
    Role("agent", "Answers and books, for the teams they are in.", "team", OWN),
)


def named(word: str) -> Role:
    """The role with this word. Raises NOT_FOUND."""
    return next((role for role in ROLES if role.id == word), None) or not_found("role")


def given(word: str) -> str:
    """A role's word as it came in. Raises VALIDATION_ERROR for one that is none."""
    if word not in {role.id for role in ROLES}:
        listed = ", ".join(role.id for role in ROLES)
        raise Problem("VALIDATION_ERROR", "There is no such role.", fix=f"Use one of: {listed}.")
    return word


def check_may_give(ctx: Context, *words: str) -> None:
    """Owners are made and changed by owners: a person who is signed in as less is refused with INSUFFICIENT_SCOPE."""
    me = ctx.session.get(Staff, ctx.actor.id) if ctx.actor.kind == "staff" and ctx.actor.id else None
    if "owner" in words and me is not None and me.role != "owner":
        raise Problem("INSUFFICIENT_SCOPE", "Only an owner makes or changes an owner.", fix="Ask an owner to do it.")
