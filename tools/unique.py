"""Names only one row may have: of two that take one at the same moment, the second hears what a later one would."""

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError

from storage.context import Context
from tools.problems import Problem
from tools.rules import company_lines


def slug_of(text: str, *, exact: bool = False) -> str:
    """The slug made of a name, or with `exact` a slug as somebody wrote it. Raises VALIDATION_ERROR."""
    try:
        made = company_lines.slug(text)
    except company_lines.UnreadableAnswer:
        raise Problem("VALIDATION_ERROR", "No slug can be made of that.", fix="Send slug: a to z and digits.") from None
    if exact and made != text:
        raise Problem("VALIDATION_ERROR", "That is not a slug.", fix="Use a to z, digits and single hyphens.")
    return made


def unless_taken(ctx: Context, check: Callable[[], None], write: Callable[[], None]) -> None:
    """Run `check`, which raises a Problem for a name that is taken, then `write`.

    Where the database refuses what was written, somebody was quicker: nothing of it stays, and `check` says so.
    """
    check()
    try:
        with ctx.session.begin_nested():
            write()
            ctx.session.flush()
    except IntegrityError:
        check()
        raise
