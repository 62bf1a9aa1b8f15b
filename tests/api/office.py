"""What the tests of the office's pages share: visits booked by the API, a look at one row, and a team."""

from typing import Any

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Booking, Org, Service, Team, TeamMember, TeamStaff
from tests.api.console_staff import Desk
from tests.api.doors import booked, key_of
from tests.fakes import Shop


async def visit_of(shop: Shop, **more: Any) -> Booking:
    """Sarah's Diagnostic visit on Monday at nine, or one that differs as told, booked over the private door."""
    made = await booked(await key_of(shop), **more)
    return await kept(shop, str(made["id"]))


async def kept(shop: Shop, booking_id: str) -> Booking:
    """A visit as it stands in the store."""
    [found] = [one for one in await shop.rows(Booking) if one.id == booking_id]
    return found


async def approval_wanted(shop: Shop) -> None:
    """From now on every visit waits for the office."""
    await shop.change(Org, booking_mode="approval")


async def leads_the_crew_of(shop: Shop, desk: Desk, service: str) -> None:
    """Somebody of the office gets a team, and this service (a slug) belongs to it."""

    def unit(ctx: Context) -> None:
        team = Team(id=demo_id("crew"), org_id=ctx.org.id, name="Crew", created_at=ctx.now)
        ctx.session.add(team)
        ctx.session.flush()
        ctx.session.add(TeamStaff(team_id=team.id, staff_id=desk.staff_id))
        for technician in (demo_id("dana"), demo_id("luis")):
            ctx.session.add(TeamMember(team_id=team.id, technician_id=technician))
        ctx.session.get_one(Service, demo_id(service)).team_id = team.id

    await shop.act(unit)
