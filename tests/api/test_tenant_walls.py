"""One business's ids mean nothing to another: generated from the app's own route table (story U-13)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.app import create_app
from api.settings import Settings
from storage.seed import demo_id
from storage.tables import Call, Conversation, Lead, ToolCall, WebhookDelivery, WebhookEndpoint
from tests.api.doors import RANDOM_ID, Key, booked, key_of, second_business, visit_body
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

# What every parameter that names a row is in the demo company. A route with another one fails until it is added here.
KINDS = {
    "booking_id": "booking",
    "conversation_id": "conversation",
    "lead_id": "lead",
    "leadId": "lead",
    "call_id": "call",
    "service_id": "service",
    "event_type_id": "service",
    "technician_id": "technician",
    "blackout_id": "blackout",
    "credential_id": "credential",
    "template_id": "schedule template",
    "team_id": "team",
    "hold_id": "hold",
    "webhook_id": "webhook",
    "delivery_id": "delivery",
    "staff_id": "staff",
    "invite_id": "invite",
    "page_id": "booking page",
    "entry_point_id": "entry point",
    "tool_call_id": "tool call",
}
# What a valid request needs besides its path, where that is anything.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/api/private/v1/bookings/{booking_id}"): {"notes": "Bring a ladder"},
    ("PATCH", "/api/v1/bookings/{booking_id}"): {"metadata": {"a": 1}},
    ("PATCH", "/api/v1/leads/{lead_id}"): {"status": "won"},
    ("PUT", "/api/v1/schedule-templates/{template_id}"): {"name": "Shop hours", "schedule": []},
    ("PUT", "/api/v1/teams/{team_id}"): {"name": "HVAC"},
    ("POST", "/api/v1/teams/{team_id}/members"): {"technician_id": demo_id("dana")},
    ("POST", "/api/v1/conversations/{conversation_id}/messages"): {"body": "Hello"},
    ("PUT", "/api/v1/staff/{staff_id}/status"): {"status": "away"},
    ("PATCH", "/api/v1/invites/{invite_id}"): {"role": "admin"},
    ("POST", "/api/v1/booking-pages/{page_id}/send"): {"phone": "+15125550142"},
}
# What these name is a word of ours, the same for every business.
# Public by their purpose: what a web page shows its visitors.
FOR_ANYBODY = (
    "/api/v1/entry-points/{entry_point_id}/info",
    "/api/v1/booking-pages/{page_id}/info",
    "/api/v1/invites/{token}/info",
    "/api/v1/invites/{token}/accept",
)
FIXED_WORDS = ("/api/v1/roles/{role}", "/api/v1/integrations/{name}")
SPOKEN = {"slot": "2026-11-24 09:00", "name": "Sarah Jones", "phone": "+15125550142"}
# These doors know nobody by a credential: what lies in their paths is a slug, a file or an unguessable token.
WITHOUT_CREDENTIAL = (
    "/book/",
    "/console",
    "/static",
    "/api/twilio/",
    "/api/retell/",
    "/api/vapi/",
    "/api/elevenlabs/",
    "/api/recordings/",
    "/api/calcom/",
    "/api/v1/webchat/",
    "/chat/",
    "/api/callsavvy/",
    "/callsavvy/",
    "/calendar/",
)


def every_route(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from every_route(route.original_router.routes)


ROUTES = sorted(
    {
        (method, route.path)
        for route in every_route(create_app(Settings(database_url="sqlite://"), work=False).routes)
        for method in route.methods
    }
)
WITH_ID = [
    one
    for one in ROUTES
    if "{" in one[1]
    and not one[1].startswith(WITHOUT_CREDENTIAL)
    and one[1] not in FIXED_WORDS
    and one[1] not in FOR_ANYBODY
]
WITH_TWO = [one for one in WITH_ID if one[1].count("{") > 1]
NEEDED = {
    "/api/v1/bookings/available-slots": "?start_date=2026-11-23&end_date=2026-11-24",
    "/api/v1/stats/rows": "?of=missed_calls",
}
NOT_SET_UP = ("/api/v1/integrations/calcom/setup",)  # one thing, and neither business has it
LISTS = [
    path
    for method, path in ROUTES
    if method == "GET" and "{" not in path and path.startswith("/api/") and path not in NOT_SET_UP
]


@dataclass
class Two:
    """Bluebird's rows and key, and Cardinal's; of Cardinal's rows those that stand two in one path, or in bodies."""

    ids: dict[str, str]
    their_ids: dict[str, str]
    ours: Key
    theirs: Key


