"""Bringing in a person: the task, the thread, and whose phone rings."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Conversation, Job, Lead, Message, Service, Task, Technician
from tests.fakes import DANA, LUIS, SARAH, SHOP, Shop
from tools import conversations, crew, handoff, leads, teams

PLUMBERS = "+15125550170"
pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


async def hand_off(shop: Shop, reason: str = "asked_for_person", urgency: str = "routine", **more: Any) -> Task:
    def unit(ctx: Context) -> Task:
        customer = leads.customer_for(ctx, SARAH, name="Sarah Jones")
        thread = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        return handoff.hand_off(ctx, thread, reason, urgency, "Wants the owner", customer, **more)

    return await shop.act(unit)


async def alerts(shop: Shop) -> list[Message]:
    return await shop.rows(Message, kind="alert")


async def test_the_office_gets_a_task_and_the_thread_asks_for_a_person(shop: Shop) -> None:
    task = await hand_off(shop)
    [thread] = await shop.rows(Conversation)
    assert (task.kind, task.urgency, task.text) == ("call_back", "routine", "Asked for person. Wants the owner")
    assert (thread.state, thread.needs_human_reason) == ("needs_human", "asked_for_person")


async def test_a_routine_hand_off_is_texted_to_the_first_on_call_alone(shop: Shop) -> None:
    await hand_off(shop)
    await shop.pass_time(hours=1)
    [alert] = await alerts(shop)
    assert alert.to_phone == LUIS
    assert "Sarah Jones needs a person" in alert.body
    assert "Call +15125550142" in alert.body


async def test_a_routine_hand_off_at_night_lets_luis_sleep(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 11, 22, 5, tzinfo=UTC))
    await hand_off(shop)
    await shop.worker.drain()
    assert await alerts(shop) == []
    await shop.pass_time(hours=9)
    assert len(await alerts(shop)) == 1


async def test_an_emergency_names_the_danger_and_the_customer(shop: Shop) -> None:
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    [alert] = await alerts(shop)
    assert "EMERGENCY at Bluebird Heating: gas smell. Sarah Jones +15125550142" in alert.body
    assert "Reply 1" in alert.body


async def test_when_nobody_answers_the_chain_ends_and_the_task_stays(shop: Shop) -> None:
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    for _ in range(4):
        await shop.pass_time(minutes=5)
    assert [alert.to_phone for alert in await alerts(shop)] == [LUIS, DANA]
    assert [(job.state, job.reason) for job in await shop.rows(Job, topic="alert")][-1] == ("skipped", "nobody")
    assert [task.done_at for task in await shop.rows(Task)] == [None]


async def test_somebody_who_cannot_be_texted_is_passed_over_at_once(shop: Shop) -> None:
    await shop.text("STOP", "SM1", sender=LUIS)
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    assert [(alert.to_phone, alert.state) for alert in await alerts(shop)] == [(LUIS, "skipped"), (DANA, "sent")]


async def test_a_task_that_is_done_wakes_nobody(shop: Shop) -> None:
    task = await hand_off(shop, "emergency", "emergency", danger="gas")

    def done(ctx: Context) -> None:
        ctx.session.get_one(Task, task.id).done_at = ctx.now

    await shop.act(done)
    await shop.worker.drain()
    assert await alerts(shop) == []


async def test_asking_twice_makes_one_task(shop: Shop) -> None:
    first, again = await hand_off(shop), await hand_off(shop, "complaint")
    assert first.id == again.id


async def test_without_anybody_on_call_the_task_still_stands(shop: Shop) -> None:
    def nobody(ctx: Context) -> None:
        for person in crew.on_call(ctx):
            person.on_call = None

    await shop.act(nobody)
    await hand_off(shop, "emergency", "emergency", danger="fire")
    assert await shop.rows(Job) == []
    assert len(await shop.rows(Task)) == 1


async def test_the_one_on_call_first_comes_first(shop: Shop) -> None:
    names = await shop.act(lambda ctx: [person.name for person in crew.on_call(ctx)])
    assert names == ["Luis Ortega", "Dana Ruiz"]
    assert len(await shop.rows(Technician)) == 2


async def plumbing_team(shop: Shop, **more: Any) -> None:
    """Water heaters are the plumbing team's, which has a line of its own; Sarah wants one."""

    def unit(ctx: Context) -> None:
        team = teams.add(ctx, {"name": "Plumbing", "handoff_phone": PLUMBERS, **more})
        teams.join(ctx, team.id, demo_id("dana"), on_call=1)
        ctx.session.get_one(Service, demo_id("water-heater-install")).team_id = team.id
        lead = leads.open_lead(ctx, leads.customer_for(ctx, SARAH))
        leads.describe(ctx, lead.id, service_id=demo_id("water-heater-install"))

    await shop.act(unit)


async def test_a_hand_off_about_a_teams_work_goes_to_the_teams_number(shop: Shop) -> None:
    await plumbing_team(shop)
    await hand_off(shop)
    await shop.pass_time(hours=1)
    assert [alert.to_phone for alert in await alerts(shop)] == [PLUMBERS]


async def test_about_other_work_it_goes_to_the_business(shop: Shop) -> None:
    await plumbing_team(shop)
    await shop.change(Lead, service_id=demo_id("diagnostic-visit"))
    await hand_off(shop)
    await shop.pass_time(hours=1)
    assert [alert.to_phone for alert in await alerts(shop)] == [LUIS]


async def test_an_emergency_rings_the_team_in_its_order_before_the_business(shop: Shop) -> None:
    await plumbing_team(shop)
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    for _ in range(4):
        await shop.pass_time(minutes=5)
    assert [alert.to_phone for alert in await alerts(shop)] == [PLUMBERS, DANA, LUIS]


async def test_a_1_from_the_teams_number_takes_it(shop: Shop) -> None:
    await plumbing_team(shop)
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    await shop.text("1", "SM1", sender=PLUMBERS)
    assert [task.taken_by for task in await shop.rows(Task)] == ["Plumbing"]
    await shop.pass_time(minutes=30)
    assert len(await alerts(shop)) == 1


async def test_a_team_without_a_number_leaves_it_to_its_own_on_call(shop: Shop) -> None:
    await plumbing_team(shop, handoff_phone=None)
    await hand_off(shop)
    await shop.pass_time(hours=1)
    assert [alert.to_phone for alert in await alerts(shop)] == [DANA]
