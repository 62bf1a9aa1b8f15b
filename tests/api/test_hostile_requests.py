"""Whatever an outsider sends to the JSON doors is refused with a code or done, and never a bug of ours."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from storage.seed import demo_id
from tests.api.doors import Key, booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = pytest.mark.anyio

PRIVATE = "/api/private/v1/bookings"
MEMBERS = [
    b'"metadata":{"a":"\\ud800"}',
    b'"metadata":{"a":"\\u0000"}',
    b'"metadata":{"a":NaN}',
    b'"metadata":{"a":1e400}',
    b'"metadata":{"a":' + b"[" * 900 + b"]" * 900 + b"}",
    b'"unknown":' + b"[" * 980 + b"]" * 980 + b',"notes":5',
    b'"notes":"\\ud800"',
    b'"customerName":"\\u0000"',
    b'"attendees":[1,null,["a"],{"email":5}]',
    b'"attendees":[1' + b"0" * 5000 + b"]",
    b'"leadId":"\\u0000"',
    b'"leadId":""',
    b'"technicianId":""',
    b'"scheduledEndAt":"9998-12-31T23:59:00"',
    b'"timezone":"../etc/passwd"',
]
NUL_PAGES = [
    *("/book/%00", "/book/bluebird%00/manage/x", "/book/bluebird/manage/%00", "/chat/%00", "/chat/%00.js"),
    *("/api/v1/webchat/%00", "/calendar/%00.ics", "/console/invite/%00"),
]
BODIES = [b"", b"null", b"[]", b"1", b"{", b"\xff\xfe", b"[" * 5000]
QUERIES = [
    *("from=%00", "status=%00", "to=0001-01-01", "from=9999-12-31", "lead_id=%00", "after=%00", "search=%25%00"),
    *(
        "page=99999999999999999999",
        "limit=99999999999999999999",
        "size=-1",
        "start_date=9997-12-31&end_date=9997-12-31",
    ),
    *("date_from=0001-01-01&date_to=9997-12-31", "timezone=%00", "service=%F0%9F%94%A5", "missed=maybe"),
]
LISTS = [
    *(PRIVATE, "/api/private/v1/slots", "/api/v1/bookings", "/api/v1/bookings/available-slots", "/api/v1/leads"),
    *("/api/v1/scheduling-bookings", "/api/v1/conversations", "/api/v1/calls", "/api/v1/messages"),
]


async def send(key: Key, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    given = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json", **headers}
    answer = await key.client.request(method, path, content=body, headers=given)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"]
    return answer.status_code


@pytest.mark.parametrize("member", MEMBERS, ids=[member[:30].decode() for member in MEMBERS])
async def test_a_member_made_to_break_something_is_refused(shop: Shop, member: bytes) -> None:
    key = await key_of(shop)
    body = json.dumps(visit_body()).encode()[:-1] + b"," + member + b"}"
    assert 400 <= await send(key, "POST", PRIVATE, body) < 500
    assert 400 <= await send(key, "POST", PRIVATE, body, **{"Idempotency-Key": "k1"}) < 500


@pytest.mark.parametrize("body", BODIES, ids=[repr(body[:10]) for body in BODIES])
async def test_a_body_that_is_no_object_is_refused_by_every_write(shop: Shop, body: bytes) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    for method, path in (
        ("POST", PRIVATE),
        ("PATCH", f"{PRIVATE}/{booking_id}"),
        ("POST", "/api/v1/bookings"),
        ("POST", "/api/v1/scheduling-bookings"),
        ("POST", "/api/v1/leads"),
        ("POST", "/api/v1/blackouts"),
        ("POST", "/api/v1/credentials"),
    ):
        assert 400 <= await send(key, method, path, body, **{"Idempotency-Key": "k1"}) < 500, path


@pytest.mark.parametrize("query", QUERIES)
async def test_no_query_is_a_bug(shop: Shop, query: str) -> None:
    key = await key_of(shop)
    for path in LISTS:
        assert await send(key, "GET", f"{path}?{query}") < 500, path


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9997-12-31", "2026-02-30"])
async def test_the_ends_of_the_calendar_are_no_bug(shop: Shop, day: str) -> None:
    key = await key_of(shop)
    for zone in ("UTC", "Australia/Sydney", "Pacific/Honolulu"):
        body = json.dumps({"date": day, "time": "23:55", "timezone": zone}).encode()
        assert await send(key, "POST", "/api/v1/scheduling-bookings/check-availability", body) < 500


@pytest.mark.parametrize("path", NUL_PAGES)
async def test_an_address_with_a_nul_names_nothing(shop: Shop, path: str) -> None:
    assert (await shop.client.get(path)).status_code == 404


async def test_a_nul_in_a_form_is_no_bug(shop: Shop) -> None:
    form = {"email": "mia\x00@bluebird.example", "password": "guess"}
    assert (await shop.client.post("/console/sign-in", data=form)).status_code == 401


async def test_no_times_are_offered_of_a_service_that_cannot_be_booked(shop: Shop) -> None:
    key = await key_of(shop)
    await key.patch(f"/api/v1/services/{demo_id('diagnostic-visit')}", {"is_bookable": False})
    asked = {"event_type_id": "diagnostic-visit", "date": "2026-11-23", "time": "09:00"}
    days = {"start_date": "2026-11-23", "end_date": "2026-11-24", "event_type_id": "diagnostic-visit"}
    answers = [
        await key.ask("GET", "/api/private/v1/slots?service=diagnostic-visit"),
        await key.ask("GET", f"/api/v1/bookings/available-slots?{urlencode(days)}"),
        await key.post("/api/v1/scheduling-bookings/available-slots", asked),
        await key.post("/api/v1/scheduling-bookings/check-availability", asked),
    ]
    assert [one.json().get("code") for one in answers] == ["SERVICE_NOT_BOOKABLE"] * 4
    said = await key.post("/api/v1/scheduling/voice/diagnostic-visit/slots", {})
    assert said.headers["X-Ringback-Code"] == "SERVICE_NOT_BOOKABLE"


@pytest.mark.parametrize("move", [{"now": "9999-12-31T23:59:59Z"}, {"now": "0001-01-02T00:00:00Z"}])
async def test_the_clock_is_not_moved_out_of_the_calendar(shop: Shop, move: dict[str, Any]) -> None:
    answer = await shop.client.post("/api/sandbox/clock", json=move)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert (await shop.client.get("/api/sandbox/clock")).json()["now"].startswith("2026-11-21")


@pytest.mark.parametrize("name", ["\u200b", " \u202e\u2066 ", "\ufeff"], ids=["no width", "direction", "byte order"])
async def test_a_name_that_shows_nothing_is_no_name(shop: Shop, name: str) -> None:
    key = await key_of(shop)
    made = await key.post("/api/v1/technicians", {"name": name})
    assert (made.status_code, made.json()["code"]) == (400, "VALIDATION_ERROR")
    renamed = await key.patch(f"/api/v1/services/{demo_id('diagnostic-visit')}", {"name": name})
    assert renamed.status_code == 400
    page = {"service": "Diagnostic visit", "zip_code": "78701", "slot": "2026-11-23 09:00", "phone": "512 555 0142"}
    asked = await shop.client.post("/book/bluebird", data={**page, "address": "12 Oak St", "name": name})
    assert asked.status_code == 422
    assert "Please pick a time and fill in name" in asked.text


async def test_a_name_of_one_emoji_is_a_name(shop: Shop) -> None:
    made = await (await key_of(shop)).post("/api/v1/technicians", {"name": "🦄"})
    assert made.status_code == 201
