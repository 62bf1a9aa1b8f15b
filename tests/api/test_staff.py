"""Staff, their roles and the invites that make them: nobody grows beyond whoever lets them in."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from storage import lookup
from storage.context import Actor, Context
from storage.tables import Invite, Staff, StaffSession, new_id
from tests.api.doors import Key, key_of, second_business
from tests.fakes import Shop
from tools import invites
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

STAFF, INVITES = "/api/v1/staff", "/api/v1/invites"
ANA = {"email": "Ana@Bluebird.test", "name": "Ana Diaz", "role": "agent"}
HASH = "argon2-of-something"


async def made(key: Key, path: str, **body: Any) -> Any:
    answer = await key.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def owner_of(shop: Shop) -> Staff:
    def unit(ctx: Context) -> Staff:
        row = Staff(id=new_id(), org_id=ctx.org.id, email="mia@bluebird.test", name="Mia Hart", role="owner")
        row.password_hash, row.created_at = HASH, ctx.now
        ctx.session.add(row)
        return row

    return await shop.act(unit)


def token_in(answer: Any) -> str:
    return str(answer["link"]).rpartition("/")[2]


async def accept(shop: Shop, token: str, name: str = "Joe Kim") -> Staff:
    """What the console's page does with a link."""
    found = await shop.house.db.read(lambda session: lookup.invite_by_token(session, token))
    assert found is not None
    return await shop.house.write(found[1], lambda ctx: invites.accept(ctx, token, name, HASH))


async def test_somebody_new_is_found_by_id_and_by_address(shop: Shop) -> None:
    key = await key_of(shop)
    team = await made(key, "/api/v1/teams", name="HVAC")
    ana = await made(key, STAFF, **ANA, team_ids=[team["id"]])
    assert (ana["email"], ana["role"], ana["status"], ana["team_ids"]) == (
        "ana@bluebird.test",
        "agent",
        "available",
        [team["id"]],
    )
    assert await key.get(f"{STAFF}/{ana['id']}") == await key.get(f"{STAFF}/ANA@bluebird.test") == ana
    assert (await key.get(f"{STAFF}?team_id={team['id']}"))["staff"] == [ana]
    assert (await key.get(f"{STAFF}?name=diaz"))["total"] == 1


async def test_a_colleague_is_shown_without_address_or_number(shop: Shop) -> None:
    ana = await made(await key_of(shop), STAFF, **ANA)
    told = await (await key_of(shop, "READ_BOOKINGS")).get(f"{STAFF}/{ana['id']}/info")
    assert told == {"id": ana["id"], "name": "Ana Diaz", "role": "agent", "status": "available"}


async def test_who_leaves_keeps_their_name_in_history_and_is_signed_out(shop: Shop) -> None:
    key = await key_of(shop)
    ana = await made(key, STAFF, **ANA)

    def sign_in(ctx: Context) -> None:
        row = StaffSession(
            org_id=ctx.org.id, staff_id=ana["id"], token_hash=new_id(), last_seen_at=ctx.now, expires_at=ctx.now
        )
        row.created_at = ctx.now
        ctx.session.add(row)

    await shop.act(sign_in)
    answers = [await key.ask("DELETE", f"{STAFF}/{ana['id']}") for _ in range(2)]
    assert [one.status_code for one in answers] == [204, 204]
    (session,) = await shop.rows(StaffSession)
    kept = await key.get(f"{STAFF}/{ana['id']}")
    assert (kept["active"], kept["name"], session.revoked_at is not None) == (False, "Ana Diaz", True)
    assert ana["id"] not in str((await key.get(STAFF))["staff"])
    assert [one["id"] for one in (await key.get(f"{STAFF}?active=false"))["staff"]] == [ana["id"]]


async def test_who_left_comes_back_under_the_same_address(shop: Shop) -> None:
    key = await key_of(shop)
    ana = await made(key, STAFF, **ANA)
    await key.ask("DELETE", f"{STAFF}/{ana['id']}")
    assert (await made(key, STAFF, **ANA))["id"] == ana["id"]


