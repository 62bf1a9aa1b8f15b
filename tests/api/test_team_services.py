"""A service with a team is done by that team's technicians who can do it, and by nobody else."""

from typing import Any

import pytest

from storage.seed import demo_id
from tests.api.doors import Key, key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

HEATER = f"/api/v1/services/{demo_id('water-heater-install')}"
DANA, LUIS = demo_id("dana"), demo_id("luis")
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
