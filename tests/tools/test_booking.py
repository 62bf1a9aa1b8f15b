"""Booking: what is checked, in which order, and the rows it leaves behind."""

from typing import Any

import pytest
from sqlalchemy import func, select

from storage.context import Context
from storage.seed import demo_id
from storage.tables import AuditEntry, Booking, Customer, Job, Lead, SlotCell, Technician
from storage.tables.bookings import CELL_SECONDS
from tests.people import (
    ACME,
    DANA,
    LUIS,
    MARCUS,
    MIA,
    PRIYA,
    SARAH,
    Office,
    at,
    count,
    diagnostic,
    events,
    refused,
    visit,
    water_heater,
)
from tools import booking
from tools.booking import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
NINE, ELEVEN, TWO = "2026-11-23 09:00", "2026-11-23 11:00", "2026-11-23 14:00"


async def test_sarahs_visit_is_confirmed_with_customer_lead_cells_history_and_texts(office: Office) -> None:
    def unit(ctx: Context) -> None:
        row = visit(ctx, NINE, customer_name="Sarah Jones", address="12 Oak St, Austin 78701", notes="No cooling")
        lead = ctx.session.get_one(Lead, row.lead_id)
        cells = list(ctx.session.scalars(select(SlotCell.cell).where(SlotCell.holder_id == row.id)))
        first = int(row.start_at.timestamp()) // CELL_SECONDS
        assert (row.status, row.technician_id, row.fee_cents, row.postal_code) == ("confirmed", DANA, 8900, "78701")
        assert ctx.session.get_one(Customer, row.customer_id).name == "Sarah Jones"
        assert (lead.status, lead.booked_at, lead.source) == ("booked", ctx.now, "SMS")
        assert sorted(cells) == list(range(first, first + 18))
        assert events(ctx, row) == ["booked"]
        assert ctx.session.scalar(select(func.count()).where(Job.subject_id == row.id, Job.topic == "remind"))

    await office(unit)


async def test_sarah_saying_yes_twice_has_one_visit(office: Office) -> None:
    first = await office(lambda ctx: visit(ctx, NINE))
    again = await office(lambda ctx: visit(ctx, NINE))
    assert again.id == first.id
    assert await office(lambda ctx: count(ctx, Booking)) == 1


async def test_a_program_asking_twice_without_a_key_is_told_the_time_is_taken(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE), actor=ACME, channel="api")
    problem = await refused(office, lambda ctx: visit(ctx, NINE), actor=ACME, channel="api")
    assert problem.code == "SLOT_UNAVAILABLE"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({"end": at("2026-11-23 08:00")}, "INVALID_TIME", id="ends before it starts"),
        pytest.param({"end": at("2026-11-24 09:05")}, "INVALID_TIME", id="longer than a day"),
        pytest.param({"start": at("2026-11-23 09:07")}, "INVALID_TIME", id="off the five minutes"),
        pytest.param({"customer_phone": None}, "MISSING_FIELDS", id="nobody's"),
        pytest.param({"customer_email": "doug@resolvency."}, "INVALID_EMAIL", id="an e-mail without an end"),
        pytest.param({"attendees": [{"email": "nobody"}]}, "INVALID_ATTENDEE_EMAIL", id="an attendee's address"),
        pytest.param({"customer_phone": "12"}, "INVALID_PHONE", id="a number nobody can text"),
        pytest.param({"technician_id": "nobody"}, "NOT_FOUND", id="an unknown technician"),
        pytest.param({"lead_id": "nothing"}, "NOT_FOUND", id="an unknown lead"),
        pytest.param({"postal_code": "79901"}, "OUT_OF_SERVICE_AREA", id="a postal code far away"),
        pytest.param({"address": "1 Mesa Ave, El Paso, TX 79901"}, "OUT_OF_SERVICE_AREA", id="an address far away"),
        pytest.param({"start": at("2027-03-01 09:00")}, "OUTSIDE_BOOKING_WINDOW", id="beyond the horizon"),
        pytest.param({"start": at("2026-11-26 09:00")}, "SLOT_UNAVAILABLE", id="Thanksgiving"),
    ],
)
async def test_what_is_wrong_has_its_code_and_leaves_no_row(office: Office, wrong: dict[str, Any], code: str) -> None:
    def unit(ctx: Context) -> Booking:
        asked: dict[str, Any] = {"start": at(NINE), "service": diagnostic(ctx), "customer_phone": SARAH, **wrong}
        return booking.book(ctx, Visit(**asked))

    assert (await refused(office, unit)).code == code
    assert await office(lambda ctx: [count(ctx, table) for table in (Booking, SlotCell, Customer, Lead)]) == [0] * 4


