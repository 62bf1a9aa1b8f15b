"""Who is let in: three envelopes, addresses, the order of the checks, and the evidence they leave (contract 2.3)."""

import base64
import dataclasses
from datetime import timedelta

import httpx2
import pytest
from starlette.requests import Request

from api.deps import address_allowed, paging, presented_secret
from api.limits import RateLimits
from storage.context import Context
from storage.tables import AuditEntry, Credential
from tests.api.doors import Key, key_of
from tests.fakes import SATURDAY, Shop
from tools import access

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

HEALTH = "/api/private/v1/health"
SLOTS = "/api/private/v1/slots"


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:".encode()).decode()


async def tried(shop: Shop, path: str = HEALTH, **headers: str) -> httpx2.Response:
    return await shop.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("envelope", ["Bearer", "bearer", "X-API-Key", "Basic"])
async def test_each_envelope_lets_the_secret_in(shop: Shop, envelope: str) -> None:
    secret = (await key_of(shop)).secret
    headers = {
        "Bearer": {"Authorization": f"Bearer {secret}"},
        "bearer": {"Authorization": f"bearer  {secret}"},
        "X-API-Key": {"X_API_Key": secret},
        "Basic": {"Authorization": basic(secret)},
    }[envelope]
    assert (await tried(shop, **headers)).status_code == 200


@pytest.mark.parametrize(
    "value", ["", "Bearer ", "Bearer wrong", "Basic !!!", "Basic /w==", basic(""), basic("wrong"), "Digest x"]
)
async def test_anything_else_is_refused_in_the_same_words(shop: Shop, value: str) -> None:
    answer = await tried(shop, Authorization=value)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert answer.json()["detail"] == "A valid credential is needed."


async def test_a_secret_in_the_query_is_not_looked_at(shop: Shop) -> None:
    secret = (await key_of(shop)).secret
    assert (await shop.client.get(f"{HEALTH}?api_key={secret}&token={secret}")).status_code == 401


async def test_a_revoked_key_is_refused_by_the_very_next_request(shop: Shop) -> None:
    key = await key_of(shop)
    assert (await key.ask("GET", HEALTH)).status_code == 200
    await shop.act(lambda ctx: access.revoke(ctx, access.get(ctx, key.id)))
    assert (await key.ask("GET", HEALTH)).status_code == 401


async def test_an_expired_key_is_refused(shop: Shop) -> None:
    key = await key_of(shop, expires_at=SATURDAY + timedelta(hours=1))
    assert (await key.ask("GET", HEALTH)).status_code == 200
    shop.clock.advance(timedelta(hours=1))
    assert (await key.ask("GET", HEALTH)).status_code == 401


async def test_a_key_for_other_addresses_is_refused_from_here(shop: Shop) -> None:
    answer = await (await key_of(shop, allowed_ips=["203.0.113.0/24"])).ask("GET", HEALTH)
    assert (answer.status_code, answer.json()["code"]) == (403, "IP_NOT_ALLOWED")


async def test_a_key_for_this_address_is_let_in(shop: Shop) -> None:
    assert (await (await key_of(shop, allowed_ips=["127.0.0.0/8"])).ask("GET", HEALTH)).status_code == 200


async def one_a_minute(shop: Shop, *scopes: str, **more: object) -> Key:
    """A key whose only request of this minute is used up."""
    house = shop.client._transport.app.state  # type: ignore[attr-defined]
    house.house = dataclasses.replace(house.house, limits=RateLimits(per_minute=1))
    key = await key_of(shop, *scopes, **more)
    await key.ask("GET", HEALTH)
    return key


async def test_one_request_too_many_is_told_how_long_to_wait(shop: Shop) -> None:
    answer = await (await one_a_minute(shop)).ask("GET", HEALTH)
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["ratelimit"].startswith('"default";r=0;t=')


async def test_the_address_is_checked_before_the_rate(shop: Shop) -> None:
    answer = await (await one_a_minute(shop, allowed_ips=["203.0.113.7"])).ask("GET", HEALTH)
    assert answer.json()["code"] == "IP_NOT_ALLOWED"


async def test_the_rate_is_checked_before_the_scope(shop: Shop) -> None:
    answer = await (await one_a_minute(shop, "READ_LEADS")).ask("GET", SLOTS)
    assert answer.json()["code"] == "RATE_LIMITED"


async def test_a_missing_scope_is_named(shop: Shop) -> None:
    answer = await (await key_of(shop, "READ_LEADS")).ask("GET", SLOTS)
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert answer.json()["required"] == ["READ_AVAILABILITY", "READ_BOOKINGS"]


async def test_every_use_leaves_a_count_and_an_audit_line_even_a_refused_one(shop: Shop) -> None:
    key = await key_of(shop, "READ_LEADS")
    await key.ask("GET", HEALTH)
    await key.ask("GET", SLOTS)
    await shop.house.usage.flush()
    [used] = await shop.rows(Credential, id=key.id)
    lines = await shop.rows(AuditEntry, actor_kind="credential")
    assert (used.use_count, used.last_used_at) == (2, SATURDAY)
    assert {(line.action, line.status) for line in lines} == {(f"GET {HEALTH}", 200), (f"GET {SLOTS}", 403)}


async def test_the_line_of_a_call_under_way_waits_for_how_it_ends(shop: Shop) -> None:
    key = await key_of(shop)
    [credential] = await shop.rows(Credential, id=key.id)
    request = Request({"type": "http", "method": "GET", "path": HEALTH, "headers": [], "state": {}})
    shop.house.usage.note(credential, SATURDAY, request)
    await shop.house.usage.flush()
    assert await shop.rows(AuditEntry, actor_kind="credential") == []
    request.state.status = 200
    await shop.house.usage.flush()
    assert [line.status for line in await shop.rows(AuditEntry, actor_kind="credential")] == [200]


async def test_a_caller_acts_under_the_name_of_the_key(shop: Shop) -> None:
    key = await key_of(shop, name="Acme Dispatch")

    def acting(ctx: Context) -> str:
        return ctx.org.id

    assert await shop.house.read(shop.org, acting) == shop.org.id
    assert (await key.get(HEALTH))["credential"]["name"] == "Acme Dispatch"


@pytest.mark.parametrize(
    ("address", "allowed", "inside"),
    [
        ("203.0.113.7", ["203.0.113.7"], True),
        ("203.0.113.8", ["203.0.113.7"], False),
        ("203.0.113.8", ["203.0.113.9/24"], True),
        ("2001:db8::1", ["2001:db8::/32"], True),
        ("2001:db8::1", ["203.0.113.0/24"], False),
        ("", ["0.0.0.0/0"], False),
        ("testclient", ["0.0.0.0/0"], False),
    ],
)
def test_an_address_lies_in_a_network_or_not(address: str, allowed: list[str], inside: bool) -> None:
    assert address_allowed(address, allowed) is inside


def test_a_bearer_goes_before_the_other_header() -> None:
    headers = [(b"authorization", b"Bearer one"), (b"x-api-key", b"two")]
    assert presented_secret(Request({"type": "http", "headers": headers})) == "one"


def test_pages_start_at_one_hold_twenty_and_never_more_than_a_hundred() -> None:
    assert (paging().size, paging(size=500).size, paging(page=3, limit=10).offset) == (20, 100, 20)
