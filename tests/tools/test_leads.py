"""Customers, leads and services: found, made once, and named the way people name them."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.context import Context
from storage.tables import Customer, Lead, LeadEvent, Org
from tests.people import SARAH, Office, water_heater
from tools import leads, services
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


def lead(ctx: Context, **more: Any) -> Lead:
    return leads.open_lead(ctx, leads.customer_for(ctx, SARAH), **more)


def events(ctx: Context, one: Lead) -> list[str]:
    return list(ctx.session.scalars(select(LeadEvent.event).where(LeadEvent.lead_id == one.id)))


async def test_sarah_is_one_customer_however_her_number_is_written(office: Office) -> None:
    def unit(ctx: Context) -> set[str]:
        return {leads.customer_for(ctx, said).id for said in (SARAH, "(512) 555-0142", "512.555.0142")}

    assert len(await office(unit)) == 1


async def test_two_first_contacts_at_once_make_one_customer(office: Office) -> None:
    await office(lambda ctx: None)
    rows = await asyncio.gather(*(office(lambda ctx: leads.customer_for(ctx, SARAH).id) for _ in range(8)))
    assert len(set(rows)) == 1


async def test_the_same_number_at_two_businesses_is_two_customers(office: Office) -> None:
    def unit(ctx: Context) -> int:
        other = Org(slug="other", name="Other", timezone="America/Chicago", created_at=ctx.now)
        ctx.session.add(other)
        ctx.session.flush()
        leads.customer_for(ctx, SARAH)
        leads.customer_for(Context(ctx.session, other, ctx.actor, "sms", ctx.now), SARAH)
        return ctx.session.scalar(select(func.count()).select_from(Customer)) or 0

    assert await office(unit) == 2


async def test_a_name_once_known_is_not_overwritten_by_a_later_guess(office: Office) -> None:
    def unit(ctx: Context) -> str | None:
        leads.customer_for(ctx, SARAH, name="Sarah Jones")
        return leads.customer_for(ctx, SARAH, name="Sara").name

    assert await office(unit) == "Sarah Jones"


async def test_a_visitor_without_a_number_is_always_somebody_new(office: Office) -> None:
    def unit(ctx: Context) -> bool:
        return leads.customer_for(ctx, None).id != leads.customer_for(ctx, None).id

    assert await office(unit)


async def test_an_open_lead_is_used_again_and_a_closed_one_is_not(office: Office) -> None:
    def unit(ctx: Context) -> None:
        first = lead(ctx, source="MISSED_CALL")
        assert lead(ctx).id == first.id
        leads.set_status(ctx, first, "lost", reason="price")
        assert lead(ctx).id != first.id
        assert lead(ctx, lead_id=first.id).id == first.id

    await office(unit)


async def test_booked_at_keeps_its_first_value(office: Office) -> None:
    first = await office(lambda ctx: leads.set_status(ctx, lead(ctx), "booked").booked_at)
    office.later(days=1)
    await office(lambda ctx: leads.set_status(ctx, lead(ctx), "active"))
    assert await office(lambda ctx: leads.set_status(ctx, lead(ctx), "booked").booked_at) == first


async def test_the_same_status_again_adds_no_event(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        one = lead(ctx)
        for _ in range(2):
            leads.set_status(ctx, one, "active")
        return events(ctx, one)

    assert sorted(await office(unit)) == ["created", "status"]


@pytest.mark.parametrize(
    ("word", "stored", "reason"),
    [("Converted", "won", None), ("Bad Fit", "lost", "bad_fit"), ("booking_offered", "active", None)],
)
async def test_every_dialects_word_is_understood(office: Office, word: str, stored: str, reason: str | None) -> None:
    one = await office(lambda ctx: leads.set_status(ctx, lead(ctx), word))
    assert (one.status, one.lost_reason) == (stored, reason)


async def test_a_word_that_is_no_status_is_refused(office: Office) -> None:
    with pytest.raises(Problem, match="VALIDATION_ERROR"):
        await office(lambda ctx: leads.set_status(ctx, lead(ctx), "maybe"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("diagnostic-visit", "Diagnostic visit"),
        ("WATER HEATER INSTALL", "Water heater install"),
        ("my furnace is out", "Diagnostic visit"),
        ("water heater", "Water heater install"),
        ("please replace my water heater", "Water heater install"),
        ("diagnostc visit", "Diagnostic visit"),
        ("install", "Water heater install"),
    ],
)
async def test_a_service_is_found_by_what_people_call_it(office: Office, said: str, meant: str) -> None:
    assert await office(lambda ctx: services.find_service(ctx, said).name) == meant


async def test_without_a_word_the_first_bookable_service_is_meant(office: Office) -> None:
    assert await office(lambda ctx: services.find_service(ctx, None).name) == "Diagnostic visit"


async def test_a_word_for_two_services_names_both(office: Office) -> None:
    def unit(ctx: Context) -> None:
        water_heater(ctx).name = "Diagnostic deluxe"
        services.find_service(ctx, "diagnos")

    with pytest.raises(Problem, match="AMBIGUOUS_EVENT_TYPE") as caught:
        await office(unit)
    assert len(caught.value.extras["candidates"]) == 2


@pytest.mark.parametrize("said", ["plumbing the drains", "", "xyzzy"])
async def test_a_service_nobody_sells_is_not_found(office: Office, said: str) -> None:
    with pytest.raises(Problem, match="NOT_FOUND"):
        await office(lambda ctx: services.find_service(ctx, said))


async def test_a_label_that_means_nothing_is_no_service_and_no_error(office: Office) -> None:
    assert await office(lambda ctx: services.match_label(ctx, "Chimney thing")) is None
