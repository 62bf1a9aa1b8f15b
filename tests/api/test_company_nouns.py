"""Services, technicians, teams, approvals, holds and the waiting list over the v1 door."""

from typing import Any

import pytest

from storage.seed import demo_id
from tests.api.doors import MONDAY_9, TUESDAY_9, booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = pytest.mark.anyio

DIAGNOSTIC = f"/api/v1/services/{demo_id('diagnostic-visit')}"
DANA = f"/api/v1/technicians/{demo_id('dana')}"
APPROVALS = "/api/v1/bookings/{}/{}"


async def test_a_new_service_can_be_booked_at_once(shop: Shop) -> None:
    key = await key_of(shop)
    body = {"name": "Duct cleaning", "default_duration": 60, "technician_ids": [demo_id("luis")]}
    made = await key.post("/api/v1/services", body)
    assert (made.status_code, made.json()["slug"]) == (201, "duct-cleaning")
    visit = {"start_time": MONDAY_9, "phone": "+15125550142", "event_type_id": "duct-cleaning"}
    assert (await key.post("/api/v1/bookings", visit)).status_code == 201


async def test_a_changed_length_leaves_the_visit_that_stands(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    changed = await key.patch(DIAGNOSTIC, {"default_duration": 120, "buffer_after": 30, "min_notice_hours": 0.5})
    told = changed.json()
    assert (told["default_duration"], told["buffer_after"], told["min_notice_hours"]) == (120, 30, 0.5)
    kept = await key.get(f"/api/v1/bookings/{booking['id']}")
    assert (kept["start_time"], kept["end_time"]) == (MONDAY_9, "2026-11-23T16:30:00Z")


@pytest.mark.parametrize(
    "change",
    [
        {"default_duration": 42},
        {"slot_interval_minutes": 0},
        {"buffer_before": -5},
        {"slug": "water-heater-install"},
        {"slug": "Not A Slug"},
        {"booking_mode": "maybe"},
        {"name": None},
    ],
)
async def test_a_rule_that_cannot_be_is_refused_with_its_fix(shop: Shop, change: dict[str, Any]) -> None:
    answer = await (await key_of(shop)).patch(DIAGNOSTIC, change)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["fix"]


async def test_a_technician_with_visits_ahead_stays_active_until_they_are_moved(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    refused = await key.patch(DANA, {"active": False})
    assert (refused.status_code, refused.json()["booking_ids"]) == (409, [booking["id"]])
    await key.ask("DELETE", f"/api/v1/bookings/{booking['id']}")
    assert (await key.patch(DANA, {"active": False})).json()["active"] is False


async def test_a_new_technician_has_a_number_as_e164(shop: Shop) -> None:
    made = await (await key_of(shop)).post("/api/v1/technicians", {"name": "Ana Diaz", "phone": "(512) 555-0119"})
    assert (made.status_code, made.json()["phone"]) == (201, "+15125550119")


async def test_a_team_is_kept_while_its_services_have_visits_ahead(shop: Shop) -> None:
    key = await key_of(shop)
    team = (await key.post("/api/v1/teams", {"name": "HVAC"})).json()
    await key.post(f"/api/v1/teams/{team['id']}/members", {"technician_id": demo_id("dana")})
    assert (await key.patch(DIAGNOSTIC, {"team_id": team["id"]})).json()["team_id"] == team["id"]
    booking = await booked(key)
    refused = await key.ask("DELETE", f"/api/v1/teams/{team['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "IN_USE")
    await key.ask("DELETE", f"/api/v1/bookings/{booking['id']}")
    assert (await key.ask("DELETE", f"/api/v1/teams/{team['id']}")).status_code == 204
    assert (await key.get(DIAGNOSTIC))["team_id"] is None


async def test_technicians_join_and_leave_a_team(shop: Shop) -> None:
    key = await key_of(shop)
    path = f"/api/v1/teams/{(await key.post('/api/v1/teams', {'name': 'HVAC'})).json()['id']}"
    for who, order in (("dana", 2), ("luis", 1)):
        await key.post(f"{path}/members", {"technician_id": demo_id(who), "on_call": order})
    assert [one["technician_id"] for one in (await key.get(path))["members"]] == [demo_id("luis"), demo_id("dana")]
    assert (await key.ask("DELETE", f"{path}/members/{demo_id('luis')}")).status_code == 204
    assert len((await key.get("/api/v1/teams?name=hv"))["teams"][0]["members"]) == 1


@pytest.mark.parametrize(("deed", "status"), [("approve", "confirmed"), ("decline", "cancelled")])
async def test_the_office_answers_a_requested_visit(shop: Shop, deed: str, status: str) -> None:
    booking = await booked(await key_of(shop, requires_approval=True))
    assert booking["status"] == "PENDING"
    answer = await (await key_of(shop)).post(APPROVALS.format(booking["id"], deed))
    assert (answer.status_code, answer.json()["status"]) == (200, status)


@pytest.mark.parametrize("more", [{"requires_approval": True}, {"actor_type": "VOICE_AGENT"}])
async def test_neither_a_supervised_key_nor_a_voice_agent_answers_for_the_office(
    shop: Shop, more: dict[str, Any]
) -> None:
    booking = await booked(await key_of(shop, requires_approval=True))
    key = await key_of(shop, name="Other", **more)
    for deed in ("approve", "decline"):
        answer = await key.post(APPROVALS.format(booking["id"], deed))
        assert (answer.status_code, answer.json()["required"]) == (403, ["WRITE_BOOKINGS"])


async def test_a_voice_agent_cannot_confirm_a_requested_visit_by_its_status(shop: Shop) -> None:
    booking = await booked(await key_of(shop, requires_approval=True))
    agent = await key_of(shop, actor_type="VOICE_AGENT", name="Agent")
    answer = await agent.patch(f"/api/v1/bookings/{booking['id']}", {"status": "confirmed"})
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")


async def test_a_supervised_key_cannot_change_a_visit_by_itself(shop: Shop) -> None:
    booking = await booked(await key_of(shop))
    key = await key_of(shop, requires_approval=True, name="Supervised")
    for method, path, body in (
        ("PATCH", f"/api/v1/bookings/{booking['id']}", {"status": "cancelled"}),
        ("DELETE", f"/api/v1/bookings/{booking['id']}", None),
        ("PATCH", f"/api/private/v1/bookings/{booking['id']}", {"status": "CANCELED"}),
        ("POST", f"/api/v1/scheduling-bookings/{booking['id']}/cancel", {}),
    ):
        answer = await key.ask(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE"), path


async def test_a_held_start_is_its_keepers_alone_until_it_runs_out(shop: Shop) -> None:
    key, other = await key_of(shop), await key_of(shop, name="Other")
    held = await key.post("/api/v1/holds", {"service": "diagnostic-visit", "start": TUESDAY_9, "minutes": 5})
    assert (held.status_code, held.json()["expires_at"]) == (201, "2026-11-21T16:05:00Z")
    body = visit_body(TUESDAY_9, "2026-11-24T16:30:00Z")
    assert (await other.post("/api/private/v1/bookings", body)).json()["code"] == "SLOT_UNAVAILABLE"
    assert (await key.post("/api/private/v1/bookings", body)).status_code == 201


@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_start_that_is_given_back_or_ran_out_is_open_to_all(shop: Shop, by_hand: bool) -> None:
    key, other = await key_of(shop), await key_of(shop, name="Other")
    held = (await key.post("/api/v1/holds", {"start": TUESDAY_9, "minutes": 5})).json()
    assert (await other.ask("DELETE", f"/api/v1/holds/{held['id']}")).status_code == 404
    if by_hand:
        assert (await key.ask("DELETE", f"/api/v1/holds/{held['id']}")).status_code == 204
    else:
        await shop.pass_time(minutes=6)
    body = visit_body(TUESDAY_9, "2026-11-24T16:30:00Z")
    assert (await other.post("/api/private/v1/bookings", body)).status_code == 201


async def test_nothing_is_kept_for_more_than_half_an_hour(shop: Shop) -> None:
    answer = await (await key_of(shop)).post("/api/v1/holds", {"start": TUESDAY_9, "minutes": 31})
    assert answer.status_code == 400


async def test_a_lead_goes_on_the_waiting_list_and_off_it(shop: Shop) -> None:
    key = await key_of(shop)
    path = f"/api/v1/leads/{(await booked(key))['leadId']}"
    for wanted in (True, False):
        assert (await key.patch(path, {"waitlist": wanted})).json()["waitlist"] is wanted
        assert (await key.get(path))["waitlist"] is wanted
