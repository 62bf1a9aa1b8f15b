"""The calendar of the console: a day, a week, and the dates that differ."""

import re

import pytest

from storage.seed import demo_id
from storage.tables import AuditEntry, DateOverride
from tests.api.console_staff import Desk, desk_of
from tests.api.office import leads_the_crew_of, visit_of
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")

MONDAY = "2026-11-23"


def column(page: str, title: str) -> str:
    """The part of the calendar under a heading."""
    [found] = [one for one in page.split('<section class="diary-column')[1:] if f">{title}</a>" in one]
    return found.split("</section>")[0]


async def test_sarahs_visit_stands_in_danas_column(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    page = await mia.get("/console/calendar", day=MONDAY)
    assert f"/console/bookings/{visit.id}" in column(page, "Dana Ruiz")
    assert "Sarah Jones" in column(page, "Dana Ruiz")
    assert "Sarah Jones" not in column(page, "Luis Ortega")


async def test_a_card_starts_at_the_quarter_of_its_hour_and_is_as_long_as_its_visit(shop: Shop, mia: Desk) -> None:
    await visit_of(shop)
    assert "at-5 for-6" in await mia.get("/console/calendar", day=MONDAY)  # from 8:00: 9:00 is the fifth quarter


async def test_the_week_has_seven_days_and_thanksgiving_is_closed(shop: Shop, mia: Desk) -> None:
    await visit_of(shop)
    page = await mia.get("/console/calendar", view="week", day="2026-11-26")
    assert len(re.findall('<section class="diary-column', page)) == 7
    assert "Sarah Jones" in column(page, "Mon, Nov 23")
    assert "Closed: Thanksgiving" in column(page, "Thu, Nov 26")


async def test_the_calendar_can_be_narrowed_to_luis(shop: Shop, mia: Desk) -> None:
    await visit_of(shop)
    assert "Sarah Jones" not in await mia.get("/console/calendar", day=MONDAY, who=demo_id("luis"))


async def test_a_cancelled_visit_holds_no_place(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/cancel", tell="1")
    assert "Sarah Jones" not in await mia.get("/console/calendar", day=MONDAY)


async def test_the_day_before_and_the_day_after_are_a_press_away(mia: Desk) -> None:
    page = await mia.get("/console/calendar", day=MONDAY)
    assert "day=2026-11-22" in page
    assert "day=2026-11-24" in page


async def test_a_day_closed_for_dana_alone_is_kept_and_audited(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/calendar/days", date=MONDAY, technician=demo_id("dana"), reason="Dentist")
    assert answer.headers["location"] == f"/console/calendar?view=day&day={MONDAY}"
    page = await mia.get("/console/calendar", day=MONDAY)
    assert "Closed: Dentist" in column(page, "Dana Ruiz")
    assert "8 AM to 5 PM" in column(page, "Luis Ortega")
    [line] = [one for one in await shop.rows(AuditEntry) if one.action == "blackout.created"]
    assert line.actor_name == "Mia"


async def test_a_day_closed_twice_by_a_double_click_is_closed_once(shop: Shop, mia: Desk) -> None:
    before = len(await shop.rows(DateOverride))
    for _ in range(2):
        await mia.post("/console/calendar/days", date=MONDAY, reason="Stocktaking")
    assert len(await shop.rows(DateOverride)) == before + 1


async def test_closing_a_day_tells_how_many_visits_lie_outside_now(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post("/console/calendar/days", date=MONDAY)
    page = await mia.get("/console/calendar", day=MONDAY)
    assert "Visits outside the hours now: 1." in page
    assert "outside the hours" in column(page, "Dana Ruiz")
    assert f"/console/bookings/{visit.id}" in column(page, "Dana Ruiz")


async def test_other_hours_need_both_ends(mia: Desk) -> None:
    answer = await mia.post("/console/calendar/days", date=MONDAY, opens="09:00")
    assert answer.status_code == 400
    assert "both ends" in answer.text


async def test_thanksgiving_can_be_like_every_thursday_again(shop: Shop, mia: Desk) -> None:
    [closed] = await shop.rows(DateOverride)
    await mia.post(f"/console/calendar/days/{closed.id}/remove", day="2026-11-26")
    assert await shop.rows(DateOverride) == []


async def test_ken_the_agent_closes_no_day(shop: Shop, ken: Desk) -> None:
    answer = await ken.post("/console/calendar/days", date=MONDAY)
    assert answer.status_code == 403
    assert "Close a day" not in await ken.get("/console/calendar", day=MONDAY)


async def test_a_supervisor_closes_days_of_the_own_crew_alone(shop: Shop) -> None:
    sue = await desk_of(shop, "sue@bluebird.example", "Sue", "supervisor")
    assert "Close a day" not in await sue.get("/console/calendar", day=MONDAY)
    await leads_the_crew_of(shop, sue, "diagnostic-visit")
    page = await sue.get("/console/calendar", day=MONDAY)
    assert '<option value=""' not in page[page.index("Close a day") :]  # nobody but the crew to choose
    assert (await sue.post("/console/calendar/days", date=MONDAY)).status_code == 403
    assert (await sue.post("/console/calendar/days", date=MONDAY, technician=demo_id("dana"))).status_code == 303
    [thanksgiving] = [one for one in await shop.rows(DateOverride) if one.technician_id is None]
    assert (await sue.post(f"/console/calendar/days/{thanksgiving.id}/remove")).status_code == 403


async def test_ken_who_is_in_no_team_sees_no_visits(shop: Shop, ken: Desk) -> None:
    await visit_of(shop)
    assert "Sarah" not in await ken.get("/console/calendar", day=MONDAY)


async def test_a_day_that_is_none_is_a_page_that_says_so(mia: Desk) -> None:
    answer = await mia.client.get("/console/calendar", params={"day": "yesterday"})
    assert answer.status_code == 400
    assert "not a date" in answer.text
