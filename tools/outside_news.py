"""What the outside calendar tells us of itself: somebody else's bookings, and ours that were changed over there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import inbox
from storage.context import Context
from storage.tables import Booking
from tools import booking as bookings
from tools import outside_account, outside_calendar
from tools.outside_calendar import forget_busy, of_uid, review
from tools.problems import Problem


@dataclass(frozen=True, slots=True)
class News:
    """One event. `kind` is created, cancelled or rescheduled; `old_uid` the booking a rescheduled one took the place
    of; `made_for` the key of a wish of ours; instants are UTC. `key` is the same for every copy of the event."""

    key: str
    kind: str
    uid: str
    id: int | None
    event_type_id: int | None
    start: datetime | None
    end: datetime | None
    old_uid: str | None = None
    made_for: str | None = None


def heard(ctx: Context, news: News, said: Mapping[str, Any]) -> bool:
    """Take in one event, once; False for a copy, which changes nothing. `ctx.actor` is the outside calendar."""
    if not inbox.once(ctx, "calcom", news.key, news.kind, dict(said)):
        return False
    if news.kind == "cancelled":
        _cancelled(ctx, news)
    elif news.kind == "rescheduled":
        _rescheduled(ctx, news)
    elif news.made_for is None and of_uid(ctx, news.uid) is None:
        _busy(ctx, news)
    outside_calendar.went(ctx, None)
    return True


def _cancelled(ctx: Context, news: News) -> None:
    if forget_busy(ctx, news.uid):
        return
    visit = of_uid(ctx, news.uid)
    if visit is not None and visit.is_active and not outside_calendar.under_way(ctx, visit.id):
        bookings.cancel(ctx, visit, reason="cancelled in the outside calendar")


def _rescheduled(ctx: Context, news: News) -> None:
    if of_uid(ctx, news.uid) is not None:
        return  # our own move, come back as an echo
    visit = of_uid(ctx, news.old_uid) if news.old_uid else None
    if visit is None:
        known = forget_busy(ctx, news.old_uid) if news.old_uid else False
        if known or news.made_for is None:
            _busy(ctx, news)
        return
    if outside_calendar.under_way(ctx, visit.id) or not visit.is_active or news.start is None:
        return
    _follow(ctx, visit, news, news.start)


def _follow(ctx: Context, visit: Booking, news: News, start: datetime) -> None:
    """Our visit was moved over there. Hours and notice do not count, it has happened; somebody else's time does."""
    before = visit.external_refs["calcom"]
    refs = {"id": news.id, "uid": news.uid, "event_type_id": news.event_type_id or before["event_type_id"]}
    visit.external_refs = {**visit.external_refs, "calcom": refs}
    if start == visit.start_at:
        return
    try:
        with ctx.session.begin_nested():
            bookings.move(ctx, visit, start, override_reason="moved in the outside calendar")
    except Problem:
        review(ctx, visit.id, "A visit was moved in the outside calendar to a time that is taken here.")


def _busy(ctx: Context, news: News) -> None:
    if news.start is not None and news.end is not None:
        outside_account.busy(ctx, news.uid, news.start, news.end)
