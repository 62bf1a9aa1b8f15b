"""Where the business goes: the postal codes it covers, the travel zones they lie in, and the rides between zones."""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import delete, select

from storage.context import Context
from storage.tables import ServiceArea, Travel, new_id
from tools import audit
from tools.problems import Problem

LONGEST_RIDE = 240  # minutes
# First and last code covered, and the travel zone, null where none is named.
Run = tuple[str, str, str | None]


def runs(ctx: Context) -> list[ServiceArea]:
    """The runs of postal codes covered; none means everywhere."""
    mine = select(ServiceArea).where(ServiceArea.org_id == ctx.org.id)
    return list(ctx.session.scalars(mine.order_by(ServiceArea.first_code, ServiceArea.last_code)))


def rides(ctx: Context) -> list[Travel]:
    """The rides there are minutes for."""
    mine = select(Travel).where(Travel.org_id == ctx.org.id)
    return list(ctx.session.scalars(mine.order_by(Travel.from_zone, Travel.to_zone)))


def zones(ctx: Context) -> list[str]:
    """The travel zones named in the area."""
    return sorted({row.zone for row in runs(ctx) if row.zone})


def cover(ctx: Context, wanted: Sequence[Run]) -> None:
    """Cover these runs and no others; rides of zones that are gone go, too. Raises VALIDATION_ERROR for an overlap."""
    ordered = sorted(wanted, key=lambda run: run[:2])
    if any(later[0] <= earlier[1] for earlier, later in pairwise(ordered)):
        raise Problem("VALIDATION_ERROR", "A postal code is named twice.", fix="Let each code lie in one line only.")
    ctx.session.execute(delete(ServiceArea).where(ServiceArea.org_id == ctx.org.id))
    ctx.session.add_all(
        ServiceArea(id=new_id(), org_id=ctx.org.id, first_code=first, last_code=last, zone=zone)
        for first, last, zone in ordered
    )
    ctx.session.flush()
    kept = zones(ctx)
    gone = Travel.from_zone.not_in(kept) | Travel.to_zone.not_in(kept)
    ctx.session.execute(delete(Travel).where(Travel.org_id == ctx.org.id, gone))
    audit.note(ctx, "area.changed", "org", ctx.org.id, runs=len(ordered))


def set_rides(ctx: Context, minutes: Sequence[tuple[str, str, int]]) -> None:
    """Keep this driving free between zones, both ways alike; no others. Raises VALIDATION_ERROR."""
    if any(not 0 <= one[2] <= LONGEST_RIDE for one in minutes):
        raise Problem("VALIDATION_ERROR", "A ride takes too long.", fix=f"Write 0 to {LONGEST_RIDE} minutes.")
    known = zones(ctx)
    if any(here not in known or there not in known for here, there, _ in minutes):
        raise Problem("VALIDATION_ERROR", "There is no such zone.", fix="Name the zone in the area first.")
    ctx.session.execute(delete(Travel).where(Travel.org_id == ctx.org.id))
    both = {(a, b): took for here, there, took in minutes for a, b in ((here, there), (there, here))}
    ctx.session.add_all(
        Travel(org_id=ctx.org.id, from_zone=here, to_zone=there, minutes=took) for (here, there), took in both.items()
    )
    ctx.session.flush()
    audit.note(ctx, "travel.changed", "org", ctx.org.id, rides=len(both))
