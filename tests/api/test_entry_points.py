"""The ways in over the v1 door, and the leads that came by them."""

from typing import Any

import pytest

from storage.seed import demo_id
from storage.tables import Lead, Message
from tests.api.doors import Key, key_of, second_business
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

WAYS = "/api/v1/entry-points"
SIGNS = {"label": "Yard signs", "phone": "(512) 555-0177", "source": "yard-signs"}


async def made(key: Key, **body: Any) -> Any:
    answer = await key.post(WAYS, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_numbers_there_are_are_listed(shop: Shop) -> None:
    listed = (await (await key_of(shop)).get(f"{WAYS}?kind=number"))["entry_points"]
    assert [(one["label"], one["phone"]) for one in listed] == [
        ("Main line", "+15125550100"),
        ("Voicemail line", "+15125550101"),
    ]


async def test_a_new_number_takes_texts_at_once_and_its_leads_say_so(shop: Shop) -> None:
    key = await key_of(shop)
    way = await made(key, **SIGNS)
    assert (way["phone"], way["kind"], way["source"]) == ("+15125550177", "number", "yard-signs")
    await shop.post(
        "/api/twilio/sms/inbound", MessageSid="SM1", From="+15125550142", To=way["phone"], Body="No heat", NumMedia="0"
    )
    (lead,) = await shop.rows(Lead)
    assert (await key.get(f"/api/v1/leads/{lead.id}"))["entry_point_id"] == way["id"]


async def test_a_missed_call_counts_for_the_number_that_rang(shop: Shop) -> None:
    await shop.miss("CA1")
    (lead,) = await shop.rows(Lead)
    assert lead.entry_point_id == demo_id("number main")


async def test_the_first_way_in_stays(shop: Shop) -> None:
    key = await key_of(shop)
    ways = [await made(key, label=label, kind="link", target="https://a.example") for label in ("Ad", "Mail")]
    body = {"phone": "+15125550142"}
    told = [(await key.post("/api/v1/leads", {**body, "entry_point_id": one["id"]})).json() for one in ways]
    assert [one["entry_point_id"] for one in told] == [ways[0]["id"]] * 2


async def test_a_closed_number_takes_nothing(shop: Shop) -> None:
    key = await key_of(shop)
    way = await made(key, **SIGNS)
    assert (await key.patch(f"{WAYS}/{way['id']}", {"active": False})).json()["active"] is False
    await shop.post(
        "/api/twilio/sms/inbound", MessageSid="SM1", From="+15125550142", To=way["phone"], Body="No heat", NumMedia="0"
    )
    assert await shop.rows(Lead) == []
    assert [one["id"] for one in (await key.get(f"{WAYS}?active=false"))["entry_points"]] == [way["id"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"label": "x"}, "MISSING_FIELDS"),
        ({"label": "x", "kind": "page"}, "MISSING_FIELDS"),
        ({"label": "x", "kind": "fax"}, "VALIDATION_ERROR"),
        ({"label": "x", "kind": "link", "target": "javascript:alert(1)"}, "VALIDATION_ERROR"),
        ({"label": "x", "kind": "widget", "phone": "+15125550177"}, "VALIDATION_ERROR"),
        ({"label": "x", "phone": "12"}, "INVALID_PHONE"),
        ({"label": "x", "phone": "+15125550177", "forward_to": "+15125550177"}, "VALIDATION_ERROR"),
        ({"label": "x", "phone": "+15125550177", "answers": "fax"}, "VALIDATION_ERROR"),
        ({"label": "x", "kind": "page", "target": "nowhere"}, "NOT_FOUND"),
    ],
)
async def test_a_way_in_that_cannot_be_is_refused(shop: Shop, body: dict[str, str], code: str) -> None:
    answer = await (await key_of(shop)).post(WAYS, body)
    assert (answer.status_code, answer.json()["code"]) == (404 if code == "NOT_FOUND" else 400, code)


async def test_a_number_belongs_to_one_business(shop: Shop) -> None:
    theirs = await key_of(shop, org=await second_business(shop), name="Cardinal's")
    answer = await theirs.post(WAYS, {"label": "Ours", "phone": "+15125550100"})
    assert (answer.status_code, answer.json()["code"]) == (409, "IN_USE")


