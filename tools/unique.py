"""Names only one row may have: of two that take one at the same moment, the second hears what a later one would."""

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError

from storage.context import Context


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