@pytest.fixture
async def two(shop: Shop) -> Two:
    """Two businesses in one database; the first has one row of everything."""
    ours = await key_of(shop)
    theirs = await key_of(shop, org=await second_business(shop), name="Cardinal's")
    booking = await booked(ours)
    await shop.miss("CA1")
    await shop.text("No heat since Friday", "SM1")
    await ours.post("/api/v1/webhooks", {"url": "https://hooks.example.com/", "events": ["*"]})
    (hook,), (ping,) = await shop.rows(WebhookEndpoint), await shop.rows(WebhookDelivery)
    (lead, *_), (thread, *_), (call, *_) = [await shop.rows(table) for table in (Lead, Conversation, Call)]
    await ours.post("/api/v1/scheduling/voice/my-bookings", {"args": {"phone": SPOKEN["phone"]}})
    (spoken,) = await shop.rows(ToolCall)
    ids = {
        "booking": booking["id"],
        "tool call": spoken.id,
        "lead": lead.id,
        "conversation": thread.id,
        "call": call.id,
        "service": demo_id("diagnostic-visit"),
        "technician": demo_id("dana"),
        "blackout": demo_id("thanksgiving"),
        "schedule template": demo_id("hours"),
        "team": (await ours.post("/api/v1/teams", {"name": "HVAC"})).json()["id"],
        "hold": (await ours.post("/api/v1/holds", {"start": "2026-11-24T15:00:00Z"})).json()["id"],
        "credential": (await key_of(shop, name="Spare")).id,
        "webhook": hook.id,
        "delivery": ping.id,
        "staff": (await ours.post("/api/v1/staff", {"email": "ana@bluebird.test", "name": "Ana"})).json()["id"],
        "invite": (await ours.post("/api/v1/invites", {"email": "joe@bluebird.test"})).json()["id"],
        "booking page": (await ours.post("/api/v1/booking-pages", {"title": "Heaters"})).json()["id"],
        "entry point": demo_id("number main"),
    }
    return Two(ids, await some_of_theirs(shop, theirs), ours, theirs)


async def some_of_theirs(shop: Shop, theirs: Key) -> dict[str, str]:
    """A team of Cardinal's with Rosa in it, and a webhook with its first delivery."""
    team = (await theirs.post("/api/v1/teams", {"name": "Leaks"})).json()["id"]
    await theirs.post(f"/api/v1/teams/{team}/members", {"technician_id": demo_id("rosa")})
    hook = (await theirs.post("/api/v1/webhooks", {"url": "https://their.example.com/", "events": ["*"]})).json()["id"]
    (ping,) = await shop.rows(WebhookDelivery, endpoint_id=hook)
    page = (await theirs.post("/api/v1/booking-pages", {"title": "Leaks"})).json()["id"]
    return {
        "team": team,
        "technician": demo_id("rosa"),
        "service": demo_id("leak"),
        "webhook": hook,
        "delivery": ping.id,
        "booking page": page,
    }


def with_id(path: str, value: str) -> str:
    start, end = path.index("{"), path.index("}")
    return re.sub(r"\{\w+\}", RANDOM_ID, path[:start] + value + path[end + 1 :])


def kinds_in(path: str) -> list[str]:
    named = re.findall(r"\{(\w+)\}", path)
    assert set(named) <= set(KINDS), f"{path}: say in KINDS what {named} are"
    return [KINDS[one] for one in named]


def filled(path: str, ids: list[str]) -> str:
    """The path with these ids in place of its parameters, in order."""
    left = iter(ids)
    return re.sub(r"\{\w+\}", lambda _: next(left), path)


async def asked(key: Key, method: str, path: str, value: str) -> tuple[int, Any]:
    body = BODIES.get((method, path), SPOKEN if "/voice/" in path else {}) if method != "GET" else None
    answer = await key.ask(method, with_id(path, value), body)
    return answer.status_code, answer.text


def test_the_route_table_was_read() -> None:
    assert ("GET", "/api/private/v1/bookings/{booking_id}") in WITH_ID
    assert len(WITH_ID) > 20


@pytest.mark.parametrize(("method", "path"), WITH_ID, ids=[" ".join(one) for one in WITH_ID])
async def test_another_businesss_id_is_answered_like_a_random_one(two: Two, method: str, path: str) -> None:
    real = two.ids[kinds_in(path)[0]]
    across = await asked(two.theirs, method, path, real)
    random = await asked(two.theirs, method, path, RANDOM_ID)
    assert across == random
    assert across[0] == (200 if "/voice/" in path else 404)
    own = await asked(two.ours, method, path, real)
    assert own != across, "the id is not a real one of the first business"


def test_the_routes_with_two_ids_were_found() -> None:
    assert ("DELETE", "/api/v1/teams/{team_id}/members/{technician_id}") in WITH_TWO


@pytest.mark.parametrize(("method", "path"), WITH_TWO, ids=[" ".join(one) for one in WITH_TWO])
@pytest.mark.parametrize("strange", [0, 1], ids=["our outer row, their inner one", "their outer row, our inner one"])
async def test_no_two_ids_of_two_businesses_lead_anywhere(two: Two, method: str, path: str, strange: int) -> None:
    mine = [two.their_ids[kind] for kind in kinds_in(path)]
    mixed, random = list(mine), list(mine)
    mixed[strange], random[strange] = two.ids[kinds_in(path)[strange]], RANDOM_ID
    body = BODIES.get((method, path), {}) if method != "GET" else None
    answers = [await two.theirs.ask(method, filled(path, ids), body) for ids in (mixed, random)]
    assert (answers[0].status_code, answers[0].text) == (answers[1].status_code, answers[1].text)
    assert answers[0].status_code == 404
    both_mine = await two.theirs.ask(method, filled(path, mine), body)
    assert both_mine.status_code < 300, f"the ids are no real pair: {both_mine.text}"


