"""A service with a team is done by that team's technicians who can do it, and by nobody else."""

from typing import Any

import pytest

from storage.seed import demo_id
from tests.api.console_staff import Desk
from tests.api.doors import Key, key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

HEATER = f"/api/v1/services/{demo_id('water-heater-install')}"
DANA, LUIS = demo_id("dana"), demo_id("luis")
OUTSIDE = "/api/v1/availability/outside-hours"
TUESDAY_8, TUESDAY_11 = "2026-11-24T14:00:00Z", "2026-11-24T17:00:00Z"


@pytest.fixture
async def key(shop: Shop) -> Key:
    """Water heaters are the plumbing team's, and Luis is the one plumber."""
    key = await key_of(shop)
    team = (await key.post("/api/v1/teams", {"name": "Plumbing"})).json()["id"]
    await key.post(f"/api/v1/teams/{team}/members", {"technician_id": LUIS})
    assert (await key.patch(HEATER, {"team_id": team})).json()["technician_ids"] == sorted([DANA, LUIS])
    return key


async def install(key: Key, **more: Any) -> Any:
    body = {"customerPhone": "+15125550142", "serviceLabel": "Water heater install", "postalCode": "78701"}
    times = {"scheduledStartAt": TUESDAY_8, "scheduledEndAt": TUESDAY_11}
    return await key.post("/api/private/v1/bookings", {**body, **times, **more})


async def listed(key: Key) -> list[str]:
    told = await key.get("/api/private/v1/slots?from=2026-11-24&to=2026-11-24&service=water-heater-install")
    return [one["start"] for one in told["slots"]]


async def test_the_team_is_booked_and_when_it_is_busy_nobody_else_is(shop: Shop, key: Key) -> None:
    assert TUESDAY_8 in await listed(key)
    booked = await install(key)
    assert booked.json()["booking"]["technicianId"] == LUIS
    assert TUESDAY_8 not in await listed(key)
    again = await install(key, customerPhone="+15125550143")
    assert (again.status_code, again.json()["code"]) == (409, "SLOT_UNAVAILABLE")


async def test_somebody_outside_the_team_is_not_asked_by_name_either(key: Key) -> None:
    answer = await install(key, technicianId=DANA)
    assert (answer.status_code, answer.json()["code"]) == (409, "SLOT_UNAVAILABLE")


async def test_who_joins_the_team_is_offered_at_once(key: Key) -> None:
    await install(key)
    team = (await key.get(HEATER))["team_id"]
    await key.post(f"/api/v1/teams/{team}/members", {"technician_id": DANA})
    assert TUESDAY_8 in await listed(key)
    assert (await install(key, customerPhone="+15125550143")).json()["booking"]["technicianId"] == DANA


async def test_a_team_without_members_offers_nothing(key: Key) -> None:
    team = (await key.get(HEATER))["team_id"]
    await key.ask("DELETE", f"/api/v1/teams/{team}/members/{LUIS}")
    assert await listed(key) == []


async def test_a_voice_agent_names_only_the_team(shop: Shop, key: Key) -> None:
    headers = {"Authorization": f"Bearer {key.secret}"}
    path = "/api/v1/scheduling/voice/water-heater-install/slots"
    told = await shop.client.post(path, json={"preferred_day": "tuesday"}, headers=headers)
    assert "Technician: Luis Ortega" in told.text


async def mornings_for_the_team(key: Key, **more: Any) -> str:
    """The plumbing team works from eight to noon; the template's id."""
    hours = [{"day": day, "start": "08:00", "end": "12:00"} for day in range(1, 6)]
    template = (await key.post("/api/v1/schedule-templates", {"name": "Mornings", "schedule": hours})).json()["id"]
    team = (await key.get(HEATER))["team_id"]
    changed = await key.ask("PUT", f"/api/v1/teams/{team}", {"name": "Plumbing", "template_id": template, **more})
    assert changed.json()["template_id"] == template
    return str(template)


async def test_the_teams_hours_limit_what_is_offered_and_what_is_booked(shop: Shop, key: Key) -> None:
    assert len(await listed(key)) == 7  # 8:00 to 14:00, three hours each
    await mornings_for_the_team(key)
    assert await listed(key) == [TUESDAY_8, "2026-11-24T15:00:00Z"]
    noon = {"scheduledStartAt": "2026-11-24T18:00:00Z", "scheduledEndAt": "2026-11-24T21:00:00Z"}
    refused = await install(key, **noon)
    assert (refused.status_code, refused.json()["reason"]) == (409, "outside_hours")
    assert (await install(key)).status_code == 201


async def test_a_service_without_that_team_keeps_the_shops_hours(key: Key) -> None:
    asked = "/api/private/v1/slots?from=2026-11-24&to=2026-11-24&service=diagnostic-visit"
    before = (await key.get(asked))["slots"]
    await mornings_for_the_team(key)
    assert (await key.get(asked))["slots"] == before


async def test_a_service_with_hours_of_its_own_is_open_when_its_team_is_too(key: Key) -> None:
    await mornings_for_the_team(key)
    hours = [{"day": day, "start": "09:00", "end": "17:00"} for day in range(1, 6)]
    late = (await key.post("/api/v1/schedule-templates", {"name": "Late", "schedule": hours})).json()["id"]
    await key.patch(HEATER, {"template_id": late})
    assert await listed(key) == ["2026-11-24T15:00:00Z"]


async def test_a_plumber_with_hours_of_his_own_is_offered_while_his_team_works(key: Key) -> None:
    await mornings_for_the_team(key)
    hours = [{"day": day, "start": "06:00", "end": "11:00"} for day in range(1, 6)]
    early = (await key.post("/api/v1/schedule-templates", {"name": "Early", "schedule": hours})).json()["id"]
    await key.patch(f"/api/v1/technicians/{LUIS}", {"template_id": early})
    assert await listed(key) == [TUESDAY_8]


async def test_visits_outside_new_team_hours_stay_and_are_named(key: Key) -> None:
    afternoon = {"scheduledStartAt": "2026-11-24T18:00:00Z", "scheduledEndAt": "2026-11-24T21:00:00Z"}
    booking = (await install(key, **afternoon)).json()["booking"]["id"]
    template = await mornings_for_the_team(key)
    assert [one["id"] for one in (await key.get(OUTSIDE))["bookings"]] == [booking]
    hours = [{"day": day, "start": "08:00", "end": "13:00"} for day in range(1, 6)]
    told = await key.ask("PUT", f"/api/v1/schedule-templates/{template}", {"name": "Mornings", "schedule": hours})
    assert told.json()["outside_hours_booking_ids"] == [booking]


async def test_the_office_sees_that_a_service_of_an_empty_team_is_done_by_nobody(key: Key, mia: Desk) -> None:
    team = (await key.get(HEATER))["team_id"]
    assert "nobody does it" not in await mia.get("/console/settings/services")
    await key.ask("DELETE", f"/api/v1/teams/{team}/members/{LUIS}")
    assert await listed(key) == []
    assert "nobody does it" in await mia.get("/console/settings/services")
    page = await mia.get(f"/console/settings/services/{demo_id('water-heater-install')}")
    assert "Tick somebody below who is in its team, or take the team away." in page
