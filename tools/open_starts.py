"""The open starts of some days, worked out once and listed again for as long as they hold.

They hold while the business's setup and the diaries they were read from are at the same versions, which the database
counts (migrations 0007 and 0008), and until the clock takes a start away or a hold gives one back.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import bindparam, select

from storage.asking import ask
from storage.context import Context
from storage.tables import Org, Service, Technician
from tools.diaries import empty_calendar, jobs_of
from tools.rules.calendar import Opening
from tools.rules.wall_time import day_bounds
from tools.setup import setup_of

FEW = 8  # diaries read at first
Version = tuple[int, str | None, int | None]
WHO = Technician.id.in_(bindparam("technicians", expanding=True))
VERSIONS = (
    select(Org.config_version, Technician.id, Technician.diary_version)
    .join(Technician, WHO, isouter=True)
    .where(Org.id == bindparam("org"))
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of open starts and what it was made from: versions, the scope that asked, who holds time in it.

    It is right from `since` on and before `until` (aware). `versions` holds the setup's, each technician read and their
    diary's; with None for both when nobody's was read.
    """

    versions: frozenset[Version]
    scope: str | None
    holders: frozenset[str]
    since: datetime
    until: datetime
    openings: tuple[Opening, ...]
    closed: tuple[tuple[date, str | None], ...]

    def is_for(self, ctx: Context) -> bool:
        """Whether it answers at this moment, and for this scope: a hold hides nothing from its owner."""
        if not self.since <= ctx.now < self.until:
            return False
        return self.scope == ctx.scope or not {self.scope, ctx.scope} & self.holders


def open_starts(
    ctx: Context,
    service: Service,
    first: date,
    last: date,
    *,
    postal_code: str | None = None,
    technician_id: str | None = None,
    minutes: int | None = None,
) -> Listed:
    """The openings of some local days, each with somebody who is free, and the days that are closed, with the reason.

    `technician_id` asks for that person alone, `minutes` for visits of that length in place of the service's own.
    Diaries are read a few at a time until every start has somebody: of two hundred technicians one is soon free.
    Raises OUT_OF_SERVICE_AREA.
    """
    asked = (first, last, postal_code, technician_id, minutes)
    key = ("open starts", service.id, *asked)
    found: Listed | None = ctx.session.info.get("kept", {}).get(key)
    if found is None or not found.is_for(ctx) or found.versions != _versions_now(ctx, found):
        found = _worked_out(ctx, service, *asked)
        if service.day_cap is None and service.week_cap is None:  # which count visits in other diaries too
            ctx.session.info.setdefault("to_keep", {})[key] = found
    return found


def _worked_out(
    ctx: Context,
    service: Service,
    first: date,
    last: date,
    postal_code: str | None,
    technician_id: str | None,
    minutes: int | None,
) -> Listed:
    setup = setup_of(ctx)
    setup.rides.check(postal_code)
    people = [one for one in setup.able(service) if technician_id in (None, one.id)]
    empty = empty_calendar(ctx, service, setup, people, first, last)
    if minutes is not None:
        empty = replace(empty, rules=replace(empty.rules, duration=minutes))
    starts, found = empty.candidates(first, last), dict[int, Opening]()
    left, versions, held = starts, set[Version](), list[tuple[str, int]]()
    number, some = 0, FEW
    while left and number < len(people):
        asked = people[number : number + some]
        rows = ask(ctx, VERSIONS, org=ctx.org.id, technicians=[one.id for one in asked])  # before what they count
        versions |= {(setup.version, technician, diary) for _, technician, diary in rows}
        jobs, holds = jobs_of(ctx, asked, first, last, setup.rides, postal_code)
        held += holds
        diaries = empty.diaries[number : number + some]
        theirs = tuple(replace(one, jobs=tuple(jobs[one.technician])) for one in diaries)
        found |= replace(empty, diaries=theirs).free(left)
        left = [at for at in left if at not in found]
        number, some = number + some, some * 4
    openings = tuple(found[at] for at in starts if at in found)
    ends = [day_bounds(ctx.local_now.date(), ctx.org.zone)[1]]
    ends += [datetime.fromtimestamp(expires - 1, UTC) for _, expires in held]  # a rounded second
    ends += [one.start - timedelta(minutes=empty.rules.notice) for one in openings[:1]]
    holders = frozenset(owner for owner, _ in held)
    known = frozenset(versions) or frozenset([(setup.version, None, None)])
    return Listed(known, ctx.scope, holders, ctx.now, min(ends), openings, tuple(empty.closed_days(first, last)))


def _versions_now(ctx: Context, found: Listed) -> frozenset[Version]:
    technicians = [technician for _, technician, _ in found.versions if technician]
    return frozenset(map(tuple, ask(ctx, VERSIONS, org=ctx.org.id, technicians=technicians)))
