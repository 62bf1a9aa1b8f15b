"""The inbox: what comes first, how it goes on, and who sees what."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Conversation, Lead, Service, Staff, Team, TeamStaff, new_id
from tests.fakes import SATURDAY, Shop
from tools import conversations, leads, sight, triage
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

NUMBERS = [f"+151255502{number:02}" for number in range(20)]


async def threads(shop: Shop, *standing: tuple[str, str, int]) -> list[str]:
    """Threads with (state, urgency, minutes ago), one a neighbour; their ids in this order."""

    def unit(ctx: Context) -> list[str]:
        ids = []
        for phone, (state, urgency, ago) in zip(NUMBERS, standing, strict=False):
            thread = conversations.thread_for(ctx, phone, None, "sms")
            thread.state, thread.urgency = state, urgency
            thread.last_message_at = SATURDAY - timedelta(minutes=ago)
            ids.append(thread.id)
        return ids

    return await shop.act(unit)


async def colleague(shop: Shop, role: str, team: str | None = None) -> Staff:
    def unit(ctx: Context) -> Staff:
        someone = Staff(
            id=new_id(),
            org_id=ctx.org.id,
            email=f"{new_id()}@bluebird.example",
            name=role.title(),
            role=role,
            created_at=SATURDAY,
        )
        ctx.session.add(someone)
        ctx.session.flush()
        if team is not None:
            ctx.session.add(TeamStaff(team_id=team, staff_id=someone.id))
        return someone

    return await shop.act(unit)


async def heater_team(shop: Shop) -> str:
    """A team that looks after water heaters."""

    def unit(ctx: Context) -> str:
        team = Team(id=new_id(), org_id=ctx.org.id, name="Water heaters", created_at=SATURDAY)
        ctx.session.add(team)
        ctx.session.flush()
        ctx.session.get_one(Service, demo_id("water-heater-install")).team_id = team.id
        return team.id

    return await shop.act(unit)


async def about(shop: Shop, thread_id: str, service: str) -> None:
    """Tie a thread to a lead about a service."""

    def unit(ctx: Context) -> None:
        thread = conversations.get(ctx, thread_id)
        assert thread.phone is not None
        lead = leads.open_lead(ctx, leads.customer_for(ctx, thread.phone))
        lead.service_id = demo_id(service)
        thread.lead_id = lead.id

    await shop.act(unit)


async def seen(shop: Shop, staff: Staff, tab: str = "open") -> list[str]:
    def unit(ctx: Context) -> Sequence[triage.Line]:
        return triage.listed(ctx, staff, tab).lines

    return [line.thread.id for line in await shop.act(unit)]


async def test_emergencies_come_first_then_who_needs_a_person_then_the_rest_newest_first(shop: Shop) -> None:
    rest_old, asks, fire_old, rest, asks_old, fire = await threads(
        shop,
        ("bot", "routine", 2),
        ("needs_human", "routine", 30),
        ("human", "emergency", 500),
        ("waiting_customer", "urgent", 1),
        ("needs_human", "urgent", 90),
        ("needs_human", "emergency", 400),
    )
    assert await seen(shop, await colleague(shop, "owner")) == [fire, fire_old, asks, asks_old, rest, rest_old]


async def test_a_closed_thread_is_in_its_own_list_alone(shop: Shop) -> None:
    mia = await colleague(shop, "owner")
    open_one, closed = await threads(shop, ("bot", "routine", 1), ("closed", "emergency", 2))
    assert (await seen(shop, mia), await seen(shop, mia, "closed")) == ([open_one], [closed])


async def test_turning_pages_shows_every_thread_once_and_in_order(shop: Shop) -> None:
    mia = await colleague(shop, "owner")
    kinds = [("needs_human", "emergency", 9), ("needs_human", "routine", 9), ("bot", "routine", 9)]
    ids = await threads(shop, *(kind for kind in kinds for _ in range(3)))

    def unit(ctx: Context) -> list[list[str]]:
        found, mark = [], None
        for _page in range(5):
            inbox = triage.listed(ctx, mia, "open", mark, size=2)
            found.append([line.thread.id for line in inbox.lines])
            mark = inbox.older
        assert mark is None
        return found

    pages = await shop.act(unit)
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    read = [one for page in pages for one in page]
    assert [sorted(read[:3]), sorted(read[3:6]), sorted(read[6:])] == [sorted(ids[n : n + 3]) for n in (0, 3, 6)]


@pytest.mark.parametrize("mark", ["", "9.1.x", "0.x.y", "0.1", "0.99999999999999999999.x"])
async def test_a_mark_that_is_not_ours_is_refused(shop: Shop, mark: str) -> None:
    mia = await colleague(shop, "owner")
    with pytest.raises(Problem, match="VALIDATION_ERROR"):
        await shop.act(lambda ctx: triage.listed(ctx, mia, "open", mark))


async def test_the_tabs_count_threads_not_texts(shop: Shop) -> None:
    mia = await colleague(shop, "owner")
    first, _second, _third = await threads(
        shop, ("needs_human", "emergency", 1), ("needs_human", "routine", 2), ("bot", "routine", 3)
    )

    def unread(ctx: Context) -> None:
        conversations.get(ctx, first).unread = 3

    await shop.act(unread)
    assert await shop.act(lambda ctx: triage.counts(ctx, mia)) == {"needs": 2, "unread": 1}
    assert await seen(shop, mia, "unread") == [first]


async def test_a_supervisor_sees_the_threads_of_her_team_alone(shop: Shop) -> None:
    ruth = await colleague(shop, "supervisor", await heater_team(shop))
    heater, furnace, _unknown = await threads(shop, *[("bot", "routine", 1)] * 3)
    await about(shop, heater, "water-heater-install")
    await about(shop, furnace, "diagnostic-visit")
    assert await seen(shop, ruth) == [heater]


async def test_an_agent_sees_what_a_teammate_was_given(shop: Shop) -> None:
    team = await heater_team(shop)
    ken, ruth = await colleague(shop, "agent", team), await colleague(shop, "supervisor", team)
    stranger = await colleague(shop, "agent")
    [thread] = await threads(shop, ("bot", "routine", 1))
    await shop.act(lambda ctx: conversations.assign(ctx, conversations.get(ctx, thread), ruth))
    assert (await seen(shop, ken), await seen(shop, stranger)) == ([thread], [])


async def test_a_thread_out_of_sight_reads_like_one_that_never_was(shop: Shop) -> None:
    ken = await colleague(shop, "agent")
    [thread] = await threads(shop, ("bot", "routine", 1))
    refusals = []
    for wanted in (thread, new_id()):
        with pytest.raises(Problem) as refused:
            await shop.act(lambda ctx, wanted=wanted: sight.thread(ctx, ken, wanted))
        refusals.append((refused.value.code, refused.value.detail))
    assert refusals[0] == refusals[1]


async def test_leads_calls_and_visits_are_narrowed_the_same_way(shop: Shop) -> None:
    ruth = await colleague(shop, "supervisor", await heater_team(shop))
    heater, furnace = await threads(shop, *[("bot", "routine", 1)] * 2)
    await about(shop, heater, "water-heater-install")
    await about(shop, furnace, "diagnostic-visit")

    def unit(ctx: Context) -> tuple[set[str | None], set[str | None]]:
        wanted = conversations.get(ctx, heater).lead_id
        rows = ctx.session.query(Lead).where(sight.leads(ctx, ruth))
        return {row.id for row in rows}, {wanted}

    found, wanted = await shop.act(unit)
    assert found == wanted


async def test_a_thread_meant_for_a_team_is_that_teams(shop: Shop) -> None:
    team = await heater_team(shop)
    ruth = await colleague(shop, "supervisor", team)
    [thread] = await threads(shop, ("bot", "routine", 1))
    await shop.change(Conversation, team_id=team)
    assert await seen(shop, ruth) == [thread]