async def test_several_ways_in_are_opened_and_changed_together(shop: Shop) -> None:
    key = await key_of(shop)
    ad = {"label": "Ad", "kind": "link", "target": "https://a.example"}
    opened = await key.post(f"{WAYS}/batch", {"entry_points": [SIGNS, ad]})
    ids = [one["id"] for one in opened.json()["entry_points"]]
    changed = await key.ask("PUT", f"{WAYS}/batch", {"entry_points": [{"id": one, "active": False} for one in ids]})
    assert (opened.status_code, changed.status_code) == (201, 200)
    assert [(one["label"], one["active"]) for one in changed.json()["entry_points"]] == [
        ("Yard signs", False),
        ("Ad", False),
    ]


async def test_of_several_ways_in_none_is_opened_when_one_cannot_be(shop: Shop) -> None:
    key = await key_of(shop)
    bad = [{"label": "Van", "phone": "12"}, {"label": "Page", "kind": "page"}]
    answer = await key.post(f"{WAYS}/batch", {"entry_points": [SIGNS, *bad]})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    errors = [(one["index"], one["code"]) for one in answer.json()["errors"]]
    assert errors == [(1, "INVALID_PHONE"), (2, "MISSING_FIELDS")]
    assert (await key.get(WAYS))["total"] == 2


async def test_another_businesss_way_in_is_not_changed_among_others(shop: Shop) -> None:
    theirs = await key_of(shop, org=await second_business(shop))
    body = {"entry_points": [{"id": demo_id("number main"), "active": False}]}
    answer = await theirs.ask("PUT", f"{WAYS}/batch", body)
    assert [one["code"] for one in answer.json()["errors"]] == ["NOT_FOUND"]


async def test_a_page_finds_the_chat_that_may_stand_on_it(shop: Shop) -> None:
    key = await key_of(shop)
    chat = await made(key, label="Chat", kind="widget", origins=["https://www.bluebird.example"])
    found = await key.post(f"{WAYS}/resolve", {"referer": "https://www.bluebird.example/repairs?from=ad"})
    assert found.json()["entry_point"]["id"] == chat["id"]
    for other in ("https://evil.example/", "no address"):
        assert (await key.post(f"{WAYS}/resolve", {"referer": other})).json() == {"entry_point": None}


async def test_put_changes_a_way_in_as_patch_does(shop: Shop) -> None:
    key = await key_of(shop)
    way = await made(key, **SIGNS)
    changed = await key.ask("PUT", f"{WAYS}/{way['id']}", {"label": "Lawn signs"})
    assert (changed.json()["label"], changed.json()["phone"]) == ("Lawn signs", way["phone"])


async def on_saturdays(key: Key, start: str, end: str) -> str:
    made = await key.post(
        "/api/v1/schedule-templates", {"name": "Saturdays", "schedule": [{"day": 6, "start": start, "end": end}]}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_number_keeps_hours_and_a_zone_of_its_own(shop: Shop) -> None:
    key = await key_of(shop)
    saturdays = await on_saturdays(key, "07:00", "09:00")
    way = await made(key, **SIGNS, template_id=saturdays, timezone="Pacific")
    assert (way["template_id"], way["timezone"]) == (saturdays, "America/Los_Angeles")
    told = (await shop.client.get(f"{WAYS}/{way['id']}/info")).json()
    assert told["open_now"] is True  # 10:00 on Saturday in Austin, where the shop is closed; 8:00 out west
    await key.patch(f"{WAYS}/{way['id']}", {"timezone": None})
    told = (await shop.client.get(f"{WAYS}/{way['id']}/info")).json()
    assert (told["open_now"], told["next_open_at"]) == (False, "2026-11-28T13:00:00Z")


async def test_a_text_back_says_what_the_hours_of_the_number_that_rang_say(shop: Shop) -> None:
    key = await key_of(shop)
    saturdays = await on_saturdays(key, "08:00", "12:00")
    way = await made(key, **SIGNS, template_id=saturdays)
    await shop.miss("CA1", To=way["phone"])
    await shop.miss("CA2", "+15125550143")
    texts = {one.to_phone: one.body for one in await shop.rows(Message, kind="text_back")}
    assert "closed" not in texts["+15125550142"]
    assert "closed" in texts["+15125550143"]


async def test_hours_a_number_keeps_are_not_deleted(shop: Shop) -> None:
    key = await key_of(shop)
    saturdays = await on_saturdays(key, "08:00", "12:00")
    await made(key, **SIGNS, template_id=saturdays)
    refused = await key.ask("DELETE", f"/api/v1/schedule-templates/{saturdays}")
    assert (refused.status_code, refused.json()["used_by"]) == (409, ["entry point"])
