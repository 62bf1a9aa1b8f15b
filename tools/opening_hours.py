"""When somebody is there: the business's hours, or those a way in keeps for itself (SC-01)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from storage.context import Context
from storage.tables import EntryPoint
from tools.rules.working_hours import Stretch, stretches
from tools.setup import setup_of

DAYS_AHEAD = 14


def way_to(ctx: Context, number: str | None) -> EntryPoint | None:
    """The way in with this tracked number (E.164)."""
    mine = select(EntryPoint).where(EntryPoint.org_id == ctx.org.id, EntryPoint.phone == number)
    return ctx.session.scalars(mine).first() if number is not None else None


def open_now(ctx: Context, way: EntryPoint | None = None) -> bool:
    """Whether somebody is there at this moment, by the hours of this way in; None is the business's own."""
    return any(one.holds(int(ctx.now.timestamp()), 1) for one in open_stretches(ctx, -1, 0, way))


def next_open(ctx: Context, way: EntryPoint | None = None) -> datetime | None:
    """When those hours begin next (UTC); None when not within two weeks."""
    now = ctx.now.timestamp()
    opens = [one.opens for one in open_stretches(ctx, 0, DAYS_AHEAD, way) if one.opens > now]
    return datetime.fromtimestamp(opens[0], UTC) if opens else None


def open_stretches(ctx: Context, first: int, last: int, way: EntryPoint | None = None) -> list[Stretch]:
    """When somebody is there from `first` to `last` days after today on the way's wall clock, the dates that differ
    included, as stretches of UTC seconds."""
    zone = ZoneInfo(way.timezone) if way is not None and way.timezone else ctx.org.zone
    template = (way.template_id if way is not None else None) or ctx.org.template_id
    today = ctx.now.astimezone(zone).date()
    week = setup_of(ctx).weeks(None, template, {})[None]
    return stretches(week, [today + timedelta(days=ahead) for ahead in range(first, last + 1)], zone)