@pytest.mark.parametrize("path", LISTS)
async def test_no_list_holds_a_row_of_another_business(two: Two, path: str) -> None:
    needed = NEEDED.get(path, "")
    told = await two.theirs.ask("GET", path + needed)
    assert told.status_code == 200, told.text
    assert [kind for kind, its in two.ids.items() if its in told.text] == []


BOOK = "/api/private/v1/bookings"
V1 = {"start_time": "2026-11-23T15:00:00Z", "phone": "+15125550142"}
S3 = {"date": "2026-11-23", "time": "10:00", "fullName": "Sarah Jones", "phone": "+15125550142"}


@pytest.mark.parametrize(
    ("path", "body", "member", "kind"),
    [
        (BOOK, visit_body(serviceLabel="Leak repair", postalCode=None, address=None), "leadId", "lead"),
        (BOOK, visit_body(serviceLabel="Leak repair", postalCode=None, address=None), "technicianId", "technician"),
        ("/api/v1/bookings", V1, "lead_id", "lead"),
        ("/api/v1/bookings", {"start_time": V1["start_time"]}, "lead_id", "lead"),
        ("/api/v1/bookings", V1, "event_type_id", "service"),
        ("/api/v1/scheduling-bookings", S3, "deal_id", "lead"),
        ("/api/v1/scheduling-bookings", S3, "event_type_id", "service"),
        ("/api/v1/scheduling-bookings/check-availability", S3, "event_type_id", "service"),
        ("/api/v1/scheduling-bookings/available-slots", {}, "event_type_id", "service"),
        ("/api/v1/blackouts", {"date": "2026-12-24"}, "technician_id", "technician"),
        ("/api/v1/teams/{team}/members", {}, "technician_id", "technician"),
        ("/api/v1/teams", {"name": "Drains"}, "template_id", "schedule template"),
        ("/api/v1/services", {"name": "Drains", "default_duration": 60}, "team_id", "team"),
        ("/api/v1/services", {"name": "Drains", "default_duration": 60}, "technician_ids", "technician"),
        ("/api/v1/staff", {"email": "rosa@cardinal.test", "name": "Rosa"}, "team_ids", "team"),
        ("/api/v1/invites", {"email": "rosa@cardinal.test"}, "team_id", "team"),
        ("/api/v1/booking-pages", {"title": "Drains"}, "team_id", "team"),
        ("/api/v1/booking-pages", {"title": "Drains"}, "service_ids", "service"),
        ("/api/v1/leads", {"phone": "+15125550142"}, "entry_point_id", "entry point"),
    ],
)
async def test_another_businesss_id_in_a_body_is_a_random_one_too(
    two: Two, path: str, body: dict[str, Any], member: str, kind: str
) -> None:
    path = path.format(**two.their_ids)
    sent = [[one] if member.endswith("_ids") else one for one in (two.ids[kind], RANDOM_ID)]
    across = await two.theirs.post(path, {**body, member: sent[0]})
    random = await two.theirs.post(path, {**body, member: sent[1]})
    assert (across.status_code, across.text) == (random.status_code, random.text)
    assert across.json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/bookings?lead_id={}", "lead"),
        ("/api/v1/bookings?event_type_id={}", "service"),
        ("/api/v1/conversations?lead_id={}", "lead"),
        ("/api/v1/scheduling-bookings?after={}", "booking"),
        ("/api/v1/scheduling-bookings?event_type_id={}", "service"),
    ],
)
async def test_another_businesss_id_in_a_query_is_a_random_one_too(two: Two, path: str, kind: str) -> None:
    across = await two.theirs.ask("GET", path.format(two.ids[kind]))
    random = await two.theirs.ask("GET", path.format(RANDOM_ID))
    assert (across.status_code, across.text) == (random.status_code, random.text)


async def test_a_revoked_key_opens_nothing_more(two: Two) -> None:
    """Acme's key was used a moment ago, so this server remembers it."""
    assert (await two.theirs.ask("GET", "/api/v1/me")).status_code == 200
    await two.theirs.ask("DELETE", f"/api/v1/credentials/{two.theirs.id}")
    open_to_all = ("/healthz", "/api/private/v1/actions", "/api/sandbox/", "/readyz", "/metrics", "/llms.txt")
    asked = [one for one in (*WITH_ID, *(("GET", path) for path in LISTS)) if not one[1].startswith(open_to_all)]
    statuses = {}
    for method, path in asked:
        found = path + NEEDED.get(path, "")
        answer = await two.theirs.ask(method, with_id(found, RANDOM_ID) if "{" in found else found, {})
        statuses[method, path] = answer.status_code
    assert {one: status for one, status in statuses.items() if status != 401} == {}
