"""The switches a business has over its texts and calls, changed over the door and obeyed at once."""

from typing import Any

import pytest

from storage.tables import AuditEntry, Call, Message
from tests.api.doors import key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

DOOR = "/api/v1/automation"


async def test_a_new_business_has_whatsapp_off_and_the_offices_alerts_on(shop: Shop) -> None:
    now = await (await key_of(shop)).get(DOOR)
    assert (now["whatsapp_enabled"], now["alert_on_booking"], now["reminder_offsets"]) == (False, True, [1440, 120])


async def test_what_is_left_out_stays(shop: Shop) -> None:
    key = await key_of(shop)
    before = await key.get(DOOR)
    after = (await key.patch(DOOR, {"whatsapp_enabled": True})).json()
    assert after == {**before, "whatsapp_enabled": True}
    assert after == await key.get(DOOR)


async def test_switched_off_texts_do_not_leave(shop: Shop) -> None:
    await (await key_of(shop)).patch(DOOR, {"outbound_enabled": False})
    await shop.miss("CA1")
    assert [call.skip_reason for call in await shop.rows(Call)] == ["outbound_disabled"]
    assert await shop.rows(Message) == []


async def test_who_may_post_to_the_second_line_is_a_list(shop: Shop) -> None:
    await (await key_of(shop)).patch(DOOR, {"callsavvy_ips": ["203.0.113.7"]})
    told = {"event": "callSummary", "caller_number": "+15125550142", "call_duration": "0"}
    answer = await shop.client.post(f"/api/callsavvy/webhook/{shop.org.callsavvy_token}", json=told)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_from": "25:00"},
        {"reminder_offsets": [0]},
        {"reminder_offsets": [1, 2, 3, 4, 5, 6]},
        {"callsavvy_ips": ["somewhere"]},
        {"alert_minutes": 0},
        {"missed_under_seconds": 100_000},
        {"whatsapp_enabled": None},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    key = await key_of(shop)
    before = await key.get(DOOR)
    assert (await key.patch(DOOR, wrong)).status_code == 400
    assert await key.get(DOOR) == before


async def test_a_change_is_audited_by_name_only(shop: Shop) -> None:
    await (await key_of(shop)).patch(DOOR, {"callsavvy_ips": ["203.0.113.7"]})
    (line,) = [one for one in await shop.rows(AuditEntry) if one.action == "automation.changed"]
    assert line.detail == {"fields": ["callsavvy_ips"]}


async def test_it_takes_its_own_scope(shop: Shop) -> None:
    key = await key_of(shop, "WRITE_BUSINESS_PROFILE", "READ_BUSINESS_PROFILE")
    assert (await key.patch(DOOR, {"whatsapp_enabled": True})).status_code == 403
