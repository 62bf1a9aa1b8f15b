"""Units of work that need the outside calendar: undone, the other side asked, and done again with its answer.

For every other business this is one `try`. How it must go is told in `tools.outside_calendar`.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from api import sealing
from api.calcom import Calendar, Reply, connections, may_leave
from storage.context import SYSTEM, Context
from storage.tables import CalcomAccount, Org
from tools import outside_calendar
from tools.outside_calendar import Answer, Wanted, Wish
from tools.problems import Problem

if TYPE_CHECKING:
    from api.deps import House

T = TypeVar("T")
Lane = tuple[str, str | None]

TRIES = 3
# Seconds for a new booking and for taking one away: on a phone the three steps of a move end before its five seconds.
CREATE, TAKE_AWAY = 2.2, 0.8
UNHURRIED = 4  # times as long where nobody waits on a line
ON_A_LINE = ("voice", "mcp")
_under_way: dict[Lane, asyncio.Event] = {}


async def write(house: "House", org: Org, unit: Callable[[Session], T], *, channel: str, scope: str | None) -> T:
    """Run `unit` in one write transaction, its act's wish for the outside calendar fulfilled before.

    A second unit of the same call or credential waits for the first, and then finds what that one left: the same
    booking asked for three times at once is made once.
    """
    lane = (org.id, scope)
    for _ in range(TRIES):
        while scope is not None and lane in _under_way:
            await _under_way[lane].wait()
        try:
            return await house.db.write(unit)
        except Wanted as wanted:
            wish = wanted.wish
        if scope is not None and lane in _under_way:
            continue
        over = asyncio.Event()
        if scope is not None:
            _under_way[lane] = over
        try:
            answer = await _asked(house, org, wish, 1 if channel in ON_A_LINE else UNHURRIED)
            if answer is not None:
                return await _with(house, org, unit, answer)
        except Wanted:  # this time it wants something else
            continue
        finally:
            over.set()
            if scope is not None:
                del _under_way[lane]
    raise _down(stuck=False)


async def _with(house: "House", org: Org, unit: Callable[[Session], T], answer: Answer) -> T:
    def again(session: Session) -> T:
        outside_calendar.withdraw(_context(house, session, org), answer.key)
        session.info["outside_answer"] = answer
        return unit(session)

    try:
        return await house.db.write(again)
    except BaseException:
        answer.used = False
        raise
    finally:
        if not answer.used and answer.refs:
            await _act(house, org, lambda ctx: outside_calendar.loose(ctx, answer.key))


async def _asked(house: "House", org: Org, wish: Wish, patience: int) -> Answer | None:
    """What the other side says; None when the time is gone, here or there, so that the act must decide anew."""

    def keep(ctx: Context) -> tuple[str, str] | bool | None:
        account = ctx.session.get(CalcomAccount, ctx.org.id)
        if account is None:
            return False
        key = outside_calendar.keep(ctx, wish)
        return None if key is None else (key, account.sealed_key)

    if not may_leave(house.settings):
        return Answer(wish, "", {})
    kept = await _act(house, org, keep)
    if kept is None:
        return None
    if isinstance(kept, bool):
        return Answer(wish, "", {})
    key, sealed = kept
    answer = Answer(wish, key, {})
    opened = sealing.unseal(house.settings.secret_key, sealed)
    if opened is None:
        return await _failed(house, org, answer, Reply("refused", error="key_unreadable"))
    calendar = Calendar(connections(house.settings), opened)
    return await _placed(house, org, answer, calendar, patience)


async def _placed(house: "House", org: Org, answer: Answer, calendar: Calendar, patience: int) -> Answer | None:
    wish = answer.wish
    if wish.old_uid is not None and wish.overlaps_itself:
        # Beside itself a visit cannot stand there: the old one would make the new time taken.
        made = await calendar.move(wish.old_uid, wish.start, CREATE * patience)
    else:
        made = await calendar.create(wish, answer.key, CREATE * patience)
    if made.kind == "taken":
        await _act(house, org, lambda ctx: outside_calendar.taken_there(ctx, answer))
        return None
    if made.kind != "ok":
        return await _failed(house, org, answer, made)
    answer.refs = made.refs
    if wish.old_uid is None or wish.overlaps_itself:
        return answer
    gone = await calendar.cancel(wish.old_uid, TAKE_AWAY * patience)
    if gone.kind == "ok":
        return answer
    back = await calendar.cancel(made.refs["uid"], TAKE_AWAY * patience)
    return await _failed(house, org, answer, gone, stuck=back.kind != "ok")


async def _failed(house: "House", org: Org, answer: Answer, reply: Reply, *, stuck: bool = False) -> Answer:
    clean = reply.kind in ("refused", "gone", "unreached") and not stuck
    word = reply.error or reply.kind
    await _act(house, org, lambda ctx: outside_calendar.failed_there(ctx, answer, word, clean=clean, stuck=stuck))
    return Answer(answer.wish, answer.key, {}, _down(stuck=stuck))


def _down(*, stuck: bool) -> Problem:
    if not stuck:
        return Problem("UPSTREAM_UNAVAILABLE", outside_calendar.DOWN, fix="Try again in a minute.")
    ask = "tell the caller that the office has been asked to look at it and will call back."
    return Problem("UPSTREAM_UNAVAILABLE", outside_calendar.DOWN, fix="The office has a task to look at it.", ask=ask)


async def _act(house: "House", org: Org, act: Callable[[Context], T]) -> T:
    return await house.db.write(lambda session: act(_context(house, session, org)))


def _context(house: "House", session: Session, org: Org) -> Context:
    return house.context(session, session.merge(org, load=False), SYSTEM, "api", None)