async def test_a_bad_email_on_a_taken_slot_is_about_the_email(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE))
    problem = await refused(office, lambda ctx: visit(ctx, NINE, PRIYA, customer_email="doug@resolvency."))
    assert problem.code == "INVALID_EMAIL"


async def test_a_service_taken_off_the_list_cannot_be_booked(office: Office) -> None:
    def unit(ctx: Context) -> None:
        diagnostic(ctx).is_bookable = False
        visit(ctx, NINE)

    assert (await refused(office, unit)).code == "SERVICE_NOT_BOOKABLE"


async def test_a_free_label_gets_an_hour_with_anybody_and_is_flagged_for_staff(office: Office) -> None:
    def unit(ctx: Context) -> Booking:
        return booking.book(ctx, Visit(at(NINE), None, label="Chimney thing", customer_phone=SARAH))

    row = await office(unit, actor=ACME, channel="api")
    assert (row.unmatched, row.service_label, row.minutes, row.service_id) == (True, "Chimney thing", 60, None)


async def test_a_private_door_time_off_the_grid_books_but_never_over_another_visit(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, "2026-11-23 09:35", on_grid=False, end=at("2026-11-23 10:05")))
    assert row.minutes == 30
    problem = await refused(office, lambda ctx: visit(ctx, "2026-11-23 10:00", PRIYA, on_grid=False))
    assert problem.extras["reason"] == "taken"


async def test_an_owner_may_book_on_thanksgiving_and_the_reason_is_kept(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, "2026-11-26 09:00", override_reason="burst pipe"), actor=MIA)
    entries = await office(lambda ctx: [one.detail for one in ctx.session.scalars(select(AuditEntry))])
    assert (row.status, entries) == ("confirmed", [{"reason": "burst pipe"}])


async def test_not_even_an_owner_may_send_dana_to_two_places(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE))
    problem = await refused(office, lambda ctx: visit(ctx, "2026-11-23 10:00", PRIYA, override_reason="urgent"))
    assert problem.code == "SLOT_UNAVAILABLE"


async def test_installs_are_spread_over_dana_and_luis(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        days = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27")
        return [visit(ctx, f"{day} 08:00", service=water_heater).technician_id for day in days]

    assert await office(unit) == [DANA, LUIS, DANA, LUIS]


async def test_a_customer_we_know_need_not_say_the_address_again(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE, address="12 Oak St", postal_code="78701", customer_name="Sarah Jones"))
    row = await office(lambda ctx: visit(ctx, TWO))
    assert (row.address, row.postal_code, row.customer_name) == ("12 Oak St", "78701", "Sarah Jones")


async def test_a_page_of_bookings_is_by_start_and_knows_the_total(office: Office) -> None:
    def unit(ctx: Context) -> None:
        rows = [visit(ctx, f"2026-11-{day} 09:00", who) for day, who in ((25, PRIYA), (23, SARAH), (24, MARCUS))]
        page, total = booking.search(ctx, size=2)
        rest, _ = booking.search(ctx, size=2, after=page[-1].id)
        ranged, found = booking.search(ctx, start_from=at("2026-11-24 00:00"), start_to=at("2026-11-25 00:00"))
        assert ([one.id for one in page], total) == ([rows[1].id, rows[2].id], 3)
        assert [one.id for one in rest] == [rows[0].id]
        assert ([one.id for one in ranged], found) == ([rows[2].id], 1)
        assert booking.search(ctx, phone=SARAH, statuses=("confirmed",))[1] == 1

    await office(unit)


async def test_the_last_one_booked_is_noted_on_the_technician(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE))
    assert await office(lambda ctx: ctx.session.get_one(Technician, demo_id("dana")).last_booked_at) == office.now