async def test_the_last_owner_stays_an_owner(shop: Shop) -> None:
    key, owner = await key_of(shop), await owner_of(shop)
    for method, body in (("PATCH", {"role": "admin"}), ("PATCH", {"active": False}), ("DELETE", None)):
        answer = await key.ask(method, f"{STAFF}/{owner.id}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "IN_USE"), (method, body)
    assert (await key.get(f"{STAFF}/{owner.id}"))["role"] == "owner"


async def test_an_owner_who_cannot_sign_in_is_no_replacement(shop: Shop) -> None:
    key, owner = await key_of(shop), await owner_of(shop)
    await made(key, STAFF, **{**ANA, "role": "owner"})
    assert (await key.ask("DELETE", f"{STAFF}/{owner.id}")).status_code == 409
    await shop.change(Staff, password_hash=HASH)
    assert (await key.ask("DELETE", f"{STAFF}/{owner.id}")).status_code == 204


async def test_of_two_owners_who_leave_at_once_one_stays(shop: Shop) -> None:
    key, owner = await key_of(shop), await owner_of(shop)
    ana = await made(key, STAFF, **{**ANA, "role": "owner"})
    await shop.change(Staff, password_hash=HASH)
    answers = await asyncio.gather(*(key.ask("DELETE", f"{STAFF}/{one}") for one in (owner.id, ana["id"])))
    assert Counter(one.status_code for one in answers) == {204: 1, 409: 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "boss"}, "VALIDATION_ERROR"),
        ({"status": "asleep"}, "VALIDATION_ERROR"),
        ({"phone": "12"}, "INVALID_PHONE"),
    ],
)
async def test_a_change_that_cannot_be_is_refused(shop: Shop, change: dict[str, str], code: str) -> None:
    key = await key_of(shop)
    ana = await made(key, STAFF, **ANA)
    answer = await key.patch(f"{STAFF}/{ana['id']}", change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_how_reachable_somebody_is_can_be_said(shop: Shop) -> None:
    key = await key_of(shop)
    ana = await made(key, STAFF, **ANA)
    told = await key.ask("PUT", f"{STAFF}/{ana['id']}/status", {"status": "on_call"})
    assert (told.status_code, told.json()["status"]) == (200, "on_call")


async def test_a_key_lets_nobody_in_who_may_do_more_than_it(shop: Shop) -> None:
    key = await key_of(shop, "MANAGE_ACCOUNT", name="Small")
    for path, body in ((STAFF, ANA), (INVITES, {"email": "joe@bluebird.test", "role": "agent"})):
        answer = await key.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE"), path


async def test_the_four_roles_grow_one_out_of_the_other(shop: Shop) -> None:
    key = await key_of(shop, "READ_BOOKINGS")
    roles = (await key.get("/api/v1/roles"))["roles"]
    assert [one["id"] for one in roles] == ["owner", "admin", "supervisor", "agent"]
    may = [set(one["permissions"]) for one in roles]
    assert may[0] >= may[1] > may[2] > may[3]
    assert await key.get("/api/v1/roles/agent") == roles[3]
    assert (await key.ask("GET", "/api/v1/roles/boss")).status_code == 404


async def test_an_invite_makes_somebody_a_member_of_staff_once(shop: Shop) -> None:
    key = await key_of(shop)
    team = await made(key, "/api/v1/teams", name="HVAC")
    invite = await made(key, INVITES, email="joe@bluebird.test", role="supervisor", team_id=team["id"])
    token = token_in(invite)
    assert invite["link"] == f"https://ringback.test/console/invite/{token}"
    joined = await accept(shop, token)
    assert (joined.email, joined.role, joined.password_hash) == ("joe@bluebird.test", "supervisor", HASH)
    assert (await key.get(f"{STAFF}/{joined.id}"))["team_ids"] == [team["id"]]
    with pytest.raises(Problem, match="LINK_EXPIRED"):
        await accept(shop, token)


async def test_of_two_who_open_one_link_at_once_one_joins(shop: Shop) -> None:
    token = token_in(await made(await key_of(shop), INVITES, email="joe@bluebird.test"))
    told = await asyncio.gather(*(accept(shop, token, name) for name in ("Joe", "Jo")), return_exceptions=True)
    assert Counter(type(one) for one in told) == {Staff: 1, Problem: 1}


async def test_a_link_is_shown_once_and_kept_hashed(shop: Shop) -> None:
    key = await key_of(shop)
    invite = await made(key, INVITES, email="joe@bluebird.test")
    (row,) = await shop.rows(Invite)
    listed = await key.ask("GET", INVITES)
    assert token_in(invite) not in listed.text + str(vars(row))


async def test_a_link_lasts_a_week_and_resending_makes_another(shop: Shop) -> None:
    key = await key_of(shop)
    invite = await made(key, INVITES, email="joe@bluebird.test")
    await shop.pass_time(days=7)
    assert (await key.get(f"{INVITES}/{invite['id']}"))["state"] == "expired"
    with pytest.raises(Problem, match="LINK_EXPIRED"):
        await accept(shop, token_in(invite))
    again = (await key.post(f"{INVITES}/{invite['id']}/resend")).json()
    assert await shop.house.db.read(lambda session: lookup.invite_by_token(session, token_in(invite))) is None
    assert (await accept(shop, token_in(again))).name == "Joe Kim"


async def test_a_revoked_invite_opens_nothing(shop: Shop) -> None:
    key = await key_of(shop)
    invite = await made(key, INVITES, email="joe@bluebird.test")
    answers = [await key.ask("DELETE", f"{INVITES}/{invite['id']}") for _ in range(2)]
    assert [one.status_code for one in answers] == [204, 204]
    with pytest.raises(Problem, match="LINK_EXPIRED"):
        await accept(shop, token_in(invite))
    assert (await key.get(f"{INVITES}?pending=true"))["total"] == 0
    assert (await key.post(f"{INVITES}/{invite['id']}/resend")).json()["code"] == "INVALID_TRANSITION"


async def test_nobody_is_invited_twice_or_while_working_here(shop: Shop) -> None:
    key = await key_of(shop)
    await made(key, STAFF, **ANA)
    await made(key, INVITES, email="joe@bluebird.test")
    for email in ("ana@bluebird.test", "JOE@bluebird.test"):
        answer = await key.post(INVITES, {"email": email})
        assert (answer.status_code, answer.json()["code"]) == (409, "IN_USE"), email


async def test_whoever_holds_the_link_learns_little(shop: Shop) -> None:
    token = token_in(await made(await key_of(shop), INVITES, email="joe@bluebird.test", role="admin"))
    seen = await shop.house.read(shop.org, lambda ctx: invites.look(ctx, token))
    assert (seen.business, seen.role, seen.invited_by, seen.state) == (
        "Bluebird Heating",
        "admin",
        "Acme Dispatch",
        "pending",
    )


async def test_a_token_of_another_business_is_none(shop: Shop) -> None:
    token = token_in(await made(await key_of(shop), INVITES, email="joe@bluebird.test"))
    cardinal = await second_business(shop)
    with pytest.raises(Problem, match="NOT_FOUND"):
        await shop.house.read(cardinal, lambda ctx: invites.look(ctx, token))


async def test_an_admin_invites_no_owner(shop: Shop) -> None:
    await made(await key_of(shop), STAFF, **{**ANA, "role": "admin"})
    (ana,) = await shop.rows(Staff, role="admin")
    with pytest.raises(Problem, match="INSUFFICIENT_SCOPE"):
        await shop.act(
            lambda ctx: invites.create(ctx, "joe@bluebird.test", "owner"), actor=Actor("staff", ana.name, ana.id)
        )


async def test_the_staff_may_be_listed_with_who_is_still_asked_to_join(shop: Shop) -> None:
    key = await key_of(shop)
    await made(key, STAFF, **ANA)
    await made(key, INVITES, email="joe@bluebird.test")
    listed = await key.get(f"{STAFF}?with_pending=true")
    assert [one["email"] for one in listed["pending"]] == ["joe@bluebird.test"]
    assert "pending" not in await key.get(STAFF)


async def test_whoever_has_the_link_sees_who_invites_them_and_joins_once(shop: Shop) -> None:
    key = await key_of(shop)
    token = token_in(await made(key, INVITES, email="joe@bluebird.test", role="supervisor"))
    seen = await shop.client.get(f"{INVITES}/{token}/info")
    assert seen.json() == {
        "business": "Bluebird Heating",
        "role": "supervisor",
        "invited_by": "Acme Dispatch",
        "state": "pending",
    }
    joining = {"name": "Joe Ray", "password": "a few words in a row"}
    weak = await shop.client.post(f"{INVITES}/{token}/accept", json={**joining, "password": "short"})
    first, second = [await shop.client.post(f"{INVITES}/{token}/accept", json=joining) for _ in range(2)]
    assert (weak.status_code, first.status_code, first.json()["role"]) == (400, 201, "supervisor")
    assert (second.status_code, second.json()["code"]) == (410, "LINK_EXPIRED")
    assert [row.email for row in await shop.rows(Staff, name="Joe Ray")] == ["joe@bluebird.test"]


async def test_a_link_of_nobodys_leads_nowhere_and_cannot_be_guessed_at_speed(shop: Shop) -> None:
    answers = [(await shop.client.get(f"{INVITES}/nobody{number}/info")).status_code for number in range(11)]
    assert answers == [404] * 10 + [429]
