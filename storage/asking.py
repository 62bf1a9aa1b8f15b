"""Questions that are asked all day, composed once: composing one again each time costs more than its answer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable

from storage.context import Context


def ask(ctx: Context, question: Executable, **values: Any) -> Sequence[Any]:
    """The rows that answer a question composed at import, its `bindparam`s filled in: columns only, never entities.

    What this unit has written so far is sent first.
    """
    ctx.session.flush()
    return ctx.session.connection().execute(question, values).all()
